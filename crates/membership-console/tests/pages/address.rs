//! Another address, and the way back.

use chrono::TimeDelta;
use membership_core::outbox::Content;
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::{
    post::{letters, path},
    site::Site,
};

/// Ann has an account with a proved address, has asked for another, and has read the letters: the link in the last one.
async fn asked_for_another() -> (Site, String, String) {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    letters(&site).await;
    let cookie = site.cookie_of("ann@example.org").await;
    let typed = [("to", "ann@new.example"), ("password", PASSWORD)];
    site.pages.post("/account/address", &cookie, &typed).await.assert_leads_to("/account");
    let own = site.pages.get("/account", &cookie).await.assert(StatusCode::OK);
    own.assert_says(&["ann@example.org", "ann@new.example", "waits for its confirmation"]);
    let link = |content| if let Content::ConfirmAddress { link, .. } = content { Some(path(&link)) } else { None };
    let link = letters(&site).await.into_iter().find_map(link).unwrap();
    (site, cookie, link)
}

/// Proves A56 on the page: a look changes nothing; confirmed by whoever asked, the address counts, the old mailbox is told, and
/// by its link all is as it was, but for the password and the sessions.
#[tokio::test]
async fn an_address_is_changed_and_brought_back() {
    let (site, cookie, link) = asked_for_another().await;
    site.pages.get(&link, "").await.assert_leads_to(&format!("/sign-in?next={link}"));
    site.pages.post(&link, "", &[]).await.assert_leads_to(&format!("/sign-in?next={link}"));
    let asked = site.pages.get(&link, &cookie).await.assert(StatusCode::OK);
    asked.assert_says(&["Is this your address?", "ann@new.example", "Yes, confirm"]);
    let typed = [("login", "ann@new.example"), ("password", PASSWORD)];
    site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::UNAUTHORIZED);

    let done = site.pages.post(&link, &cookie, &[]).await.assert(StatusCode::OK);
    done.assert_says(&["Your address is confirmed", "ann@new.example", "seven days"]);
    let new = site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/").cookie();
    for used in [site.pages.get(&link, &cookie).await, site.pages.post(&link, &cookie, &[]).await] {
        used.assert(StatusCode::GONE).assert_says(&["This link is used up", "Your account has", "ann@new.example"]);
    }

    let restore =
        |content| if let Content::AddressChanged { restore, .. } = content { Some(path(&restore)) } else { None };
    let back = letters(&site).await.into_iter().find_map(restore).unwrap();
    let asked = site.pages.get(&back, "").await.assert(StatusCode::OK);
    asked.assert_says(&["Bring your address back?", "ann@example.org"]).assert_lacks(&["ann@new.example"]);
    site.pages.get("/", &new).await.assert(StatusCode::OK);
    let done = site.pages.post(&back, "", &[]).await.assert(StatusCode::OK);
    assert!(done.headers.get("set-cookie").is_none());
    done.assert_says(&["Your address is back", "href=\"/forgotten\""]);
    for over in [&cookie, &new] {
        site.pages.get("/", over).await.assert_leads_to("/sign-in");
    }
    for login in ["ann@new.example", "ann@example.org"] {
        let typed = [("login", login), ("password", PASSWORD)];
        site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::UNAUTHORIZED);
    }
    site.pages.get(&back, "").await.assert(StatusCode::GONE);
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    assert!(letters(&site).await.iter().any(|content| matches!(content, Content::Reset { .. })));
}

/// Proves A54 in part, on the page: whoever was in the account and gave it another address has nothing of it once the owner has
/// taken it back, not the app that was set up since either.
#[tokio::test]
async fn what_a_stranger_set_up_is_gone() {
    let (site, cookie, link) = asked_for_another().await;
    site.pages.post(&link, &cookie, &[]).await.assert(StatusCode::OK);
    let strangers = site.sets_up_app("ann@new.example").await;
    let restore =
        |content| if let Content::AddressChanged { restore, .. } = content { Some(path(&restore)) } else { None };
    let back = letters(&site).await.into_iter().find_map(restore).unwrap();
    site.pages.post(&back, "", &[]).await.assert(StatusCode::OK);
    site.pages.get("/account", &strangers.cookie).await.assert_leads_to("/sign-in?next=/account");
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    let reset = |content| if let Content::Reset { link, .. } = content { Some(path(&link)) } else { None };
    let reset = letters(&site).await.into_iter().find_map(reset).unwrap();
    let new = "a sentence that only Ann knows";
    site.pages.post(&reset, "", &[("new", new)]).await.assert(StatusCode::OK);
    let typed = [("login", "ann@example.org"), ("password", new)];
    let own = site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/").cookie();
    site.pages
        .get("/account", &own)
        .await
        .assert(StatusCode::OK)
        .assert_lacks(&["/account/app/remove", "ann@new.example"]);
}

/// Nobody confirms an address but who asked for it, signed in.
#[tokio::test]
async fn nobody_else_confirms_it() {
    let (site, _, link) = asked_for_another().await;
    let root = site.cookie_of("root").await;
    for answer in [site.pages.get(&link, &root).await, site.pages.post(&link, &root, &[]).await] {
        let answer = answer.assert(StatusCode::FORBIDDEN);
        answer
            .assert_says(&["This link is for another account", "Sign out and continue", &format!("value=\"{link}\"")])
            .assert_lacks(&["ann@"]);
    }
    let out = site.pages.post("/sign-out", &root, &[("next", &link)]).await.assert_leads_to(&link);
    assert!(out.sets("__Host-membership=").is_some());
}

/// What is no link, and what is too old, says so.
#[tokio::test]
async fn dead_links_say_why() {
    let (site, cookie, link) = asked_for_another().await;
    for kind in ["address/mbe_x", "former-address/mbf_x"] {
        let unknown = site.pages.get(&format!("/{kind}"), &cookie).await.assert(StatusCode::NOT_FOUND);
        unknown.assert_says(&["We do not know this link"]);
        site.pages.post(&format!("/{kind}"), &cookie, &[]).await.assert(StatusCode::NOT_FOUND);
    }
    site.bed.clock.advance(TimeDelta::hours(24));
    let cookie = site.cookie_of("ann@example.org").await;
    for late in [site.pages.get(&link, &cookie).await, site.pages.post(&link, &cookie, &[]).await] {
        late.assert(StatusCode::GONE).assert_says(&["This link has expired", "24 hours"]);
    }
}

/// What is wrong stands at its field; the password does not come back. That somebody else has the address is not told.
#[tokio::test]
async fn faults_stand_at_their_fields() {
    let (site, cookie, _) = asked_for_another().await;
    for (to, password, status, field) in [
        ("ann@", PASSWORD, StatusCode::UNPROCESSABLE_ENTITY, "to"),
        ("ann@example.org", PASSWORD, StatusCode::CONFLICT, "to"),
        ("ann@other.example", "not the password", StatusCode::FORBIDDEN, "password"),
    ] {
        site.bed.clock.advance(TimeDelta::minutes(10));
        let form = site.pages.post("/account/address", &cookie, &[("to", to), ("password", password)]).await;
        let form = form.assert(status).assert_says(&[&format!("id=\"{field}-fault\""), &format!("value=\"{to}\"")]);
        form.assert_lacks(&["not the password"]).assert_says(&["id=\"email\" open"]);
    }
    site.bed.join("eve@example.org").await.unwrap();
    let typed = [("to", "eve@example.org"), ("password", PASSWORD)];
    site.pages.post("/account/address", &cookie, &typed).await.assert_leads_to("/account");
}
