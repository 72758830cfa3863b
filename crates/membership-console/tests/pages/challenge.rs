//! The second step of a sign-in.

use chrono::TimeDelta;
use membership_core::outbox::Content;
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::{
    app::wrong,
    post::{JoinedAtOnce, joined_at_once, letters},
    site::{Answer, Site},
};

async fn password(site: &Site, login: &str, next: &str) -> Answer {
    let typed = [("login", login), ("password", PASSWORD), ("next", next)];
    site.pages.post("/sign-in", "", &typed).await
}

/// The newest code that was mailed.
pub(crate) async fn mailed_code(site: &Site) -> String {
    let code = |content| if let Content::SignInCode { code, .. } = content { Some(code) } else { None };
    letters(site).await.into_iter().filter_map(code).next_back().unwrap()
}

/// Proves APP-22 and APP-23 with a second factor: by the address in the letter one signs in first, by both steps, and is then
/// where one wanted to be. Between them nothing is open.
#[tokio::test]
async fn both_steps_lead_where_one_wanted_to_be() {
    let JoinedAtOnce { site, open: welcome, .. } = joined_at_once().await;
    let ann = site.sets_up_app("ann@example.org").await;
    site.pages.get(&welcome, &ann.cookie).await.assert(StatusCode::OK);
    site.pages.get(&welcome, "").await.assert_leads_to(&format!("/sign-in?next={welcome}"));
    let challenged = password(&site, "ann@example.org", &welcome).await;
    let here = format!("/sign-in/code?next={welcome}");
    let challenged = challenged.assert_leads_to(&here);
    let (waiting, cookie) = (challenged.waiting(), challenged.header("set-cookie").to_owned());
    for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(challenged.sets("__Host-membership=").is_none());
    site.pages.get(&welcome, &waiting).await.assert_leads_to(&format!("/sign-in?next={welcome}"));

    let asked = site.pages.get(&here, &waiting).await.assert(StatusCode::OK);
    asked
        .assert_says(&[
            "inputmode=\"numeric\"",
            "autocomplete=\"one-time-code\"",
            "name=\"app\"",
            "name=\"recovery\"",
            "Cancel",
        ])
        .assert_lacks(&["name=\"mailed\"", "Mail me a code"]);
    let typed = [("app", ann.app.code(&site)), ("next", welcome.clone())];
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let there = site.pages.post("/sign-in/code", &waiting, &typed).await.assert_leads_to(&welcome);
    assert_eq!(there.sets("__Host-membership-challenge="), Some("__Host-membership-challenge=".to_owned()));
    site.pages.get(&welcome, &there.cookie()).await.assert(StatusCode::OK);
    // The code is used up, and so is the sign-in.
    site.pages.post("/sign-in/code", &waiting, &typed).await.assert(StatusCode::UNAUTHORIZED);
}

/// Proves A79 in part: wherever `next` says, both steps stay here.
#[tokio::test]
async fn next_leads_nowhere_else() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    for bad in ["//e.example", "https://e.example", "/sign-in/code?next=//e", "javascript:alert(1)"] {
        let challenged = password(&site, "root", bad).await.assert_leads_to("/sign-in/code?next=/");
        let waiting = challenged.waiting();
        let typed = [("app", "000000"), ("next", bad)];
        let form = site.pages.post("/sign-in/code", &waiting, &typed).await.assert(StatusCode::UNAUTHORIZED);
        form.assert_says(&["name=\"next\" value=\"/\""]).assert_lacks(&["e.example", "javascript:"]);
        let code = root.app.code(&site);
        site.pages.post("/sign-in/code", &waiting, &[("app", &code), ("next", bad)]).await.assert_leads_to("/");
        site.bed.clock.advance(TimeDelta::seconds(30));
    }
}

