//! Invitations: how a member that has not joined is asked to, and what became of it.

pub mod accept;
pub mod admit;
pub mod expire;
pub mod invite;
pub mod join;
pub mod open;
pub mod reject;
pub mod resend;
pub mod revoke;
pub mod send;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    email::EmailAddress,
    id::{AccountId, InvitationId, MemberId, TenantId},
    lifecycle::{Cell, Closed, Command, Stage, invitation_cell},
    link::{Link, Purpose},
    member::Member,
    tenant::Validity,
};

/// An invitation. It belongs to one member, for good: inviting again is its next generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its identifier.
    pub id: InvitationId,
    /// The tenant it invites to.
    pub tenant: TenantId,
    /// The member that it makes of whoever joins by it.
    pub member: MemberId,
    /// Who answers for what it grants: checked again when it is accepted.
    pub inviter: Inviter,
    /// How it reaches the person.
    pub channel: Channel,
    /// How many links were issued. Only the link of this generation is good; 0 means none was issued.
    pub generation: u32,
    /// How long each of its links is good.
    pub validity: Validity,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When its newest link was issued.
    pub sent_at: Option<DateTime<Utc>>,
    /// When its newest link was first looked at, by a person or by a machine that reads mail before people do. It
    /// means nothing to the rules.
    pub opened_at: Option<DateTime<Utc>>,
    /// Where it stands, as written. What it is now also depends on the time: see [`Invitation::stage_at`].
    pub state: State,
}

/// An invitation of a tenant, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub tenant: TenantId,
    /// The invitation.
    pub invitation: InvitationId,
}

/// Who answers for an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Inviter {
    /// A member of the tenant.
    Member(MemberId),
    /// The installation's operator, who founds tenants for others.
    Operator(AccountId),
}

/// How an invitation reaches the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// By mail. Holding the link proves that one reads this mailbox.
    Mail(EmailAddress),
    /// As a link that somebody hands over. It proves nothing about any address; it may ask for one to be proved.
    Link(Option<EmailAddress>),
}

/// Where an invitation stands, as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum State {
    /// Made, not sent.
    Ready,
    /// Sent.
    Invited {
        /// Good while `now` is before this.
        expires_at: DateTime<Utc>,
    },
    /// Accepted.
    Accepted {
        /// When.
        at: DateTime<Utc>,
        /// By whom, if the person was signed in.
        by: Option<AccountId>,
        /// Joining is possible while `now` is before this.
        expires_at: DateTime<Utc>,
    },
    /// Used: the person is a member.
    Joined {
        /// When.
        at: DateTime<Utc>,
        /// Who.
        account: AccountId,
    },
    /// Declined.
    Rejected {
        /// When.
        at: DateTime<Utc>,
    },
    /// Taken back.
    Revoked {
        /// When.
        at: DateTime<Utc>,
    },
    /// Out of time, and written down as such.
    Expired {
        /// The deadline that had passed.
        at: DateTime<Utc>,
    },
}

impl Channel {
    /// The address that it is for.
    pub const fn address(&self) -> Option<&EmailAddress> {
        match self {
            Self::Mail(address) | Self::Link(Some(address)) => Some(address),
            Self::Link(None) => None,
        }
    }
}

