//! The administration of an organisation.

use super::{Gallery, organisation::Organisation};

#[tokio::test]
async fn the_administration_looks_right() {
    let organisation = Organisation::new().await;
    let installation = &organisation.installation;
    let base = &installation.server.base;
    let Some(mut gallery) = Gallery::open(base).await else { return };
    gallery.browser.becomes(base, Some(&installation.token)).await;
    let tenant = format!("/t/{}", installation.tenant);
    gallery.look("overview", &tenant).await;
    gallery.look("members", &format!("{tenant}/members")).await;
    gallery.close().await;
}
