//! A forgotten password: the link that is mailed, and the page behind it.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use membership_core::{link::Purpose, outbox::Content};
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::{
    app::wrong,
    post::{letters, path},
    site::Site,
};

const OWN: &str = "a sentence that only Ann knows";

/// Ann has an account with a proved address, and has read her letters.
async fn with_ann() -> Site {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    letters(&site).await;
    site
}

async fn mailed_link(site: &Site) -> String {
    let link = |content| if let Content::Reset { link, .. } = content { Some(path(&link)) } else { None };
    letters(site).await.into_iter().find_map(link).unwrap()
}

/// Proves A48 in part: whoever is typed, the page is the same, and comes a quarter of a second later; only a mailbox tells.
#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let site = with_ann().await;
    let asked = site.pages.get("/forgotten", "").await.assert(StatusCode::OK);
    asked.assert_says(&["name=\"login\"", "Mail me a link"]);
    let mut bodies = Vec::new();
    for login in ["ann@example.org", "ANN@example.org", "root", "nobody@example.org", "nobody", "", "@", "<img>"] {
        let started = Instant::now();
        let answer = site.pages.post("/forgotten", "", &[("login", login)]).await.assert(StatusCode::OK);
        let took = started.elapsed();
        assert!(took >= Duration::from_millis(250), "{login}: {took:?}");
        bodies.push(answer.body);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    let resets = letters(&site).await.into_iter().filter(|content| matches!(content, Content::Reset { .. }));
    assert!(resets.count() > 0);
}

/// Proves A53 on the page, and A50 in part: the link changes the password of its account, signs nobody in, ends every session,
/// and works once.
#[tokio::test]
async fn a_link_changes_the_password_and_signs_nobody_in() {
    let site = with_ann().await;
    let before = site.cookie_of("ann@example.org").await;
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    let link = mailed_link(&site).await;
    let asked = site.pages.get(&link, "").await.assert(StatusCode::OK);
    asked
        .assert_says(&["Choose another password", "value=\"ann@example.org\"", "autocomplete=\"new-password\""])
        .assert_lacks(&["name=\"code\""]);
    for (new, fault) in [("short-secret", "shorter than 15"), ("ann@example.org", "your own name")] {
        let form = site.pages.post(&link, "", &[("new", new)]).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
        form.assert_says(&["id=\"new-fault\"", fault]).assert_lacks(&["short-secret"]);
    }
    site.pages.post(&link, "", &[("new", OWN), ("account", "root")]).await.assert(StatusCode::BAD_REQUEST);
    let done = site.pages.post(&link, &before, &[("new", OWN)]).await.assert(StatusCode::OK);
    assert!(done.headers.get("set-cookie").is_none(), "{:?}", done.headers);
    done.assert_says(&["Your password is changed", "href=\"/sign-in\""]).assert_lacks(&["Sign out"]);
    site.pages.get("/", &before).await.assert_leads_to("/sign-in");
    for used in [site.pages.get(&link, "").await, site.pages.post(&link, "", &[("new", OWN)]).await] {
        used.assert(StatusCode::GONE).assert_says(&[
            "This link no longer works",
            "Ask for another link",
            "href=\"/forgotten\"",
        ]);
    }
    let typed = [("login", "ann@example.org"), ("password", PASSWORD)];
    site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::UNAUTHORIZED);
    site.pages.post("/sign-in", "", &[("login", "ann@example.org"), ("password", OWN)]).await.assert_leads_to("/");
}

/// Proves A52 on the page: with an app the link alone is not enough; a code of it is, or a recovery code.
#[tokio::test]
async fn an_app_is_asked_too() {
    let site = with_ann().await;
    let ann = site.sets_up_app("ann@example.org").await;
    for recovery in [false, true] {
        site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
        let link = mailed_link(&site).await;
        site.pages.get(&link, "").await.assert(StatusCode::OK).assert_says(&["name=\"code\""]);
        let bad = wrong(&ann.app, &site);
        for without in [&[("new", OWN)][..], &[("new", OWN), ("code", " ")], &[("new", OWN), ("code", &bad)]] {
            let form = site.pages.post(&link, "", without).await.assert(StatusCode::FORBIDDEN);
            form.assert_says(&["id=\"code-fault\""]).assert_lacks(&[OWN]);
        }
        let code = if recovery { ann.recovery[3].clone() } else { ann.app.code(&site) };
        let done = site.pages.post(&link, "", &[("new", OWN), ("code", &code)]).await.assert(StatusCode::OK);
        assert!(done.headers.get("set-cookie").is_none());
        site.bed.clock.advance(TimeDelta::minutes(11));
    }
    let typed = [("login", "ann@example.org"), ("password", OWN)];
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/sign-in/code?next=/");
}

/// Proves TEN-12 and TEN-13 on the page: while mailed codes are the only second factor no link is mailed, and the letter says
/// what to do; a link from before does not work any more.
#[tokio::test]
async fn one_mailbox_is_not_enough() {
    let site = with_ann().await;
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    let link = mailed_link(&site).await;
    let cookie = site.cookie_of("ann@example.org").await;
    site.pages.post("/account/mailed-codes", &cookie, &[]).await.assert(StatusCode::OK);
    site.pages.get(&link, "").await.assert(StatusCode::GONE);
    letters(&site).await;
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    let told = letters(&site).await;
    assert!(matches!(told.as_slice(), [Content::ResetRefused]), "{told:?}");
}

/// What is no link, and what is too old, says so, and what to do.
#[tokio::test]
async fn dead_links_say_why() {
    let site = with_ann().await;
    let unknown = site.pages.get("/reset/mbr_x", "").await.assert(StatusCode::NOT_FOUND);
    unknown.assert_says(&["We do not know this link", "href=\"/forgotten\""]);
    site.pages.post("/reset/mbr_x", "", &[("new", OWN)]).await.assert(StatusCode::NOT_FOUND);
    site.pages.post("/forgotten", "", &[("login", "ann@example.org")]).await.assert(StatusCode::OK);
    let link = mailed_link(&site).await;
    site.bed.clock.advance(TimeDelta::hours(24));
    let late = site.pages.get(&link, "").await.assert(StatusCode::GONE);
    late.assert_says(&["This link has expired", "This link could be used for 24 hours.", "Ask for another link"]);
    site.pages.post(&link, "", &[("new", OWN)]).await.assert(StatusCode::GONE);
    // A link for another purpose is none for this.
    let token = site.bed.membership.links().token(&site.account_of("root").await.link(Purpose::Address, 1));
    site.pages.get(&format!("/reset/{token}"), "").await.assert(StatusCode::NOT_FOUND);
}
