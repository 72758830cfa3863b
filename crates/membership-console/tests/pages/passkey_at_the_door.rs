//! Signing in by a passkey: alone, as the second step, and on the way through an invitation.

use membership_core::invitation::invite::Reach;
use membership_testkit::{PlainPasskey, bed::PASSWORD};
use poem::http::StatusCode;

use crate::{
    passkey::shown,
    site::{Answer, Site},
};

/// Begins at `begin`, shows `passkey`, and sends it to `end`.
async fn by_passkey(
    site: &Site,
    (begin, end): (&str, &str),
    cookie: &str,
    next: Option<&str>,
    passkey: &mut PlainPasskey,
) -> Answer {
    let carried: Vec<(&str, &str)> = next.into_iter().map(|next| ("next", next)).collect();
    let asked = site.pages.post(begin, cookie, &carried).await.assert(StatusCode::OK);
    let [state, credential] = shown(&asked, passkey);
    let form = [carried.as_slice(), &[(state.0, &state.1), (credential.0, &credential.1)]].concat();
    site.pages.post(end, cookie, &form).await
}

const ALONE: (&str, &str) = ("/sign-in/passkey", "/sign-in/passkey/shown");

/// A passkey alone leads where one wanted to be, and nowhere else (A79 in part); the same answer does so once.
#[tokio::test]
async fn alone_it_leads_where_one_wanted_to_be() {
    let site = Site::new().await;
    let mut root = site.sets_up_passkey("root").await;
    let welcome = site.welcome();
    let form = site.pages.get(&format!("/sign-in?next={welcome}"), "").await.assert(StatusCode::OK);
    form.assert_says(&[
        "action=\"/sign-in/passkey\" data-passkey-offer hidden",
        "Sign in with a passkey",
        "<noscript>",
    ]);
    let asked = site.pages.post("/sign-in/passkey", "", &[("next", &welcome)]).await.assert(StatusCode::OK);
    let asked = asked.assert_says(&[
        "data-passkey=\"get\"",
        "data-at-once",
        &format!("name=\"next\" value=\"{welcome}\""),
        &format!("href=\"/sign-in?next={welcome}\""),
    ]);
    let [state, credential] = shown(&asked, &mut root.passkey);
    let form = [("next", welcome.as_str()), (state.0, &state.1), (credential.0, &credential.1)];
    let there = site.pages.post("/sign-in/passkey/shown", "", &form).await.assert_leads_to(&welcome);
    site.pages.get(&welcome, &there.cookie()).await.assert(StatusCode::OK);
    let again = site.pages.post("/sign-in/passkey/shown", "", &form).await.assert(StatusCode::UNAUTHORIZED);
    assert!(again.sets("__Host-membership=").is_none());
    again.assert_says(&["This passkey opens nothing here", &format!("href=\"/sign-in?next={welcome}\"")]);

    for bad in ["//e.example", "https://e.example", "javascript:alert(1)"] {
        by_passkey(&site, ALONE, "", Some(bad), &mut root.passkey).await.assert_leads_to("/");
    }
    let anew = by_passkey(&site, ALONE, &there.cookie(), None, &mut root.passkey).await.assert_leads_to("/");
    site.pages.get("/", &there.cookie()).await.assert_leads_to("/sign-in");
    site.pages.get("/organisations", &anew.cookie()).await.assert(StatusCode::OK);
}

/// What is nobody's passkey opens nothing, and a form of another make is none.
#[tokio::test]
async fn a_foreign_one_opens_nothing() {
    let site = Site::new().await;
    site.sets_up_passkey("root").await;
    let mut foreign = PlainPasskey::new(site.account_of("root").await.id, vec![9; 32]);
    let refused = by_passkey(&site, ALONE, "", None, &mut foreign).await.assert(StatusCode::UNAUTHORIZED);
    assert!(refused.sets("__Host-membership=").is_none());
    for bad in [&[][..], &[("state", "AAAA")], &[("state", "AAAA"), ("credential", "{}"), ("account", "x")]] {
        site.pages.post("/sign-in/passkey/shown", "", bad).await.assert(StatusCode::BAD_REQUEST);
    }
    let empty = site.pages.post("/sign-in/passkey/shown", "", &[("state", "AAAA"), ("credential", "")]).await;
    empty.assert(StatusCode::UNAUTHORIZED);
}

