//! Sessions: kept on the server, found by a random key of which only the hash is stored.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    account::{
        Account,
        credential::{self, Credential, KeyHash},
        factor::Kinds,
    },
    context::Context,
    id::{AccountId, SessionId},
    ports::Entropy,
};

/// How long a session lasts at most: 12 hours.
pub const MAX_AGE: TimeDelta = TimeDelta::hours(12);
/// How long it lasts unused: 2 hours.
pub const MAX_IDLE: TimeDelta = TimeDelta::hours(2);
/// Its use is noted no oftener than this, so that a request does not cost a write.
pub const NOTED_EVERY: TimeDelta = TimeDelta::minutes(5);

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The hash of its key.
    pub key: SessionKeyHash,
    /// The account's epoch when it started.
    pub epoch: u32,
    /// When it started: the person showed password and second factor then.
    pub started_at: DateTime<Utc>,
    /// It is good while `now` is before this.
    pub ends_at: DateTime<Utc>,
    /// When it was last used, as far as that was noted: see [`NOTED_EVERY`].
    pub used_at: DateTime<Utc>,
    /// The second factors that were shown.
    pub with: Kinds,
    /// What the program called itself that signed in.
    pub agent: Option<String>,
}

/// Marks the key of a session.
#[derive(Debug, Clone, Copy)]
pub enum SessionKind {}

impl credential::Kind for SessionKind {
    const PREFIX: &'static str = "mbk_";
}

/// The key that the person's browser or program holds.
pub type SessionKey = Credential<SessionKind>;

/// What is stored of it.
pub type SessionKeyHash = KeyHash;

impl Session {
    /// Starts a session of `account`, whose owner has shown the second factors `with`, and makes the key to it.
    pub fn start(account: &Account, with: Kinds, ctx: &Context, entropy: &dyn Entropy) -> (Self, SessionKey) {
        let key = SessionKey::fresh(entropy);
        let session = Self {
            id: SessionId::new(ctx.now, entropy),
            account: account.id,
            key: key.hash(),
            epoch: account.epoch,
            started_at: ctx.now,
            ends_at: ctx.now + MAX_AGE,
            used_at: ctx.now,
            with,
            agent: ctx.client.agent(),
        };
        (session, key)
    }

    /// This session in the place of one that started at `since`: nothing was shown anew, so it lasts no longer.
    #[must_use]
    pub fn as_of(self, since: DateTime<Utc>) -> Self {
        Self { started_at: since, ends_at: since + MAX_AGE, ..self }
    }

    /// Whether it is good at `now` for `account` as that is at this moment.
    pub fn is_good(&self, account: &Account, now: DateTime<Utc>) -> bool {
        self.account == account.id
            && now < self.ends_at
            && now < self.used_at + MAX_IDLE
            && self.epoch >= account.sessions_from_epoch
            && account.closed_at.is_none()
    }

    /// Whether its use at `now` is worth noting.
    pub fn is_to_be_noted(&self, now: DateTime<Utc>) -> bool {
        now >= self.used_at + NOTED_EVERY
    }
}
