//! The products that the presets come from, each walked from the top of its description to the bottom as people do it: in a
//! browser, by the letters that arrive.

mod livestream_account;
mod streaming_app;

use serde_json::json;
use thirtyfour::By;

use super::{Browser, MOMENT, PATIENCE, Scripts};
use crate::installation::{Installation, PASSWORD, text};

/// A tenant by a preset, and the browser in which its first administrator is signed in.
struct Walk {
    installation: Installation,
    browser: Browser,
    /// The tenant's id.
    tenant: String,
}

impl Walk {
    /// The operator makes a tenant by `preset`; its administrator gets the letter, and joins. None if there is no browser.
    async fn begin(
        scripts: Scripts,
        preset: &str,
        tenant: &str,
        administrator: (&str, &str),
        settings: &[(&str, &str)],
    ) -> Option<Self> {
        let browser = Browser::start_as(scripts).await?;
        let installation = Installation::new(settings).await;
        let (name, email) = administrator;
        let person = json!({ "name": name, "via": "mail", "email": email });
        let made = json!({ "name": tenant, "preset": preset, "administrator": person });
        let made = installation.post("/api/v1/tenants", &made).await.expect(201);
        let walk = Self { tenant: text(&made["tenant"]["id"]), installation, browser };
        walk.browser.joins(&walk.installation, email, tenant).await;
        Some(walk)
    }

    /// Opens a page of the tenant's administration: `/members`, `/roles`.
    async fn opens(&self, rest: &str) {
        self.browser.go(&self.installation, &format!("/t/{}{rest}", self.tenant)).await;
    }
}

impl Browser {
    /// Opens the newest letter to `to` with `about` in its subject, as soon as it is there.
    async fn opens_letter(&self, installation: &Installation, to: &str, about: &str) {
        let letter = format!("//main//a[contains(., '{to}') and contains(., '{about}')]");
        for _ in 0..PATIENCE {
            self.go(installation, "/mailbox").await;
            self.says(&["Mailbox"]).await;
            if let Ok(found) = self.driver.find(By::XPath(letter.as_str())).await {
                found.click().await.expect("a click");
                self.says(&["As a mail program shows it"]).await;
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no letter to {to} about {about}: {}", self.words().await);
    }

    /// Follows a link of the letter that is open, as a mail program shows it.
    async fn follows(&self, label: &str) {
        self.find(By::Css("iframe.letter-frame")).await.enter_frame().await.expect("the letter");
        let link = format!("//a[normalize-space()='{label}']");
        self.find(By::XPath(link.as_str())).await.click().await.expect("a click");
        self.driver.enter_default_frame().await.expect("the whole page");
    }

    /// Somebody without an account follows the letter that invites to `tenant`, and joins.
    async fn joins(&self, installation: &Installation, email: &str, tenant: &str) {
        self.opens_letter(installation, email, &format!("join {tenant}")).await;
        self.follows("View the invitation").await;
        self.press("Join now").await;
        self.arrives(|path| path.ends_with("/register")).await;
        self.fill("password", PASSWORD).await;
        self.press_submit().await;
        self.arrives(|path| path.starts_with("/welcome/")).await;
    }
}
