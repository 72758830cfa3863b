//! Letters through a real SMTP server, to the Maildir behind it. The server is described by `MEMBERSHIP_TEST_SMTP_*`,
//! which `cargo xtask test` sets; without it these tests are skipped.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests fail by panicking, and say when they are skipped")]

use std::{env, fs, path::PathBuf, sync::Arc, time::Duration};

use chrono::DateTime;
use mail_parser::MessageParser;
use membership_core::{
    email::{Alphabet, EmailAddress},
    id::MessageId,
    outbox::{Content, Letter, Mailer as _, Verdict},
};
use membership_mail::{Encryption, Home, Password, SmtpMailer, SmtpSettings, TestLetter};
use uuid::Uuid;

/// The value of a variable; `None` if the tests are to be skipped.
fn variable(name: &str) -> Option<String> {
    let value = env::var(format!("MEMBERSHIP_TEST_SMTP_{name}")).ok();
    let required = env::var("MEMBERSHIP_TEST_REQUIRE").is_ok_and(|required| required == "1");
    assert!(value.is_some() || !required, "MEMBERSHIP_TEST_SMTP_{name} is required and not set");
    if value.is_none() {
        println!("skipped: MEMBERSHIP_TEST_SMTP_{name} is not set; cargo xtask test starts a mail server");
    }
    value
}

/// Settings for the door of this name, without sign-in.
fn settings(door: &str, encryption: Encryption) -> Option<SmtpSettings> {
    let address = variable(door)?;
    let (host, port) = address.rsplit_once(':').unwrap();
    Some(SmtpSettings {
        host: host.to_owned(),
        port: port.parse().unwrap(),
        encryption,
        user: None,
        password: None,
        from_address: "no-reply@members.example.net".to_owned(),
        from_name: Some("Example Members".to_owned()),
        helo_name: None,
        timeout_seconds: 20,
        ca_file: variable("CA").map(PathBuf::from),
    })
}

fn signed_in(door: &str, encryption: Encryption) -> Option<SmtpSettings> {
    let (user, password) = (variable("USER")?, variable("PASSWORD")?);
    Some(SmtpSettings { user: Some(user), password: Some(Password::new(password)), ..settings(door, encryption)? })
}

fn mailer(settings: &SmtpSettings) -> SmtpMailer {
    let home = Home::parse("https://www.example.org").unwrap();
    SmtpMailer::new(settings, home, Arc::new(|| DateTime::from_timestamp(1_795_356_300, 0).unwrap())).unwrap()
}

fn letter(number: u128) -> Letter {
    // The Maildir may hold letters of earlier runs.
    let run = u128::from(std::process::id()) << 64;
    Letter {
        id: MessageId::from_uuid(Uuid::from_u128(run | number)),
        to: EmailAddress::parse("bea@example.org", Alphabet::Ascii).unwrap(),
        to_name: "Bea Müller, \"B\"".to_owned(),
        language: None,
        content: Content::Invitation {
            tenant: "Acme & Söhne".to_owned(),
            inviter: Some("Ann Example".to_owned()),
            roles: vec!["Editor".to_owned()],
            link: format!("https://members.example.net/invitation/mbi_{number:072}"),
            expires_at: DateTime::from_timestamp(1_795_615_500, 0).unwrap(),
        },
    }
}

/// The messages in the Maildir whose Message-ID is this letter's.
fn delivered(letter: &Letter) -> Vec<Vec<u8>> {
    let new = PathBuf::from(variable("MAILDIR").unwrap()).join("new");
    let id = format!("{}@members.example.net", letter.id);
    let messages = fs::read_dir(new).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    messages.filter(|raw| MessageParser::default().parse(raw).unwrap().message_id() == Some(id.as_str())).collect()
}

