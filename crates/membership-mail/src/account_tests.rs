use membership_core::{
    account::{FactorKind, Kinds},
    outbox::{Content, MailKind},
};

use super::*;
use crate::fixture::{composed, home, kind, letter, letters, now, on_one_line, parsed, usual, without_tags};

/// The words in `text` that begin as our tokens and keys do: `mb`, a letter, `_`.
fn tokens(text: &str) -> Vec<&str> {
    let begins = |at: &usize| {
        let four = text.as_bytes().get(*at..at + 4);
        four.is_some_and(|four| four.starts_with(b"mb") && four[2].is_ascii_lowercase() && four[3] == b'_')
    };
    (0..text.len()).filter(begins).map(|at| &text[at..at + 4]).collect()
}

/// Whoever reads a letter over somebody's shoulder gets no more than it has to carry: a link of one purpose where there is
/// something to open, and else none.
#[test]
fn no_letter_carries_a_token_that_it_does_not_need() {
    for letter in letters("Bea", usual) {
        let needed = match kind(&letter) {
            MailKind::Invitation => Some("mbi_"),
            MailKind::BecameMember => Some("mbl_"),
            MailKind::Reset => Some("mbr_"),
            MailKind::ConfirmAddress => Some("mbe_"),
            MailKind::AddressChanged => Some("mbf_"),
            MailKind::Nominated
            | MailKind::BecameRepresentative
            | MailKind::HandedOver
            | MailKind::ResetRefused
            | MailKind::ResetHandedOver
            | MailKind::PasswordChanged
            | MailKind::FactorsChanged
            | MailKind::SignInCode => None,
        };
        let message = composed(&letter);
        let parsed = parsed(&message);
        let headers = message.split("\r\n\r\n").next().unwrap();
        assert_eq!(tokens(headers), [""; 0], "{headers}");
        for part in [parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap()] {
            let mut found = tokens(&part);
            found.dedup();
            assert_eq!(found, needed.into_iter().collect::<Vec<_>>(), "{part}");
            let holds_code = part.contains("0471 1815") || part.contains("04711815");
            assert_eq!(holds_code, kind(&letter) == MailKind::SignInCode, "{part}");
        }
    }
}

/// The code is not where a locked screen shows it: in the subject, or at the beginning. It stands alone on its line.
#[test]
fn a_code_is_read_by_whoever_opens_the_letter() {
    let letters = letters("Bea", usual);
    let message = composed(letters.iter().find(|letter| kind(letter) == MailKind::SignInCode).unwrap());
    let parsed = parsed(&message);
    assert_eq!(parsed.subject(), Some("Your sign-in code"));
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    assert_eq!(text.lines().filter(|line| line.contains("0471")).collect::<Vec<_>>(), ["0471 1815"]);
    assert!(html.contains("font-size:32px") && html.contains(">0471 1815</p>"), "{html}");
    for shown in [text.into_owned(), without_tags(&html)] {
        assert!(shown.find("0471").unwrap() > 140, "{shown}");
    }
}

#[test]
fn what_signing_in_asks_for_is_told() {
    let forgotten = "https://members.example.net/forgotten";
    for (kinds, expected) in [
        (vec![], "No second step is set up now. Signing in asks for your password alone."),
        (vec![FactorKind::Email], "Set up now: codes by mail. Signing in asks for your password and a code by mail."),
        (
            vec![FactorKind::App],
            "Set up now: an authenticator app. Signing in asks for your password and a code from your authenticator app.",
        ),
        (
            vec![FactorKind::Passkey],
            "Set up now: passkeys. Signing in asks for your password and a passkey. A passkey also signs in by itself, \
             without the password.",
        ),
        (
            FactorKind::ALL.to_vec(),
            "Set up now: codes by mail, an authenticator app and passkeys. Signing in asks for your password and a code \
             by mail, a code from your authenticator app or a passkey. A passkey also signs in by itself",
        ),
    ] {
        let kinds = Kinds::from_iter(kinds);
        let content = Content::FactorsChanged { kinds, forgotten: forgotten.to_owned() };
        let message = composed(&Letter { content, ..letter("Bea", "Acme", None, &[]) });
        let parsed = parsed(&message);
        assert!(on_one_line(&parsed.body_text(0).unwrap()).contains(expected), "{message}");
        let html = without_tags(&parsed.body_html(0).unwrap());
        assert!(html.contains(expected), "{message}");
        assert_eq!(html.contains("signs in by itself"), kinds.has(FactorKind::Passkey), "{message}");
    }
}

/// A service without a name is called what its mail comes from.
#[test]
fn an_account_is_somewhere() {
    let head = Letterhead { sender: crate::Sender::new("no-reply@members.example.net", None).unwrap(), home: home() };
    let letter = Letter { content: Content::ResetRefused, ..letter("Bea", "Acme", None, &[]) };
    let message = String::from_utf8(compose(&letter, &head, now()).unwrap()).unwrap();
    let parsed = parsed(&message);
    assert!(on_one_line(&parsed.body_text(0).unwrap()).contains("your account at members.example.net."), "{message}");
    assert!(parsed.body_html(0).unwrap().contains("at <strong>members.example.net</strong>."), "{message}");
}
