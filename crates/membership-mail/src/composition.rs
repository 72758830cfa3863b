//! Letters become messages.

use askama::Template;
use chrono::{DateTime, Utc};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, date::Date, raw::Raw},
    mime::{BodyPart, MimePart},
};
use membership_core::outbox::{Content, Letter};

use crate::{
    Sender,
    wording::{enumeration, moment, one_line},
};

/// Longest name in a subject or a greeting, in characters.
const MOST_NAME: usize = 60;
/// Longest list of roles, in characters.
const MOST_ROLES: usize = 300;
/// Longest link, in characters.
const MOST_LINK: usize = 2000;

/// A template failed.
#[derive(Debug, thiserror::Error)]
#[error("the message could not be written: {0}")]
pub struct CannotCompose(#[from] askama::Error);

#[derive(Template)]
#[template(path = "invitation.txt")]
struct InvitationText<'a>(&'a Invitation);

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationHtml<'a>(&'a Invitation);

/// What both parts of an invitation say.
struct Invitation {
    to_name: String,
    tenant: String,
    inviter: Option<String>,
    roles: String,
    link: String,
    until: String,
}

/// Makes the message of `letter`, with `now` as its date: an RFC 5322 message in bytes, with a text and an HTML part that
/// say the same.
///
/// The same letter has the same Message-ID each time, by which receivers tell repetitions.
pub fn compose(letter: &Letter, from: &Sender, now: DateTime<Utc>) -> Result<Vec<u8>, CannotCompose> {
    let Content::Invitation { tenant, inviter, roles, link, expires_at } = &letter.content;
    let invitation = Invitation {
        to_name: one_line(&letter.to_name, MOST_NAME),
        tenant: one_line(tenant, MOST_NAME),
        inviter: inviter.as_ref().map(|name| one_line(name, MOST_NAME)).filter(|name| !name.is_empty()),
        roles: one_line(&enumeration(roles), MOST_ROLES),
        link: one_line(link, MOST_LINK),
        until: moment(*expires_at),
    };
    let parts = vec![
        MimePart::new("text/plain", BodyPart::Text(InvitationText(&invitation).render()?.into())),
        MimePart::new("text/html", BodyPart::Text(InvitationHtml(&invitation).render()?.into())),
    ];
    // A boundary of our own: the library's would tell the time and differ each time. No part can hold it: what begins
    // with `=_` is written otherwise in quoted-printable and base64, and no name is a line of its own in plain text.
    let boundary = format!("=_{}", letter.id.as_uuid().simple());
    let mut message = Vec::new();
    MessageBuilder::new()
        .message_id(format!("{}@{}", letter.id, from.address().domain()))
        .date(Date::new(now.timestamp()))
        .from(mailbox(from.name(), from.address().as_str()))
        .to(mailbox(Some(&invitation.to_name), letter.to.as_str()))
        .subject(invitation.subject())
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .body(MimePart::new(ContentType::new("multipart/alternative").attribute("boundary", boundary), parts))
        .serialize(&mut message);
    Ok(message)
}

fn mailbox<'a>(name: Option<&'a str>, address: &'a str) -> Address<'a> {
    Address::new_address(name.filter(|name| !name.is_empty()), address)
}

impl Invitation {
    fn subject(&self) -> String {
        match &self.inviter {
            Some(inviter) => format!("{inviter} invites you to join {}", self.tenant),
            None => format!("You are invited to join {}", self.tenant),
        }
    }
}

#[cfg(test)]
#[path = "composition_tests.rs"]
mod tests;
