//! The invitation itself: looking at it, saying no to it, and being somebody else.

use membership_core::{
    invitation::{Invitation, State},
    lifecycle::Stage,
};
use poem::http::StatusCode;

use crate::site::Site;

/// Proves ORG-24: the link shows the organisation, who invites, to what, for whom and until when, with "Join now" and
/// "Decline".
#[tokio::test]
async fn the_page_says_what_it_is_about() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    site.pages.get(&path, "").await.assert(StatusCode::OK).assert_says(&[
        "<h1>Join <bdi>Example Ltd</bdi></h1>",
        "<bdi>Root</bdi> invites you",
        "<bdi>Ann Example</bdi>",
        "ann@example.org",
        "<bdi>Member</bdi>",
        "<time datetime=\"2030-01-05T03:04:05Z\">5 January 2030, 03:04\u{a0}UTC</time>",
        "3 days left",
        "Join now</button>",
        "Decline</a>",
        &format!("action=\"{path}/accept\""),
    ]);
}

/// Proves A20 and ACC-5: a machine that follows links changes nothing but the moment of the first look; the person's click
/// still works afterwards, and only that is accepting.
#[tokio::test]
async fn looking_twenty_times_changes_nothing() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    for _ in 0..20 {
        for page in ["", "/decline", "/register", "/sign-in"] {
            let _ = site.pages.get(&format!("{path}{page}"), "").await;
            let _ = site.pages.head(&format!("{path}{page}")).await;
        }
        let _ = site.pages.get(&format!("{path}/accept"), "").await.assert(StatusCode::METHOD_NOT_ALLOWED);
        let _ = site.pages.get(&format!("{path}/reject"), "").await.assert(StatusCode::METHOD_NOT_ALLOWED);
    }
    let opened_at = Some(site.bed.clock.now());
    assert_eq!(site.stored(invited.invitation.id).await, Invitation { opened_at, ..invited.invitation.clone() });
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert_leads_to(&format!("{path}/register"));
    assert_eq!(site.stored(invited.invitation.id).await.stage_at(site.bed.clock.now()), Stage::Accepted);
}

/// Proves ORG-36 in part: the invitee can reject, after being asked once more.
#[tokio::test]
async fn a_decline_is_asked_about_first() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    let asked = site.pages.get(&format!("{path}/decline"), "").await.assert(StatusCode::OK);
    asked.assert_says(&["Decline this invitation?", &format!("action=\"{path}/reject\""), "No, go back"]);
    assert_eq!(site.stored(invited.invitation.id).await.state, invited.invitation.state);

    site.pages.post(&format!("{path}/reject"), "", &[]).await.assert_leads_to(&path);
    site.pages
        .get(&path, "")
        .await
        .assert(StatusCode::GONE)
        .assert_says(&["This invitation was declined", "Example Ltd"]);
    assert!(matches!(site.stored(invited.invitation.id).await.state, State::Rejected { .. }));
}

/// Proves A4 in part: whoever is signed in as somebody else sees both addresses, changes nothing, and gets on
/// after signing out without losing the invitation.
#[tokio::test]
async fn the_wrong_account_is_told_so() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    site.bed.found("Other Ltd", "olga").await.unwrap();
    let olga = site.cookie_of("olga").await;
    let both = ["<bdi>ann@example.org</bdi>", "<bdi>olga</bdi>", "Sign out and continue"];
    site.pages.get(&path, &olga).await.assert(StatusCode::OK).assert_says(&both).assert_lacks(&["Join now"]);
    site.pages.post(&format!("{path}/accept"), &olga, &[]).await.assert(StatusCode::FORBIDDEN).assert_says(&both);
    assert_eq!(site.stored(invited.invitation.id).await.state, invited.invitation.state);

    let out = site.pages.post("/sign-out", &olga, &[("next", &path)]).await.assert_leads_to(&path);
    assert!(out.header("set-cookie").starts_with("__Host-membership=;"), "{}", out.header("set-cookie"));
    site.pages.get(&path, &olga).await.assert(StatusCode::OK).assert_says(&["Join now"]);
}
