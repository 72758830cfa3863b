//! The page of a member: what is known, and what can be done after a Yes.

use chrono::TimeDelta;
use membership_core::{
    id::MemberId,
    invitation::invite::{Invite, Reach},
    lifecycle::Stage,
    member::{Member, MemberStatus},
};
use poem::http::StatusCode;

use crate::site::{Answer, Site};

async fn stored(site: &Site, id: MemberId) -> Member {
    site.world().await.members.into_iter().find(|member| member.id == id).unwrap()
}

async fn says_yes(site: &Site, root: &str, id: MemberId, act: &str) -> Answer {
    let path = site.at(format_args!("members/{id}/{act}"));
    let asked = site.pages.get(&path, root).await.assert(StatusCode::OK);
    asked.assert_says(&[&format!("action=\"{path}\""), ">Yes</button>", "No, go back"]);
    site.pages.post(&path, root, &[("yes", "yes")]).await
}

/// Proves ORG-33 on the page: every field; and the history from the audit, newest first.
#[tokio::test]
async fn everything_that_is_known() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    site.bed.clock.advance(TimeDelta::hours(1));
    site.cookie_of("ann@example.org").await;
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.at(format_args!("members/{}", ann.id)), &root).await.assert(StatusCode::OK);
    let page = page.assert_says(&[
        "<h1><bdi>Ann Example</bdi></h1>",
        "<dt>Organization e-mail</dt><dd><bdi>ann@example.org</bdi>",
        "<dt>Departments</dt><dd><ul class=\"plain\" role=\"list\"><li><bdi>Example Ltd</bdi>",
        "<dt>Roles</dt><dd><ul class=\"plain\" role=\"list\"><li><bdi>Member</bdi>",
        "<dt>Username</dt>",
        "<dt>Status</dt>",
        "<dt>Activated</dt><dd><time datetime=\"2030-01-02T03:04:05Z\">",
        "<dt>Last sign-in</dt><dd><time datetime=\"2030-01-02T04:04:05Z\">",
        "by <bdi>Root</bdi>",
        "<dt>Invitation e-mail</dt><dd><bdi>ann@example.org</bdi>",
    ]);
    let places: Vec<usize> =
        ["<b>Joined</b>", "<b>The invitation was accepted</b>", "<b>Invited</b> <bdi>by you</bdi>"]
            .iter()
            .map(|text| page.body.find(text).unwrap_or_else(|| panic!("{text}: {}", page.body)))
            .collect();
    assert!(places.is_sorted(), "{places:?}");
    // Somebody else who did something is called by name, even after being removed.
    let manager = site.bed.manager().await.unwrap();
    let ctx = site.bed.as_account(&manager.account);
    site.bed.membership.disable_member(&ctx, site.bed.target(&ann)).await.unwrap();
    let gone = site.bed.added("gone", &["Member manager"]).await.unwrap();
    site.bed.membership.enable_member(&site.bed.as_account(&gone.account), site.bed.target(&ann)).await.unwrap();
    let heirs = membership_core::member::remove::Heirs::default();
    site.bed
        .membership
        .remove_member(&site.bed.as_administrator(), site.bed.target(&gone.member), heirs)
        .await
        .unwrap();
    let page = site.pages.get(&site.at(format_args!("members/{}", ann.id)), &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "<b>Disabled</b> <bdi>by manager Example</bdi>",
        "<b>Enabled</b> <bdi>by gone Example</bdi>",
        "<b>Joined</b> <bdi>by whoever held the link</bdi>",
    ]);
    // Who may not read the audit sees no history.
    let manager = site.cookie_of("manager").await;
    let page = site.pages.get(&site.at(format_args!("members/{}", ann.id)), &manager).await.assert(StatusCode::OK);
    page.assert_lacks(&["id=\"history\""]).assert_says(&["/edit\""]);
}

/// Proves ORG-31, ORG-42 and ORG-43 on the page: disabled and enabled, each after a Yes; no question changes anything.
#[tokio::test]
async fn disabling_and_enabling() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let root = site.cookie_of("root").await;
    let own = site.at(format_args!("members/{ann}"));
    site.pages.get(&format!("{own}/disable"), &root).await.assert(StatusCode::OK);
    assert_eq!(stored(&site, ann).await.status(), MemberStatus::Enabled);
    says_yes(&site, &root, ann, "disable").await.assert_leads_to(&format!("{own}?done=disable"));
    assert_eq!(stored(&site, ann).await.status(), MemberStatus::Disabled);
    let page = site.pages.get(&format!("{own}?done=disable"), &root).await.assert_says(&["Disabled. Access ended"]);
    page.assert_says(&["/enable\""]).assert_lacks(&["/disable\""]);
    // An old page leads to what the member is now; done twice, it says so.
    site.pages.get(&format!("{own}/disable"), &root).await.assert_leads_to(&own);
    site.pages.post(&format!("{own}/disable"), &root, &[]).await.assert(StatusCode::CONFLICT);
    says_yes(&site, &root, ann, "enable").await.assert_leads_to(&format!("{own}?done=enable"));
    assert_eq!(stored(&site, ann).await.status(), MemberStatus::Enabled);
    site.pages.get(&format!("{own}/nonsense"), &root).await.assert(StatusCode::NOT_FOUND);
}

