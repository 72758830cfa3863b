use mail_parser::Header;
use membership_core::outbox::{Content, MailKind};

use super::*;
use crate::fixture::{HEADERS, composed, head, kind, letter, letters, now, on_one_line, parsed, usual, without_tags};

#[test]
fn there_is_a_letter_of_every_kind() {
    let kinds: Vec<MailKind> = letters("Bea", usual).iter().map(kind).collect();
    assert_eq!(kinds, MailKind::ALL);
}

#[test]
fn an_invitation_reads_like_this() {
    let message = composed(&letter("Bea Müller", "Acme", Some("Ann Example"), &["Editor", "Author"]));
    insta::assert_snapshot!("invitation", message.replace("\r\n", "\n"));
    let parsed = parsed(&message);
    insta::assert_snapshot!("invitation-text", parsed.body_text(0).unwrap());
    insta::assert_snapshot!("invitation-html", parsed.body_html(0).unwrap());
}

#[test]
fn an_invitation_by_the_operator_reads_like_this() {
    let message = composed(&letter("", "Acme", None, &[]));
    insta::assert_snapshot!("invitation-by-operator", parsed(&message).body_text(0).unwrap());
}

#[test]
fn the_other_letters_read_like_this() {
    for letter in &letters("Bea Müller", usual)[1..] {
        let message = composed(letter);
        let (parsed, kind) = (parsed(&message), kind(letter).as_str());
        let subject = parsed.subject().unwrap();
        insta::assert_snapshot!(format!("{kind}-text"), format!("{subject}\n\n{}", parsed.body_text(0).unwrap()));
        insta::assert_snapshot!(format!("{kind}-html"), parsed.body_html(0).unwrap());
    }
}

/// What the letter must tell, in both parts as a reader sees it.
fn told(letter: &Letter) -> Vec<&str> {
    let until = "Wednesday, 25 November 2026, 14:05 UTC";
    match &letter.content {
        Content::Invitation { link, .. } => vec!["Ann Example", "Editor and Author", until, link, "decline"],
        Content::BecameMember { open, leave, .. } => {
            vec![
                "You are now a member of",
                "Editor and Author",
                open,
                "You did not want this? Leave with one click",
                leave,
            ]
        }
        Content::Nominated { link, .. } => vec!["You are asked by", "Ann Example", until, link, "decline"],
        Content::BecameRepresentative { .. } => vec!["You are now the representative administrator", "Ann Example"],
        Content::HandedOver { .. } => vec!["You are no longer the representative administrator", "Ann Example"],
        Content::Reset { link, .. } => vec![link, until, "works once", "authenticator app", "ignore this message"],
        Content::ResetRefused => vec![
            "come to this very mailbox",
            "an administrator of your organisation either to hand you a link to a new password",
            "switch your second sign-in step off",
            "ignore this message",
        ],
        Content::ResetHandedOver => vec![
            "An administrator of your organisation made a link",
            "The link was not mailed",
            "If you did not ask for it, tell your administrator",
        ],
        Content::PasswordChanged { forgotten } => vec!["was changed", "If it was not you", forgotten],
        Content::ConfirmAddress { link, .. } => vec![link, until, "works once", "nothing happens unless you confirm"],
        Content::AddressChanged { to, restore, .. } => vec![
            to,
            "If it was not you",
            restore,
            until,
            "everybody is signed out, the password is gone, and so is every second sign-in step that was added since",
            "choose a new password by a link that is mailed to the old address",
        ],
        Content::FactorsChanged { forgotten, .. } => {
            vec!["asks for your password and a code from your authenticator app", "If it was not you", forgotten]
        }
        Content::SignInCode { .. } => {
            vec!["0471 1815", until, "Give it to nobody", "somebody else knows your password: change it at once"]
        }
    }
}

/// What the place is called that the letter is about, and in how many spots at least it must be read in the HTML part.
fn place(letter: &Letter) -> (&'static str, usize) {
    let about_a_tenant = kind(letter) < MailKind::Reset;
    if about_a_tenant { ("Acme & Söhne", 3) } else { ("Example Members", 1) }
}

/// What the letter calls its reader: nothing where the mailbox may be a stranger's.
fn greeted(letter: &Letter) -> &'static str {
    if kind(letter) == MailKind::ConfirmAddress { "Hello," } else { "Hello Bea Müller," }
}

/// Proves ORG-23: the mail carries the registration link, in both parts, as it was given. Proves APP-20 in part: what
/// the letter says.
#[test]
fn both_parts_tell_everything() {
    for letter in letters("Bea Müller", usual) {
        let message = composed(&letter);
        let parsed = parsed(&message);
        let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
        let shown = without_tags(&html);
        let (place, spots) = place(&letter);
        for word in [greeted(&letter), place].into_iter().chain(told(&letter)) {
            assert!(on_one_line(&text).contains(word), "{word:?} is not in the text: {text}");
            let linked = html.contains(&format!("href=\"{word}\""));
            assert!(linked || shown.contains(word), "{word:?} is not in the HTML: {html}");
        }
        for link in told(&letter).into_iter().filter(|word| word.starts_with("https://")) {
            assert_eq!(text.lines().filter(|line| *line == link).count(), 1, "{link} stands on a line of its own");
        }
        assert!(shown.matches(place).count() >= spots, "title, heading and text: {shown}");
    }
}

