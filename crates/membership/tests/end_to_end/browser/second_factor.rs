//! Second factors in the browser: set up, shown, asked for by a tenant.

use serde_json::json;
use thirtyfour::By;
use totp_rs::{Algorithm, Builder, Secret};

use super::{Browser, MOMENT, account::bob};
use crate::installation::{Answer, Installation, PASSWORD};

/// An authenticator app: it knows the key that the page has shown, and the time.
pub(super) struct App {
    key: String,
    /// The step of the newest code that was typed: none is taken twice, nor an older one after it.
    step: u64,
}

impl App {
    /// One that was handed its key.
    pub(super) fn with_key(key: String) -> Self {
        Self { key, step: 0 }
    }

    /// Types the key in, as it stands on the page.
    async fn set_up(browser: &Browser) -> Self {
        let shown = browser.find(By::Css(".key")).await.text().await.expect("a key");
        Self::with_key(shown.split_whitespace().collect())
    }

    /// A code that was not typed before: the present one, or that of the next half minute, which a server takes early, or
    /// after a wait the next.
    pub(super) async fn code(&mut self) -> String {
        loop {
            let now = std::time::UNIX_EPOCH.elapsed().expect("a time after 1970").as_secs() / 30;
            let next = now.max(self.step + 1);
            if next <= now + 1 {
                self.step = next;
                return self.code_at(next);
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    fn code_at(&self, step: u64) -> String {
        let secret = Secret::try_from_base32(&self.key).expect("a key in base 32");
        let totp = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(30);
        totp.with_secret(secret).build().expect("an app").generate(step * 30).to_string()
    }

    /// A code that no step near to now has.
    fn wrong_code(&self) -> String {
        let near = |step| (self.step.saturating_sub(3)..self.step + 4).any(|near| self.code_at(near) == step);
        (0..100).map(|number| format!("{number:06}")).find(|code| !near(code.clone())).expect("a wrong code")
    }
}

impl Browser {
    /// From the page that offers an app to the one with the recovery codes.
    pub(super) async fn sets_up_app(&self, button: &str) -> (App, Vec<String>) {
        self.press(button).await;
        self.find(By::Css(".qr svg path")).await;
        let mut app = App::set_up(self).await;
        self.fill("code", &app.code().await).await;
        self.press("Confirm").await;
        self.says(&["Keep these recovery codes"]).await;
        let codes = self.find(By::Css(".codes")).await.text().await.expect("recovery codes");
        (app, codes.split_whitespace().map(ToOwned::to_owned).collect())
    }

    /// Types name and password; then the code is asked for.
    pub(super) async fn password_is_right(&self) {
        self.sign_in(PASSWORD).await;
        self.arrives(|path| path == "/sign-in/code").await;
        self.says(&["Your password was right"]).await;
    }
}

/// The eight digits in a letter.
pub(super) fn code_in(letter: &str) -> String {
    let digits = |line: &str| line.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let lines = letter.lines().map(digits);
    let is_code = |line: &String| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit());
    lines.into_iter().find(is_code).expect("a code")
}

/// Proves A64 in part, in the browser: a code of the app signs in, so does a recovery code, so does a code from the mailbox, each
/// of them once; five wrong ones end the sign-in; between the steps nothing is open.
#[tokio::test]
async fn every_second_factor_signs_in() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    browser.go(&installation, "/account").await;
    let (mut app, recovery) = browser.sets_up_app("Set up an authenticator app").await;
    assert_eq!(recovery.len(), 10);
    browser.press("I have kept them").await;
    browser.says(&["Your account", "10 left"]).await;

    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    browser.go(&installation, "/account").await;
    browser.arrives(|path| path == "/sign-in").await;
    browser.password_is_right().await;
    browser.find(By::Css("#app[inputmode=numeric][autocomplete=one-time-code]")).await;
    let code = app.code().await;
    browser.fill("app", &code).await;
    browser.press_submit().await;
    browser.says(&["Your account"]).await;

    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    browser.fill("app", &code).await;
    browser.press_submit().await;
    browser.says(&["The code or the passkey is wrong"]).await;
    browser.find(By::Css(".folded > summary")).await.click().await.expect("an open form");
    browser.fill("recovery", &recovery[4].to_uppercase()).await;
    browser.press("Sign in with it").await;
    browser.says(&["Your organisations", "Acme"]).await;

    browser.go(&installation, "/account").await;
    browser.says(&["9 left"]).await;
    browser.press("Turn on codes by mail").await;
    browser.says(&["Turn off"]).await;
    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    browser.press("Mail me a code").await;
    browser.says(&["A code is on its way"]).await;
    let code = code_in(&browser.letter(&installation, "Somebody is signing in").await);
    browser.go(&installation, "/sign-in/code?sent=true").await;
    browser.fill("mailed", &code).await;
    browser.press_submit().await;
    browser.says(&["Your organisations", "Acme"]).await;

    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    for _ in 0..5 {
        browser.fill("app", &app.wrong_code()).await;
        browser.press_submit().await;
        browser.find(By::Css("#app-fault")).await;
        browser.go(&installation, "/sign-in/code").await;
    }
    browser.fill("app", &app.code().await).await;
    browser.press_submit().await;
    browser.says(&["This sign-in is over", "Sign in again"]).await;
    browser.go(&installation, "/account").await;
    browser.arrives(|path| path == "/sign-in").await;
    browser.close().await;
}

/// Proves TEN-12 in the browser: with mailed codes alone no link to another password is mailed, and the letter says what to do.
#[tokio::test]
async fn one_mailbox_is_not_enough() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    browser.go(&installation, "/account").await;
    browser.press("Turn on codes by mail").await;
    browser.says(&["Keep these recovery codes"]).await;
    browser.go(&installation, "/forgotten").await;
    browser.fill("login", "bob@example.org").await;
    browser.press_submit().await;
    browser.says(&["Look into your mailbox"]).await;
    let letter = browser.letter(&installation, "administrator").await;
    assert!(!letter.contains("/reset/"), "{letter}");
    browser.close().await;
}

