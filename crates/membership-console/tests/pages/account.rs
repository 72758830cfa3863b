//! The own page.

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::site::Site;

/// Every address of the own page, and whether it takes a form.
const PAGES: [&str; 5] = ["/account", "/account/app", "/account/close", "/account/passkey", "/account/second-factor"];
const FORMS: [&str; 12] = [
    "/account/name",
    "/account/address",
    "/account/app",
    "/account/app/confirm",
    "/account/app/remove",
    "/account/passkey/confirm",
    "/account/passkey/remove",
    "/account/mailed-codes",
    "/account/mailed-codes/remove",
    "/account/recovery-codes",
    "/account/sessions/end-others",
    "/account/close",
];

/// What each form takes.
fn typed(form: &str) -> &'static [(&'static str, &'static str)] {
    match form {
        "/account/name" => &[("name", "Eve")],
        "/account/address" => &[("to", "eve@example.org"), ("password", PASSWORD)],
        "/account/app/confirm" => &[("code", "000000")],
        "/account/passkey/confirm" => &[("name", "Phone"), ("state", "AAAA"), ("credential", "{}")],
        "/account/passkey/remove" => &[("credential", "AAAA")],
        _ => &[],
    }
}

#[tokio::test]
async fn who_is_signed_out_signs_in_first() {
    let site = Site::new().await;
    for page in PAGES {
        let next = if page == "/account/close" { page } else { "/account" };
        site.pages.get(page, "").await.assert_leads_to(&format!("/sign-in?next={next}"));
    }
    for form in FORMS {
        site.pages.post(form, "", typed(form)).await.assert_leads_to("/sign-in?next=/account");
    }
    site.pages.post("/account/sessions/x/end", "", &[]).await.assert_leads_to("/sign-in?next=/account");
}

/// Proves A76 in part: a form of another site changes nothing of the account.
#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let site = Site::new().await;
    let (root, before) = (site.cookie_of("root").await, site.account_of("root").await);
    for form in FORMS.into_iter().chain([
        "/sign-in/code",
        "/sign-in/code/passkey",
        "/sign-in/passkey",
        "/sign-in/passkey/shown",
        "/forgotten",
        "/reset/mbr_x",
        "/address/mbe_x",
        "/former-address/mbf_x",
    ]) {
        for origin in ["https://e.example", "null", "http://members.example.org"] {
            site.pages.post_from(origin, form, &root).await.assert(StatusCode::FORBIDDEN);
        }
    }
    assert_eq!(site.account_of("root").await, before);
}

/// Proves A77 in part: a hostile name, address or program does nothing on the own page, and every new page is locked down.
#[tokio::test]
async fn hostile_names_are_inert() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for name in ["<img src=x onerror=alert(1)>", "{{7*7}}", "\"><script>alert(1)</script>", "' autofocus onfocus='x"] {
        site.pages.post("/account/name", &root, &[("name", name)]).await.assert_leads_to("/account");
        for page in ["/account", "/account/close"] {
            let shown = site.pages.get(page, &root).await.assert(StatusCode::OK);
            shown.assert_lacks(&["<img", "<script>", "onfocus='", ">49<", "\"\">"]);
        }
    }
    let bad = "<img src=x onerror=alert(1)>";
    for (form, typed) in [
        ("/account/address", &[("to", bad), ("password", bad)][..]),
        ("/forgotten", &[("login", bad)]),
        ("/account/app/confirm", &[("code", bad)]),
    ] {
        site.pages.post(form, &root, typed).await.assert_lacks(&["<img"]);
    }
    let shown = site.pages.post("/account/app", &root, &[]).await.assert(StatusCode::OK);
    let policy = shown.header("content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-"), "{policy}");
    assert_eq!(shown.header("cache-control"), "no-store");
    shown.assert_lacks(&["<style", " style=", "javascript:", "<?xml"]);
}

/// A name is changed for oneself; what an organisation calls one stays.
#[tokio::test]
async fn a_name_is_ones_own() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let bad = site.pages.post("/account/name", &root, &[("name", " ")]).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    bad.assert_says(&["id=\"name-fault\"", "<details class=\"setting\" open"]);
    site.pages.post("/account/name", &root, &[("name", "Ruth Root")]).await.assert_leads_to("/account");
    site.pages.get("/account", &root).await.assert(StatusCode::OK).assert_says(&["Ruth Root"]);
    assert_eq!(site.bed.member.name.as_str(), "Root");
    let member = site.world().await.members.into_iter().find(|member| member.id == site.bed.member.id).unwrap();
    assert_eq!(member.name.as_str(), "Root");
}

