//! Another password: owed because somebody else has chosen the present one, or wanted.

use chrono::TimeDelta;
use membership_core::{account::Account, invitation::invite::Reach};
use membership_testkit::bed::{PASSWORD, TEMPORARY};
use poem::http::StatusCode;

use crate::site::Site;

const OWN: &str = "a sentence that only theo knows";

/// Theo was added directly, and has signed in with the password that he was given. Returns his cookie.
async fn theo_has_signed_in() -> (Site, String) {
    let site = Site::new().await;
    let command = site.bed.addition("theo", &["Member manager"]).await.unwrap();
    site.bed.membership.add_member(&site.bed.as_administrator(), command).await.unwrap();
    let typed = [("login", "theo"), ("password", TEMPORARY)];
    let cookie = site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/").cookie();
    (site, cookie)
}

async fn theo(site: &Site) -> Account {
    let named = |account: &Account| account.username.as_ref().is_some_and(|name| name.as_str() == "theo");
    site.accounts().await.into_iter().find(named).unwrap()
}

/// Proves ORG-13 in part: with a temporary password every page leads to the one where it is replaced, and back from there;
/// no form does anything before.
#[tokio::test]
async fn a_temporary_password_comes_first() {
    let (site, cookie) = theo_has_signed_in().await;
    let (_, invitation) = site.invite("ann@example.org").await;
    let welcome = site.welcome();
    let before = site.world().await;
    for (page, back) in [
        ("/".to_owned(), "/"),
        (welcome.clone(), &welcome),
        (format!("{welcome}?q=ann"), &welcome),
        (format!("{welcome}/leave"), &welcome),
        ("/leaving/mbl_x".to_owned(), "/leaving/mbl_x"),
        ("/account".to_owned(), "/account"),
        ("/account/app".to_owned(), "/account"),
        ("/account/close".to_owned(), "/account/close"),
        ("/address/mbe_x".to_owned(), "/address/mbe_x"),
        ("/set-up/mbs_x".to_owned(), "/set-up/mbs_x"),
        (invitation.clone(), &invitation),
        (format!("{invitation}/decline"), &invitation),
        (format!("{invitation}/register"), &invitation),
        (format!("{invitation}/sign-in"), &invitation),
    ] {
        site.pages.get(&page, &cookie).await.assert_leads_to(&format!("/password?next={back}"));
    }
    let invite = [("name", "Eve"), ("reach", "link"), ("email", ""), ("roles", "x")];
    let register = [("name", "Eve"), ("password", PASSWORD)];
    for (form, typed, back) in [
        (format!("{welcome}/invitations"), &invite[..], welcome.as_str()),
        ("/account/app".to_owned(), &[], "/account"),
        ("/account/mailed-codes".to_owned(), &[], "/account"),
        ("/account/sessions/end-others".to_owned(), &[], "/account"),
        ("/address/mbe_x".to_owned(), &[], "/address/mbe_x"),
        (format!("{welcome}/leave"), &[], &welcome),
        (format!("{welcome}/nomination/accept"), &[], &welcome),
        (format!("{welcome}/nomination/decline"), &[], &welcome),
        (format!("{welcome}/nomination/withdraw"), &[], &welcome),
        (format!("{invitation}/accept"), &[], &invitation),
        (format!("{invitation}/reject"), &[], &invitation),
        (format!("{invitation}/register"), &register, &invitation),
        (format!("{invitation}/sign-in"), &register[1..], &invitation),
    ] {
        site.pages.post(&form, &cookie, typed).await.assert_leads_to(&format!("/password?next={back}"));
    }
    assert_eq!(site.world().await, before);

    let asked = site.pages.get(&format!("/password?next={welcome}"), &cookie).await.assert(StatusCode::OK);
    asked.assert_says(&[
        "Choose your own password",
        "The password you were given",
        "value=\"theo\" autocomplete=\"username\" readonly",
        "name=\"current\" autocomplete=\"current-password\"",
        "name=\"new\" autocomplete=\"new-password\"",
        &format!("name=\"next\" value=\"{welcome}\""),
    ]);
    let typed = [("current", TEMPORARY), ("new", OWN), ("next", &welcome)];
    let own = site.pages.post("/password", &cookie, &typed).await.assert_leads_to(&welcome).cookie();
    site.pages.get(&welcome, &own).await.assert(StatusCode::OK).assert_says(&["You are a member of"]);
    assert!(!theo(&site).await.password_is_temporary);
    site.pages.post("/sign-out", &own, &[]).await.assert_leads_to("/");
}

/// Somebody with a temporary password can sign out, and sign in as somebody else.
#[tokio::test]
async fn a_temporary_password_locks_nobody_in() {
    let (site, cookie) = theo_has_signed_in().await;
    site.pages.get("/sign-in", &cookie).await.assert_leads_to("/");
    let typed = [("login", "root"), ("password", PASSWORD)];
    let root = site.pages.post("/sign-in", &cookie, &typed).await.assert_leads_to("/").cookie();
    site.pages.get("/organisations", &root).await.assert(StatusCode::OK);
    let (site, cookie) = theo_has_signed_in().await;
    site.pages.post("/sign-out", &cookie, &[]).await.assert_leads_to("/");
    site.pages.get("/", &cookie).await.assert_leads_to("/sign-in");
}

