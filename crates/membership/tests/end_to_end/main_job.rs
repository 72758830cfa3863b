//! The main job: a person is invited by mail and joins.

use membership_testkit::smtp::Sink;
use reqwest::Client;
use serde_json::json;

use super::{
    installation::{Answer, Installation, PASSWORD, text},
    process,
};

/// The settings that send mail to `sink`.
pub(crate) fn mail_to(sink: &Sink) -> Vec<(&'static str, String)> {
    let address = sink.address();
    vec![
        ("MEMBERSHIP_MAIL__SMTP__HOST", address.ip().to_string()),
        ("MEMBERSHIP_MAIL__SMTP__PORT", address.port().to_string()),
        ("MEMBERSHIP_MAIL__SMTP__ENCRYPTION", "none".into()),
        ("MEMBERSHIP_MAIL__SMTP__FROM_ADDRESS", "members@example.org".into()),
        ("MEMBERSHIP_MAIL__SMTP__FROM_NAME", "Members".into()),
    ]
}

pub(crate) fn borrowed<'a>(settings: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    settings.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The link in a letter's text part.
pub(crate) fn link_in(letter: &str, base: &str) -> String {
    let start = letter.find(&format!("{base}/invitation/")).unwrap_or_else(|| panic!("no link: {letter}"));
    letter[start..].split_whitespace().next().expect("a link").to_owned()
}

/// Proves ORG-22, ORG-23, ORG-25, TEN-6, APP-26 and APP-30 over the wire: invited by mail, the letter arrives with the
/// link, the person accepts, registers, and is a member; the list says so at every step.
#[tokio::test]
async fn a_person_is_invited_by_mail_and_joins() {
    let sink = Sink::start().await.expect("a sink");
    let settings = mail_to(&sink);
    let installation = Installation::new(&borrowed(&settings)).await;

    let invited = installation.invite(vec![installation.person("bob@example.org")]).await.expect(201);
    assert_eq!(invited["invited"][0]["invitation"]["stage"], "invited");
    assert_eq!(invited["invited"][0]["link"], json!(null), "a mailed link is shown to nobody else");

    let letters = sink.wait_for(1).await;
    let body = letters[0].text().expect("a text part");
    let link = link_in(&body, &installation.server.base);
    let token = link.rsplit('/').next().expect("a token");
    let member = installation.member_when("bob@example.org", |m| m["invitation"]["delivery"]["state"] == "sent").await;
    assert_eq!(member["status"], "not-joined");

    let seen = installation.post_as_nobody("/api/v1/invitation/open", &json!({ "token": token })).await.expect(200);
    assert_eq!((text(&seen["tenant"]), text(&seen["inviter"])), ("Acme".into(), "Ada Admin".into()));
    let accepted = installation.post_as_nobody("/api/v1/invitation/accept", &json!({ "token": token })).await;
    assert_eq!(accepted.expect(200)["stage"], "accepted");
    let registration =
        json!({ "token": token, "name": "Bob", "password": "a sentence of several words", "transport": "bearer" });
    let registered = installation.post_as_nobody("/api/v1/invitation/register", &registration).await.expect(201);
    assert_eq!(registered["member"]["status"], "enabled");

    let page = installation.get(&installation.path("/members")).await.expect(200);
    assert_eq!(page["members"][0]["email"], "bob@example.org", "the newest stands on top");
    assert_eq!(page["members"][0]["status"], "enabled");

    let again = installation.post_as_nobody("/api/v1/invitation/accept", &json!({ "token": token })).await;
    assert_eq!(again.problem(410), "invitation-joined");
    assert_nothing_leaked(&installation, token);
}

/// Proves A2 and A80 in part: the token stands in no log and in no file of the database.
fn assert_nothing_leaked(installation: &Installation, token: &str) {
    let log = process::log_text(installation.data());
    assert!(!log.contains(token) && !log.contains(PASSWORD), "a secret stands in the log");
    for file in std::fs::read_dir(installation.data().join("data")).expect("the data folder") {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes.windows(token.len()).any(|window| window == token.as_bytes());
        assert!(!found, "the token stands in {}", path.display());
    }
}

