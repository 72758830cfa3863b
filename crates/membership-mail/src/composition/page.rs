//! What a letter says, in words that may stand in a message.

use membership_core::{
    account::{FactorKind, Kinds},
    email::MAX_ADDRESS_BYTES,
    outbox::{Content, Letter},
};

use crate::{
    Letterhead, Sender,
    wording::{choice, enumeration, in_fours, moment, one_line},
};

/// Longest name in a subject or a greeting, in characters.
const MOST_NAME: usize = 60;
/// Longest list of roles, in characters.
const MOST_ROLES: usize = 300;
/// Longest link, in characters.
const MOST_LINK: usize = 2000;
/// Longest code, in characters.
const MOST_CODE: usize = 20;

/// What both parts of a letter say.
pub(super) struct Page<'a> {
    pub(super) to_name: String,
    /// The tenant that it is about, or the service, where it is about an account.
    pub(super) place: String,
    pub(super) said: Said,
    pub(super) home: &'a str,
}

/// What is different in each kind of letter.
pub(super) enum Said {
    Invitation { inviter: Option<String>, roles: String, link: String, until: String },
    BecameMember { roles: String, open: String, leave: String },
    Nominated { by: String, link: String, until: String },
    BecameRepresentative { former: String },
    HandedOver { successor: String },
    Reset { link: String, until: String },
    ResetRefused,
    ResetHandedOver,
    PasswordChanged { forgotten: String },
    ConfirmAddress { link: String, until: String },
    AddressChanged { to: String, restore: String, until: String },
    FactorsChanged { set_up: String, asked: String, alone: bool, forgotten: String },
    SignInCode { code: String, until: String },
    Test,
}

impl<'a> Page<'a> {
    pub(super) fn of(letter: &Letter, head: &'a Letterhead) -> Self {
        // The mailbox that is to be confirmed may be anybody's: it is greeted by no name that somebody else has chosen.
        let is_strangers = matches!(letter.content, Content::ConfirmAddress { .. });
        let to_name = if is_strangers { String::new() } else { name(&letter.to_name) };
        let (tenant, said) = told(&letter.content);
        let place = tenant.map_or_else(|| service(&head.sender), name);
        Self { to_name, place, said, home: head.home.as_str() }
    }

    /// Of a letter that only shows that letters leave.
    pub(super) fn test(head: &'a Letterhead) -> Self {
        Self { to_name: String::new(), place: service(&head.sender), said: Said::Test, home: head.home.as_str() }
    }

    pub(super) fn subject(&self) -> String {
        let place = &self.place;
        match &self.said {
            Said::Invitation { inviter: Some(inviter), .. } => format!("{inviter} invites you to join {place}"),
            Said::Invitation { inviter: None, .. } => format!("You are invited to join {place}"),
            Said::BecameMember { .. } => format!("You are now a member of {place}"),
            Said::Nominated { .. } => format!("You are asked to be the representative administrator of {place}"),
            Said::BecameRepresentative { .. } => format!("You are now the representative administrator of {place}"),
            Said::HandedOver { .. } => format!("You are no longer the representative administrator of {place}"),
            Said::Reset { .. } => "Choose a new password".to_owned(),
            Said::ResetRefused => "Your password cannot be reset by mail".to_owned(),
            Said::ResetHandedOver => "An administrator made a password link for you".to_owned(),
            Said::PasswordChanged { .. } => "Your password was changed".to_owned(),
            Said::ConfirmAddress { .. } => "Confirm your e-mail address".to_owned(),
            Said::AddressChanged { .. } => "Your e-mail address was changed".to_owned(),
            Said::FactorsChanged { .. } => "Your second sign-in step was changed".to_owned(),
            // Subjects are shown on locked screens: the code is not in it.
            Said::SignInCode { .. } => "Your sign-in code".to_owned(),
            Said::Test => format!("A test from {place}"),
        }
    }
}

