use mail_parser::{Header, Message, MessageParser, MimeHeaders as _, PartType};

use super::*;
use crate::fixture::{HOSTILE, letter, now, sender};

fn composed(letter: &Letter) -> String {
    String::from_utf8(compose(letter, &sender(), now()).unwrap()).unwrap()
}

fn parsed(message: &str) -> Message<'_> {
    MessageParser::default().parse(message).unwrap()
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

/// Proves ORG-23: the mail carries the registration link, in both parts, as it was given.
#[test]
fn both_parts_tell_everything() {
    let letter = letter("Bea Müller", "Acme & Söhne", Some("Ann Example"), &["Editor"]);
    let Content::Invitation { link, .. } = &letter.content;
    let message = composed(&letter);
    let parsed = parsed(&message);
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    for word in ["Bea Müller", "Ann Example", "Editor", "Wednesday, 25 November 2026, 14:05 UTC", link, "decline"] {
        assert!(text.contains(word), "{word:?} is not in the text");
        assert!(html.contains(word), "{word:?} is not in the HTML");
    }
    assert!(text.contains("Acme & Söhne") && html.contains("Acme &#38; Söhne"));
    assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2, "a button and the bare link");
    assert_eq!(text.lines().filter(|line| line == link).count(), 1, "the link stands on a line of its own");
}

#[test]
fn headers_are_ours() {
    let message = composed(&letter("Bea", "Acme", Some("Ann"), &[]));
    let parsed = parsed(&message);
    assert_eq!(parsed.message_id(), Some("0197c0de-0000-8000-8000-000000000001@members.example.net"));
    assert_eq!(parsed.subject(), Some("Ann invites you to join Acme"));
    assert_eq!(parsed.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(parsed.date().unwrap().to_rfc3339(), "2026-11-22T14:05:00Z");
    assert!(parsed.reply_to().is_none());
    let names: Vec<&str> = parsed.headers().iter().map(Header::name).collect();
    assert_eq!(
        names,
        ["Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"]
    );
    assert_eq!(composed(&letter("Bea", "Acme", Some("Ann"), &[])), message, "the same letter, the same bytes");
}

#[test]
fn long_names_are_clipped() {
    let message = composed(&letter("Bea", &"T".repeat(100), Some(&"界".repeat(100)), &["r".repeat(100).as_str(); 50]));
    let parsed = parsed(&message);
    let expected = format!("{}… invites you to join {}…", "界".repeat(59), "T".repeat(59));
    assert_eq!(parsed.subject(), Some(expected.as_str()));
    assert!(message.lines().all(|line| line.len() <= 78), "every line fits, whatever was in it");
    assert!(message.is_ascii());
}

/// Proves A81 for the message: whatever names say, there is one recipient, one subject, no header that was not there
/// before, and two parts.
#[test]
fn hostile_names_stay_names() {
    let long = format!("{}\r\n{}", "x".repeat(998), "y ".repeat(5000));
    let plain = composed(&letter("Bea", "Acme", Some("Ann"), &["Editor"]));
    let names: Vec<&str> = parsed(&plain).headers().iter().map(Header::name).map(leak).collect();
    for name in HOSTILE.iter().copied().chain([long.as_str()]) {
        let message = composed(&letter(name, name, Some(name), &[name, name]));
        let parsed = parsed(&message);
        let found: Vec<&str> = parsed.headers().iter().map(Header::name).collect();
        assert_eq!(found, names, "{name:?}");
        let to: Vec<_> = parsed.to().unwrap().iter().map(|one| one.address().unwrap()).collect();
        assert_eq!(to, ["bea@example.org"], "{name:?}");
        let from: Vec<_> = parsed.from().unwrap().iter().map(|one| one.address().unwrap()).collect();
        assert_eq!(from, ["no-reply@members.example.net"], "{name:?}");
        assert_eq!(parsed.parts.len(), 3, "{name:?}");
        assert!(matches!(parsed.parts[1].body, PartType::Text(_)) && parsed.parts[1].is_content_type("text", "plain"));
        assert!(matches!(parsed.parts[2].body, PartType::Html(_)));
        assert!(message.is_ascii() && !message.contains('\0'), "{name:?}");
        assert!(!message.replace("\r\n", "").contains(['\r', '\n']), "{name:?}: a bare CR or LF");
        assert!(message.lines().all(|line| line.len() <= 998), "{name:?}");
    }
}

fn leak(name: &str) -> &'static str {
    name.to_owned().leak()
}

/// Proves A77 in part, for mails: names with markup or template code are text in the HTML part.
#[test]
fn markup_in_names_is_inert() {
    let clean = composed(&letter("Bea", "Acme", Some("Ann"), &["Editor"]));
    let tags = |message: &str| parsed(message).body_html(0).unwrap().matches('<').count();
    for name in HOSTILE {
        let message = composed(&letter(name, name, Some(name), &[name]));
        assert_eq!(tags(&message), tags(&clean), "{name:?} made a tag");
        let html = parsed(&message).body_html(0).unwrap().into_owned();
        assert!(!html.contains("\" onclick=") && !html.contains("' onclick="), "{name:?} left its attribute");
        assert!(!html.contains("49"), "{name:?} was computed");
    }
}
