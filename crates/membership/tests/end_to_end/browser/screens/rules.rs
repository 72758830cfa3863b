//! Roles, the audit, the settings.

use serde_json::json;

use super::{super::looks::Theme, DESK, Gallery};

#[tokio::test]
async fn roles_look_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let roles = format!("{}/roles", gallery.tenant(&organisation));
    gallery.look("roles", &roles).await;
    gallery.keep("roles", DESK, Theme::Dark).await;
    gallery.look("roles-one-application", &format!("{roles}?application=workspace")).await;
    gallery.look("roles-nothing", &format!("{roles}?q=zzzz")).await;
    let role = format!("{roles}/{}", organisation.installation.role("Member manager").await);
    gallery.look("role", &role).await;
    gallery.look("role-edit", &format!("{role}/edit")).await;
    gallery.click("input[name=permission][value='membership:members.manage']").await;
    gallery.press("See what changes").await;
    gallery.browser.says(&["Vera Valdés"]).await;
    gallery.look_at("role-change").await;
    gallery.look("role-delete", &format!("{role}/delete")).await;
    gallery.press("Yes, delete it").await;
    gallery.refused("role-delete-refused").await;
    gallery.look("role-new", &format!("{roles}/new")).await;
    gallery.press("Make the role").await;
    gallery.refused("role-new-refused").await;
    gallery.close().await;
}

#[tokio::test]
async fn the_audit_and_the_settings_look_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let tenant = gallery.tenant(&organisation);
    gallery.look("audit", &format!("{tenant}/audit")).await;
    gallery.click(".records > li:nth-child(2) summary").await;
    gallery.look_at("audit-open").await;
    gallery.keep("audit", DESK, Theme::Light).await;
    gallery.look("audit-nothing", &format!("{tenant}/audit?from=2001-01-01&to=2001-01-02")).await;

    let settings = format!("{tenant}/settings");
    gallery.look("settings", &settings).await;
    gallery.keep("settings", DESK, Theme::Light).await;
    gallery.browser.fill("validity", "nine hundred").await;
    gallery.press("See what changes").await;
    gallery.refused("settings-refused").await;
    gallery.go(&settings).await;
    gallery.click("#links").await;
    gallery.press("See what changes").await;
    gallery.browser.says(&["Whom it touches"]).await;
    gallery.look_at("settings-plan").await;
    gallery.look("keys", &format!("{settings}/keys")).await;
    gallery.press("Make the key").await;
    gallery.refused("keys-refused").await;
    gallery.browser.fill("name", "Reports").await;
    gallery.click("input[name=scope]").await;
    gallery.press("Make the key").await;
    gallery.browser.says(&["A new API key"]).await;
    gallery.look_at("key-made").await;
    gallery.look("mail", &format!("{settings}/mail")).await;

    gallery.look_at_refusal("page-unknown", &format!("{tenant}/nothing-here")).await;
    let theirs = json!({ "name": "Theirs", "administrator": { "name": "Somebody Else", "via": "link" } });
    let theirs = organisation.installation.post("/api/v1/tenants", &theirs).await.expect(201);
    let theirs = theirs["tenant"]["id"].as_str().expect("a tenant");
    gallery.look_at_refusal("tenant-of-others", &format!("/t/{theirs}/members")).await;
    gallery.close().await;
}
