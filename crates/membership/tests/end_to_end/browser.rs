//! The pages in a real browser, with JavaScript switched off: what a person does with a letter.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{By, ChromeCapabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WebElement};

use super::{
    installation::{Installation, PASSWORD, text},
    process::free_port,
};

/// A browser of its own, closed when dropped.
struct Browser {
    driver: WebDriver,
    process: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts one, or tells why there is none.
    async fn start() -> Option<Self> {
        let (Ok(program), Ok(browser)) =
            (std::env::var("MEMBERSHIP_TEST_CHROMEDRIVER"), std::env::var("MEMBERSHIP_TEST_CHROMIUM"))
        else {
            assert!(std::env::var_os("MEMBERSHIP_TEST_REQUIRE").is_none(), "MEMBERSHIP_TEST_CHROMEDRIVER is not set");
            eprintln!("skipped: MEMBERSHIP_TEST_CHROMEDRIVER is not set; `cargo xtask test` sets it");
            return None;
        };
        let port = free_port();
        let process = Command::new(program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let profile = tempfile::tempdir().expect("a folder");
        let capabilities = capabilities(&browser, &profile);
        for _ in 0..100 {
            match WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities.clone()).await {
                Ok(driver) => return Some(Self { driver, process, _profile: profile }),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        panic!("no browser after 20 seconds");
    }

    async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("a page");
    }

    async fn path(&self) -> String {
        self.driver.current_url().await.expect("an address").path().to_owned()
    }

    async fn words(&self) -> String {
        self.find("body").await.text().await.expect("words")
    }

    async fn find(&self, css: &str) -> WebElement {
        match self.driver.find(By::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!("{css}: {error}\n{}", self.driver.source().await.unwrap_or_default()),
        }
    }

    /// Presses the button or follows the link that says `label`.
    async fn press(&self, label: &str) {
        let path = format!("//button[normalize-space()='{label}'] | //a[normalize-space()='{label}']");
        match self.driver.find(By::XPath(path.as_str())).await {
            Ok(element) => element.click().await.expect("a click"),
            Err(error) => panic!("nothing says {label:?}: {error}\n{}", self.words().await),
        }
    }

    async fn fill(&self, name: &str, value: &str) {
        let field = self.find(&format!("input[name={name}]")).await;
        field.clear().await.expect("an empty field");
        field.send_keys(value).await.expect("typing");
    }

    async fn close(self) {
        self.driver.clone().quit().await.expect("the browser closes");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn capabilities(browser: &str, profile: &TempDir) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(browser).expect("a browser");
    let folder = format!("--user-data-dir={}", profile.path().display());
    for argument in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        &folder,
    ] {
        capabilities.add_arg(argument).expect("an argument");
    }
    // Everything that changes something is a plain form: the pages must work like this.
    capabilities
        .add_experimental_option("prefs", json!({ "profile.managed_default_content_settings.javascript": 2 }))
        .expect("an option");
    capabilities
}

/// The link in the newest letter of the built-in mailbox.
async fn newest_link(browser: &Browser, installation: &Installation) -> String {
    browser.open(&installation.server.url("/mailbox")).await;
    browser.find("main a[href^='/mailbox/']").await.click().await.expect("a letter");
    let html = browser.find("body").await.text().await.expect("words");
    super::main_job::link_in(&html, &installation.server.base)
}

async fn invited_by_mail(installation: &Installation, email: &str) {
    let person = json!({ "name": "Bob Builder", "via": "mail", "email": email, "roles": [installation.member_role] });
    installation.invite(vec![person]).await.expect(201);
    installation.member_when(email, |member| member["invitation"]["delivery"]["state"] == "sent").await;
}

/// Proves APP-28, APP-29, APP-30, ORG-24 and ORG-25 in the browser without JavaScript: the letter's link, Join now,
/// registration with the invited address filled in and not editable, and then the person is in.
#[tokio::test]
async fn a_newcomer_joins_in_the_browser() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    invited_by_mail(&installation, "bob@example.org").await;
    let link = newest_link(&browser, &installation).await;

    browser.open(&link).await;
    let words = browser.words().await;
    assert!(words.contains("Acme") && words.contains("Ada Admin"), "{words}");
    browser.press("Join now").await;
    assert!(browser.path().await.ends_with("/register"), "{}", browser.path().await);
    // Asked by CSS alone: the driver's other ways need scripts, and there are none.
    browser.find("#email[readonly][value='bob@example.org']:not([name])").await;

    browser.fill("password", "too short").await;
    browser.press_submit().await;
    assert!(browser.words().await.contains("15 characters"), "{}", browser.words().await);
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    assert_eq!(browser.path().await, format!("/welcome/{}", installation.tenant));
    installation.member_when("bob@example.org", |member| member["status"] == "enabled").await;

    browser.open(&link).await;
    let words = browser.words().await;
    assert!(words.contains("You have joined already"), "{words}");
    browser.close().await;
}

impl Browser {
    /// Sends the page's form as the Enter key does.
    async fn press_submit(&self) {
        self.find("main form button:not([type=button])").await.click().await.expect("a click");
    }
}

/// Proves A4 in the browser: signed in as somebody else, both addresses are shown, and switching keeps the invitation.
#[tokio::test]
async fn the_wrong_account_can_be_switched_in_the_browser() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    for email in ["bob@example.org", "carol@example.org"] {
        invited_by_mail(&installation, email).await;
        let link = newest_link(&browser, &installation).await;
        browser.open(&link).await;
        if email == "bob@example.org" {
            browser.press("Join now").await;
            browser.fill("password", PASSWORD).await;
            browser.press_submit().await;
            assert!(browser.path().await.starts_with("/welcome/"), "{}", browser.words().await);
        } else {
            let words = browser.words().await;
            assert!(words.contains("bob@example.org") && words.contains("carol@example.org"), "{words}");
            browser.press("Sign out and continue").await;
            assert!(browser.path().await.starts_with("/invitation/"), "{}", browser.path().await);
        }
    }
    let carol = installation.member_when("carol@example.org", |_| true).await;
    assert_eq!(text(&carol["status"]), "not-joined");
    browser.close().await;
}

/// Proves ORG-36 in the browser: a decline is asked for once more, and then the link says so.
#[tokio::test]
async fn an_invitation_is_declined_in_the_browser() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    let person = json!({ "name": "Dan", "via": "link", "roles": [installation.member_role] });
    let invited = installation.invite(vec![person]).await.expect(201);
    let link = text(&invited["invited"][0]["link"]);
    browser.open(&link).await;
    browser.press("Decline").await;
    browser.press_submit().await;
    browser.open(&link).await;
    assert!(browser.words().await.to_lowercase().contains("declined"), "{}", browser.words().await);
    browser.close().await;
}
