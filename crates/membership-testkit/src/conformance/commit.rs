//! Commits: all or nothing, and one record for each event.

use chrono::TimeDelta;
use membership_core::{
    account::{Kinds, Session},
    audit::{Head, Record},
    event::Event,
    store::Scope,
};

use super::Outcome;
use crate::{Adapter, Bed, Failure};

/// Whoever drops a transaction has changed nothing, and holds the lock no longer.
pub(super) async fn a_dropped_transaction_changes_nothing(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let before = bed.snapshot().await?;
    for _ in 0..3 {
        let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
        assert_eq!(tx.tenant().await?, Some(bed.tenant.clone()));
        drop(tx);
    }
    assert_eq!(bed.snapshot().await?, before);
    bed.write(&[bed.quiet_invitation()?]).await?;
    Ok(())
}

/// A commit without events is one that did nothing.
pub(super) async fn a_commit_of_nothing_changes_nothing(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let before = bed.snapshot().await?;
    bed.write(&[]).await?;
    assert_eq!(bed.snapshot().await?, before);
    Ok(())
}

/// Proves: I-41, in part. Each event has one record in the audit of what it is about, chained to the one before, as it
/// was written.
pub(super) async fn each_event_has_its_record(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let account = bed.account_named("ann")?;
    let (session, _) = Session::start(&account, Kinds::NONE, &bed.as_anybody(), bed.membership.entropy());
    let ended = Event::SessionEnded { session: session.id, account: account.id };
    let home = Scope::Account(account.id);
    let commits = [
        (home, vec![Event::AccountRegistered(account), Event::SessionStarted(session)]),
        (home, vec![ended]),
        (Scope::Tenant(bed.tenant.id), vec![bed.quiet_invitation()?, bed.quiet_invitation()?]),
    ];
    for (scope, events) in commits {
        let mut head = head_of(&bed, scope).await?;
        bed.clock.advance(TimeDelta::milliseconds(1));
        let ctx = bed.as_administrator();
        let expected: Vec<Record> = events
            .iter()
            .map(|event| {
                let record = Record::of(scope, head, &ctx, event);
                head = record.head();
                record
            })
            .collect();
        let after = head.revision - u64::try_from(events.len())?;
        bed.adapter.store.begin(scope).await?.commit(&ctx, &events).await?;
        assert_eq!(bed.audit(scope, after, 200).await?, expected);
    }
    Ok(())
}

async fn head_of(bed: &Bed, scope: Scope) -> Result<Head, Failure> {
    let records = bed.audit(scope, 0, 200).await?;
    Ok(records.last().map(Record::head).unwrap_or_default())
}