/// Proves A18 and A20 over the wire, ORG-36's refusal, and ORG-18 in that a link is not stored: looking changes nothing, a
/// decline is final for its link.
#[tokio::test]
async fn a_link_can_be_looked_at_and_declined() {
    let installation = Installation::new(&[]).await;
    let person = json!({ "name": "Carol", "via": "link", "roles": [installation.member_role] });
    let invited = installation.invite(vec![person]).await.expect(201);
    let link = text(&invited["invited"][0]["link"]);
    for _ in 0..20 {
        let page = Client::new().get(&link).send().await.expect("a page");
        assert_eq!(page.status(), 200);
        assert_eq!(Client::new().head(&link).send().await.expect("an answer").status(), 200);
    }
    let token = link.rsplit('/').next().expect("a token");
    let seen = installation.post_as_nobody("/api/v1/invitation/open", &json!({ "token": token })).await.expect(200);
    assert_eq!(seen["stage"], "invited");
    installation.post_as_nobody("/api/v1/invitation/reject", &json!({ "token": token })).await.expect(200);
    let again = installation.post_as_nobody("/api/v1/invitation/accept", &json!({ "token": token })).await;
    assert_eq!(again.problem(410), "invitation-rejected");
    assert_nothing_leaked(&installation, token);
}

/// Proves A8: a link that was used is used, at the next try and after a restart, which prints no new one for the set-up.
#[tokio::test]
async fn a_used_link_stays_used() {
    let mut installation = Installation::new(&[]).await;
    let person = json!({ "name": "Carol", "via": "link", "roles": [installation.member_role] });
    let link = text(&installation.invite(vec![person]).await.expect(201)["invited"][0]["link"]);
    let command = |link: &str| {
        json!({
            "token": link.rsplit('/').next(), "name": "Carol", "username": "carol", "password": PASSWORD,
            "transport": "bearer",
        })
    };
    let (mut set_up, register) = (command(&installation.server.set_up_link.clone().expect("a link")), command(&link));
    set_up["tenant"] = json!("Evil");
    let token = json!({ "token": register["token"] });
    installation.post_as_nobody("/api/v1/invitation/accept", &token).await.expect(200);
    installation.post_as_nobody("/api/v1/invitation/register", &register).await.expect(201);
    for restarted in [false, true] {
        if restarted {
            let Installation { server, folder, .. } = installation;
            installation = Installation { server: server.restart(folder.path()), folder, ..installation };
            assert_eq!(installation.server.set_up_link, None);
        }
        for (step, body) in [("accept", &token), ("reject", &token), ("register", &register)] {
            let again = installation.post_as_nobody(&format!("/api/v1/invitation/{step}"), body).await;
            assert_eq!(again.problem(410), "invitation-joined");
        }
        assert_eq!(installation.post_as_nobody("/api/v1/set-up", &set_up).await.problem(410), "set-up-done");
    }
}

/// Proves A62: at the first start there is no account, nor a default one later; the link is printed, not logged, and works
/// once.
#[tokio::test]
async fn the_set_up_link_works_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let fresh = process::Server::start(folder.path(), &[]);
    for (login, password) in [("admin", "admin"), ("root", "root"), ("admin", "password"), ("admin", "")] {
        let command = json!({ "login": login, "password": password, "transport": "bearer" });
        let reply = Client::new().post(fresh.url("/api/v1/sessions")).json(&command).send().await.expect("an answer");
        assert_eq!(Answer::of(reply).await.problem(401), "sign-in-failed");
    }
    assert!(fresh.set_up_link.is_some() && !process::log_text(folder.path()).contains("mbs_"));
    drop(fresh);
    let installation = Installation::new(&[]).await;
    let link = installation.server.set_up_link.clone().expect("a link");
    let command = json!({
        "token": link.rsplit('/').next(), "tenant": "Evil", "name": "Eve", "username": "eve", "password": PASSWORD,
        "transport": "bearer",
    });
    let again = installation.post_as_nobody("/api/v1/set-up", &command).await;
    assert_eq!(again.problem(410), "set-up-done");
    for login in ["admin", "root", "ada"] {
        let command = json!({ "login": login, "password": "admin admin admin", "transport": "bearer" });
        assert_eq!(installation.post_as_nobody("/api/v1/sessions", &command).await.problem(401), "sign-in-failed");
    }
}

/// Proves ORG-15 in part: without a mail server, an invitation by mail is refused and says why; by link it works.
#[tokio::test]
async fn without_mail_it_says_so() {
    let installation = Installation::new(&[("MEMBERSHIP_MAIL__DELIVER", "off")]).await;
    let refused = installation.invite(vec![installation.person("bob@example.org")]).await;
    assert_eq!(refused.problem(503), "mail-not-configured");
    let person = json!({ "name": "Carol", "via": "link", "roles": [installation.member_role] });
    installation.invite(vec![person]).await.expect(201);
    let page = Client::new().get(installation.server.url("/mailbox")).send().await.expect("an answer");
    assert_eq!(Answer::of(page).await.status, 404);
}