/// Beside the password: offered where there is one, shown in its own ceremony, told when it is not taken. A ceremony of another
/// sign-in opens nothing.
#[tokio::test]
async fn as_the_second_step() {
    let site = Site::new().await;
    let mut root = site.sets_up_passkey("root").await;
    let typed = [("login", "root"), ("password", PASSWORD), ("next", "/account")];
    let code = ("/sign-in/code/passkey", "/sign-in/code");
    let challenged = site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/sign-in/code?next=/account");
    let waiting = challenged.waiting();
    let page = site.pages.get("/sign-in/code?next=/account", &waiting).await.assert(StatusCode::OK);
    page.assert_says(&["Show your passkey", "action=\"/sign-in/code/passkey\"", "name=\"recovery\"", "<noscript>"])
        .assert_lacks(&["name=\"app\"", "Mail me a code", "Enter your code"]);

    let mut foreign = PlainPasskey::new(site.account_of("root").await.id, vec![9; 32]);
    let refused = by_passkey(&site, code, &waiting, Some("/account"), &mut foreign).await;
    let refused =
        refused.assert(StatusCode::UNAUTHORIZED).assert_says(&["This passkey was not taken", "role=\"alert\""]);
    refused.assert_lacks(&["code is wrong"]);
    let alone = site.pages.post("/sign-in/passkey", "", &[]).await;
    let [state, credential] = shown(&alone, &mut root.passkey);
    let form = [(state.0, state.1.as_str()), (credential.0, credential.1.as_str())];
    site.pages.post("/sign-in/code", &waiting, &form).await.assert(StatusCode::UNAUTHORIZED);
    for bad in [&form[..1], &[form[0], form[1], ("app", "000000")]] {
        site.pages.post("/sign-in/code", &waiting, bad).await.assert(StatusCode::BAD_REQUEST);
    }

    let there =
        by_passkey(&site, code, &waiting, Some("/account"), &mut root.passkey).await.assert_leads_to("/account");
    assert_eq!(there.sets("__Host-membership-challenge="), Some("__Host-membership-challenge=".to_owned()));
    site.pages.get("/account", &there.cookie()).await.assert(StatusCode::OK).assert_says(&["last used"]);
    site.pages.post("/sign-in/code/passkey", "", &[]).await.assert_leads_to("/sign-in?next=/");
}

/// Who has an app as well chooses; who has none is offered none, and told so who asks all the same.
#[tokio::test]
async fn it_is_offered_to_whoever_has_one() {
    let site = Site::new().await;
    site.bed.added("nina", &["Member"]).await.unwrap();
    let typed = |login| [("login", login), ("password", PASSWORD)];
    let nina = site.sets_up_app("nina").await;
    let waiting = site.pages.post("/sign-in", "", &typed("nina")).await.waiting();
    let page = site.pages.get("/sign-in/code", &waiting).await.assert(StatusCode::OK);
    page.assert_lacks(&["data-passkey", "/assets/passkey."]);
    let none = site.pages.post("/sign-in/code/passkey", &waiting, &[]).await.assert(StatusCode::CONFLICT);
    none.assert_says(&["This one is not set up"]);
    let code = nina.app.code(&site);
    let cookie = site.pages.post("/sign-in/code", &waiting, &[("app", &code)]).await.assert_leads_to("/").cookie();

    let mut passkey = PlainPasskey::new(site.account_of("nina").await.id, vec![1; 32]);
    let asked = site.pages.get("/account/passkey", &cookie).await.assert(StatusCode::OK);
    let [state, credential] = shown(&asked, &mut passkey);
    let form = [("name", "Key"), (state.0, &state.1), (credential.0, &credential.1)];
    site.pages.post("/account/passkey/confirm", &cookie, &form).await.assert_leads_to("/account");
    let waiting = site.pages.post("/sign-in", "", &typed("nina")).await.waiting();
    let page = site.pages.get("/sign-in/code", &waiting).await.assert(StatusCode::OK);
    page.assert_says(&["Enter your code", "name=\"app\"", "action=\"/sign-in/code/passkey\""]);
}

/// On the way through an invitation: alone, and as the second step; with either the person has joined.
#[tokio::test]
async fn on_the_way_through_an_invitation() {
    let site = Site::new().await;
    let mut root = site.sets_up_passkey("root").await;
    for way in ["alone", "second"] {
        let other = site.bed.found(&format!("Other {way}"), &format!("olga-{way}")).await.unwrap();
        let (_, invitation) = site.invite_to(&other, Reach::Link(None)).await;
        site.pages.post(&format!("{invitation}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
        let form = site.pages.get(&format!("{invitation}/sign-in"), "").await.assert(StatusCode::OK);
        form.assert_says(&[&format!("action=\"{invitation}/passkey\""), "Join with a passkey"]);
        let typed = [("login", "root"), ("password", PASSWORD)];
        let (cookie, begin, end) = if way == "alone" {
            (String::new(), format!("{invitation}/passkey"), format!("{invitation}/passkey/shown"))
        } else {
            let challenged = site.pages.post(&format!("{invitation}/sign-in"), "", &typed).await;
            (challenged.waiting(), format!("{invitation}/code/passkey"), format!("{invitation}/code"))
        };
        let joined = by_passkey(&site, (&begin, &end), &cookie, None, &mut root.passkey).await;
        let welcome = format!("/welcome/{}", other.tenant.id);
        let joined = joined.assert_leads_to(&welcome);
        site.pages.get(&welcome, &joined.cookie()).await.assert(StatusCode::OK);
        let over = site.pages.post(&format!("{invitation}/passkey"), "", &[]).await;
        assert_ne!(over.status, StatusCode::OK, "it leads back to the invitation, or says that it is over");
    }
}
