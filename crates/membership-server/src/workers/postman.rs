//! Delivers mail: round after round while there is much, and soon after something is due.

use std::time::Duration;

use membership_core::{
    delivery::{BATCH, Postman},
    store::StoreError,
};
use membership_web::Edge;
use tokio::sync::watch;

use super::repeat;
use crate::metrics::Metrics;

pub(super) const NAME: &str = "mail";

/// How soon a message that was just written is looked for.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);
/// So that a message that is due but taken by another server does not make this one spin.
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);

pub(super) async fn deliver(edge: Edge, postman: Postman, metrics: Metrics, stopped: watch::Receiver<bool>) {
    let stopping = stopped.clone();
    let stopping = move || *stopping.borrow();
    repeat(NAME, metrics.clone(), stopped, || round(&edge, &postman, &metrics, &stopping)).await;
    postman.mailer.rest().await;
}

async fn round(
    edge: &Edge,
    postman: &Postman,
    metrics: &Metrics,
    stopping: &(dyn Fn() -> bool + Send + Sync),
) -> Result<Duration, StoreError> {
    let clock = || edge.now();
    let round = postman.round_unless(stopping, &clock).await?;
    metrics.delivered(&round);
    if round.total() > 0 {
        tracing::info!(
            sent = round.sent,
            deferred = round.deferred,
            failed = round.failed,
            dropped = round.dropped,
            "mail"
        );
    }
    if round.total() >= BATCH {
        return Ok(Duration::ZERO);
    }
    let due = postman.outbox.next_due().await?.map(|due| (due - edge.now()).to_std().unwrap_or_default());
    Ok(due.unwrap_or(LONGEST_SLEEP).clamp(SHORTEST_SLEEP, LONGEST_SLEEP))
}
