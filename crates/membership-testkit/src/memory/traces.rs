//! What is noted in passing, in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::{ApiKeyId, SessionId},
    store::StoreError,
    traces::{Pace, TraceKey, Traces, Tries},
};

use super::MemoryStore;

#[async_trait]
impl Traces for MemoryStore {
    async fn pace(&self, paces: &[Pace], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let mut tables = self.tables();
        let steps = paces.iter().map(|pace| (pace.key, pace.step(tables.paces.get(&pace.key).copied(), now)));
        let steps: Vec<_> = steps.collect();
        if let Some(free) = steps.iter().filter_map(|(_, step)| step.err()).max() {
            return Ok(Some(free));
        }
        tables.paces.extend(steps.into_iter().filter_map(|(key, step)| Some((key, step.ok()?))));
        Ok(None)
    }

    async fn tried(&self, tries: &[Tries], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let made = |key| tables.tries.get(&key).map_or(0, |(tries, _)| *tries);
        if tries.iter().any(|tries| made(tries.key) >= tries.most) {
            return Ok(false);
        }
        for tries in tries {
            let (made, at) = tables.tries.entry(tries.key).or_default();
            (*made, *at) = (*made + 1, now.max(*at));
        }
        Ok(true)
    }

    async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError> {
        let tables = self.tables();
        Ok(keys.iter().map(|key| tables.tries.get(key).map_or(0, |(tries, _)| *tries)).collect())
    }

    async fn forgive(&self, keys: &[TraceKey]) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.tries.retain(|key, _| !keys.contains(key));
        Ok(())
    }

    async fn session_used(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.tables().sessions.entry(session).and_modify(|session| session.used_at = session.used_at.max(now));
        Ok(())
    }

    async fn api_key_used(&self, key: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.tables().api_keys.entry(key).and_modify(|key| key.used_at = key.used_at.max(Some(now)));
        Ok(())
    }

    async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let mut swept = 0;
        let mut more = |ended: bool, room: &mut u32| {
            let goes = ended && *room > 0;
            *room -= u32::from(goes);
            swept += u64::from(goes);
            !goes
        };
        let mut room = limit;
        tables.paces.retain(|_, paid| more(*paid <= now, &mut room));
        room = limit;
        tables.tries.retain(|_, (_, at)| more(*at < old, &mut room));
        room = limit;
        tables.sessions.retain(|_, session| more(session.ends_at < old, &mut room));
        room = limit;
        tables.challenges.retain(|_, challenge| more(challenge.ends_at < old, &mut room));
        room = limit;
        let ended =
            |end: DateTime<Utc>, revoked: Option<DateTime<Utc>>| end < old || revoked.is_some_and(|at| at < old);
        tables.api_keys.retain(|_, key| more(ended(key.ends_at, key.revoked_at), &mut room));
        Ok(swept)
    }
}
