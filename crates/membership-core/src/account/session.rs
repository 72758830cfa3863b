//! Sessions: kept on the server, found by a random key of which only the hash is stored.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    account::Account,
    id::{AccountId, SessionId},
    ports::Entropy,
};

/// How long a session lasts at most: 12 hours.
pub const MAX_AGE: TimeDelta = TimeDelta::hours(12);

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
    /// When it started.
    pub started_at: DateTime<Utc>,
    /// It is good while `now` is before this.
    pub ends_at: DateTime<Utc>,
}

/// The key that the person's browser or program holds. Shown once; wiped when dropped; never printed.
#[derive(Clone)]
pub struct SessionKey(Zeroizing<String>);

/// SHA-256 of a session key. The key has 256 random bits, so a plain hash is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKeyHash([u8; 32]);

const PREFIX: &str = "mbk_";

impl Session {
    /// Starts a session of `account`, and the key to it.
    pub fn start(account: &Account, now: DateTime<Utc>, entropy: &dyn Entropy) -> (Self, SessionKey) {
        let mut random = Zeroizing::new([0; 32]);
        entropy.fill(random.as_mut_slice());
        let key = SessionKey(Zeroizing::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random.as_slice()))));
        let session = Self {
            id: SessionId::new(now, entropy),
            account: account.id,
            key: key.hash(),
            epoch: account.epoch,
            started_at: now,
            ends_at: now + MAX_AGE,
        };
        (session, key)
    }

    /// Whether it is good at `now` for `account` as that is at this moment.
    pub fn is_good(&self, account: &Account, now: DateTime<Utc>) -> bool {
        self.account == account.id && now < self.ends_at && self.epoch >= account.sessions_from_epoch
    }
}

impl SessionKey {
    /// Reads a key as it comes with a request; `None` if it is not of a key's form.
    pub fn parse(text: &str) -> Option<Self> {
        let random = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        (random.len() == 32).then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// The text, for the person who just signed in.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    pub fn hash(&self) -> SessionKeyHash {
        SessionKeyHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl SessionKeyHash {
    /// Takes stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKey(..)")
    }
}