/// Proves A64 in part, on the page: after five wrong codes a right one does not help, and the cookie is taken away.
#[tokio::test]
async fn five_wrong_codes_end_it() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    let waiting = password(&site, "root", "/").await.waiting();
    let bad = wrong(&root.app, &site);
    for _ in 0..5 {
        let form = site.pages.post("/sign-in/code", &waiting, &[("app", &bad)]).await;
        form.assert(StatusCode::UNAUTHORIZED)
            .assert_says(&["id=\"app-fault\"", " autofocus aria-invalid"])
            .assert_lacks(&[&bad]);
    }
    let code = root.app.code(&site);
    let over = site.pages.post("/sign-in/code", &waiting, &[("app", &code)]).await.assert(StatusCode::UNAUTHORIZED);
    let over = over.assert_says(&["This sign-in is over", "Sign in again", "href=\"/sign-in?next=/\""]);
    assert_eq!(over.sets("__Host-membership-challenge="), Some("__Host-membership-challenge=".to_owned()));
    assert!(over.sets("__Host-membership=").is_none());
    // The password alone opens another, and the same code does.
    let waiting = password(&site, "root", "/").await.waiting();
    site.pages.post("/sign-in/code", &waiting, &[("app", &code)]).await.assert_leads_to("/");
}

/// A mailed code signs in, the newest alone, in the sign-in that it was mailed for alone.
#[tokio::test]
async fn a_mailed_code_signs_in() {
    let JoinedAtOnce { site, .. } = joined_at_once().await;
    let cookie = site.cookie_of("ann@example.org").await;
    let set = site.pages.post("/account/mailed-codes", &cookie, &[]).await.assert(StatusCode::OK);
    set.assert_says(&["Keep these recovery codes"]);
    let waiting = password(&site, "ann@example.org", "/").await.waiting();
    let asked = site.pages.get("/sign-in/code", &waiting).await.assert(StatusCode::OK);
    asked.assert_says(&["Mail me a code"]).assert_lacks(&["name=\"app\"", "name=\"mailed\""]);
    // Without a mail there is no code, not even an easy one.
    site.pages.post("/sign-in/code", &waiting, &[("mailed", "00000000")]).await.assert(StatusCode::UNAUTHORIZED);
    for sent in ["/sign-in/code?next=/&sent=true"; 2] {
        site.pages.post("/sign-in/code/mail", &waiting, &[]).await.assert_leads_to(sent);
    }
    let asked = site.pages.get("/sign-in/code?next=/&sent=true", &waiting).await.assert(StatusCode::OK);
    asked.assert_says(&["name=\"mailed\"", "A code is on its way", "Mail me another code"]);
    let code = mailed_code(&site).await;
    let elsewhere = password(&site, "ann@example.org", "/").await.waiting();
    site.pages.post("/sign-in/code", &elsewhere, &[("mailed", &code)]).await.assert(StatusCode::UNAUTHORIZED);
    let spaced = format!(" {} {}", &code[..4], &code[4..]);
    let there = site.pages.post("/sign-in/code", &waiting, &[("mailed", &spaced)]).await.assert_leads_to("/");
    site.pages.get("/", &there.cookie()).await.assert(StatusCode::OK);
}

/// Proves A70 in part, on the page: three mails at once, and then one waits; the form says how long.
#[tokio::test]
async fn mails_are_not_sent_without_end() {
    let JoinedAtOnce { site, .. } = joined_at_once().await;
    let cookie = site.cookie_of("ann@example.org").await;
    site.pages.post("/account/mailed-codes", &cookie, &[]).await.assert(StatusCode::OK);
    let waiting = password(&site, "ann@example.org", "/").await.waiting();
    for _ in 0..3 {
        site.pages.post("/sign-in/code/mail", &waiting, &[]).await.assert(StatusCode::SEE_OTHER);
    }
    let wait = site.pages.post("/sign-in/code/mail", &waiting, &[]).await.assert(StatusCode::TOO_MANY_REQUESTS);
    wait.assert_says(&["This was tried too often", "name=\"mailed\""]);
}

