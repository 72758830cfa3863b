//! An authenticator app: it knows what the page has shown, and nothing else.

use membership_core::account::Account;
use totp_rs::{Algorithm, Builder, Secret};

use crate::site::{Answer, Site};

/// An app with one entry.
pub(crate) struct App(String);

impl App {
    /// Reads what the page shows, as a camera would.
    pub(crate) fn scan(page: &Answer) -> Self {
        let (_, rest) = page.body.split_once("href=\"otpauth://totp/").unwrap();
        let (address, _) = rest.split_once('"').unwrap();
        let (_, secret) = address.split_once("secret=").unwrap();
        Self(secret.chars().take_while(char::is_ascii_alphanumeric).collect())
    }

    /// The key in groups of four, as the page shows it to whoever types it.
    pub(crate) fn groups(&self) -> Vec<String> {
        self.0.as_bytes().chunks(4).map(|four| String::from_utf8(four.to_vec()).unwrap()).collect()
    }

    /// The code that it shows now.
    pub(crate) fn code(&self, site: &Site) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        let totp = totp.with_secret(secret).build().unwrap();
        totp.generate(site.bed.clock.now().timestamp().try_into().unwrap()).to_string()
    }
}

/// A code that the app does not show at any time near to now.
pub(crate) fn wrong(app: &App, site: &Site) -> String {
    let number: u32 = app.code(site).parse().unwrap();
    format!("{:06}", (number + 500_000) % 1_000_000)
}

/// The recovery codes on a page.
pub(crate) fn recovery_codes(page: &Answer) -> Vec<String> {
    let parts = page.body.split("<code>").skip(1);
    parts.map(|part| part.split_once("</code>").unwrap().0.to_owned()).collect()
}

/// Somebody with a second factor, and what there is to sign in with.
pub(crate) struct WithApp {
    pub(crate) app: App,
    pub(crate) recovery: Vec<String>,
    /// The session in which it was set up.
    pub(crate) cookie: String,
}

impl Site {
    /// `login` sets an app up on the own page, half a minute passes, and the next code is another.
    pub(crate) async fn sets_up_app(&self, login: &str) -> WithApp {
        let cookie = self.cookie_of(login).await;
        let shown = self.pages.post("/account/app", &cookie, &[]).await;
        let app = App::scan(&shown);
        let confirmed = self.pages.post("/account/app/confirm", &cookie, &[("code", &app.code(self))]).await;
        let (recovery, cookie) = (recovery_codes(&confirmed), confirmed.cookie());
        self.bed.clock.advance(chrono::TimeDelta::seconds(30));
        WithApp { app, recovery, cookie }
    }

    pub(crate) async fn account_of(&self, username: &str) -> Account {
        let named = |account: &Account| account.username.as_ref().is_some_and(|name| name.as_str() == username);
        self.accounts().await.into_iter().find(named).unwrap()
    }
}
