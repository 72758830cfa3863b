//! Tries that are counted: nobody is locked out by what was right, or by what could not have opened anything.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{FactorKind, Kinds, guess::MOST_PASSWORDS, sign_in::Proof},
    id::{ApiKeyId, SessionId},
    store::StoreError,
    traces::{Pace, TraceKey, Traces, Tries},
};
use membership_testkit::{Adapter, Bed, Failure, bed::PASSWORD};

use super::{ANN, ann, change_password, set_app_up};
use crate::{
    code,
    sign_in::{challenge, with_factors},
};

/// Proves I-32 in part: a right password is no guess, also where the new one is refused.
#[tokio::test]
async fn right_passwords_freeze_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = ann(&bed).await?;
    for _ in 0..=MOST_PASSWORDS {
        let refused = bed.membership.change_password(&bed.as_signed_in(&ann), change_password("short")).await;
        assert_eq!(code(refused), "password-too-short");
    }
    bed.sign_in(ANN, PASSWORD).await?;
    Ok(())
}

/// Proves A64 in part: a challenge that is over costs the factor no try, so nobody collects old ones to freeze it by.
#[tokio::test]
async fn a_dead_challenge_uses_up_no_try_of_the_factor() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, _, _) = with_factors(&bed).await?;
    let wrong = async |key| bed.membership.answer_challenge(&bed.as_anybody(), key, Proof::App("000000".into())).await;
    let tries = async || bed.adapter.traces.tries(&[FactorKind::App.tries(ann.account.id).key]).await;
    let key = challenge(&bed).await?;
    assert_eq!(code(wrong(&key).await), "challenge-failed");
    assert_eq!(tries().await?, [1]);
    bed.clock.advance(TimeDelta::minutes(11));
    for _ in 0..3 {
        assert_eq!(code(wrong(&key).await), "challenge-over");
    }
    assert_eq!(tries().await?, [1]);
    Ok(())
}

/// Proves A63 in part: of many at once with one recovery code, in challenges of their own, one is in.
#[tokio::test]
async fn one_recovery_code_opens_once_in_parallel() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (_, _, recovery) = with_factors(&bed).await?;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let key = challenge(&bed).await?;
        for _ in 0..5 {
            let (bed, key, proof) = (bed.clone(), key.clone(), Proof::Recovery(recovery[0].clone()));
            tasks.spawn(async move { bed.membership.answer_challenge(&bed.as_anybody(), &key, proof).await.is_ok() });
        }
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|opened| *opened).count(), 1);
    Ok(())
}

/// Traces that count, and cannot forget.
struct Unforgiving(Arc<dyn Traces>);

#[async_trait]
impl Traces for Unforgiving {
    async fn pace(&self, paces: &[Pace], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.0.pace(paces, now).await
    }

    async fn tried(&self, tries: &[Tries], now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.0.tried(tries, now).await
    }

    async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError> {
        self.0.tries(keys).await
    }

    async fn forgive(&self, _: &[TraceKey]) -> Result<(), StoreError> {
        Err(StoreError::Unavailable { detail: "busy".into() })
    }

    async fn session_used(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.0.session_used(session, now).await
    }

    async fn api_key_used(&self, key: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.0.api_key_used(key, now).await
    }

    async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.0.sweep(now, old, limit).await
    }
}

/// Recovery codes are shown once, and so is a link that is handed over: neither is lost because tries could not be forgiven
/// after it was made.
#[tokio::test]
async fn a_failed_forgiving_loses_nothing_that_is_shown_once() -> Result<(), Failure> {
    let adapter = Adapter::in_memory();
    let traces: Arc<dyn Traces> = Arc::new(Unforgiving(Arc::clone(&adapter.traces)));
    let bed = Bed::altered(adapter, |parts| parts.traces = traces).await?;
    let joined = bed.join(ANN).await?;
    bed.membership.make_password_link(&bed.as_administrator(), bed.target(&joined.member)).await?;
    let ann = set_app_up(&bed, &bed.sign_in(ANN, PASSWORD).await?).await?;
    let done = bed.membership.change_password(&bed.as_signed_in(&ann), change_password(super::OTHER)).await?;
    assert!(bed.membership.session(&bed.as_anybody(), &done.key).await?.is_some());
    let off = bed.membership.remove_factor(&bed.as_signed_in(&super::of_password(done)), FactorKind::App).await?;
    assert_eq!(off.account.kinds, Kinds::NONE);
    Ok(())
}
