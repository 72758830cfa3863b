//! What a tenant looks like to those whom it invites: chosen in the settings, and seen on the way in.

use membership_testkit::picture;
use thirtyfour::By;

use super::{
    super::{invited_by_mail, looks::Theme, newest_link},
    DESK, Gallery, PHONE,
};
use crate::installation::Installation;

impl Gallery {
    /// Fills in the form for the looks of a tenant, as far as one needs hands for it.
    async fn dress(&self, name: &str, colour: &str, logo: &str) {
        self.browser.fill("name", name).await;
        if !self.find("input[name=coloured]").await.is_selected().await.expect("a state") {
            self.click("input[name=coloured]").await;
        }
        // A driver cannot open the picker of a browser.
        self.run(&format!("document.getElementById('colour').value = '{colour}'")).await;
        self.find("#logo").await.send_keys(logo).await.expect("a file");
        self.press("Save").await;
    }
}

/// A bright colour and a dark one, on every page of the way in.
#[tokio::test]
async fn a_branded_tenant_looks_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let installation = Installation::new(&[]).await;
    let logo = installation.data().join("logo.png");
    std::fs::write(&logo, picture::PNG).expect("a file");
    let drawing = installation.data().join("logo.svg");
    std::fs::write(&drawing, "<svg xmlns='http://www.w3.org/2000/svg'/>").expect("a file");
    let path = |path: &std::path::Path| path.to_str().expect("a path").to_owned();
    let form = format!("/t/{}/settings/branding", installation.tenant);

    gallery.enter(&installation.server.base, Some(&installation.token)).await;
    gallery.look("branding", &form).await;
    gallery.dress(" ", "#ffd400", &path(&drawing)).await;
    gallery.refused("branding-refused").await;
    gallery.dress("Northwind Traders", "#ffd400", &path(&logo)).await;
    gallery.browser.says(&["The changes are saved."]).await;
    gallery.look("branding-bright", &form).await;
    gallery.keep("branding", DESK, Theme::Light).await;

    invited_by_mail(&installation, "bob@example.org").await;
    let link = newest_link(&gallery.browser, &installation).await;
    let invitation = link.strip_prefix(&installation.server.base).expect("a link of this server").to_owned();
    gallery.enter(&installation.server.base, None).await;
    gallery.look("branded-invitation-bright", &invitation).await;
    gallery.keep("branded-phone", PHONE, Theme::Dark).await;
    let shown = gallery.find("img.monogram.logo").await;
    let wide = shown.prop("naturalWidth").await.expect("a property");
    assert_eq!(wide.as_deref(), Some("128"), "the picture arrived");

    gallery.enter(&installation.server.base, Some(&installation.token)).await;
    gallery.go(&form).await;
    gallery.dress("Northwind Traders", "#101a4f", &path(&logo)).await;
    gallery.browser.says(&["The changes are saved."]).await;
    gallery.enter(&installation.server.base, None).await;
    gallery.look("branded-invitation-dark", &invitation).await;
    gallery.press("Join now").await;
    gallery.browser.arrives(|path| path.ends_with("/register")).await;
    gallery.look_at("branded-register").await;
    let button = gallery.browser.find(By::XPath("//button[normalize-space()='Create account and join']")).await;
    let pressed = button.css_value("background-color").await.expect("a colour");
    assert!(pressed.contains("16, 26, 79"), "the button has the tenant's colour: {pressed}");
    gallery.close().await;
}
