//! What the delivery worker does when something gets in its way in the middle of a round.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    delivery::{Postman, Round},
    event::Event,
    id::MessageId,
    outbox::{Delivery, Leased, Letter, Mail, Mailer, Outbox, Patience, Verdict},
    store::StoreError,
};
use membership_testkit::{Adapter, Bed, Failure};

/// A mail server that takes everything and keeps whose turn it was.
#[derive(Default)]
struct Taking(Mutex<Vec<MessageId>>);

#[async_trait]
impl Mailer for Taking {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(letter.id);
        Verdict::Taken("250 ok".into())
    }
}

impl Taking {
    fn taken(&self) -> Vec<MessageId> {
        let mut taken = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        taken.sort_unstable();
        taken
    }
}

/// An outbox where one message is in a bad way.
struct Faulty {
    inner: Arc<dyn Outbox>,
    message: MessageId,
    error: StoreError,
}

#[async_trait]
impl Outbox for Faulty {
    async fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>, limit: u32) -> Result<Vec<Leased>, StoreError> {
        self.inner.claim(now, until, limit).await
    }

    async fn holds(&self, lease: &Leased) -> Result<bool, StoreError> {
        if lease.id == self.message { Err(self.error.clone()) } else { self.inner.holds(lease).await }
    }

    async fn settle(&self, settled: &[(Leased, Delivery)]) -> Result<(), StoreError> {
        self.inner.settle(settled).await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.inner.next_due().await
    }
}

/// Three letters wait; the messages in the order in which they go out.
async fn three_wait(bed: &Bed) -> Result<Vec<MessageId>, Failure> {
    let mut messages = Vec::new();
    for name in ["ann", "bob", "eve"] {
        let invited = bed.invite(&format!("{name}@example.org")).await?;
        bed.clock.advance(TimeDelta::seconds(1));
        messages.extend(Event::InvitationIssued(invited.invitation).mails().iter().map(Mail::id));
    }
    Ok(messages)
}

fn postman(bed: &Bed, mailer: &Arc<Taking>, outbox: Arc<dyn Outbox>) -> Postman {
    let Adapter { directory, .. } = bed.adapter.clone();
    let links = bed.membership.links().clone();
    Postman { outbox, directory, mailer: Arc::clone(mailer) as _, links, patience: Patience::default() }
}

/// A damaged record keeps its own letter back and no other, however often the worker comes by.
#[tokio::test]
async fn a_damaged_record_neither_stops_nor_repeats_the_others() {
    let bed = Bed::new().await.unwrap();
    let messages = three_wait(&bed).await.unwrap();
    let mailer = Arc::new(Taking::default());
    let inner = Arc::clone(&bed.adapter.outbox);
    let error = StoreError::Corrupt { detail: "invitation: damaged".into() };
    let postman = postman(&bed, &mailer, Arc::new(Faulty { inner, message: messages[1], error: error.clone() }));
    let clock = || bed.clock.now();
    assert_eq!(postman.round(&clock).await, Err(error), "the operator has to hear of it");
    let mut others = vec![messages[0], messages[2]];
    others.sort_unstable();
    assert_eq!(mailer.taken(), others);
    bed.clock.advance(TimeDelta::minutes(10));
    assert!(postman.round(&clock).await.is_err());
    assert_eq!(mailer.taken(), others, "nobody gets a letter twice");
}

/// When the database goes away in the middle of a round, what has gone out by then is still written down.
#[tokio::test]
async fn a_round_that_breaks_off_repeats_nothing() {
    let bed = Bed::new().await.unwrap();
    let messages = three_wait(&bed).await.unwrap();
    let mailer = Arc::new(Taking::default());
    let inner = Arc::clone(&bed.adapter.outbox);
    let error = StoreError::Unavailable { detail: "away".into() };
    let shaky = postman(&bed, &mailer, Arc::new(Faulty { inner, message: messages[1], error: error.clone() }));
    let clock = || bed.clock.now();
    assert_eq!(shaky.round(&clock).await, Err(error));
    assert_eq!(mailer.taken(), messages[..1]);
    bed.clock.advance(TimeDelta::minutes(10));
    let well = postman(&bed, &mailer, Arc::clone(&bed.adapter.outbox));
    assert_eq!(well.round(&clock).await, Ok(Round { sent: 2, ..Round::default() }));
    assert_eq!(mailer.taken().len(), 3);
}

/// A server that is asked to end begins no further letter, and leaves none behind a lease that nobody holds any more.
#[tokio::test]
async fn ending_waits_for_one_letter_at_most() {
    let bed = Bed::new().await.unwrap();
    three_wait(&bed).await.unwrap();
    let mailer = Arc::new(Taking::default());
    let postman = postman(&bed, &mailer, Arc::clone(&bed.adapter.outbox));
    let clock = || bed.clock.now();
    let stopping = || !mailer.taken().is_empty();
    let round = postman.round_unless(&stopping, &clock).await;
    assert_eq!(round, Ok(Round { sent: 1, deferred: 2, ..Round::default() }));
    assert_eq!(postman.round(&clock).await, Ok(Round { sent: 2, ..Round::default() }), "due again at once");
}
