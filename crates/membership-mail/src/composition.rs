//! Letters become messages.

mod page;

use askama::Template;
use chrono::{DateTime, Utc};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, date::Date, raw::Raw},
    mime::{BodyPart, MimePart},
};
use membership_core::{email::EmailAddress, id::MessageId, outbox::Letter};

use crate::Letterhead;
use page::{Page, Said};

/// A letter that nobody owes: it shows that letters leave, to whoever has asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestLetter {
    /// What its Message-ID is made of.
    pub id: MessageId,
    /// Where it goes.
    pub to: EmailAddress,
}

/// A template failed.
#[derive(Debug, thiserror::Error)]
#[error("the message could not be written: {0}")]
pub struct CannotCompose(#[from] askama::Error);

#[derive(Template)]
#[template(path = "letter.txt")]
struct Text<'a> {
    page: &'a Page<'a>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    page: &'a Page<'a>,
}

/// Makes the message of `letter`, with `now` as its date: an RFC 5322 message in bytes, with a text and an HTML part that
/// say the same.
///
/// The same letter has the same Message-ID each time, by which receivers tell repetitions.
pub fn compose(letter: &Letter, head: &Letterhead, now: DateTime<Utc>) -> Result<Vec<u8>, CannotCompose> {
    write(letter.id, &letter.to, &Page::of(letter, head), head, now)
}

/// Makes the message of a test, with `now` as its date.
pub fn compose_test(test: &TestLetter, head: &Letterhead, now: DateTime<Utc>) -> Result<Vec<u8>, CannotCompose> {
    write(test.id, &test.to, &Page::test(head), head, now)
}

fn write(
    id: MessageId,
    to: &EmailAddress,
    page: &Page<'_>,
    head: &Letterhead,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, CannotCompose> {
    let (text, html) = (Text { page }.render()?, Html { page }.render()?);
    let boundary = boundary(id, [&text, &html]);
    let parts = vec![
        MimePart::new("text/plain", BodyPart::Text(text.into())),
        MimePart::new("text/html", BodyPart::Text(html.into())),
    ];
    let from = &head.sender;
    let mut message = Vec::new();
    MessageBuilder::new()
        .message_id(format!("{id}@{}", from.address().domain()))
        .date(Date::new(now.timestamp()))
        .from(mailbox(from.name(), from.address().as_str()))
        .to(mailbox(Some(&page.to_name), to.as_str()))
        .subject(page.subject())
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .body(MimePart::new(ContentType::new("multipart/alternative").attribute("boundary", boundary), parts))
        .serialize(&mut message);
    Ok(message)
}

/// What stands between the parts, and in none of them, whoever is called what: there are readers that find it in the middle
/// of a line. It is our own: the library's would tell the time, and differ each time.
///
/// Parts are looked at as they were before they were encoded: what begins with `=_` is written otherwise in
/// quoted-printable and in base64.
fn boundary(id: MessageId, parts: [&str; 2]) -> String {
    let plain = format!("=_{}", id.as_uuid().simple());
    let mut boundary = plain.clone();
    let mut number = 0_u32;
    while parts.iter().any(|part| part.contains(&boundary)) {
        number += 1;
        boundary = format!("{plain}.{number}");
    }
    boundary
}

fn mailbox<'a>(name: Option<&'a str>, address: &'a str) -> Address<'a> {
    Address::new_address(name.filter(|name| !name.is_empty()), address)
}

#[cfg(test)]
#[path = "composition_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "account_tests.rs"]
mod account_tests;

#[cfg(test)]
#[path = "hostile_tests.rs"]
mod hostile_tests;
