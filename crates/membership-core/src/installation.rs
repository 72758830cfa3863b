//! The installation: what exists once, before any tenant.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    id::AccountId,
    link::{Link, Purpose},
    refusal::refusals,
    tenant::Validity,
};

/// What is known of the installation as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Installation {
    /// How many set-up links were issued.
    pub generation: u32,
    /// When the newest was.
    pub issued_at: Option<DateTime<Utc>>,
    /// Who set it up, and operates it since.
    pub operator: Option<AccountId>,
}

refusals! {
    /// Why the installation cannot be set up by this link.
    #[derive(Copy)]
    pub enum SetUpClosed {
        /// It was done.
        Done = Gone "set-up-done" ("this installation is set up already", "sign in instead");
        /// Too late.
        Expired = Gone "set-up-link-expired"
            ("this set-up link has expired; it is valid for 1 hour", "restart the server: it prints a new one");
    }
}

impl Installation {
    /// Issues the next set-up link, which kills the one before.
    pub fn issue(self, now: DateTime<Utc>) -> Result<Self, SetUpClosed> {
        if self.operator.is_some() {
            return Err(SetUpClosed::Done);
        }
        Ok(Self { generation: self.generation.saturating_add(1), issued_at: Some(now), ..self })
    }

    /// Whether the newest link is good at `now`.
    pub fn open_at(self, now: DateTime<Utc>) -> Result<(), SetUpClosed> {
        if self.operator.is_some() {
            return Err(SetUpClosed::Done);
        }
        match self.issued_at {
            Some(issued) if now < Validity::ONE_HOUR.end(issued) => Ok(()),
            Some(_) | None => Err(SetUpClosed::Expired),
        }
    }

    /// What its newest link says.
    pub const fn link(self) -> Link {
        Link { purpose: Purpose::SetUp, tenant: Uuid::nil(), subject: Uuid::nil(), generation: self.generation }
    }
}
