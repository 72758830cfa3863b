//! What holds for every page.

use membership_core::{
    invitation::invite::{Invite, Invitee, Reach},
    role::assign::Wanted,
};
use membership_testkit::bed::PASSWORD;
use poem::http::{StatusCode, header};

use crate::site::{ORIGIN, Site};

/// Proves A77 in part: every page, good or bad, forbids inline script and style, frames, plugins and foreign bases.
#[tokio::test]
async fn every_page_is_locked_down() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    let root = site.sets_up_app("root").await.cookie;
    let typed = [("login", "root"), ("password", PASSWORD)];
    let waiting = site.pages.post("/sign-in", "", &typed).await.waiting();
    let welcome = site.welcome();
    let (leave, searched) = (format!("{welcome}/leave"), format!("{welcome}?q=x+y+z"));
    for (page, cookie) in [
        (path.as_str(), ""),
        (&path, &root),
        ("/invitation/mbi_x", ""),
        ("/set-up/mbs_x", ""),
        ("/sign-in", ""),
        ("/organisations", &root),
        (&welcome, &root),
        ("/nowhere", ""),
        ("/sign-out", ""),
        ("/password", &root),
        ("/leaving/mbl_x", ""),
        ("/sign-in/code", &waiting),
        ("/forgotten", ""),
        ("/reset/mbr_x", ""),
        ("/address/mbe_x", &root),
        ("/former-address/mbf_x", ""),
        ("/account", &root),
        ("/account/close", &root),
        ("/account/passkey", &root),
        (&leave, &root),
        (&searched, &root),
        (&site.at("members"), &root),
        (&site.at("members?q=x+y+z"), &root),
        (&site.at(format_args!("members/{}", site.bed.member.id)), &root),
        (&site.at(format_args!("departments/{}", site.bed.root().unwrap())), &root),
        (&site.at("invite"), &root),
        (&site.at("invite/link"), &root),
        (&site.at("invite/password"), &root),
        (&site.at("roles"), &root),
        (&site.at("nowhere"), &root),
    ] {
        let answer = site.pages.get(page, cookie).await;
        let policy = answer.header("content-security-policy").to_owned();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"] {
            assert!(policy.contains(part), "{page}: {policy}");
        }
        assert!(!policy.contains("unsafe-"), "{page}: {policy}");
        assert_eq!(answer.header("cache-control"), "no-store", "{page}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{page}");
        assert!(answer.header("server").is_empty(), "{page}");
        answer.assert_lacks(&["<style", " style=", " onclick", "javascript:"]);
    }
}

/// Proves A77 in part: hostile ones are shown as they are, and do nothing.
#[tokio::test]
async fn hostile_names_are_inert() {
    let site = Site::new().await;
    let (root, role) = (site.cookie_of("root").await, site.bed.role("Member").await.unwrap());
    let hostile = ["<img src=x onerror=alert(1)>", "{{7*7}}", "\"><script>alert(1)</script>", "' autofocus onfocus='x"];
    for (row, name) in hostile.into_iter().enumerate() {
        let reach = Reach::Mail(format!("h{row}@example.org"));
        let people = vec![Invitee {
            name: name.into(),
            reach,
            assignments: vec![Wanted::role(role)],
            departments: vec![],
            language: None,
        }];
        let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
        let invited = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
        let path = site.path_of(&invited.invitation);
        let page = site.pages.get(&path, "").await.assert(StatusCode::OK);
        page.assert_lacks(&["<img", "<script>", "onfocus='", ">49<"]);
        site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
        let form = site.pages.get(&format!("{path}/register"), "").await.assert(StatusCode::OK);
        form.assert_lacks(&["<img", "<script>", "onfocus='", "\"\">"]);
    }
    let list = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    list.assert_lacks(&["<img", "<script>", "onfocus='"])
        .assert_says(&["&#60;img src=x onerror=alert(1)&#62;", "{{7*7}}"]);
}

