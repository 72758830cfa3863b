//! Hands over what removed members held: one step of each hand-over that is due, round after round.

use std::time::Duration;

use membership_core::store::StoreError;
use membership_web::Edge;
use tokio::sync::watch;

use super::repeat;
use crate::metrics::Metrics;

pub(super) const NAME: &str = "transfers";

/// After a round that had work: what was handed over may not have been all.
const SHORT_PAUSE: Duration = Duration::from_secs(2);
/// After a round that had none.
const LONG_PAUSE: Duration = Duration::from_secs(5);
/// Most hand-overs of one round.
const BATCH: u32 = 50;

pub(super) async fn carry(edge: Edge, metrics: Metrics, stopped: watch::Receiver<bool>) {
    repeat(NAME, metrics.clone(), stopped, || round(&edge, &metrics)).await;
}

async fn round(edge: &Edge, metrics: &Metrics) -> Result<Duration, StoreError> {
    let steps = edge.membership().carry_transfers(&edge.system(), BATCH).await?;
    metrics.carried(steps);
    if steps > 0 {
        tracing::info!(steps, "hand-overs");
    }
    Ok(if steps > 0 { SHORT_PAUSE } else { LONG_PAUSE })
}
