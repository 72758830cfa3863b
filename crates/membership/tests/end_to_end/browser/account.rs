//! The own account in the browser: a forgotten password, another address.

use thirtyfour::By;

use super::{Browser, MOMENT, PATIENCE, invited_by_mail, newest_link};
use crate::installation::{Installation, PASSWORD};

const OWN: &str = "a sentence that only Bob knows";

/// Bob, who joined in this browser by the link in his letter, and is signed in.
pub(super) async fn bob(browser: &Browser, installation: &Installation) {
    invited_by_mail(installation, "bob@example.org").await;
    let link = newest_link(browser, installation).await;
    browser.open(&link).await;
    browser.press("Join now").await;
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    browser.arrives(|path| path.starts_with("/welcome/")).await;
}

impl Browser {
    /// Opens the newest letter as soon as it says `wanted`, and returns its words.
    pub(super) async fn letter(&self, installation: &Installation, wanted: &str) -> String {
        for _ in 0..PATIENCE {
            self.open(&installation.server.url("/mailbox")).await;
            self.find(By::Css("main a[href^='/mailbox/']")).await.click().await.expect("a letter");
            self.says(&["As plain text"]).await;
            let words = self.words().await;
            if words.contains(wanted) {
                return words;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no letter that says {wanted}");
    }

    /// The address below `path` in the newest letter that has one.
    pub(super) async fn mailed(&self, installation: &Installation, path: &str) -> String {
        let start = format!("{}{path}", installation.server.base);
        let letter = self.letter(installation, &start).await;
        let at = letter.find(&start).expect("an address");
        letter[at..].split_whitespace().next().expect("an address").to_owned()
    }

    pub(super) async fn go(&self, installation: &Installation, path: &str) {
        self.open(&installation.server.url(path)).await;
    }

    pub(super) async fn sign_out(&self, installation: &Installation) {
        self.go(installation, "/account").await;
        self.press("Sign out").await;
        self.arrives(|path| path == "/sign-in").await;
    }

    /// Types name and password into the form that is open.
    pub(super) async fn sign_in(&self, password: &str) {
        self.fill("login", "bob@example.org").await;
        self.fill("password", password).await;
        self.press_submit().await;
    }
}

/// Proves A53 in the browser, end to end: the letter's link changes the password, signs nobody in and ends what was signed in;
/// used once, it says so; whoever has no account is told the same.
#[tokio::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;

    browser.go(&installation, "/sign-in").await;
    for login in ["nobody@example.org", "bob@example.org"] {
        browser.go(&installation, "/forgotten").await;
        browser.fill("login", login).await;
        browser.press_submit().await;
        browser.says(&["Look into your mailbox", "If there is an account"]).await;
    }
    let link = browser.mailed(&installation, "/reset/").await;
    browser.open(&link).await;
    browser.find(By::Css("#account[readonly][value='bob@example.org']:not([name])")).await;
    browser.fill("new", "too short").await;
    browser.press_submit().await;
    browser.says(&["shorter than 15 characters"]).await;
    browser.fill("new", OWN).await;
    browser.press_submit().await;
    browser.says(&["Your password is changed"]).await;
    browser.go(&installation, "/").await;
    browser.arrives(|path| path == "/sign-in").await;
    browser.open(&link).await;
    browser.says(&["This link no longer works", "Ask for another link"]).await;

    browser.go(&installation, "/sign-in").await;
    browser.sign_in(PASSWORD).await;
    browser.says(&["The name or the password is wrong"]).await;
    browser.sign_in(OWN).await;
    browser.says(&["Your organisations", "Acme"]).await;
    browser.close().await;
}

/// Proves A56 in part, and A77 in part for names on the own page, in the browser: a hostile name is text; another address is
/// confirmed from its mailbox; the old mailbox brings its own back, and with it everybody is signed out.
#[tokio::test]
async fn an_address_is_changed_and_brought_back() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;

    browser.go(&installation, "/account").await;
    browser.find(By::Css("details.setting:not([id]) > summary")).await.click().await.expect("an open form");
    browser.fill("name", "<img src=x onerror=alert(1)>").await;
    browser.press("Save").await;
    browser.says(&["<img src=x onerror=alert(1)>"]).await;
    browser.find(By::Css("#email > summary")).await.click().await.expect("an open form");
    browser.fill("to", "bob@new.example.org").await;
    browser.fill("password", PASSWORD).await;
    browser.press("Mail me the link").await;
    browser.says(&["bob@new.example.org waits for its confirmation"]).await;

    let link = browser.mailed(&installation, "/address/").await;
    browser.open(&link).await;
    browser.says(&["Is this your address?", "bob@new.example.org"]).await;
    browser.press("Yes, confirm").await;
    browser.says(&["Your address is confirmed"]).await;
    browser.open(&link).await;
    browser.says(&["This link is used up", "bob@new.example.org"]).await;

    let back = browser.mailed(&installation, "/former-address/").await;
    browser.open(&back).await;
    browser.says(&["Bring your address back?", "bob@example.org"]).await;
    browser.go(&installation, "/account").await;
    browser.says(&["Your account"]).await;
    browser.open(&back).await;
    browser.press("Yes, bring it back").await;
    browser.says(&["Your address is back"]).await;
    browser.go(&installation, "/account").await;
    browser.arrives(|path| path == "/sign-in").await;

    // The password is gone, too; the way in is a link to the mailbox that is the owner's again.
    browser.sign_in(PASSWORD).await;
    browser.says(&["The name or the password is wrong"]).await;
    browser.press("Choose another").await;
    browser.fill("login", "bob@example.org").await;
    browser.press_submit().await;
    browser.says(&["Look into your mailbox"]).await;
    let reset = browser.mailed(&installation, "/reset/").await;
    browser.open(&reset).await;
    browser.fill("new", OWN).await;
    browser.press_submit().await;
    browser.says(&["Your password is changed"]).await;
    browser.close().await;
}