/// What the letter says, and the tenant that it is about, if it is about one.
fn told(content: &Content) -> (Option<&str>, Said) {
    match content {
        Content::Invitation { tenant, inviter, roles, link, expires_at } => {
            let inviter = inviter.as_deref().map(name).filter(|name| !name.is_empty());
            let until = moment(*expires_at);
            (Some(tenant), Said::Invitation { inviter, roles: list(roles), link: address(link), until })
        }
        Content::BecameMember { tenant, roles, open, leave } => {
            (Some(tenant), Said::BecameMember { roles: list(roles), open: address(open), leave: address(leave) })
        }
        Content::Nominated { tenant, by, link, expires_at } => {
            (Some(tenant), Said::Nominated { by: person(by), link: address(link), until: moment(*expires_at) })
        }
        Content::BecameRepresentative { tenant, former } => {
            (Some(tenant), Said::BecameRepresentative { former: person(former) })
        }
        Content::HandedOver { tenant, successor } => (Some(tenant), Said::HandedOver { successor: person(successor) }),
        Content::Reset { link, expires_at } => (None, Said::Reset { link: address(link), until: moment(*expires_at) }),
        Content::ResetRefused => (None, Said::ResetRefused),
        Content::ResetHandedOver => (None, Said::ResetHandedOver),
        Content::PasswordChanged { forgotten } => (None, Said::PasswordChanged { forgotten: address(forgotten) }),
        Content::ConfirmAddress { link, expires_at } => {
            (None, Said::ConfirmAddress { link: address(link), until: moment(*expires_at) })
        }
        Content::AddressChanged { to, restore, expires_at } => {
            let to = one_line(to, MAX_ADDRESS_BYTES);
            (None, Said::AddressChanged { to, restore: address(restore), until: moment(*expires_at) })
        }
        Content::FactorsChanged { kinds, forgotten } => (None, factors_changed(*kinds, forgotten)),
        Content::SignInCode { code, expires_at } => {
            (None, Said::SignInCode { code: in_fours(&one_line(code, MOST_CODE)), until: moment(*expires_at) })
        }
    }
}

/// What the installation is called where people have accounts: as whom it writes.
fn service(sender: &Sender) -> String {
    sender.name().map_or_else(|| one_line(sender.address().domain(), MAX_ADDRESS_BYTES), name)
}

/// Which second steps there are now, and what signing in asks for. What was changed is not told to whoever writes the letter.
fn factors_changed(kinds: Kinds, forgotten: &str) -> Said {
    Said::FactorsChanged {
        set_up: set_up(kinds),
        asked: asked(kinds),
        alone: kinds.has(FactorKind::Passkey),
        forgotten: address(forgotten),
    }
}

/// What an account has beside its password: `codes by mail and passkeys`; empty if there is nothing.
fn set_up(kinds: Kinds) -> String {
    let words = kinds.iter().map(|kind| match kind {
        FactorKind::Email => "codes by mail",
        FactorKind::App => "an authenticator app",
        FactorKind::Passkey => "passkeys",
    });
    enumeration(&words.map(str::to_owned).collect::<Vec<_>>())
}

/// What signing in asks for: `your password and a code by mail`.
fn asked(kinds: Kinds) -> String {
    let shown = kinds.iter().map(|kind| match kind {
        FactorKind::Email => "a code by mail",
        FactorKind::App => "a code from your authenticator app",
        FactorKind::Passkey => "a passkey",
    });
    match choice(&shown.map(str::to_owned).collect::<Vec<_>>()) {
        shown if shown.is_empty() => "your password alone".to_owned(),
        shown => format!("your password and {shown}"),
    }
}

fn name(text: &str) -> String {
    one_line(text, MOST_NAME)
}

/// A member's name in the middle of a sentence, which needs somebody there.
fn person(text: &str) -> String {
    let name = name(text);
    if name.is_empty() { "another administrator".to_owned() } else { name }
}

fn list(roles: &[String]) -> String {
    one_line(&enumeration(roles), MOST_ROLES)
}

fn address(link: &str) -> String {
    one_line(link, MOST_LINK)
}
