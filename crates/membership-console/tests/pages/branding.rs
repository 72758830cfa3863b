//! What a tenant looks like to those whom it invites, and the form for it.

use membership_testkit::picture;
use poem::http::StatusCode;

use crate::site::{Answer, Site};

async fn save(site: &Site, who: &str, fields: &[(&str, &str)], logo: &[u8]) -> Answer {
    let cookie = site.cookie_of(who).await;
    site.pages.post_with(&site.at("settings/branding"), &cookie, fields, ("logo", logo.to_vec())).await
}

/// The part of `body` between `before` and the next quotation mark.
fn after<'a>(body: &'a str, before: &str) -> &'a str {
    body.split(before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{before}: {body}"))
}

/// The tenant's name, logo and colour are on every page of the way in, and everywhere else its face is shown.
#[tokio::test]
async fn an_invitation_looks_like_its_tenant() {
    let site = Site::new().await;
    let asked = site.bed.invite("ann@example.org").await.unwrap();
    let invitation = format!("/invitation/{}", site.bed.token(&asked.invitation));
    let bare = site.pages.get(&invitation, "").await;
    assert!(!bare.body.contains("/colour/") && !bare.body.contains("/logo/"));

    let fields = [("name", "Bücher & <b>Söhne"), ("coloured", "yes"), ("colour", "#e8b100")];
    save(&site, "root", &fields, picture::PNG)
        .await
        .assert_leads_to(&format!("{}?done=changed", site.at("settings/branding")));
    let shown = site.pages.get(&invitation, "").await;
    let shown =
        shown.assert_says(&["class=\"branded\"", "Bücher &#38; &#60;b&#62;Söhne", "href=\"/colour/e8b100.css\""]);
    let logo = after(&shown.body, "<img class=\"monogram logo\" src=\"").to_owned();
    let (headers, bytes) = site.pages.download(&logo, "").await;
    assert_eq!((headers["content-type"].to_str().unwrap(), bytes.as_slice()), ("image/png", picture::PNG));
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let (headers, css) = site.pages.download("/colour/e8b100.css", "").await;
    assert_eq!(headers["content-type"].to_str().unwrap(), "text/css; charset=utf-8");
    assert!(String::from_utf8(css).unwrap().contains("--press: light-dark(#e8b100, #e8b100)"));

    site.pages.post(&format!("{invitation}/accept"), "", &[]).await;
    for page in ["/register", "/decline"] {
        site.pages.get(&format!("{invitation}{page}"), "").await.assert_says(&["/colour/e8b100.css"]);
    }
    let root = site.cookie_of("root").await;
    let own = format!("/welcome/{}", site.bed.tenant.id);
    for page in ["/organisations", "/account", &own, &site.at("settings/branding"), &site.at("members")] {
        site.pages.get(page, &root).await.assert_says(&[&logo]);
    }
    site.pages.post(&format!("{invitation}/reject"), "", &[]).await;
    site.pages.get(&invitation, "").await.assert_says(&["/colour/e8b100.css", "This invitation was declined"]);

    // Taken away again.
    save(&site, "root", &[("name", "Example"), ("colour", "#e8b100"), ("remove", "yes")], &[]).await;
    assert_eq!(site.world().await.tenant.branding, membership_core::tenant::Branding::default());
    site.pages.get(&logo, "").await.assert(StatusCode::NOT_FOUND);
}

/// What cannot be is said at its field, with what was typed still there; nothing is changed by it.
#[tokio::test]
async fn what_cannot_be_is_said_at_its_field() {
    let site = Site::new().await;
    let before = site.world().await.tenant;
    let fields = [("name", " "), ("coloured", "yes"), ("colour", "teal\"><b>")];
    let refused = save(&site, "root", &fields, b"<svg xmlns='http://www.w3.org/2000/svg'/>").await;
    refused.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&[
        "id=\"name-fault\"",
        "The name is empty",
        "id=\"colour-fault\"",
        "This is no colour",
        "value=\"teal&#34;&#62;&#60;b&#62;\"",
        "id=\"logo-fault\"",
        "The file is no picture that is taken; expected PNG, JPEG or WebP. Save the logo as PNG and upload that.",
    ]);
    for size in [32_769, 300_000] {
        let heavy = [picture::PNG, &vec![0; size]].concat();
        let refused = save(&site, "root", &[("name", "Example")], &heavy).await;
        refused.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["larger than 32 KiB"]);
    }
    let endless = save(&site, "root", &[("name", "Example")], &vec![0; 9 << 20]).await;
    endless.assert(StatusCode::PAYLOAD_TOO_LARGE);
    let odd = save(&site, "root", &[("name", "Example"), ("shape", "round")], &[]).await;
    odd.assert(StatusCode::BAD_REQUEST);
    assert_eq!(site.world().await.tenant, before);
}

/// Only who rules the tenant is shown the form, and is refused when forcing it.
#[tokio::test]
async fn only_who_rules_the_tenant_sees_it() {
    let site = Site::new().await;
    site.bed.manager().await.unwrap();
    let before = site.world().await.tenant;
    let cookie = site.cookie_of("manager").await;
    site.pages.get(&site.at("settings/branding"), &cookie).await.assert(StatusCode::FORBIDDEN);
    save(&site, "manager", &[("name", "Mine")], &[]).await.assert(StatusCode::FORBIDDEN);
    assert_eq!(site.world().await.tenant, before);
    for path in ["/colour/12345.css", "/colour/1f6feb", "/colour/red;}.css", "/logo/x/y", "/logo/x/y.png"] {
        site.pages.get(path, "").await.assert(StatusCode::NOT_FOUND);
    }
}
