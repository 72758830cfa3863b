//! Letters for the tests, and what people might be called.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser};
use membership_core::{
    account::{FactorKind, Kinds},
    email::{Alphabet, EmailAddress},
    id::MessageId,
    outbox::{Content, Letter, MailKind},
};
use uuid::Uuid;

use crate::{Clock, Home, Letterhead, Sender, compose};

/// When every message here is written: three days before its link ends.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_356_300, 0).unwrap()
}

pub(crate) fn clock() -> Clock {
    Arc::new(now)
}

pub(crate) fn sender() -> Sender {
    Sender::new("no-reply@members.example.net", Some("Example Members")).unwrap()
}

pub(crate) fn home() -> Home {
    Home::parse("https://www.example.org").unwrap()
}

pub(crate) fn head() -> Letterhead {
    Letterhead { sender: sender(), home: home() }
}

/// An invitation.
pub(crate) fn letter(to_name: &str, tenant: &str, inviter: Option<&str>, roles: &[&str]) -> Letter {
    Letter {
        id: MessageId::from_uuid(Uuid::from_u128(0x0197_c0de_0000_8000_8000_0000_0000_0001)),
        to: EmailAddress::parse("bea@example.org", Alphabet::Ascii).unwrap(),
        to_name: to_name.to_owned(),
        language: None,
        content: Content::Invitation {
            tenant: tenant.to_owned(),
            inviter: inviter.map(str::to_owned),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            link: format!("https://members.example.net/invitation/mbi_{}", "Ab3-_".repeat(14)),
            expires_at: DateTime::from_timestamp(1_795_615_500, 0).unwrap(),
        },
    }
}

/// A letter of every kind, in which everything and everybody but the one greeted has the name that `named` makes of
/// `tenant`, `person`, `role`, `other role` and `address`.
pub(crate) fn letters(to_name: &str, named: impl Fn(&'static str) -> String) -> Vec<Letter> {
    let (tenant, person) = (|| named("tenant"), || named("person"));
    let (role, other) = (named("role"), named("other role"));
    let place = || "https://members.example.net/welcome/0197c0de-0000-7000-8000-00000000000a".to_owned();
    let expires_at = DateTime::from_timestamp(1_795_615_500, 0).unwrap();
    let invitation = letter(to_name, &tenant(), Some(&person()), &[&role, &other]);
    let contents = [
        Content::BecameMember {
            tenant: tenant(),
            roles: vec![role, other],
            open: place(),
            leave: format!("https://members.example.net/leaving/mbl_{}", "Cd4-_".repeat(14)),
        },
        Content::Nominated { tenant: tenant(), by: person(), link: place(), expires_at },
        Content::BecameRepresentative { tenant: tenant(), former: person() },
        Content::HandedOver { tenant: tenant(), successor: person() },
    ];
    let contents = contents.into_iter().chain(to_owner(named("address")));
    let others = contents.map(|content| Letter { content, ..invitation.clone() });
    [invitation.clone()].into_iter().chain(others).collect()
}

/// What the owner of an account is told, whose new address is `address`.
fn to_owner(address: String) -> [Content; 8] {
    let expires_at = DateTime::from_timestamp(1_795_615_500, 0).unwrap();
    let link = |path: &str, part: &str| format!("https://members.example.net/{path}{}", part.repeat(14));
    let forgotten = || "https://members.example.net/forgotten".to_owned();
    [
        Content::Reset { link: link("reset/mbr_", "Ef5-_"), expires_at },
        Content::ResetRefused,
        Content::ResetHandedOver,
        Content::PasswordChanged { forgotten: forgotten() },
        Content::ConfirmAddress { link: link("address/mbe_", "Gh6-_"), expires_at },
        Content::AddressChanged { to: address, restore: link("former-address/mbf_", "Ij7-_"), expires_at },
        Content::FactorsChanged { kinds: Kinds::from_iter([FactorKind::App]), forgotten: forgotten() },
        Content::SignInCode { code: "04711815".to_owned(), expires_at },
    ]
}

/// What people and tenants are called in most tests.
pub(crate) fn usual(what: &str) -> String {
    match what {
        "tenant" => "Acme & Söhne",
        "person" => "Ann Example",
        "role" => "Editor",
        "address" => "bea.new@example.com",
        _ => "Author",
    }
    .to_owned()
}

/// The message of `letter`.
pub(crate) fn composed(letter: &Letter) -> String {
    String::from_utf8(compose(letter, &head(), now()).unwrap()).unwrap()
}

/// What a mail program makes of it.
pub(crate) fn parsed(message: &str) -> Message<'_> {
    MessageParser::default().parse(message).unwrap()
}

/// Which letter it is.
pub(crate) fn kind(letter: &Letter) -> MailKind {
    match &letter.content {
        Content::Invitation { .. } => MailKind::Invitation,
        Content::BecameMember { .. } => MailKind::BecameMember,
        Content::Nominated { .. } => MailKind::Nominated,
        Content::BecameRepresentative { .. } => MailKind::BecameRepresentative,
        Content::HandedOver { .. } => MailKind::HandedOver,
        Content::Reset { .. } => MailKind::Reset,
        Content::ResetRefused => MailKind::ResetRefused,
        Content::ResetHandedOver => MailKind::ResetHandedOver,
        Content::PasswordChanged { .. } => MailKind::PasswordChanged,
        Content::ConfirmAddress { .. } => MailKind::ConfirmAddress,
        Content::AddressChanged { .. } => MailKind::AddressChanged,
        Content::FactorsChanged { .. } => MailKind::FactorsChanged,
        Content::SignInCode { .. } => MailKind::SignInCode,
    }
}

/// The text, however its lines are broken.
pub(crate) fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a reader sees of it.
pub(crate) fn without_tags(html: &str) -> String {
    let seen: String = html.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text).collect();
    seen.replace("&#38;", "&")
}

/// The letter of this number to this address.
pub(crate) fn letter_to(to: &str, number: u128) -> Letter {
    let to = EmailAddress::parse(to, Alphabet::International).unwrap();
    Letter { id: MessageId::from_uuid(Uuid::from_u128(number)), to, ..letter("Bea Müller", "Acme", Some("Ann"), &[]) }
}

/// What people and tenants might be called.
pub(crate) const HOSTILE: [&str; 20] = [
    "Ann\r\nBcc: eve@evil.example",
    "Ann\nBcc: eve@evil.example",
    "Ann\rBcc: eve@evil.example",
    "Ann\r\n\r\n<h1>body</h1>",
    "Ann\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n",
    "Ann\0Example",
    "Ann\u{2028}Bcc: eve@evil.example",
    "Ann\u{85}Bcc: eve@evil.example",
    "\u{202e}elpmaxE nnA",
    "Ann, eve@evil.example",
    "Ann <eve@evil.example>",
    "\"Ann\" <eve@evil.example>, \"",
    "Ann; eve@evil.example:",
    "Ann (comment) \\\" \\",
    "=?utf-8?Q?=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?B?DQpCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?= =?x?q?y?=",
    "<img src=x onerror=alert(1)>",
    "{{7*7}} {% raw %} ${7*7} <%= 7*7 %>",
    "' onclick='alert(1)' \" onclick=\"alert(1)",
    "--=_0197c0de000080008000000000000001--",
];

/// The headers of every message.
pub(crate) const HEADERS: [&str; 8] =
    ["Message-ID", "Date", "From", "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type"];
