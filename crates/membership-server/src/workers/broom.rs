//! Forgets what means nothing any more: limits that are over, sessions, challenges and API keys that ended long ago, and
//! imports that nobody started, or that were over long ago.

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
/// Most imports in one look: each may have a hundred thousand rows.
const FEW: u32 = 5;
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
    let imports = edge.membership().sweep_imports(&edge.system(), FEW).await?;
    if imports > 0 {
        tracing::info!(imports, "imports that were kept long enough");
    }
    let is_more = forgotten >= u64::from(BATCH) || imports >= u64::from(FEW);
    Ok(if is_more { SHORT_PAUSE } else { PAUSE })
}
