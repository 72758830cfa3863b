use futures_util::future::join_all;
use membership_core::outbox::Patience;
use membership_testkit::smtp::{Identity, Lie, Manners, Received, Security, Sink, Stage};

use super::*;
use crate::{
    Encryption, Password,
    fixture::{HEADERS, HOSTILE, clock, home, letter_to, letters},
};

const PACE: Pace = Pace {
    step: Duration::from_secs(2),
    letter: Duration::from_secs(6),
    idle: Duration::from_mins(10),
    pause: Duration::ZERO,
};

fn settings(sink: &Sink, encryption: Encryption) -> SmtpSettings {
    SmtpSettings {
        host: "localhost".to_owned(),
        port: sink.address().port(),
        encryption,
        user: None,
        password: None,
        from_address: "no-reply@members.example.net".to_owned(),
        from_name: Some("Example Members".to_owned()),
        helo_name: None,
        timeout_seconds: 30,
        ca_file: None,
    }
}

fn plain_mailer(sink: &Sink) -> SmtpMailer {
    SmtpMailer::paced(&settings(sink, Encryption::None), home(), clock(), PACE).unwrap()
}

/// A mailer that signs in over TLS and trusts `authority`.
fn signing_in(sink: &Sink, encryption: Encryption, authority: &str) -> SmtpMailer {
    let authorities = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authorities.path(), authority).unwrap();
    let settings = SmtpSettings {
        user: Some("members".to_owned()),
        password: Some(Password::new("a secret")),
        ca_file: Some(authorities.path().to_owned()),
        ..settings(sink, encryption)
    };
    SmtpMailer::paced(&settings, home(), clock(), PACE).unwrap()
}

fn manners(security: Security) -> Manners {
    Manners { security, user: Some(("members".to_owned(), "a secret".to_owned())), smtputf8: false }
}

/// A server with STARTTLS and sign-in, and a mailer for it.
async fn guarded() -> (Sink, SmtpMailer) {
    let identity = Identity::named(&["localhost"]).unwrap();
    let authority = identity.authority_pem().to_owned();
    let sink = Sink::with(manners(Security::StartTls(identity))).await.unwrap();
    let mailer = signing_in(&sink, Encryption::StartTls, &authority);
    (sink, mailer)
}

fn bea(number: u128) -> Letter {
    letter_to("bea@example.org", number)
}

fn is_not_now(verdict: &Verdict, words: &str) -> bool {
    matches!(verdict, Verdict::NotNow(said) if said.contains(words))
}

#[test]
fn a_letter_takes_less_time_than_its_lease() {
    let pace = Pace::with_step(Duration::from_secs(u16::MAX.into()));
    assert!(2 * pace.letter < Patience::default().lease.to_std().unwrap(), "{pace:?}");
}

#[tokio::test]
async fn a_letter_arrives() {
    let (sink, mailer) = guarded().await;
    assert_eq!(mailer.send(&bea(1)).await, Verdict::Taken("250 2.0.0 taken".to_owned()));
    let [received] = &sink.messages()[..] else { panic!("one message") };
    assert_eq!(received.from, "no-reply@members.example.net");
    assert_eq!(received.to, ["bea@example.org"]);
    assert_eq!(received.subject().as_deref(), Some("Ann invites you to join Acme"));
    let now = crate::fixture::now();
    assert_eq!(received.raw, compose(&bea(1), &crate::fixture::head(), now).unwrap(), "byte by byte");
    mailer.rest().await;
    let heard = sink.heard();
    let verbs: Vec<&str> = heard.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(verbs, ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]);
    assert_eq!(heard[0], "EHLO members.example.net", "no host name of this machine");
}

#[tokio::test]
async fn tls_from_the_first_byte_works_too() {
    let identity = Identity::named(&["localhost"]).unwrap();
    let authority = identity.authority_pem().to_owned();
    let sink = Sink::with(manners(Security::Tls(identity))).await.unwrap();
    let mailer = signing_in(&sink, Encryption::Tls, &authority);
    assert_eq!(mailer.send(&bea(1)).await, Verdict::Taken("250 2.0.0 taken".to_owned()));
    assert_eq!(sink.messages().len(), 1);
}

const LIES: [Lie; 9] = [
    Lie::Say("451 4.3.0 come back later"),
    Lie::Say("554 5.0.0 never come back"),
    Lie::SayAndHangUp("421 4.4.2 closing"),
    Lie::HangUp,
    Lie::Hang,
    Lie::Drip(Duration::from_millis(500)),
    Lie::Garbage,
    Lie::EndlessLine,
    Lie::EndlessReply,
];