/// What is wrong stands at its field; nothing that was typed comes back, and nothing has changed.
#[tokio::test]
async fn faults_stand_at_their_fields() {
    let (site, cookie) = theo_has_signed_in().await;
    let before = theo(&site).await;
    for (current, new, status, field) in [
        ("not the password", OWN, StatusCode::FORBIDDEN, "current"),
        (TEMPORARY, TEMPORARY, StatusCode::UNPROCESSABLE_ENTITY, "new"),
        (TEMPORARY, "short-secret", StatusCode::UNPROCESSABLE_ENTITY, "new"),
        (TEMPORARY, "", StatusCode::UNPROCESSABLE_ENTITY, "new"),
    ] {
        let typed = [("current", current), ("new", new), ("next", "/password")];
        let form = site.pages.post("/password", &cookie, &typed).await.assert(status);
        let fault = format!("id=\"{field}-fault\"");
        let form = form.assert_says(&[&fault, &format!("<a href=\"#{field}\">"), "name=\"next\" value=\"/password\""]);
        form.assert_lacks(&["not the password", TEMPORARY, "short-secret", OWN]);
    }
    for bad in [&[("current", TEMPORARY)][..], &[("current", TEMPORARY), ("new", OWN), ("account", "root")]] {
        site.pages.post("/password", &cookie, bad).await.assert(StatusCode::BAD_REQUEST);
    }
    assert_eq!(theo(&site).await, before);
}

/// Proves A49 in part: whoever changes the password goes on here, and every other session is over at once.
#[tokio::test]
async fn changing_it_ends_every_other_session() {
    let site = Site::new().await;
    let (here, elsewhere) = (site.cookie_of("root").await, site.cookie_of("root").await);
    site.pages
        .get("/organisations", &here)
        .await
        .assert(StatusCode::OK)
        .assert_says(&["href=\"/password\"", "Change password"]);
    let asked = site.pages.get("/password", &here).await.assert(StatusCode::OK);
    asked.assert_says(&["Change your password", "Present password", "Changed your mind?"]);
    site.bed.clock.advance(TimeDelta::minutes(1));
    let typed = [("current", PASSWORD), ("new", OWN)];
    let anew = site.pages.post("/password", &here, &typed).await.assert_leads_to("/").cookie();
    site.pages.get("/organisations", &anew).await.assert(StatusCode::OK);
    for over in [&here, &elsewhere] {
        site.pages.get("/", over).await.assert_leads_to("/sign-in");
    }
    let old = [("login", "root"), ("password", PASSWORD)];
    site.pages.post("/sign-in", "", &old).await.assert(StatusCode::UNAUTHORIZED);
    let new = [("login", "root"), ("password", OWN)];
    site.pages.post("/sign-in", "", &new).await.assert_leads_to("/");
}

#[tokio::test]
async fn who_is_signed_out_signs_in_first() {
    let site = Site::new().await;
    site.pages.get("/password", "").await.assert_leads_to("/sign-in?next=/password");
    let typed = [("current", PASSWORD), ("new", OWN)];
    site.pages.post("/password", "", &typed).await.assert_leads_to("/sign-in?next=/password");
    let typed = [("login", "root"), ("password", PASSWORD), ("next", "/password")];
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/password");
}

/// Proves A79 in part: wherever `next` says, one stays here.
#[tokio::test]
async fn next_leads_nowhere_else() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for bad in ["//e.example", "/\\e.example", "https://e.example", "javascript:alert(1)", "/password?next=//e"] {
        let typed = [("current", "wrong"), ("new", OWN), ("next", bad)];
        let form = site.pages.post("/password", &root, &typed).await.assert(StatusCode::FORBIDDEN);
        form.assert_says(&["name=\"next\" value=\"/\""]).assert_lacks(&["e.example", "javascript:"]);
    }
    let typed = [("current", PASSWORD), ("new", OWN), ("next", "//e.example")];
    site.pages.post("/password", &root, &typed).await.assert_leads_to("/");
}

/// On the way through an invitation, too, the password comes first; then one is back at the invitation.
#[tokio::test]
async fn on_the_way_through_an_invitation() {
    let (site, _) = theo_has_signed_in().await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let (_, invitation) = site.invite_to(&other, Reach::Link(None)).await;
    site.pages.post(&format!("{invitation}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let typed = [("login", "theo"), ("password", TEMPORARY)];
    let answer = site.pages.post(&format!("{invitation}/sign-in"), "", &typed).await;
    let cookie = answer.assert_leads_to(&format!("/password?next={invitation}")).cookie();
    let typed = [("current", TEMPORARY), ("new", OWN), ("next", &invitation)];
    let own = site.pages.post("/password", &cookie, &typed).await.assert_leads_to(&invitation).cookie();
    let inside = format!("/welcome/{}", other.tenant.id);
    site.pages.post(&format!("{invitation}/accept"), &own, &[]).await.assert_leads_to(&inside);
}
