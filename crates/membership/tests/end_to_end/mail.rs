//! The settings' page on mail: where it goes, whether it leaves, and what to do where it goes nowhere.

use membership_testkit::smtp::{Lie, Sink, Stage};
use reqwest::{Client, header::ORIGIN, redirect::Policy};
use serde_json::{Value, json};

use super::{
    installation::{Installation, PASSWORD, text},
    main_job::{borrowed, link_in, mail_to},
};

/// Somebody in a browser.
struct Keyboard<'a> {
    installation: &'a Installation,
    client: Client,
}

impl<'a> Keyboard<'a> {
    async fn of(installation: &'a Installation, login: &str, password: &str) -> Self {
        let client = Client::builder().cookie_store(true).redirect(Policy::none()).build().expect("a client");
        let keyboard = Self { installation, client };
        let (status, _) = keyboard.send("/sign-in", &[("login", login), ("password", password), ("next", "/")]).await;
        assert_eq!(status, 303, "{login} is let in");
        keyboard
    }

    /// Sends the form at `path`.
    async fn send(&self, path: &str, typed: &[(&str, &str)]) -> (u16, String) {
        let server = &self.installation.server;
        let pairs = typed.iter().map(|(name, value)| format!("{name}={}", value.replace(' ', "+")));
        let request = self.client.post(server.url(path)).header(ORIGIN, &server.base);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.body(pairs.collect::<Vec<_>>().join("&")).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a page"))
    }

    async fn read(&self, path: &str) -> String {
        let answer = self.client.get(self.installation.server.url(path)).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.text().await.expect("a page")
    }
}

fn settings(installation: &Installation) -> String {
    format!("/t/{}/settings/mail", installation.tenant)
}

fn says(page: &str, wanted: &[&str]) {
    for words in wanted {
        assert!(page.contains(words), "{words}: {page}");
    }
}

/// An administrator whose address is proved, by the letter that came to it.
async fn administrator(installation: &Installation, letter: impl AsyncFnOnce() -> String) -> Keyboard<'_> {
    let roles = installation.get(&installation.path("/roles")).await.expect(200);
    let is_administrator = |role: &&Value| role["name"] == "Administrator";
    let role = roles["roles"].as_array().and_then(|roles| roles.iter().find(is_administrator)).expect("the role");
    let bea = json!({ "name": "Bea", "via": "mail", "email": "bea@example.org", "roles": [role["id"]] });
    installation.invite(vec![bea]).await.expect(201);
    let link = link_in(&letter().await, &installation.server.base);
    let token = link.rsplit('/').next().expect("a token");
    installation.post_as_nobody("/api/v1/invitation/accept", &json!({ "token": token })).await.expect(200);
    let registration = json!({ "token": token, "name": "Bea", "password": PASSWORD, "transport": "bearer" });
    let done = installation.post_as_nobody("/api/v1/invitation/register", &registration).await.expect(201);
    assert_eq!(text(&done["member"]["status"]), "enabled");
    Keyboard::of(installation, "bea@example.org", PASSWORD).await
}

/// Proves ORG-15 in part: the settings show the mail server without its password, try it, and say what it says; a test
/// goes at once, though the outbox waits for a server that failed a moment ago.
#[tokio::test]
async fn a_test_letter_leaves_by_the_configured_server() {
    let sink = Sink::start().await.expect("a sink");
    let installation = Installation::new(&borrowed(&mail_to(&sink))).await;
    let first = async || sink.wait_for(1).await[0].text().expect("a text part");
    let bea = administrator(&installation, first).await;
    let path = settings(&installation);
    let port = format!("127.0.0.1, port {}, without encryption, without signing in", sink.address().port());
    let page = bea.read(&path).await;
    says(
        &page,
        &[&port, "from members@example.org", "Send a test to", "bea@example.org", "MEMBERSHIP_MAIL__SMTP__HOST"],
    );

    let test = format!("{path}/test");
    let (status, page) = bea.send(&test, &[]).await;
    assert_eq!(status, 200);
    says(&page, &["The server took the test letter.", "250 "]);
    let letters = sink.messages();
    assert!(
        letters.iter().any(|letter| letter.text().is_some_and(|text| text.contains("mail leaves, and reaches you")))
    );

    let before = letters.len();
    sink.lie_once(Stage::Recipient, Lie::Say("550 5.1.1 no such user"));
    let (_, page) = bea.send(&test, &[]).await;
    says(&page, &["The test letter did not leave.", "RCPT TO: 550 5.1.1 no such user"]);
    assert_eq!(sink.messages().len(), before);
}

/// Where there is no server, letters are kept in the mailbox, and a test is, too.
#[tokio::test]
async fn a_test_letter_is_kept_in_the_mailbox() {
    let installation = Installation::new(&[]).await;
    let mailbox = installation.data().join("data").join("mailbox");
    let kept = || {
        let files = std::fs::read_dir(&mailbox).into_iter().flatten().filter_map(Result::ok);
        let raw = files.filter_map(|file| std::fs::read(file.path()).ok());
        raw.map(|raw| String::from_utf8_lossy(&raw).replace("=\r\n", "")).collect::<Vec<_>>()
    };
    let first = async || {
        for _ in 0..200 {
            if let Some(letter) = kept().pop() {
                return letter;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("no letter in ten seconds");
    };
    let bea = administrator(&installation, first).await;
    let (status, page) = bea.send(&format!("{}/test", settings(&installation)), &[]).await;
    assert_eq!(status, 200);
    says(&page, &["the built-in mailbox", "The server took the test letter.", "kept in the built-in mailbox"]);
    assert!(kept().iter().any(|letter| letter.contains("Subject: A test from Membership")));
}

/// Proves ORG-15 in part: without a mail server an invitation by mail is refused with the reason, and the settings say what
/// to set.
#[tokio::test]
async fn without_a_mail_server_the_settings_say_what_to_set() {
    let installation = Installation::new(&[("MEMBERSHIP_MAIL__DELIVER", "off")]).await;
    let refused = installation.invite(vec![installation.person("bea@example.org")]).await;
    assert_eq!(refused.problem(503), "mail-not-configured");
    let ada = Keyboard::of(&installation, "ada", PASSWORD).await;
    let path = settings(&installation);
    let page = ada.read(&path).await;
    says(&page, &["There is no mail server", "mail.smtp.host", "mail.smtp.port", "mail.smtp.from_address"]);
    assert!(!page.contains("Send a test"), "{page}");
    assert_eq!(ada.send(&format!("{path}/test"), &[]).await.0, 409);
}
