//! Passkeys in the browser, by an authenticator of its own (Web Authentication Level 2, 11: `WebDriver` extension).

use reqwest::Client;
use serde_json::{Value, json};
use thirtyfour::By;

use super::{Browser, Scripts, account::bob, second_factor::require};
use crate::installation::{Installation, PASSWORD};

/// An authenticator within the browser's device. Its user is there whenever it is asked.
struct Authenticator {
    client: Client,
    url: String,
}

impl Authenticator {
    /// Puts one into the browser's device. It makes sure that its user is who it knows.
    async fn of(browser: &Browser) -> Self {
        let client = Client::new();
        let url = format!("{}/webauthn/authenticator", browser.session_url());
        let kind = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true,
        });
        let id = asked(client.post(&url).json(&kind)).await;
        Self { client, url: format!("{url}/{}", id.as_str().expect("its id")) }
    }

    /// From now on it does, or does not, recognise its user.
    async fn recognises(&self, user: bool) {
        let known = json!({ "isUserVerified": user });
        asked(self.client.post(format!("{}/uv", self.url)).json(&known)).await;
    }

    /// How many passkeys it holds.
    async fn holds(&self) -> usize {
        let held = asked(self.client.get(format!("{}/credentials", self.url))).await;
        held.as_array().expect("credentials").len()
    }
}

/// What the driver says.
async fn asked(request: reqwest::RequestBuilder) -> Value {
    let mut answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    assert!(answer["value"]["error"].is_null(), "{answer}");
    answer["value"].take()
}

impl Browser {
    fn session_url(&self) -> String {
        format!("{}/session/{}", self.driver_url, self.driver.session_id())
    }

    /// Runs `script` in every page before the page's own.
    async fn runs_first(&self, script: &str) {
        let command = json!({ "cmd": "Page.addScriptToEvaluateOnNewDocument", "params": { "source": script } });
        let url = format!("{}/goog/cdp/execute", self.session_url());
        asked(Client::new().post(url).json(&command)).await;
    }

    /// From the page of the account to the one with the recovery codes, and back.
    async fn adds_first_passkey(&self, installation: &Installation, name: &str) {
        self.go(installation, "/account").await;
        self.press("Add a passkey").await;
        self.says(&["Name of this passkey"]).await;
        self.fill("name", name).await;
        self.press("Add it").await;
        self.says(&["Keep these recovery codes"]).await;
        self.press("I have kept them").await;
        self.says(&["Your account", name, "10 left"]).await;
    }

    /// Signs in by a passkey and nothing else, to the page of the account.
    async fn signs_in_by_passkey(&self, installation: &Installation) {
        self.go(installation, "/account").await;
        self.arrives(|path| path == "/sign-in").await;
        self.press("Sign in with a passkey").await;
        self.arrives(|path| path == "/account").await;
        self.says(&["Your account", "last used"]).await;
    }
}

/// A passkey is added under a proposed name; it signs in alone, to where one wanted to be, and beside the password; taken away,
/// it opens nothing any more. An authenticator that does not recognise its user shows nothing, and signs nobody in.
#[tokio::test]
async fn a_passkey_opens_alone_and_beside_the_password() {
    let Some(browser) = Browser::start_as(Scripts::On).await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    let authenticator = Authenticator::of(&browser).await;
    browser.go(&installation, "/account/passkey").await;
    browser.find(By::Css("#name[value='Chrome on Linux']")).await;
    browser.adds_first_passkey(&installation, "Desk").await;
    assert_eq!(authenticator.holds().await, 1);
    browser.press("Add a passkey").await;
    browser.press("Add it").await;
    browser.says(&["This device holds a passkey of your account already"]).await;

    browser.sign_out(&installation).await;
    browser.signs_in_by_passkey(&installation).await;
    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    browser.press("Use a passkey").await;
    browser.says(&["Your account"]).await;

    browser.sign_out(&installation).await;
    authenticator.recognises(false).await;
    browser.press("Sign in with a passkey").await;
    browser.says(&["Nothing was shown"]).await;
    browser.press("Use a passkey").await;
    browser.says(&["this device could not make sure that it is you"]).await;
    browser.arrives(|path| path == "/sign-in/passkey").await;
    browser.go(&installation, "/account").await;
    browser.arrives(|path| path == "/sign-in").await;
    authenticator.recognises(true).await;
    browser.signs_in_by_passkey(&installation).await;

    browser.press("Remove the passkey Desk").await;
    browser.says(&["None"]).await;
    browser.sign_out(&installation).await;
    browser.press("Sign in with a passkey").await;
    browser.says(&["This passkey opens nothing here"]).await;
    browser.press("To the sign-in").await;
    browser.sign_in(PASSWORD).await;
    browser.says(&["Your account"]).await;
    browser.close().await;
}

