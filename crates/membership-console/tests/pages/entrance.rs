//! Signing in and out, and the first page.

use std::fmt::Write;

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::{
    post::{JoinedAtOnce, joined_at_once},
    site::Site,
};

#[tokio::test]
async fn signing_in_and_out() {
    let site = Site::new().await;
    site.pages.get("/", "").await.assert_leads_to("/sign-in");
    site.pages.get("/sign-in", "").await.assert(StatusCode::OK).assert_says(&["name=\"login\"", "name=\"password\""]);
    let root = site.cookie_of("root").await;
    site.pages.get("/sign-in", &root).await.assert_leads_to("/");
    site.pages.get("/", &root).await.assert_leads_to(&site.at("members"));
    site.pages
        .get("/organisations", &root)
        .await
        .assert(StatusCode::OK)
        .assert_says(&["<bdi class=\"name\">Example Ltd</bdi>"]);

    let again = site.pages.post("/sign-in", &root, &[("login", "root"), ("password", PASSWORD)]).await;
    let anew = again.assert(StatusCode::SEE_OTHER).cookie();
    site.pages.get("/", &root).await.assert_leads_to("/sign-in");
    let root = anew;

    let out = site.pages.post("/sign-out", &root, &[]).await.assert_leads_to("/");
    assert_eq!(out.header("clear-site-data"), "\"cookies\", \"storage\", \"cache\"");
    site.pages.get("/", &root).await.assert_leads_to("/sign-in");
    site.pages.post("/sign-out", &root, &[]).await.assert_leads_to("/");
}

/// Proves APP-3 in part: whoever is not signed in is led to the sign-in from every page, and it says how one gets an account.
#[tokio::test]
async fn whoever_has_no_account_is_told_how_to_get_one() {
    let site = Site::new().await;
    for page in ["/", "/organisations", "/account", &site.at("members"), &site.welcome()] {
        let led = site.pages.get(page, "").await.assert(StatusCode::SEE_OTHER);
        let form = led.header("location").to_owned();
        assert!(form.starts_with("/sign-in"), "{page}: {form}");
        let form = site.pages.get(&form, "").await.assert(StatusCode::OK);
        form.assert_says(&["No account yet?", "open the link that you were sent"]);
    }
}

/// Proves A48 on the page: the answer does not tell which of the two was wrong; what was typed comes back as it was
/// typed, the password does not.
#[tokio::test]
async fn a_wrong_password_and_a_wrong_name_look_alike() {
    let site = Site::new().await;
    let mut bodies = Vec::new();
    for login in ["root", "RooT", "nobody", "NoBody@Example.ORG"] {
        let typed = [("login", login), ("password", "not-the-password")];
        let answer = site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::UNAUTHORIZED);
        let answer = answer.assert_lacks(&["not-the-password"]).assert_says(&[&format!("value=\"{login}\"")]);
        assert!(answer.headers.get("set-cookie").is_none());
        bodies.push(answer.body.replace(login, "…"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

/// Proves APP-22, APP-23 and APP-24: the address in the letter leads inside whoever is signed in; without a session in this
/// browser, whatever another one has, one signs in first, and is then where one wanted to be.
#[tokio::test]
async fn signing_in_leads_where_one_wanted_to_be() {
    let JoinedAtOnce { site, open: welcome, .. } = joined_at_once().await;
    let (this_browser, other_browser) = (site.cookie_of("ann@example.org").await, "");
    let inside = site.pages.get(&welcome, &this_browser).await.assert(StatusCode::OK);
    inside.assert_says(&["You are a member of <bdi>Example Ltd</bdi>"]);
    site.pages.get(&welcome, other_browser).await.assert_leads_to(&format!("/sign-in?next={welcome}"));
    let form = site.pages.get(&format!("/sign-in?next={welcome}"), "").await.assert(StatusCode::OK);
    form.assert_says(&[&format!("name=\"next\" value=\"{welcome}\"")]);
    let typed = [("login", "ann@example.org"), ("password", PASSWORD), ("next", welcome.as_str())];
    let there = site.pages.post("/sign-in", "", &typed).await.assert_leads_to(&welcome).cookie();
    site.pages.get(&welcome, &there).await.assert(StatusCode::OK);
}

/// Proves A79: whatever `next` says, one stays here.
#[tokio::test]
async fn next_leads_nowhere_else() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for bad in [
        "//e.example",
        "/\\e.example",
        "/%09/e.example",
        "/\t/e.example",
        "https:e.example",
        "https://e.example",
        "javascript:alert(1)",
        "@e.example",
        "/@e.example",
        "//user@e.example",
        "\u{3002}e.example",
        "/\u{ff0f}e.example",
        "/welcome/../../e",
        "/invitation/x?next=//e",
        "/sign-in?next=//e",
        "http:/\\e.example",
        "/\r\nLocation: //e",
    ] {
        // Nobody may try more often.
        site.bed.clock.advance(TimeDelta::seconds(10));
        let typed = [("login", "root"), ("password", PASSWORD), ("next", bad)];
        site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/");
        site.pages.post("/sign-out", "", &[("next", bad)]).await.assert_leads_to("/");
        let query = poem::http::uri::PathAndQuery::try_from(format!("/sign-in?next={}", escaped(bad))).unwrap();
        site.pages.get(query.as_str(), &root).await.assert_leads_to("/");
        site.pages.get(query.as_str(), "").await.assert(StatusCode::OK).assert_says(&["name=\"next\" value=\"/\""]);
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02x}").unwrap();
        escaped
    })
}