/// One lie at one stage: the verdict is right, nothing hangs, and the next letter gets through.
async fn one_lie(stage: Stage, lie: Lie) {
    let (sink, mailer) = guarded().await;
    if stage == Stage::Reset {
        // The letter after a refused one begins with RSET.
        sink.lie_once(Stage::Recipient, Lie::Say("550 5.1.1 no such user"));
        assert!(matches!(mailer.send(&bea(0)).await, Verdict::Never(_)));
    }
    sink.lie_once(stage, lie);
    let bound = PACE.letter + Duration::from_secs(5);
    let verdict = timeout(bound, mailer.send(&bea(1))).await.unwrap_or_else(|_| panic!("{stage:?} {lie:?} hangs"));
    let case = format!("{stage:?} {lie:?}: {verdict:?}");
    if matches!(stage, Stage::Between | Stage::Reset | Stage::Quit) {
        assert!(matches!(verdict, Verdict::Taken(_)), "{case}");
    } else if matches!(stage, Stage::Recipient | Stage::Data | Stage::Dot) && lie == LIES[1] {
        assert!(matches!(verdict, Verdict::Never(_)), "{case}");
    } else {
        assert!(matches!(&verdict, Verdict::NotNow(words) if !words.is_empty()), "{case}");
    }
    if let (Lie::Say(words) | Lie::SayAndHangUp(words), Verdict::NotNow(said) | Verdict::Never(said)) = (lie, &verdict)
    {
        assert!(said.ends_with(words), "{case}: the server's words are kept");
    }
    if stage == Stage::Quit {
        timeout(bound, mailer.rest()).await.unwrap_or_else(|_| panic!("{case} hangs"));
    }
    sink.be_honest();
    let next = mailer.send(&bea(2)).await;
    assert_eq!(next, Verdict::Taken("250 2.0.0 taken".to_owned()), "the letter after {case}");
    let last = sink.messages().pop().unwrap();
    assert!(last.raw.starts_with(b"Message-ID: <00000000-0000-0000-0000-000000000002@"), "{case}");
}

/// Every lie at every stage of a conversation with STARTTLS and sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn no_lie_hangs_or_misleads() {
    let cases =
        Stage::ALL.into_iter().flat_map(|stage| LIES.into_iter().map(move |lie| tokio::spawn(one_lie(stage, lie))));
    for case in join_all(cases).await {
        case.unwrap();
    }
}

