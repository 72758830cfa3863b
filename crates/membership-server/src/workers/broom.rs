//! Forgets traces that mean nothing any more: limits that are over, and sessions, challenges and API keys that ended long
//! ago.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use membership_core::{store::StoreError, traces::Traces};
use membership_web::Edge;
use tokio::sync::watch;

use super::repeat;
use crate::metrics::Metrics;

pub(super) const NAME: &str = "traces";

/// Between two looks.
const PAUSE: Duration = Duration::from_mins(5);
/// After a look that found as much as it may take: there is more.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// Most of each kind in one look.
const BATCH: u32 = 1_000;
/// How long what has ended is kept for its owner to see.
const KEPT: TimeDelta = TimeDelta::days(30);

pub(super) async fn forget(edge: Edge, traces: Arc<dyn Traces>, metrics: Metrics, stopped: watch::Receiver<bool>) {
    repeat(NAME, metrics, stopped, || round(&edge, traces.as_ref())).await;
}

async fn round(edge: &Edge, traces: &dyn Traces) -> Result<Duration, StoreError> {
    let now = edge.now();
    let forgotten = traces.sweep(now, now - KEPT, BATCH).await?;
    if forgotten > 0 {
        tracing::info!(forgotten, "traces that are over");
    }
    Ok(if forgotten >= u64::from(BATCH) { SHORT_PAUSE } else { PAUSE })
}