/// Proves TEN-20: an invitation is sent again to somebody who has not finished registration, after a Yes.
#[tokio::test]
async fn inviting_again() {
    let site = Site::new().await;
    let (asked, old) = site.invite("ann@example.org").await;
    let (root, id) = (site.cookie_of("root").await, asked.member.id);
    let own = site.at(format_args!("members/{id}"));
    says_yes(&site, &root, id, "invite-again").await.assert_leads_to(&format!("{own}?done=invite-again"));
    assert_eq!(site.stored(asked.invitation.id).await.generation, 2);
    site.pages.get(&old, "").await.assert(StatusCode::GONE);
    says_yes(&site, &root, id, "revoke").await.assert_leads_to(&format!("{own}?done=revoke"));
    assert_eq!(site.stored(asked.invitation.id).await.stage_at(site.bed.clock.now()), Stage::Revoked);
    let page = site.pages.get(&own, &root).await.assert_lacks(&["/revoke\""]);
    page.assert_says(&["/invite-again\"", "The invitation was withdrawn"]);
}

/// Proves ORG-35 and ORG-21 on the page: whoever was handed a link gets a new one, shown this once.
#[tokio::test]
async fn a_new_link_is_shown_once() {
    let site = Site::new().await;
    let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
    let people = vec![site.bed.invitee(Reach::Link(None)).await.unwrap()];
    let asked = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
    let (root, old) = (site.cookie_of("root").await, site.path_of(&asked.invitation));
    let shown = says_yes(&site, &root, asked.member.id, "invite-again").await.assert(StatusCode::CREATED);
    let new = site.path_of(&site.stored(asked.invitation.id).await);
    assert_ne!(new, old);
    shown.assert_says(&[&new, "data-copies=\"link\"", "shown only this once", "Good until"]);
    site.pages.get(&site.at(format_args!("members/{}", asked.member.id)), &root).await.assert_lacks(&["mbi_"]);
    site.pages.get(&new, "").await.assert(StatusCode::OK);
}

/// Proves ORG-34 and TEN-10 on the page: a link to another password, good for 24 hours, shown once; the second factor on and off. Both
/// ask for a sign-in of just now.
#[tokio::test]
async fn helping_somebody_in() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member.id;
    let root = site.cookie_of("root").await;
    let own = site.at(format_args!("members/{ann}"));
    let shown = says_yes(&site, &root, ann, "password-link").await.assert(StatusCode::CREATED);
    shown.assert_says(&["/reset/mbr_", "datetime=\"2030-01-03T03:04:05Z\""]);
    says_yes(&site, &root, ann, "factor-on").await.assert_leads_to(&format!("{own}?done=factor-on"));
    let page = site.pages.get(&own, &root).await.assert_says(&["<dt>Second factor</dt><dd>Email Address</dd>"]);
    page.assert_lacks(&["/factor-on\""]);
    says_yes(&site, &root, ann, "factor-off").await.assert_leads_to(&format!("{own}?done=factor-off"));
    site.bed.clock.advance(TimeDelta::minutes(16));
    let again = site.pages.post(&format!("{own}/password-link"), &root, &[]).await.assert(StatusCode::FORBIDDEN);
    again.assert_says(&["action=\"/sign-in\"", &format!("name=\"next\" value=\"{own}\"")]).assert_lacks(&["mbr_"]);
}