#[tokio::test]
async fn a_second_copy_has_the_same_name() {
    let (sink, mailer) = guarded().await;
    sink.lie_once(Stage::Dot, Lie::TakeAndHangUp);
    let verdict = mailer.send(&bea(1)).await;
    assert!(is_not_now(&verdict, "DATA: the mail server hung up"), "{verdict:?}");
    assert!(matches!(mailer.send(&bea(1)).await, Verdict::Taken(_)));
    let ids: Vec<_> = sink.messages().iter().map(|one| one.parsed().unwrap().message_id().map(str::to_owned)).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

/// Proves A82: with a certificate for another name, or one that nobody vouches for, with STARTTLS stripped or only
/// pretended, nothing is sent: no mail and no password.
#[tokio::test]
async fn nothing_is_said_to_a_server_that_is_not_the_one() {
    let stranger = Identity::named(&["localhost"]).unwrap();
    let other_name = || Identity::named(&["mail.evil.example"]).unwrap();
    let of = |identity: &Identity| identity.authority_pem().to_owned();
    let (start, tls, unknown) = (other_name(), other_name(), Identity::named(&["localhost"]).unwrap());
    let (start_ca, tls_ca, stranger_ca) = (of(&start), of(&tls), of(&stranger));
    for (security, encryption, authority, words) in [
        (Security::StartTls(start), Encryption::StartTls, &start_ca, "certificate not valid for name"),
        (Security::Tls(tls), Encryption::Tls, &tls_ca, "certificate not valid for name"),
        (Security::StartTls(unknown), Encryption::StartTls, &stranger_ca, "invalid peer certificate"),
        (Security::Plain, Encryption::StartTls, &stranger_ca, "does not offer STARTTLS"),
    ] {
        let sink = Sink::with(manners(security)).await.unwrap();
        let verdict = signing_in(&sink, encryption, authority).send(&bea(1)).await;
        assert!(is_not_now(&verdict, words), "{verdict:?}");
        assert_silent(&sink);
    }
    let sink = Sink::with(manners(Security::StartTls(stranger))).await.unwrap();
    sink.lie(Stage::StartTls, Lie::Say("220 2.0.0 go ahead, in the clear\n250-sink.example\n250 AUTH PLAIN"));
    let verdict = signing_in(&sink, Encryption::StartTls, &stranger_ca).send(&bea(1)).await;
    assert!(is_not_now(&verdict, "encryption: "), "{verdict:?}");
    assert_silent(&sink);
}

fn assert_silent(sink: &Sink) {
    assert!(sink.messages().is_empty());
    for line in sink.heard() {
        assert!(!["AUTH", "MAIL", "RCPT", "DATA"].iter().any(|verb| line.starts_with(verb)), "{line}");
        assert!(!line.contains("bea@example.org"), "{line}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_not_now_and_is_not_tried_again_at_once() {
    let identity = Identity::named(&["localhost"]).unwrap();
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), identity.authority_pem()).unwrap();
    let sink = Sink::with(manners(Security::StartTls(identity))).await.unwrap();
    let settings = SmtpSettings {
        user: Some("members".to_owned()),
        password: Some(Password::new("another secret")),
        ca_file: Some(authority.path().to_owned()),
        ..settings(&sink, Encryption::StartTls)
    };
    let pace = Pace { pause: Duration::from_mins(10), ..PACE };
    let mailer = SmtpMailer::paced(&settings, home(), clock(), pace).unwrap();
    for number in 0..25 {
        let verdict = mailer.send(&bea(number)).await;
        assert_eq!(verdict, Verdict::NotNow("signing in: 535 5.7.8 user or password is wrong".to_owned()));
    }
    assert_eq!(sink.connections(), 1, "a batch of letters is one attempt, not 25");
    assert!(!format!("{mailer:?}").contains("secret"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_now() {
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    drop(sink);
    tokio::task::yield_now().await;
    let verdict = mailer.send(&bea(1)).await;
    assert!(is_not_now(&verdict, "connecting: ") || is_not_now(&verdict, "the greeting: "), "{verdict:?}");
}

#[tokio::test]
async fn many_letters_take_one_connection() {
    let (sink, mailer) = guarded().await;
    for number in 0..20 {
        assert!(matches!(mailer.send(&bea(number)).await, Verdict::Taken(_)));
    }
    assert_eq!((sink.messages().len(), sink.connections()), (20, 1));
}

#[tokio::test]
async fn letters_at_once_are_sent_one_after_the_other() {
    let (sink, mailer) = guarded().await;
    let letters: Vec<Letter> = (0..20).map(bea).collect();
    for verdict in join_all(letters.iter().map(|letter| mailer.send(letter))).await {
        assert!(matches!(verdict, Verdict::Taken(_)), "{verdict:?}");
    }
    assert_eq!((sink.messages().len(), sink.connections()), (20, 1));
}

#[tokio::test]
async fn a_refused_recipient_spoils_nothing() {
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    sink.lie_once(Stage::Recipient, Lie::Say("550 5.1.1 no such user"));
    assert_eq!(mailer.send(&bea(1)).await, Verdict::Never("RCPT TO: 550 5.1.1 no such user".to_owned()));
    assert!(matches!(mailer.send(&bea(2)).await, Verdict::Taken(_)));
    assert_eq!(sink.connections(), 1);
    assert!(sink.heard().contains(&"RSET".to_owned()));
}

#[tokio::test]
async fn a_refusal_of_us_is_no_refusal_of_the_letter() {
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    sink.lie_once(Stage::Sender, Lie::Say("550 5.7.1 you may not send as this address"));
    sink.lie_once(Stage::Recipient, Lie::Say("530 5.7.0 sign in first"));
    for words in ["you may not send", "sign in first"] {
        let verdict = mailer.send(&bea(1)).await;
        assert!(is_not_now(&verdict, words), "{verdict:?}");
    }
}

#[tokio::test]
async fn a_connection_that_went_stale_costs_nothing() {
    for lie in [Lie::HangUp, Lie::SayAndHangUp("421 4.4.2 idle too long"), Lie::Garbage] {
        let sink = Sink::start().await.unwrap();
        let mailer = plain_mailer(&sink);
        sink.lie_once(Stage::Between, lie);
        for number in 0..3 {
            let verdict = mailer.send(&bea(number)).await;
            assert!(matches!(verdict, Verdict::Taken(_)), "{lie:?}: {verdict:?}");
        }
        assert_eq!((sink.messages().len(), sink.connections()), (3, 2), "{lie:?}");
    }
}

#[tokio::test]
async fn an_unused_connection_is_closed_politely() {
    let sink = Sink::start().await.unwrap();
    let pace = Pace { idle: Duration::from_millis(30), ..PACE };
    let mailer = SmtpMailer::paced(&settings(&sink, Encryption::None), home(), clock(), pace).unwrap();
    for round in 1..=2 {
        assert!(matches!(mailer.send(&bea(1)).await, Verdict::Taken(_)));
        assert_eq!(sink.connections(), round);
        while sink.heard().iter().filter(|line| *line == "QUIT").count() < round {
            sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn a_letter_given_up_midway_leaves_no_half_conversation() {
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    sink.lie_once(Stage::Recipient, Lie::Hang);
    assert!(timeout(Duration::from_millis(200), mailer.send(&bea(1))).await.is_err());
    assert!(matches!(mailer.send(&bea(2)).await, Verdict::Taken(_)));
    assert_eq!((sink.messages().len(), sink.connections()), (1, 2));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_for_it() {
    let letter = letter_to("bë@example.org", 1);
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    let verdict = mailer.send(&letter).await;
    assert!(matches!(&verdict, Verdict::Never(words) if words.contains("SMTPUTF8")), "{verdict:?}");
    assert!(matches!(mailer.send(&bea(2)).await, Verdict::Taken(_)));

    let sink = Sink::with(Manners { smtputf8: true, ..Manners::default() }).await.unwrap();
    assert!(matches!(plain_mailer(&sink).send(&letter).await, Verdict::Taken(_)));
    let [received] = &sink.messages()[..] else { panic!("one message") };
    assert!(received.smtputf8);
    assert_eq!(received.to, ["bë@example.org"]);
}

/// Proves A81: whatever people and tenants are called, the server sees one sender, one recipient and one message, and in
/// it one subject and no header that was not there before.
#[tokio::test]
async fn no_name_becomes_a_command_or_a_header() {
    let sink = Sink::start().await.unwrap();
    let mailer = plain_mailer(&sink);
    let header_names = |one: &Received| -> Vec<String> {
        one.parsed().unwrap().headers().iter().map(|header| header.name().to_owned()).collect()
    };
    assert!(matches!(mailer.send(&bea(1)).await, Verdict::Taken(_)), "greets the server once, for all that follow");
    let long = format!("{}\r\n.\r\n{}", "x".repeat(998), "y ".repeat(5000));
    for name in HOSTILE.into_iter().chain([long.as_str()]) {
        for letter in letters(name, |_| name.to_owned()) {
            sink.clear();
            let before = sink.heard().len();
            let verdict = mailer.send(&letter).await;
            assert!(matches!(verdict, Verdict::Taken(_)), "{letter:?}: {verdict:?}");
            let [received] = &sink.messages()[..] else { panic!("{letter:?} is not one message") };
            assert_eq!(received.to, ["bea@example.org"], "{letter:?}");
            assert_eq!(header_names(received), HEADERS, "{letter:?}");
            let commands = ["MAIL FROM:<no-reply@members.example.net>", "RCPT TO:<bea@example.org>", "DATA"];
            assert_eq!(sink.heard()[before..], commands, "{letter:?}");
        }
    }
    assert_eq!(sink.connections(), 1);
}

/// A test goes at once, even where letters wait because the server failed a moment ago; what the server says comes back.
#[tokio::test]
async fn a_test_says_what_the_server_says() {
    let sink = Sink::start().await.unwrap();
    let pace = Pace { pause: Duration::from_mins(10), ..PACE };
    let mailer = SmtpMailer::paced(&settings(&sink, Encryption::None), home(), clock(), pace).unwrap();
    let letter = letter_to("bea@example.org", 1);
    let test = TestLetter { id: letter.id, to: letter.to.clone() };
    sink.lie_once(Stage::Greeting, Lie::Say("554 5.3.2 not today"));
    assert_eq!(mailer.send(&letter).await, Verdict::NotNow("the greeting: 554 5.3.2 not today".to_owned()));
    assert_eq!(mailer.send(&letter).await, Verdict::NotNow("the greeting: 554 5.3.2 not today".to_owned()), "a pause");
    assert!(matches!(mailer.test(&test).await, Verdict::Taken(words) if words.starts_with("250 ")));
    let [arrived] = &sink.messages()[..] else { panic!("not exactly one message") };
    assert!(arrived.text().unwrap().contains("mail leaves, and reaches you"));
    sink.lie_once(Stage::Recipient, Lie::Say("550 5.1.1 no such user"));
    assert_eq!(mailer.test(&test).await, Verdict::Never("RCPT TO: 550 5.1.1 no such user".to_owned()));
    assert_eq!(sink.messages().len(), 1);
}
