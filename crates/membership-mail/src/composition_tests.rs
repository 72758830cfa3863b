use mail_parser::{Header, Message, MessageParser, MimeHeaders as _, PartType};
use membership_core::outbox::{Content, MailKind};

use super::*;
use crate::fixture::{HEADERS, HOSTILE, head, letter, letters, now};

fn composed(letter: &Letter) -> String {
    String::from_utf8(compose(letter, &head(), now()).unwrap()).unwrap()
}

fn parsed(message: &str) -> Message<'_> {
    MessageParser::default().parse(message).unwrap()
}

fn usual(what: &str) -> String {
    match what {
        "tenant" => "Acme & Söhne",
        "person" => "Ann Example",
        "role" => "Editor",
        _ => "Author",
    }
    .to_owned()
}

/// Which letter it is.
fn kind(letter: &Letter) -> MailKind {
    match &letter.content {
        Content::Invitation { .. } => MailKind::Invitation,
        Content::BecameMember { .. } => MailKind::BecameMember,
        Content::Nominated { .. } => MailKind::Nominated,
        Content::BecameRepresentative { .. } => MailKind::BecameRepresentative,
        Content::HandedOver { .. } => MailKind::HandedOver,
    }
}

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
    }
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
        for word in ["Bea Müller", "Acme & Söhne"].into_iter().chain(told(&letter)) {
            assert!(text.replace('\n', " ").contains(word), "{word:?} is not in the text: {text}");
            let linked = html.contains(&format!("href=\"{word}\""));
            assert!(linked || shown.contains(word), "{word:?} is not in the HTML: {html}");
        }
        for link in told(&letter).into_iter().filter(|word| word.starts_with("https://")) {
            assert_eq!(text.lines().filter(|line| *line == link).count(), 1, "{link} stands on a line of its own");
        }
        assert!(shown.matches("Acme & Söhne").count() >= 3, "title, heading and text: {shown}");
    }
}

/// What a reader sees of it.
fn without_tags(html: &str) -> String {
    let seen: String = html.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text).collect();
    seen.replace("&#38;", "&")
}

/// The link is a button, and written out beneath for programs that show no buttons.
#[test]
fn what_is_to_be_done_is_a_button() {
    for (letter, label) in
        letters("Bea", usual).iter().zip(["View the invitation", "Open Acme &#38; Söhne", "Accept or decline"])
    {
        let message = composed(letter);
        let html = parsed(&message).body_html(0).unwrap().into_owned();
        let link = told(letter).into_iter().find(|word| word.starts_with("https://")).unwrap();
        assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2, "a button and the bare link");
        assert!(html.contains(&format!(">{label}</a>")), "{html}");
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
        assert!(parsed.subject().unwrap().ends_with(" Acme & Söhne"));
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
    for letter in &letters("", |what| if what == "person" { "\u{202e}".to_owned() } else { usual(what) })[2..] {
        let message = composed(letter);
        let parsed = parsed(&message);
        assert!(parsed.body_text(0).unwrap().contains(" another administrator"), "{message}");
        assert!(parsed.body_html(0).unwrap().contains(" <strong>another administrator</strong>"), "{message}");
    }
}

/// Proves A81 for the message: whatever names say, there is one recipient, one subject, no header that was not there
/// before, and two parts.
#[test]
fn hostile_names_stay_names() {
    let long = format!("{}\r\n{}", "x".repeat(998), "y ".repeat(5000));
    for name in HOSTILE.iter().copied().chain([long.as_str()]) {
        for letter in letters(name, |_| name.to_owned()) {
            let message = composed(&letter);
            let parsed = parsed(&message);
            let found: Vec<&str> = parsed.headers().iter().map(Header::name).collect();
            assert_eq!(found, HEADERS, "{letter:?}");
            let to: Vec<_> = parsed.to().unwrap().iter().map(|one| one.address().unwrap()).collect();
            assert_eq!(to, ["bea@example.org"], "{letter:?}");
            let from: Vec<_> = parsed.from().unwrap().iter().map(|one| one.address().unwrap()).collect();
            assert_eq!(from, ["no-reply@members.example.net"], "{letter:?}");
            assert_eq!(parsed.parts.len(), 3, "{letter:?}");
            assert!(matches!(parsed.parts[1].body, PartType::Text(_)));
            assert!(parsed.parts[1].is_content_type("text", "plain"));
            assert!(matches!(parsed.parts[2].body, PartType::Html(_)));
            assert!(message.is_ascii() && !message.contains('\0'), "{letter:?}");
            assert!(!message.replace("\r\n", "").contains(['\r', '\n']), "{letter:?}: a bare CR or LF");
            assert!(message.lines().all(|line| line.len() <= 998), "{letter:?}");
        }
    }
}

/// A line that begins with the boundary is one, whatever follows on it (RFC 2046, 5.1.1). Short words beside it, because
/// long lines are written otherwise.
#[test]
fn no_name_is_a_boundary() {
    for what in ["greeting", "tenant", "person", "role", "other role"] {
        let named = |one| if one == what { "--=_0197c0de000080008000000000000001--" } else { "A" }.to_owned();
        for letter in letters(&named("greeting"), named) {
            let message = composed(&letter);
            let boundaries = message.lines().filter(|line| line.starts_with("--=_"));
            assert_eq!(boundaries.count(), 3, "{what}: {message}");
        }
    }
}

/// Proves A77 in part, for mails: names with markup or template code are text in the HTML part.
#[test]
fn markup_in_names_is_inert() {
    let html = |letter: &Letter| parsed(&composed(letter)).body_html(0).unwrap().into_owned();
    for name in HOSTILE {
        for (letter, clean) in letters(name, |_| name.to_owned()).iter().zip(letters("Bea", usual)) {
            let found = html(letter);
            assert_eq!(found.matches('<').count(), html(&clean).matches('<').count(), "{letter:?} made a tag");
            assert!(!found.contains("\" onclick=") && !found.contains("' onclick="), "{letter:?} left its attribute");
            assert!(!found.contains("49"), "{letter:?} was computed");
        }
    }
}