/// A recovery code signs in, as it may have been written down, once.
#[tokio::test]
async fn a_recovery_code_signs_in_once() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    assert_eq!(root.recovery.len(), 10);
    let code = root.recovery[0].to_uppercase().replace('-', " ");
    let waiting = password(&site, "root", "/").await.waiting();
    let there = site.pages.post("/sign-in/code", &waiting, &[("recovery", &code)]).await.assert_leads_to("/");
    let own = site.pages.get("/account", &there.cookie()).await.assert(StatusCode::OK);
    own.assert_says(&["9 left"]);
    let waiting = password(&site, "root", "/").await.waiting();
    let again = site.pages.post("/sign-in/code", &waiting, &[("recovery", &code)]).await;
    again.assert(StatusCode::UNAUTHORIZED).assert_says(&["id=\"recovery-fault\"", "<details class=\"folded\" open"]);
}

/// Whoever cancels is back at the password, and the sign-in is over for whoever has kept its key.
#[tokio::test]
async fn it_can_be_given_up() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    let waiting = password(&site, "root", "/account").await.waiting();
    let back = site.pages.post("/sign-in/code/give-up", &waiting, &[("next", "/account")]).await;
    let back = back.assert_leads_to("/sign-in?next=/account");
    assert_eq!(back.sets("__Host-membership-challenge="), Some("__Host-membership-challenge=".to_owned()));
    let code = root.app.code(&site);
    site.pages.post("/sign-in/code", &waiting, &[("app", &code)]).await.assert(StatusCode::UNAUTHORIZED);
}

/// Ten minutes, not longer; without a cookie one begins anew; a form of another make is none.
#[tokio::test]
async fn what_does_not_wait_begins_anew() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    let waiting = password(&site, "root", "/").await.waiting();
    let code = root.app.code(&site);
    for held in
        ["", "__Host-membership-challenge=", "__Host-membership-challenge=2.mbk_x", "membership-challenge=2.mbc_x"]
    {
        site.pages.get("/sign-in/code?next=/account", held).await.assert_leads_to("/sign-in?next=/account");
        site.pages.post("/sign-in/code", held, &[("app", &code)]).await.assert_leads_to("/sign-in?next=/");
        site.pages.post("/sign-in/code/mail", held, &[]).await.assert_leads_to("/sign-in?next=/");
    }
    let planted = format!("{waiting}; __Host-membership-challenge=2.mbc_x");
    site.pages.get("/sign-in/code", &planted).await.assert_leads_to("/sign-in?next=/");
    for bad in [&[][..], &[("app", "1"), ("recovery", "2")], &[("app", "1"), ("account", "x")]] {
        site.pages.post("/sign-in/code", &waiting, bad).await.assert(StatusCode::BAD_REQUEST);
    }
    site.bed.clock.advance(TimeDelta::minutes(10));
    let code = root.app.code(&site);
    let over = site.pages.post("/sign-in/code", &waiting, &[("app", &code)]).await.assert(StatusCode::UNAUTHORIZED);
    over.assert_says(&["This sign-in is over"]);
}

/// On the way through an invitation both steps are needed, and with the second the person has joined.
#[tokio::test]
async fn on_the_way_through_an_invitation() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let (_, invitation) = site.invite_to(&other, membership_core::invitation::invite::Reach::Link(None)).await;
    site.pages.post(&format!("{invitation}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let typed = [("login", "root"), ("password", PASSWORD)];
    let challenged = site.pages.post(&format!("{invitation}/sign-in"), "", &typed).await;
    let waiting = challenged.assert_leads_to(&format!("{invitation}/code")).waiting();
    let asked = site.pages.get(&format!("{invitation}/code"), &waiting).await.assert(StatusCode::OK);
    asked.assert_says(&[&format!("action=\"{invitation}/code\"")]).assert_lacks(&["name=\"next\""]);
    let bad = wrong(&root.app, &site);
    site.pages.post(&format!("{invitation}/code"), &waiting, &[("app", &bad)]).await.assert(StatusCode::UNAUTHORIZED);
    let code = root.app.code(&site);
    let joined = site.pages.post(&format!("{invitation}/code"), &waiting, &[("app", &code)]).await;
    let joined = joined.assert_leads_to(&format!("/welcome/{}", other.tenant.id));
    site.pages.get(&format!("/welcome/{}", other.tenant.id), &joined.cookie()).await.assert(StatusCode::OK);
}
