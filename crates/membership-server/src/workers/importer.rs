//! Carries out imports: of each that was started the next batch in turn, round after round, so that no tenant waits for
//! another's hundred thousand rows.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use chrono::{DateTime, Utc};
use membership_core::{
    id::ImportId,
    import::{ImportState, Mode, Totals, start::ImportOf},
    store::StoreError,
};
use membership_web::Edge;
use tokio::sync::watch;

use super::{FIRST_WAIT, LONGEST_WAIT, repeat};
use crate::metrics::Metrics;

pub(super) const NAME: &str = "imports";

/// How soon an import that was just started is looked for.
const PAUSE: Duration = Duration::from_millis(500);
/// So that an import that another server carries out does not make this one spin.
const SHORT_PAUSE: Duration = Duration::from_millis(20);
/// Most imports of one round.
const MOST: u32 = 1_000;

/// The imports whose last batch failed: when each is tried again, and how long it waits if it fails again.
type Trouble = Mutex<HashMap<ImportId, (DateTime<Utc>, Duration)>>;

pub(super) async fn carry_out(edge: Edge, metrics: Metrics, stopped: watch::Receiver<bool>) {
    let (trouble, stopping) = (Trouble::default(), stopped.clone());
    repeat(NAME, metrics.clone(), stopped, || round(&edge, &metrics, &trouble, &stopping)).await;
}

async fn round(
    edge: &Edge,
    metrics: &Metrics,
    trouble: &Trouble,
    stopping: &watch::Receiver<bool>,
) -> Result<Duration, StoreError> {
    let running = edge.membership().running_imports(MOST).await?;
    forget(trouble, &running);
    let (mut advanced, mut waiting) = (false, false);
    for which in &running {
        if *stopping.borrow() {
            break;
        }
        if waits(trouble, which.import, edge.now()) {
            continue;
        }
        match step(edge, metrics, *which).await {
            Ok(done) => {
                put_right(trouble, which.import);
                advanced |= done;
                waiting |= !done;
            }
            Err(error) => {
                let wait = put_off(trouble, which.import, edge.now());
                tracing::warn!(import = %which.import, ?error, ?wait, "a batch failed and will be repeated");
                metrics.failed(NAME);
            }
        }
    }
    Ok(match (advanced, waiting) {
        (true, _) => Duration::ZERO,
        (false, true) => SHORT_PAUSE,
        (false, false) => PAUSE,
    })
}

/// The next batch of one; whether this server has done any.
async fn step(edge: &Edge, metrics: &Metrics, which: ImportOf) -> Result<bool, StoreError> {
    let Some(import) = edge.membership().advance_import(&edge.system(), which).await? else { return Ok(false) };
    if let Some(course) = import.course() {
        let batch = match course.mode {
            Mode::RowByRow => course.done.last().map_or(0, Totals::rows),
            Mode::AllOrNothing => import.done().rows(),
        };
        metrics.imported(batch);
    }
    if let ImportState::Ended { how, .. } = &import.state {
        let done = import.done();
        tracing::info!(
            import = %which.import,
            how = how.as_str(),
            created = done.create,
            changed = done.change,
            refused = done.refuse,
            "an import is over"
        );
    }
    Ok(true)
}

/// Forgets the trouble of imports that are not carried out any more.
fn forget(trouble: &Trouble, running: &[ImportOf]) {
    if let Ok(mut trouble) = trouble.lock() {
        trouble.retain(|import, _| running.iter().any(|which| which.import == *import));
    }
}

fn waits(trouble: &Trouble, import: ImportId, now: DateTime<Utc>) -> bool {
    let until = trouble.lock().ok().and_then(|trouble| trouble.get(&import).map(|(until, _)| *until));
    until.is_some_and(|until| now < until)
}

fn put_right(trouble: &Trouble, import: ImportId) {
    if let Ok(mut trouble) = trouble.lock() {
        trouble.remove(&import);
    }
}

fn put_off(trouble: &Trouble, import: ImportId, now: DateTime<Utc>) -> Duration {
    let Ok(mut trouble) = trouble.lock() else { return FIRST_WAIT };
    let wait = trouble.get(&import).map_or(FIRST_WAIT, |(_, wait)| (*wait * 2).min(LONGEST_WAIT));
    trouble.insert(import, (now + wait, wait));
    wait
}

#[cfg(test)]
#[path = "importer_tests.rs"]
mod tests;
