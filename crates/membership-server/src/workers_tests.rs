use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    id::{ApiKeyId, MessageId, SessionId},
    lifecycle::Stage,
    member::remove::Heirs,
    outbox::{Delivery, Leased, Letter, Mailer, Outbox, Patience, Verdict},
    traces::{Pace, TraceKey, Tries},
};
use membership_testkit::{Adapter, Bed};

use super::*;

/// A mail server that takes everything and keeps who it was for.
#[derive(Default)]
struct Taking(Mutex<Vec<MessageId>>);

#[async_trait]
impl Mailer for Taking {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.0.lock().unwrap().push(letter.id);
        Verdict::Taken("250 ok".into())
    }
}

/// An outbox whose database is away for a while.
struct Shaky {
    inner: Arc<dyn Outbox>,
    away: AtomicBool,
}

#[async_trait]
impl Outbox for Shaky {
    async fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>, limit: u32) -> Result<Vec<Leased>, StoreError> {
        if self.away.swap(false, Ordering::SeqCst) {
            return Err(StoreError::Unavailable { detail: "away".into() });
        }
        self.inner.claim(now, until, limit).await
    }

    async fn holds(&self, lease: &Leased) -> Result<bool, StoreError> {
        self.inner.holds(lease).await
    }

    async fn settle(&self, settled: &[(Leased, Delivery)]) -> Result<(), StoreError> {
        self.inner.settle(settled).await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.inner.next_due().await
    }
}

struct Running {
    bed: Bed,
    edge: Edge,
    mailer: Arc<Taking>,
    metrics: Metrics,
}

impl Running {
    async fn new() -> Self {
        let bed = Bed::new().await.unwrap();
        let clock = bed.clock.clone();
        let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
        Self { bed, edge, mailer: Arc::default(), metrics: Metrics::new().unwrap() }
    }

    fn start(&self, away: bool) -> Workers {
        let Adapter { directory, outbox, .. } = self.bed.adapter.clone();
        let outbox = Arc::new(Shaky { inner: outbox, away: AtomicBool::new(away) });
        let links = self.bed.membership.links().clone();
        let mailer = Arc::clone(&self.mailer) as Arc<dyn Mailer>;
        let postman = Postman { outbox, directory, mailer, links, patience: Patience::default() };
        Workers::start(&self.edge, Some(postman), self.traces(), &self.metrics)
    }

    fn traces(&self) -> Arc<dyn Traces> {
        Arc::clone(&self.bed.adapter.traces)
    }