/// A browser that reads and writes no JSON for passkeys by itself (before Web Authentication Level 3) is served too.
#[tokio::test]
async fn an_older_browser_takes_passkeys() {
    let Some(browser) = Browser::start_as(Scripts::On).await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    browser
        .runs_first(
            "delete PublicKeyCredential.parseCreationOptionsFromJSON; \
             delete PublicKeyCredential.parseRequestOptionsFromJSON; delete PublicKeyCredential.prototype.toJSON;",
        )
        .await;
    let _authenticator = Authenticator::of(&browser).await;
    browser.adds_first_passkey(&installation, "Old").await;
    let missing = "return [PublicKeyCredential.parseCreationOptionsFromJSON, PublicKeyCredential.prototype.toJSON]";
    let missing = browser.driver.execute(missing, Vec::new()).await.expect("a script");
    assert_eq!(*missing.json(), json!([null, null]), "the browser can do it by itself");
    browser.press("Add a passkey").await;
    browser.press("Add it").await;
    browser.says(&["This device holds a passkey of your account already"]).await;
    browser.sign_out(&installation).await;
    browser.signs_in_by_passkey(&installation).await;
    browser.sign_out(&installation).await;
    browser.password_is_right().await;
    browser.press("Use a passkey").await;
    browser.says(&["Your account"]).await;
    browser.close().await;
}

/// Proves APP-22, APP-23 and APP-24 in the browser, with a passkey that the tenant asks for: whoever has none is led to where one is
/// added, and goes on from there.
#[tokio::test]
async fn a_tenant_asks_for_a_passkey() {
    let Some(browser) = Browser::start_as(Scripts::On).await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    require(&installation, "passkey").await;
    let _authenticator = Authenticator::of(&browser).await;
    let welcome = format!("/welcome/{}", installation.tenant);
    browser.go(&installation, &welcome).await;
    browser.arrives(|path| path == "/account/second-factor").await;
    browser.press("Add a passkey").await;
    browser.press("Add it").await;
    browser.press("I have kept them, go on").await;
    browser.arrives(|path| path == welcome).await;
    browser.says(&["You are a member of Acme"]).await;
    browser.sign_out(&installation).await;
    browser.go(&installation, &welcome).await;
    browser.press("Sign in with a passkey").await;
    browser.arrives(|path| path == welcome).await;
    browser.says(&["You are a member of Acme"]).await;
    browser.close().await;
}

/// Without scripts no button promises a passkey, a sentence says why, and every other way works.
#[tokio::test]
async fn without_scripts_passkeys_are_not_promised() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    let promises =
        [("/account", "Add a passkey"), ("/account/passkey", "Add it"), ("/sign-in", "Sign in with a passkey")];
    for (path, promise) in promises {
        if path == "/sign-in" {
            browser.sign_out(&installation).await;
        }
        browser.go(&installation, path).await;
        browser.says(&["Passkeys need JavaScript"]).await;
        let words = browser.words().await;
        assert!(!words.contains(promise), "{path}: {words}");
    }
    browser.sign_in(PASSWORD).await;
    browser.says(&["Your organisations"]).await;
    browser.close().await;
}
