//! Writes down which invitations have expired: for the audit, for the list, and so that no mail goes out with a dead link.

use std::time::Duration;

use membership_core::store::StoreError;
use membership_web::Edge;
use tokio::sync::watch;

use super::repeat;
use crate::metrics::Metrics;

pub(super) const NAME: &str = "sweeper";

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(10);
/// Most invitations of one look.
const BATCH: u32 = 500;

pub(super) async fn sweep(edge: Edge, metrics: Metrics, stopped: watch::Receiver<bool>) {
    repeat(NAME, metrics.clone(), stopped, || round(&edge, &metrics)).await;
}

async fn round(edge: &Edge, metrics: &Metrics) -> Result<Duration, StoreError> {
    let written = edge.membership().expire_invitations(&edge.system(), BATCH).await?;
    metrics.expired(written);
    if written > 0 {
        tracing::info!(written, "invitations expired");
    }
    Ok(if written >= BATCH { Duration::ZERO } else { PAUSE })
}
