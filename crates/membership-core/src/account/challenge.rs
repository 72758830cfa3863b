//! A challenge: a sign-in whose password was right and which waits for the second factor. It opens nothing by itself, and
//! its key is none of a session's.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::{
    account::{
        Account,
        credential::{self, Credential, KeyHash},
    },
    email::EmailAddress,
    id::{AccountId, ChallengeId},
    link::Links,
    ports::Entropy,
    traces::{Pace, TraceKey, Tries},
};

/// How long a challenge can be answered: 10 minutes.
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// Wrong codes after which it is over.
pub const MOST_TRIES: u32 = 5;

/// A sign-in that waits for its second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Its identifier.
    pub id: ChallengeId,
    /// Who signs in.
    pub account: AccountId,
    /// The hash of its key.
    pub key: KeyHash,
    /// The account's epoch when it began: what ends sessions ends it too.
    pub epoch: u32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// It can be answered while `now` is before this.
    pub ends_at: DateTime<Utc>,
    /// How many codes were mailed for it; only the newest is good.
    pub mailed: u32,
    /// Where they go: the address that the account had proved when it began.
    pub address: Option<EmailAddress>,
}

/// The key that the person's browser or program holds until the second factor was shown.
pub type ChallengeKey = Credential<ChallengeKind>;

/// Marks the key of a challenge.
#[derive(Debug, Clone, Copy)]
pub enum ChallengeKind {}

impl credential::Kind for ChallengeKind {
    const PREFIX: &'static str = "mbc_";
}

impl Challenge {
    /// Begins one, and makes the key to it.
    pub fn start(account: &Account, now: DateTime<Utc>, entropy: &dyn Entropy) -> (Self, ChallengeKey) {
        let key = ChallengeKey::fresh(entropy);
        let challenge = Self {
            id: ChallengeId::new(now, entropy),
            account: account.id,
            key: key.hash(),
            epoch: account.epoch,
            started_at: now,
            ends_at: now + MAX_AGE,
            mailed: 0,
            address: account.proved_email().cloned(),
        };
        (challenge, key)
    }

    /// Whether it can be answered at `now` for `account` as that is at this moment.
    pub fn is_good(&self, account: &Account, now: DateTime<Utc>) -> bool {
        self.account == account.id
            && now < self.ends_at
            && self.epoch >= account.sessions_from_epoch
            && account.closed_at.is_none()
    }

    /// The code in the newest mail: derived, like a link, so that no database and no outbox holds it.
    pub fn mailed_code(&self, links: &Links) -> String {
        links.code(self.id.as_uuid(), self.mailed)
    }

    /// How often it may be answered wrongly.
    pub fn tries(&self) -> Tries {
        Tries { key: TraceKey::of("challenge", self.id.as_uuid().as_bytes()), most: MOST_TRIES }
    }

    /// How often codes may be mailed to one account: three at once, and one more every five minutes.
    pub fn mail_pace(&self) -> Pace {
        let key = TraceKey::of("mailed-code", Uuid::as_bytes(&self.account.as_uuid()));
        Pace { key, burst: 3, every: TimeDelta::minutes(5) }
    }
}
