//! Traces: what is noted in passing and is no fact of anybody's history. How often something was tried, when something was
//! last used. They are not events: a refused request changes nothing but these, and no audit grows by being attacked.
//!
//! All processes on one database share them, so a limit holds whichever process is asked.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::{
    id::{ApiKeyId, SessionId},
    store::StoreError,
};

/// What is counted: a hash, so that a list of counters tells nothing about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceKey([u8; 32]);

/// How often something may happen: `burst` times at once, and once more after each `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// What.
    pub key: TraceKey,
    /// How often at once; at least 1.
    pub burst: u32,
    /// After how long once more.
    pub every: TimeDelta,
}

/// How often something may be tried in a row, until it is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// What.
    pub key: TraceKey,
    /// How often; at least 1.
    pub most: u32,
}

/// The port to them.
#[async_trait]
pub trait Traces: Send + Sync {
    /// Lets something happen at `now` that stands under all of `paces`: `None`, and it is counted under each. If one of
    /// them has had enough, it is the moment from which on all would let it, and nothing is counted.
    async fn pace(&self, paces: &[Pace], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;

    /// Counts one more try at `now` under each of `tries`, before it is made, so that a hundred at once are a hundred. If one of
    /// them had its most already: `false`, and nothing is counted.
    async fn tried(&self, tries: &[Tries], now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// How often each of `keys` was tried since it was last forgiven.
    async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError>;

    /// Forgets the tries under `keys`.
    async fn forgive(&self, keys: &[TraceKey]) -> Result<(), StoreError>;

    /// Notes that a session was used at `now`.
    async fn session_used(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Notes that an API key was used at `now`.
    async fn api_key_used(&self, key: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError>;

    /// Forgets what means nothing any more at `now`: paces that are over, tries the last of which was before `old`, and
    /// sessions, challenges and API keys that ended before it. Up to `limit` of each; how many there were.
    async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;
}

impl TraceKey {
    /// The key for `what` about `subject`.
    pub fn of(what: &str, subject: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"membership trace v1\0");
        hash.update((what.len() as u64).to_be_bytes());
        hash.update(what);
        hash.update(subject);
        Self(hash.finalize().into())
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Pace {
    /// What a store keeps of it is one moment: until when all that has happened is paid for (the generic cell rate
    /// algorithm of ITU-T I.371). With that moment at `paid`, something that happens at `now` moves it to the first value;
    /// or the second is the moment from which on it may.
    pub fn step(&self, paid: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, DateTime<Utc>> {
        let next = paid.map_or(now, |paid| paid.max(now)) + self.every;
        let allowed = next - self.every * i32::try_from(self.burst).unwrap_or(i32::MAX);
        if allowed <= now { Ok(next) } else { Err(allowed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_and_then_one_at_a_time() {
        let pace = Pace { key: TraceKey::of("test", b""), burst: 3, every: TimeDelta::seconds(10) };
        let at = |seconds| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let mut paid = None;
        let mut happens = |seconds| match pace.step(paid, at(seconds)) {
            Ok(next) => {
                paid = Some(next);
                None
            }
            Err(free) => Some((free - at(0)).num_seconds()),
        };
        assert_eq!([happens(0), happens(0), happens(0), happens(0)], [None, None, None, Some(10)]);
        assert_eq!([happens(9), happens(10), happens(10)], [Some(10), None, Some(20)]);
        assert_eq!([happens(1_000), happens(1_000), happens(1_000), happens(1_000)], [None, None, None, Some(1_010)]);
    }

    #[test]
    fn keys_differ_by_what_and_by_whom() {
        assert_ne!(TraceKey::of("ab", b"c"), TraceKey::of("a", b"bc"));
        assert_ne!(TraceKey::of("a", b"b"), TraceKey::of("a", b"c"));
        assert_eq!(TraceKey::of("a", b"b"), TraceKey::of("a", b"b"));
    }
}