    async fn sent(&self, count: usize) -> bool {
        for _ in 0..300 {
            if self.mailer.0.lock().unwrap().len() == count {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

/// More mail than one round takes goes out at once, each message once; and what is written later goes out soon.
#[tokio::test]
async fn mail_goes_out() {
    let running = Running::new().await;
    for n in 0..60 {
        running.bed.invite(&format!("person{n}@example.org")).await.unwrap();
    }
    let workers = running.start(false);
    assert!(running.sent(60).await);
    running.bed.invite("late@example.org").await.unwrap();
    assert!(running.sent(61).await);
    let mut ids = running.mailer.0.lock().unwrap().clone();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 61);
    workers.stop().await;
    assert!(running.metrics.text().unwrap().contains(r#"membership_mail_attempts_total{outcome="sent"} 61"#));
}

#[tokio::test]
async fn a_database_that_is_away_for_a_while_stops_no_worker() {
    let running = Running::new().await;
    running.bed.invite("ann@example.org").await.unwrap();
    let workers = running.start(true);
    assert!(running.sent(1).await);
    assert!(workers.checks().iter().all(|check| check.fault.is_none()));
    assert_eq!(workers.checks().len(), 5);
    assert!(running.metrics.text().unwrap().contains(r#"membership_worker_failures_total{worker="mail"} 1"#));
    workers.stop().await;
}

/// The sweeper writes down what the clock says, and the mail that would arrive with a dead link does not go out.
#[tokio::test]
async fn what_has_expired_is_written_down() {
    let running = Running::new().await;
    let invited = running.bed.invite("ann@example.org").await.unwrap();
    running.bed.clock.advance(TimeDelta::hours(72));
    let workers = Workers::start(&running.edge, None, running.traces(), &running.metrics);
    let mut swept = false;
    for _ in 0..300 {
        let world = running.bed.world(running.bed.tenant.id).await.unwrap();
        swept = world.audit.iter().any(|record| record.name == "invitation.expired");
        if swept {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(swept);
    workers.stop().await;
    assert_eq!(invited.invitation.stage_at(running.bed.clock.now()), Stage::Expired);
    assert!(running.metrics.text().unwrap().contains("membership_invitations_expired_total 1"));
    let workers = running.start(false);
    tokio::time::sleep(Duration::from_millis(100)).await;
    workers.stop().await;
    assert!(running.mailer.0.lock().unwrap().is_empty());
}

/// What a removed member held is handed over, though the product is down for a while.
#[tokio::test]
async fn what_was_held_is_handed_over() {
    let running = Running::new().await;
    let bed = &running.bed;
    let ann = bed.added("ann", &["Member"]).await.unwrap().member;
    bed.custodian().put(ann.id, "files", 3);
    let heirs = Heirs::everything_to(bed.member.id);
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&ann), heirs).await.unwrap();
    bed.custodian().is_down(1);
    let workers = Workers::start(&running.edge, None, running.traces(), &running.metrics);
    let mut finished = false;
    for _ in 0..500 {
        // The second attempt is due after half a minute, and the last look at what is left after that.
        bed.clock.advance(TimeDelta::seconds(1));
        finished = bed.adapter.directory.open_transfers(bed.tenant.id).await.unwrap().is_empty();
        if finished {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    workers.stop().await;
    assert!(finished);
    assert_eq!(bed.custodian().held_by(bed.member.id), [("files".to_owned(), 3)].into());
    let metrics = running.metrics.text().unwrap();
    assert!(
        metrics.contains("membership_transfer_steps_total 3"),
        "tried in vain, handed over, nothing left: {metrics}"
    );
}

/// A worker that waits is ended at once, not after its wait.
#[tokio::test]
async fn stopping_does_not_wait() {
    let running = Running::new().await;
    let workers = running.start(false);
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::time::timeout(Duration::from_secs(1), workers.stop()).await.unwrap();
}

/// The moment of a look, what is older than which was forgotten, and how much at most.
type Look = (DateTime<Utc>, DateTime<Utc>, u32);

/// Counts nothing, and keeps what it was told to forget.
#[derive(Default)]
struct Swept(Mutex<Vec<Look>>);

#[async_trait]
impl Traces for Swept {
    async fn pace(&self, _: &[Pace], _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(None)
    }

    async fn tried(&self, _: &[Tries], _: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(true)
    }

    async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError> {
        Ok(vec![0; keys.len()])
    }

    async fn forgive(&self, _: &[TraceKey]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn session_used(&self, _: SessionId, _: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn api_key_used(&self, _: ApiKeyId, _: DateTime<Utc>) -> Result<(), StoreError> {
        Ok(())
    }

    async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.0.lock().unwrap().push((now, old, limit));
        Ok(0)
    }
}

/// What has ended is kept for thirty days for its owner to see, and forgotten a thousand at a time.
#[tokio::test]
async fn what_is_over_is_forgotten() {
    let running = Running::new().await;
    let traces = Arc::new(Swept::default());
    let workers = Workers::start(&running.edge, None, Arc::clone(&traces) as _, &running.metrics);
    for _ in 0..300 {
        if !traces.0.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    workers.stop().await;
    let now = running.bed.clock.now();
    assert_eq!(
        *traces.0.lock().unwrap(),
        [(now, now - TimeDelta::days(30), 1_000)],
        "once, and again only minutes later"
    );
}
