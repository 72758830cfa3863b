use mail_parser::{Header, MimeHeaders as _, PartType};

use super::*;
use crate::fixture::{HEADERS, HOSTILE, composed, letters, parsed, usual};

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

/// A line that begins with the boundary is one, whatever follows on it (RFC 2046, 5.1.1), and there are readers that take
/// it for one anywhere. Short words beside it, because long lines are written otherwise.
#[test]
fn no_name_is_a_boundary() {
    let guessed = "--=_0197c0de000080008000000000000001";
    for what in ["greeting", "tenant", "person", "role", "other role", "address", "all"] {
        let named = |one| match one {
            // Whoever guesses the first may guess the next one.
            "person" if what == "all" => format!("{guessed}.1"),
            "address" if what == "all" => format!("{guessed}.2--"),
            one if one == what || what == "all" => format!("{guessed}--"),
            _ => "A".to_owned(),
        };
        for letter in letters(&named("greeting"), named) {
            let message = composed(&letter);
            let boundary = message.split_once("boundary=\"").and_then(|(_, rest)| rest.split('"').next()).unwrap();
            let delimiter = format!("--{boundary}");
            assert!(delimiter.starts_with(guessed), "{what}: {message}");
            assert_eq!(message.matches(&delimiter).count(), 3, "{what}: {message}");
            assert_eq!(message.lines().filter(|line| line.starts_with(&delimiter)).count(), 3, "{what}: {message}");
        }
    }
}

/// Proves A81 in part: no name adds a line to a letter, which could say anything.
#[test]
fn no_name_is_more_than_a_part_of_a_line() {
    let lines = |letter: &Letter| {
        let message = composed(letter);
        let parsed = parsed(&message);
        [parsed.body_text(0), parsed.body_html(0)].map(|part| part.unwrap().lines().count())
    };
    for name in HOSTILE {
        for (letter, clean) in letters(name, |_| name.to_owned()).iter().zip(letters("Bea", usual)) {
            assert_eq!(lines(letter), lines(&clean), "{letter:?}");
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