impl Invitation {
    /// The invitation of `member`, Ready.
    pub fn new(
        id: InvitationId,
        member: &Member,
        inviter: Inviter,
        channel: Channel,
        validity: Validity,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            tenant: member.tenant,
            member: member.id,
            inviter,
            channel,
            generation: 0,
            validity,
            created_at: now,
            sent_at: None,
            opened_at: None,
            state: State::Ready,
        }
    }

    /// What the invitation is at `now`. This is the one place that knows what "expired" means.
    pub fn stage_at(&self, now: DateTime<Utc>) -> Stage {
        match self.state {
            State::Ready => Stage::Ready,
            State::Invited { expires_at } | State::Accepted { expires_at, .. } if now >= expires_at => Stage::Expired,
            State::Invited { .. } => Stage::Invited,
            State::Accepted { .. } => Stage::Accepted,
            State::Joined { .. } => Stage::Joined,
            State::Rejected { .. } => Stage::Rejected,
            State::Revoked { .. } => Stage::Revoked,
            State::Expired { .. } => Stage::Expired,
        }
    }

    /// The end of the time that runs at this moment, if one does.
    pub const fn deadline(&self) -> Option<DateTime<Utc>> {
        match self.state {
            State::Invited { expires_at } | State::Accepted { expires_at, .. } => Some(expires_at),
            State::Ready
            | State::Joined { .. }
            | State::Rejected { .. }
            | State::Revoked { .. }
            | State::Expired { .. } => None,
        }
    }

    /// The address that it was made for.
    pub const fn address(&self) -> Option<&EmailAddress> {
        self.channel.address()
    }

    /// What its newest link says.
    pub const fn link(&self) -> Link {
        Link {
            purpose: Purpose::Invitation,
            tenant: self.tenant.as_uuid(),
            subject: self.id.as_uuid(),
            generation: self.generation,
        }
    }

    /// Issues the first link, for which `inviter` answers.
    pub fn send(self, inviter: Inviter, now: DateTime<Utc>) -> Result<Self, Closed> {
        self.step(Command::Send, now)?;
        Ok(Self { inviter, ..self }.issued(now))
    }

    /// Issues the next link, for which `inviter` answers from now on. The link before it is dead.
    pub fn resend(self, inviter: Inviter, now: DateTime<Utc>) -> Result<Self, Closed> {
        self.step(Command::Resend, now)?;
        Ok(Self { inviter, ..self }.issued(now))
    }

    /// Goes by `channel` from now on. A mail that was out is dead and the next one issued, for which `inviter` answers; one
    /// that nobody waits for goes there when it is sent. A link that was handed over stays: it is bound to another address.
    pub fn readdress(self, channel: Channel, inviter: Inviter, now: DateTime<Utc>) -> Result<Self, Closed> {
        let by_hand = matches!(channel, Channel::Link(_));
        let moved = Self { channel, ..self };
        match moved.stage_at(now) {
            Stage::Invited | Stage::Accepted if by_hand => Ok(moved),
            Stage::Ready | Stage::Rejected | Stage::Revoked => Ok(moved),
            Stage::Expired => Ok(moved.clone().expire(now)?.unwrap_or(moved)),
            Stage::Invited | Stage::Accepted => moved.resend(inviter, now),
            Stage::Joined => Err(Closed::Joined),
        }
    }

    /// The person says yes and has `window` to finish. `None`: it was accepted before, and stays so.
    pub fn accept(self, by: Option<AccountId>, window: Validity, now: DateTime<Utc>) -> Result<Option<Self>, Closed> {
        match self.step(Command::Accept, now)? {
            Step::Stays => Ok(None),
            Step::Moves => {
                let state = State::Accepted { at: now, by, expires_at: window.end(now) };
                Ok(Some(Self { state, ..self }))
            }
        }
    }

    /// The person is a member.
    pub fn join(self, account: AccountId, now: DateTime<Utc>) -> Result<Self, Closed> {
        self.step(Command::Join, now)?;
        Ok(Self { state: State::Joined { at: now, account }, ..self })
    }

    /// The person says no.
    pub fn reject(self, now: DateTime<Utc>) -> Result<Self, Closed> {
        self.step(Command::Reject, now)?;
        Ok(Self { state: State::Rejected { at: now }, ..self })
    }

    /// An administrator takes it back.
    pub fn revoke(self, now: DateTime<Utc>) -> Result<Self, Closed> {
        self.step(Command::Revoke, now)?;
        Ok(Self { state: State::Revoked { at: now }, ..self })
    }

    /// Writes down that its time has passed. `None`: it has not, or that is written already.
    pub fn expire(self, now: DateTime<Utc>) -> Result<Option<Self>, Closed> {
        match self.step(Command::Expire, now)? {
            Step::Stays => Ok(None),
            Step::Moves => Ok(self.deadline().map(|at| Self { state: State::Expired { at }, ..self })),
        }
    }

    /// Notes that the newest link was looked at. `None`: that was noted before, or there is nothing to look at.
    pub fn opened(self, now: DateTime<Utc>) -> Option<Self> {
        let first = self.opened_at.is_none() && self.stage_at(now) == Stage::Invited;
        first.then_some(Self { opened_at: Some(now), ..self })
    }

    pub(crate) fn issued(self, now: DateTime<Utc>) -> Self {
        Self {
            generation: self.generation.saturating_add(1),
            sent_at: Some(now),
            opened_at: None,
            state: State::Invited { expires_at: self.validity.end(now) },
            ..self
        }
    }

    fn step(&self, command: Command, now: DateTime<Utc>) -> Result<Step, Closed> {
        match invitation_cell(self.stage_at(now), command) {
            Cell::To(_) => Ok(Step::Moves),
            Cell::Stays => Ok(Step::Stays),
            Cell::No(closed) => Err(closed),
        }
    }
}

enum Step {
    Moves,
    Stays,
}

#[cfg(test)]
#[path = "invitation_tests.rs"]
mod tests;