/// Sends three letters and reads them in the Maildir.
async fn letters_arrive(settings: Option<SmtpSettings>, first: u128) {
    let Some(settings) = settings else { return };
    let mailer = mailer(&settings);
    for number in first..first + 3 {
        let letter = letter(number);
        let verdict = mailer.send(&letter).await;
        assert!(matches!(verdict, Verdict::Taken(_)), "{verdict:?}");
        let messages = delivered(&letter);
        assert_eq!(messages.len(), 1);
        let message = MessageParser::default().parse(messages.first().unwrap()).unwrap();
        assert_eq!(message.subject(), Some("Ann Example invites you to join Acme & Söhne"));
        let to = message.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some("Bea Müller, \"B\""), Some("bea@example.org")));
        let link = format!("https://members.example.net/invitation/mbi_{number:072}");
        assert!(message.body_text(0).unwrap().contains(&link));
        assert!(message.body_html(0).unwrap().contains(&link));
    }
    mailer.rest().await;
}

#[tokio::test]
async fn letters_arrive_in_the_clear() {
    letters_arrive(settings("PLAIN", Encryption::None), 0x100).await;
}

#[tokio::test]
async fn letters_arrive_by_starttls_and_sign_in() {
    letters_arrive(signed_in("STARTTLS", Encryption::StartTls), 0x200).await;
}

#[tokio::test]
async fn letters_arrive_by_tls_and_sign_in() {
    letters_arrive(signed_in("TLS", Encryption::Tls), 0x300).await;
}

/// What a real server makes of wrong settings: not now, with the reason, and nothing arrives.
#[tokio::test]
async fn wrong_settings_send_nothing() {
    let Some(right) = signed_in("STARTTLS", Encryption::StartTls) else { return };
    let letter = letter(0x400);
    for (wrong, words) in [
        (SmtpSettings { password: Some(Password::new("wrong")), ..right.clone() }, "signing in: 535"),
        (SmtpSettings { user: None, password: None, ..right.clone() }, "MAIL FROM: 530"),
        (SmtpSettings { ca_file: None, ..right.clone() }, "encryption: invalid peer certificate: UnknownIssuer"),
        (SmtpSettings { encryption: Encryption::Tls, ..right.clone() }, "encryption: "),
    ] {
        let verdict = mailer(&wrong).send(&letter).await;
        assert!(matches!(&verdict, Verdict::NotNow(said) if said.starts_with(words)), "{words}: {verdict:?}");
    }
    let Some(plain) = settings("PLAIN", Encryption::StartTls) else { return };
    let verdict = mailer(&plain).send(&letter).await;
    assert!(matches!(&verdict, Verdict::NotNow(said) if said.contains("does not offer STARTTLS")), "{verdict:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(delivered(&letter).len(), 0);
}

/// An address beyond ASCII, to a server that offers SMTPUTF8.
#[tokio::test]
async fn an_address_beyond_ascii_arrives() {
    let Some(settings) = settings("PLAIN", Encryption::None) else { return };
    let to = EmailAddress::parse("bëa@example.org", Alphabet::International).unwrap();
    let letter = Letter { to, ..letter(0x500) };
    let verdict = mailer(&settings).send(&letter).await;
    assert!(matches!(verdict, Verdict::Taken(_)), "{verdict:?}");
    let [raw] = &delivered(&letter)[..] else { panic!("not exactly one message") };
    let message = MessageParser::default().parse(raw).unwrap();
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("bëa@example.org"));
}

/// A test, with the words of a real server: that it took it, and why it did not.
#[tokio::test]
async fn a_test_arrives() {
    let Some(right) = signed_in("STARTTLS", Encryption::StartTls) else { return };
    let letter = letter(0x600);
    let test = TestLetter { id: letter.id, to: letter.to.clone() };
    let wrong = SmtpSettings { password: Some(Password::new("wrong")), ..right.clone() };
    let verdict = mailer(&wrong).test(&test).await;
    assert!(matches!(&verdict, Verdict::NotNow(said) if said.starts_with("signing in: 535")), "{verdict:?}");
    assert_eq!(delivered(&letter).len(), 0);
    let verdict = mailer(&right).test(&test).await;
    assert!(matches!(&verdict, Verdict::Taken(said) if said.starts_with("250 ")), "{verdict:?}");
    let [raw] = &delivered(&letter)[..] else { panic!("not exactly one message") };
    assert_eq!(MessageParser::default().parse(raw).unwrap().subject(), Some("A test from Example Members"));
}
