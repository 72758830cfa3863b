//! The pages in a real browser, with JavaScript switched off, but where it is needed: what a person does with a letter.

mod account;
mod administration;
mod desk;
mod invitee;
mod keyboard;
mod loading;
mod looks;
mod passkey;
mod screens;
mod second_factor;
mod walk;

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{
    By, CapabilitiesHelper as _, ChromeCapabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver,
    WebElement,
};

use super::{
    installation::{Installation, PASSWORD, text},
    process::free_port,
};

/// How often a page is looked at before it counts as wrong, and how long to wait in between: ten seconds in all.
const PATIENCE: usize = 100;
const MOMENT: Duration = Duration::from_millis(100);

/// Whether a browser runs the scripts of pages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scripts {
    On,
    Off,
}

/// A browser of its own, closed when dropped.
struct Browser {
    driver: WebDriver,
    /// Where its driver listens.
    driver_url: String,
    process: Child,
    /// Whether it runs the scripts of pages.
    scripts: Scripts,
    _profile: TempDir,
}

impl Browser {
    /// Starts one that runs no scripts, or tells why there is none.
    async fn start() -> Option<Self> {
        Self::start_as(Scripts::Off).await
    }

    async fn start_as(scripts: Scripts) -> Option<Self> {
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
        let capabilities = capabilities(&browser, &profile, scripts);
        let driver_url = format!("http://127.0.0.1:{port}");
        for _ in 0..100 {
            match WebDriver::new(&driver_url, capabilities.clone()).await {
                Ok(driver) => return Some(Self { driver, driver_url, process, scripts, _profile: profile }),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
        panic!("no browser after 20 seconds");
    }

    async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("a page");
    }

    /// Waits until the address of the page is as `wanted`: with scripts off the driver does not wait by itself.
    async fn arrives(&self, wanted: impl Fn(&str) -> bool) {
        for _ in 0..PATIENCE {
            let address = self.driver.current_url().await.expect("an address");
            if wanted(address.path()) {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("it never arrives where it should: {}", self.words().await);
    }

    /// Waits until the page says all of `wanted`.
    async fn says(&self, wanted: &[&str]) {
        let mut words = String::new();
        for _ in 0..PATIENCE {
            words = self.words().await;
            if wanted.iter().all(|wanted| words.contains(wanted)) {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("the page never says {wanted:?}: {words}");
    }

    /// Waits until what the page says is `wanted`.
    async fn says_when(&self, wanted: impl Fn(&str) -> bool + Send + Sync) {
        for _ in 0..PATIENCE {
            if wanted(&self.words().await) {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("the page never says what it should: {}", self.words().await);
    }

    async fn words(&self) -> String {
        // The page may go while it is being read.
        match self.driver.find(By::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    async fn find(&self, by: By) -> WebElement {
        for _ in 0..PATIENCE {
            if let Ok(element) = self.driver.find(by.clone()).await {
                return element;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no {by:?}: {}", self.words().await);
    }

    /// Presses the button or follows the link that says `label`.
    async fn press(&self, label: &str) {
        let path = format!("//button[normalize-space()='{label}'] | //a[normalize-space()='{label}']");
        self.find(By::XPath(path.as_str())).await.click().await.expect("a click");
    }

    async fn fill(&self, name: &str, value: &str) {
        let field = self.find(By::Css(format!("input[name={name}]"))).await;
        field.clear().await.expect("an empty field");
        field.send_keys(value).await.expect("typing");
    }

    /// Asks the driver to end the browser, and waits for its answer, whatever that is.
    fn end_session(&self) -> io::Result<()> {
        let at = self.driver_url.trim_start_matches("http://");
        let mut driver = TcpStream::connect(at)?;
        driver.set_read_timeout(Some(Duration::from_secs(5)))?;
        let session = self.driver.session_id();
        write!(driver, "DELETE /session/{session} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n")?;
        driver.read_to_end(&mut Vec::new()).map(drop)
    }

    async fn close(self) {
        self.driver.clone().quit().await.expect("the browser closes");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser behind, and that goes on working: it is asked to end it first.
        self.end_session().ok();
        // Or else the library asks, too, and waits for two minutes.
        self.driver.clone().leak().ok();
        // It may have ended already.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

fn capabilities(browser: &str, profile: &TempDir, scripts: Scripts) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(browser).expect("a browser");
    // What pages complain about can be asked for.
    capabilities.set("goog:loggingPrefs", json!({ "browser": "ALL" })).expect("a capability");
    let folder = format!("--user-data-dir={}", profile.path().display());
    for argument in [
        "--headless",
        // A browser whose driver is gone goes too.
        "--remote-debugging-pipe",
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
    if scripts == Scripts::On {
        return capabilities;
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
    browser.find(By::Css("main a[href^='/mailbox/']")).await.click().await.expect("a letter");
    browser.says(&["/invitation/"]).await;
    super::main_job::link_in(&browser.words().await, &installation.server.base)
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
    browser.says(&["Acme", "Ada Admin"]).await;
    browser.press("Join now").await;
    browser.arrives(|path| path.ends_with("/register")).await;
    // Asked by CSS alone: the driver's other ways need scripts, and there are none.
    browser.find(By::Css("#email[readonly][value='bob@example.org']:not([name])")).await;

    browser.fill("password", "too short").await;
    browser.press_submit().await;
    browser.says(&["shorter than 15 characters"]).await;
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    browser.arrives(|path| path == format!("/welcome/{}", installation.tenant)).await;
    installation.member_when("bob@example.org", |member| member["status"] == "enabled").await;

    browser.open(&link).await;
    browser.says(&["You have joined already"]).await;
    browser.close().await;
}

impl Browser {
    /// Sends the page's form as the Enter key does.
    async fn press_submit(&self) {
        self.find(By::Css("main form button:not([type=button])")).await.click().await.expect("a click");
    }
}

/// Proves A4 in part, in the browser: signed in as somebody else, both addresses are shown, and switching keeps the invitation.
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
            browser.arrives(|path| path.starts_with("/welcome/")).await;
        } else {
            browser.says(&["bob@example.org", "carol@example.org"]).await;
            browser.press("Sign out and continue").await;
            browser.says(&["Join now"]).await;
            browser.arrives(|path| path.starts_with("/invitation/")).await;
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
    browser.arrives(|path| path.ends_with("/decline")).await;
    browser.press_submit().await;
    browser.says(&["declined"]).await;
    browser.open(&link).await;
    browser.says(&["declined"]).await;
    browser.close().await;
}