/// Proves A49 in part, on the page: sessions are listed, one is ended alone, and all others at once; the one that asks goes on.
#[tokio::test]
async fn sessions_are_ended() {
    let site = Site::new().await;
    let here = site.cookie_of("root").await;
    // The set-up has begun a session, too.
    let here = site.pages.post("/account/sessions/end-others", &here, &[]).await.cookie();
    let alone = site.pages.get("/account", &here).await.assert(StatusCode::OK);
    alone.assert_says(&["This one"]).assert_lacks(&["Sign out everywhere else"]);
    site.bed.clock.advance(TimeDelta::minutes(1));
    let there = site.cookie_of("root").await;
    let list = site.pages.get("/account", &here).await.assert(StatusCode::OK);
    let id = ends(&list.body).pop().unwrap();
    site.pages.post(&format!("/account/sessions/{id}/end"), &here, &[]).await.assert_leads_to("/account#sessions");
    site.pages.get("/account", &there).await.assert_leads_to("/sign-in?next=/account");
    let again = site.pages.post(&format!("/account/sessions/{id}/end"), &here, &[]).await;
    again.assert(StatusCode::NOT_FOUND).assert_says(&["That session is over already"]);

    let there = site.cookie_of("root").await;
    let anew = site.pages.post("/account/sessions/end-others", &here, &[]).await.assert_leads_to("/account#sessions");
    for over in [&there, &here] {
        site.pages.get("/account", over).await.assert_leads_to("/sign-in?next=/account");
    }
    site.pages.get("/account", &anew.cookie()).await.assert(StatusCode::OK);
}

/// The sessions that a list can end.
fn ends(list: &str) -> Vec<String> {
    let parts = list.split("action=\"/account/sessions/").skip(1).filter_map(|part| part.split_once("/end\""));
    parts.map(|(id, _)| id.to_owned()).filter(|id| id.len() == 36).collect()
}

/// Nobody ends the session of somebody else.
#[tokio::test]
async fn sessions_of_others_are_none() {
    let site = Site::new().await;
    site.bed.added("nina", &["Member"]).await.unwrap();
    let (root, nina) = (site.cookie_of("root").await, site.cookie_of("nina").await);
    site.bed.clock.advance(TimeDelta::minutes(1));
    site.cookie_of("nina").await;
    let ends = ends(&site.pages.get("/account", &nina).await.body);
    assert!(!ends.is_empty());
    for id in ends {
        let answer = site.pages.post(&format!("/account/sessions/{id}/end"), &root, &[]).await;
        answer.assert(StatusCode::NOT_FOUND);
    }
    site.pages.get("/account", &nina).await.assert(StatusCode::OK);
}

/// Whoever is a member leaves first; then, asked once more and having just signed in, the account is closed for good.
#[tokio::test]
async fn an_account_is_closed() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap();
    let cookie = site.cookie_of("ann@example.org").await;
    let first = site.pages.get("/account/close", &cookie).await.assert(StatusCode::OK);
    first.assert_says(&["Leave your organisations first", "/leave\""]).assert_lacks(&["Yes, close it"]);
    let refused = site.pages.post("/account/close", &cookie, &[]).await.assert(StatusCode::CONFLICT);
    refused.assert_says(&["You are still a member", "Example Ltd"]);
    site.pages.post(&format!("/welcome/{}/leave", ann.member.tenant), &cookie, &[]).await.assert(StatusCode::OK);

    site.bed.clock.advance(TimeDelta::minutes(15));
    for asked in
        [site.pages.get("/account/close", &cookie).await, site.pages.post("/account/close", &cookie, &[]).await]
    {
        let asked = asked.assert(StatusCode::FORBIDDEN);
        asked.assert_says(&["Please sign in anew", "15 minutes ago", "name=\"next\" value=\"/account/close\""]);
    }
    let typed = [("login", "ann@example.org"), ("password", PASSWORD), ("next", "/account/close")];
    let cookie = site.pages.post("/sign-in", &cookie, &typed).await.assert_leads_to("/account/close").cookie();
    let asked = site.pages.get("/account/close", &cookie).await.assert(StatusCode::OK);
    asked.assert_says(&["Close your account?", "Yes, close it for good"]);
    let done = site.pages.post("/account/close", &cookie, &[]).await.assert(StatusCode::OK);
    assert_eq!(done.sets("__Host-membership="), Some("__Host-membership=".to_owned()));
    done.assert_says(&["Your account is closed"]);
    site.pages.get("/account", &cookie).await.assert_leads_to("/sign-in?next=/account");
    site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::UNAUTHORIZED);
}