/// Proves A76 in part: a form that another site sends is refused, whichever it is, with a page that says so.
#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let site = Site::new().await;
    let (_, invitation) = site.invite("ann@example.org").await;
    let (root, welcome) = (site.cookie_of("root").await, site.welcome());
    let before = site.world().await;
    for path in [
        format!("{invitation}/accept"),
        format!("{invitation}/reject"),
        format!("{invitation}/register"),
        format!("{invitation}/sign-in"),
        "/leaving/mbl_x".to_owned(),
        "/sign-in".to_owned(),
        "/sign-out".to_owned(),
        "/password".to_owned(),
        "/set-up/mbs_x".to_owned(),
        format!("{welcome}/invitations"),
        format!("{welcome}/leave"),
        format!("{welcome}/nomination/accept"),
        format!("{welcome}/nomination/decline"),
        format!("{welcome}/nomination/withdraw"),
        "/theme".to_owned(),
        site.at("members/bulk"),
        site.at(format_args!("members/{}/edit", site.bed.member.id)),
        site.at(format_args!("members/{}/disable", site.bed.member.id)),
        site.at(format_args!("departments/{}/rename", site.bed.root().unwrap())),
        site.at("invite"),
        site.at("invite/link"),
        site.at("invite/password"),
    ] {
        for origin in ["https://e.example", "null", "http://members.example.org"] {
            let foreign = site.pages.post_from(origin, &path, &root).await;
            foreign.assert(StatusCode::FORBIDDEN).assert_says(&["That did not work"]);
        }
    }
    assert_eq!(site.world().await, before);
    site.pages.get("/organisations", &root).await.assert(StatusCode::OK);
    site.pages.post_from(ORIGIN, &format!("{invitation}/accept"), "").await.assert(StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn errors_are_pages_too() {
    let site = Site::new().await;
    site.pages
        .get("/nowhere", "")
        .await
        .assert(StatusCode::NOT_FOUND)
        .assert_says(&["There is no such page", "href=\"/\""]);
    let answer = site.pages.get("/sign-out", "").await.assert(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.header("allow"), "POST");
    let bare = site.pages.post("/sign-in", "", &[("login", "root")]).await.assert(StatusCode::BAD_REQUEST);
    bare.assert_says(&["This form could not be read"]).assert_lacks(&["serde", "missing field"]);
}

/// Whoever tries too often is told when to try again, on every page that says so: to people, and to programs (RFC 6585, 4).
#[tokio::test]
async fn what_was_tried_too_often_says_when() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let (root, ann) = (site.cookie_of("root").await, site.cookie_of("ann@example.org").await);
    site.pages.post("/account/mailed-codes", &ann, &[]).await.assert(StatusCode::OK);
    let typed = [("login", "ann@example.org"), ("password", PASSWORD)];
    let waiting = site.pages.post("/sign-in", "", &typed).await.waiting();
    let wrong = [("login", "nobody"), ("password", "not-the-password")];
    let address = [("to", "root@new.example.org"), ("password", PASSWORD)];
    let nobody = [("login", "nobody@example.org")];
    for (path, cookie, form) in [
        ("/sign-in", "", &wrong[..]),
        ("/sign-in/code/mail", &waiting, &[]),
        ("/forgotten", "", &nobody),
        ("/account/address", &root, &address),
    ] {
        let mut refused = None;
        for _ in 0..40 {
            let answer = site.pages.post(path, cookie, form).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                refused = Some(answer);
                break;
            }
            assert!(answer.header("retry-after").is_empty(), "{path}");
        }
        let refused = refused.unwrap_or_else(|| panic!("{path} is never too often"));
        let seconds: u32 = refused.header("retry-after").parse().unwrap();
        assert!(seconds > 0, "{path}");
        refused.assert_says(&[&format!("{seconds} seconds")]);
    }
}

/// The files of the pages may be kept for good, because their names change with them.
#[tokio::test]
async fn assets_are_cached_by_content() {
    let site = Site::new().await;
    let page = site.pages.get("/sign-in", "").await.body;
    for (start, kind) in
        [("/assets/console.", "text/css"), ("/assets/mark.", "image/svg+xml"), ("/assets/passkey.", "text/javascript")]
    {
        let from = page.find(start).unwrap();
        let path: String = page[from..].chars().take_while(|letter| *letter != '"').collect();
        let asset = site.pages.get(&path, "").await.assert(StatusCode::OK);
        let etag = asset.header("etag").to_owned();
        assert!(etag.starts_with("W/\"") && etag.ends_with('"'), "{etag}");
        assert!(asset.header("content-type").starts_with(kind));
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
        let again = site.pages.get_with(&path, header::IF_NONE_MATCH, &etag).await;
        assert!(again.assert(StatusCode::NOT_MODIFIED).body.is_empty());
    }
    site.pages.get("/assets/console.0000000000000000.css", "").await.assert(StatusCode::NOT_FOUND);
}
