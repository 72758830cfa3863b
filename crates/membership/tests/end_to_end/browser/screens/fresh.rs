//! An installation that nobody has set up, and an organisation in which nobody is yet.

use super::{super::looks::Theme, DESK, Gallery};
use crate::{
    installation::{Installation, PASSWORD},
    process::Server,
};

/// The set-up, and every page of the administration with nothing in it.
#[tokio::test]
async fn empty_pages_look_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &[]);
    gallery.enter(&server.base, None).await;
    let link = server.set_up_link.clone().expect("a set-up link");
    gallery.browser.open(&link).await;
    gallery.look_at("set-up").await;
    gallery.browser.press_submit().await;
    gallery.refused("set-up-refused").await;
    for (field, value) in [("tenant", "Acme"), ("name", "Ada Admin"), ("username", "ada"), ("password", PASSWORD)] {
        gallery.browser.fill(field, value).await;
    }
    gallery.browser.press_submit().await;
    gallery.browser.says(&["Acme"]).await;
    gallery.look_at("set-up-done").await;

    let installation = Installation::new(&[("MEMBERSHIP_MAIL__DELIVER", "off")]).await;
    gallery.enter(&installation.server.base, Some(&installation.token)).await;
    let tenant = format!("/t/{}", installation.tenant);
    gallery.look("empty-overview", &tenant).await;
    gallery.keep("first-steps", DESK, Theme::Light).await;
    for part in ["members", "import", "roles", "audit", "settings", "settings/keys", "settings/mail"] {
        gallery.look(&format!("empty-{}", part.replace('/', "-")), &format!("{tenant}/{part}")).await;
    }
    gallery.look("empty-invite", &format!("{tenant}/invite")).await;
    gallery.type_into("#people", "eve@example.org").await;
    gallery.press("Invite members").await;
    gallery.refused("empty-invite-refused").await;
    gallery.close().await;
}