/// Proves TEN-21 and ORG-39 on the page: removing asks first, says what the member holds, and needs somebody who gets it.
#[tokio::test]
async fn removing_names_an_heir() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    site.bed.added("bea", &["Member"]).await.unwrap();
    site.bed.custodian().put(ann, "files", 3);
    let root = site.cookie_of("root").await;
    let own = site.at(format_args!("members/{ann}"));
    let asked = site.pages.get(&format!("{own}/remove"), &root).await.assert(StatusCode::OK);
    asked.assert_says(&["3 × <bdi>files, kept</bdi>", "name=\"heir\"", ">Yes</button>"]);
    let without = site.pages.post(&format!("{own}/remove"), &root, &[("heir", "")]).await;
    without
        .assert(StatusCode::UNPROCESSABLE_ENTITY)
        .assert_says(&["The member holds 3 of files, kept", "name=\"heir\""]);
    for nobody in ["nobody@example.org", "ann", "%"] {
        let wrong = site.pages.post(&format!("{own}/remove"), &root, &[("heir", nobody)]).await;
        wrong.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&[&format!("value=\"{nobody}\"")]);
    }
    assert_eq!(stored(&site, ann).await.status(), MemberStatus::Enabled);
    let gone = site.pages.post(&format!("{own}/remove"), &root, &[("heir", "BEA")]).await;
    gone.assert_leads_to(&format!("{own}?done=remove"));
    site.bed.carry().await.unwrap();
    let page = site.pages.get(&own, &root).await.assert(StatusCode::OK);
    page.assert_says(&["What the member held", "All was handed over"]).assert_lacks(&["/edit\"", "/remove\""]);
    // TEN-22: it is gone from the list.
    site.pages.get(&site.at("members"), &root).await.assert_lacks(&[&format!("members/{ann}\"")]);
    let nothing_held = site.bed.added("cora", &["Member"]).await.unwrap().member.id;
    says_yes(&site, &root, nothing_held, "remove").await.assert(StatusCode::SEE_OTHER);
    assert_eq!(stored(&site, nothing_held).await.status(), MemberStatus::Removed);
}

/// Proves TEN-3 and TEN-23 on the page: nothing can be done with the own entry, nor with the representative's.
#[tokio::test]
async fn the_own_entry_and_the_representative() {
    let site = Site::new().await;
    let nina = site.bed.added("nina", &["Administrator"]).await.unwrap().member.id;
    let before = site.world().await.members;
    for (login, id, said) in [
        ("root", site.bed.member.id, "Nobody changes the own membership"),
        ("nina", site.bed.member.id, "representative administrator, who can be neither"),
        ("nina", nina, "Nobody changes the own membership"),
    ] {
        let cookie = site.cookie_of(login).await;
        let own = site.at(format_args!("members/{id}"));
        let page = site.pages.get(&own, &cookie).await.assert(StatusCode::OK).assert_says(&[said]);
        page.assert_lacks(&["/edit\"", "/disable\"", "/remove\"", "/password-link\""]);
        for act in ["disable", "remove", "password-link", "factor-on"] {
            let status = site.pages.post(&format!("{own}/{act}"), &cookie, &[]).await.status;
            assert!(matches!(status, StatusCode::FORBIDDEN | StatusCode::CONFLICT), "{login} {act}: {status}");
        }
        let edited = site.pages.post(&format!("{own}/edit"), &cookie, &[("name", "X")]).await;
        assert!(edited.status.is_client_error(), "{}", edited.status);
    }
    assert_eq!(site.world().await.members, before);
}

/// Who only reads members sees no action, and is refused when forcing one.
#[tokio::test]
async fn a_reader_sees_no_actions() {
    let site = Site::new().await;
    site.bed.added("ann", &["Member"]).await.unwrap();
    let bea = site.bed.added("bea", &["Member"]).await.unwrap().member.id;
    let (asked, _) = site.invite("invited@example.org").await;
    let ann = site.cookie_of("ann").await;
    let before = site.world().await.members;
    for id in [bea, asked.member.id] {
        let own = site.at(format_args!("members/{id}"));
        let page = site.pages.get(&own, &ann).await.assert(StatusCode::OK);
        page.assert_lacks(&["aria-label=\"What you can do\"", "/edit\"", "id=\"history\""]);
        for act in ["edit", "disable", "remove", "invite-again", "revoke", "password-link"] {
            site.pages.post(&format!("{own}/{act}"), &ann, &[("name", "X")]).await.assert(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(site.world().await.members, before);
    site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    site.bed.added("guest", &["Guest"]).await.unwrap();
    let guest = site.cookie_of("guest").await;
    site.pages.get(&site.at(format_args!("members/{bea}")), &guest).await.assert(StatusCode::FORBIDDEN);
}

/// The shortest reason for yes, and the nearest missing fact for no.
#[tokio::test]
async fn why_somebody_may() {
    let site = Site::new().await;
    let manager = site.bed.manager().await.unwrap().member;
    let root = site.cookie_of("root").await;
    let own = site.at(format_args!("members/{}", manager.id));
    let ask = async |may: &str| site.pages.get(&format!("{own}?may={may}"), &root).await.assert(StatusCode::OK);
    ask("workspace:tasks.view").await.assert_says(&[
        "<b>Yes.</b>",
        "Member manager",
        "which includes",
        "selected>See tasks",
    ]);
    ask("membership:audit.read").await.assert_says(&["<b>No.</b>", "One of these roles would", "Administrator"]);
    ask("nonsense").await.assert_lacks(&["<b>Yes.</b>", "<b>No.</b>"]);
    site.bed.membership.disable_member(&site.bed.as_administrator(), site.bed.target(&manager)).await.unwrap();
    ask("workspace:tasks.view").await.assert_says(&["<b>No.</b>", "the member is disabled"]);
}