/// What the reader is to do on a page, if there is something that most of them will want to do.
fn button(letter: &Letter) -> Option<(&'static str, &str)> {
    match &letter.content {
        Content::Invitation { link, .. } => Some(("View the invitation", link)),
        Content::BecameMember { open, .. } => Some(("Open Acme &#38; Söhne", open)),
        Content::Nominated { link, .. } => Some(("Accept or decline", link)),
        Content::Reset { link, .. } => Some(("Choose a new password", link)),
        Content::ConfirmAddress { link, .. } => Some(("Confirm this address", link)),
        Content::AddressChanged { restore, .. } => Some(("Bring the old address back", restore)),
        Content::BecameRepresentative { .. }
        | Content::HandedOver { .. }
        | Content::ResetRefused
        | Content::ResetHandedOver
        | Content::PasswordChanged { .. }
        | Content::FactorsChanged { .. }
        | Content::SignInCode { .. } => None,
    }
}

/// The link is a button, and written out beneath for programs that show no buttons.
#[test]
fn what_is_to_be_done_is_a_button() {
    for letter in letters("Bea", usual) {
        let message = composed(&letter);
        let html = parsed(&message).body_html(0).unwrap().into_owned();
        let Some((label, link)) = button(&letter) else {
            assert!(!html.contains("If the button does not work"), "{html}");
            continue;
        };
        assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2, "a button and the bare link");
        assert!(html.contains(&format!(">{label}</a>")), "{html}");
        assert!(html.contains(&format!(">{link}</a>")), "{html}");
    }
}

/// Proves APP-25: "Home" in the mail leads to the address that the installation calls its home.
#[test]
fn home_leads_to_the_products_site() {
    for letter in letters("Bea", usual) {
        let message = composed(&letter);
        let parsed = parsed(&message);
        let text = parsed.body_text(0).unwrap();
        assert_eq!(text.lines().last(), Some("Home: https://www.example.org/"), "{text}");
        let html = parsed.body_html(0).unwrap();
        let link = html.split("<a ").find(|link| link.contains(">Home</a>")).unwrap();
        assert!(link.starts_with("href=\"https://www.example.org/\""), "{link}");
    }
}

#[test]
fn headers_are_ours() {
    for letter in letters("Bea", usual) {
        let message = composed(&letter);
        let parsed = parsed(&message);
        assert_eq!(parsed.message_id(), Some("0197c0de-0000-8000-8000-000000000001@members.example.net"));
        assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-22T14:05:00Z");
        assert_eq!(parsed.subject().unwrap().ends_with(" Acme & Söhne"), kind(&letter) < MailKind::Reset);
        assert!(parsed.reply_to().is_none());
        let names: Vec<&str> = parsed.headers().iter().map(Header::name).collect();
        assert_eq!(names, HEADERS);
        assert_eq!(composed(&letter), message, "the same letter, the same bytes");
        let later = compose(&letter, &head(), now() + chrono::TimeDelta::hours(4)).unwrap();
        let id = message.lines().next().unwrap();
        assert!(later.starts_with(id.as_bytes()), "a later attempt has the same Message-ID");
    }
}

#[test]
fn long_names_are_clipped() {
    let message = composed(&letter("Bea", &"T".repeat(100), Some(&"界".repeat(100)), &["r".repeat(100).as_str(); 50]));
    let expected = format!("{}… invites you to join {}…", "界".repeat(59), "T".repeat(59));
    assert_eq!(parsed(&message).subject(), Some(expected.as_str()));
    for letter in letters(&"T".repeat(100), |_| "界".repeat(100)) {
        let message = composed(&letter);
        assert!(message.lines().all(|line| line.len() <= 78), "every line fits, whatever was in it: {message}");
        assert!(message.is_ascii());
    }
}

/// A member whose name is nothing that can be shown is still somebody.
#[test]
fn a_sentence_without_a_name_is_a_sentence() {
    for letter in &letters("", |what| if what == "person" { "\u{202e}".to_owned() } else { usual(what) })[2..5] {
        let message = composed(letter);
        let parsed = parsed(&message);
        assert!(parsed.body_text(0).unwrap().contains(" another administrator"), "{message}");
        assert!(parsed.body_html(0).unwrap().contains(" <strong>another administrator</strong>"), "{message}");
    }
}

#[test]
fn a_test_reads_like_this() {
    let letter = letter("", "Acme", None, &[]);
    let test = TestLetter { id: letter.id, to: letter.to };
    let message = String::from_utf8(compose_test(&test, &head(), now()).unwrap()).unwrap();
    let parsed = parsed(&message);
    insta::assert_snapshot!("test-text", format!("{}\n\n{}", parsed.subject().unwrap(), parsed.body_text(0).unwrap()));
    insta::assert_snapshot!("test-html", parsed.body_html(0).unwrap());
    assert_eq!(parsed.to().unwrap().first().unwrap().address(), Some("bea@example.org"));
}