/// Proves APP-22, APP-23 and APP-24 in the browser, with a second factor that the tenant asks for: whoever has none is led to where
/// one is set up, and goes on from there; signed in, the tenant's address opens it; in another browser both steps come first, and
/// lead there.
#[tokio::test]
async fn a_tenant_asks_for_a_second_factor() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    require(&installation, "app").await;
    let welcome = format!("/welcome/{}", installation.tenant);

    browser.go(&installation, &welcome).await;
    browser.arrives(|path| path == "/account/second-factor").await;
    browser.says(&["Acme admits only people who show a second factor"]).await;
    let (mut app, _) = browser.sets_up_app("Set up an app").await;
    browser.press("I have kept them, go on").await;
    browser.arrives(|path| path == welcome).await;
    browser.says(&["You are a member of Acme"]).await;

    browser.go(&installation, &welcome).await;
    browser.says(&["You are a member of Acme"]).await;
    let other = Browser::start().await.expect("another browser");
    other.go(&installation, &welcome).await;
    other.arrives(|path| path == "/sign-in").await;
    other.password_is_right().await;
    other.fill("app", &app.code().await).await;
    other.press_submit().await;
    other.arrives(|path| path == welcome).await;
    other.says(&["You are a member of Acme"]).await;
    other.close().await;
    browser.close().await;
}

/// From now on the tenant admits only people who show a second factor of `kind`.
pub(super) async fn require(installation: &Installation, kind: &str) {
    let path = installation.path("/policy");
    let mut policy = installation.get(&path).await.expect(200);
    policy["second_factor"] = json!({ "required": true, "kinds": [kind] });
    let plan = installation.post(&format!("{path}/plan"), &json!({ "policy": policy })).await.expect(200);
    let request = installation.client.put(installation.server.url(&path)).bearer_auth(&installation.token);
    let applied = request.json(&json!({ "policy": policy, "plan": plan["plan"] })).send().await.expect("an answer");
    Answer::of(applied).await.expect(200);
}
