//! What a letter says, in words that may stand in a message.

use membership_core::outbox::{Content, Letter};

use crate::{
    Home,
    wording::{enumeration, moment, one_line},
};

/// Longest name in a subject or a greeting, in characters.
const MOST_NAME: usize = 60;
/// Longest list of roles, in characters.
const MOST_ROLES: usize = 300;
/// Longest link, in characters.
const MOST_LINK: usize = 2000;

/// What both parts of a letter say.
pub(super) struct Page<'a> {
    pub(super) to_name: String,
    pub(super) tenant: String,
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
}

impl<'a> Page<'a> {
    pub(super) fn of(letter: &Letter, home: &'a Home) -> Self {
        let (tenant, said) = match &letter.content {
            Content::Invitation { tenant, inviter, roles, link, expires_at } => {
                let inviter = inviter.as_deref().map(name).filter(|name| !name.is_empty());
                let until = moment(*expires_at);
                (tenant, Said::Invitation { inviter, roles: list(roles), link: address(link), until })
            }
            Content::BecameMember { tenant, roles, open, leave } => {
                (tenant, Said::BecameMember { roles: list(roles), open: address(open), leave: address(leave) })
            }
            Content::Nominated { tenant, by, link, expires_at } => {
                (tenant, Said::Nominated { by: person(by), link: address(link), until: moment(*expires_at) })
            }
            Content::BecameRepresentative { tenant, former } => {
                (tenant, Said::BecameRepresentative { former: person(former) })
            }
            Content::HandedOver { tenant, successor } => (tenant, Said::HandedOver { successor: person(successor) }),
        };
        Self { to_name: name(&letter.to_name), tenant: name(tenant), said, home: home.as_str() }
    }

    pub(super) fn subject(&self) -> String {
        let tenant = &self.tenant;
        match &self.said {
            Said::Invitation { inviter: Some(inviter), .. } => format!("{inviter} invites you to join {tenant}"),
            Said::Invitation { inviter: None, .. } => format!("You are invited to join {tenant}"),
            Said::BecameMember { .. } => format!("You are now a member of {tenant}"),
            Said::Nominated { .. } => format!("You are asked to be the representative administrator of {tenant}"),
            Said::BecameRepresentative { .. } => format!("You are now the representative administrator of {tenant}"),
            Said::HandedOver { .. } => format!("You are no longer the representative administrator of {tenant}"),
        }
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
