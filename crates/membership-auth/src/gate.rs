//! The gate in front of work that takes much memory: how much of it runs, how much waits, and no more.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use membership_core::ports::HashingError;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// How much a [`Gate`] lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Most pieces of work that run at once.
    pub at_once: NonZeroUsize,
    /// Most callers that wait for their turn.
    pub waiting: usize,
    /// The longest that a caller waits for its turn.
    pub patience: Duration,
}

impl Default for Bounds {
    /// One piece of work per core; 32 callers wait, two seconds at most: longer than that nobody looks at a sign-in page.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { at_once: cores, waiting: 32, patience: Duration::from_secs(2) }
    }
}

/// Lets a bounded amount of blocking work run.
#[derive(Debug, Clone)]
pub struct Gate {
    lobby: Arc<Semaphore>,
    inside: Arc<Semaphore>,
    running: Arc<Semaphore>,
    patience: Duration,
}

impl Gate {
    /// A gate with these bounds.
    pub fn new(bounds: Bounds) -> Self {
        let at_once = bounds.at_once.get().min(Semaphore::MAX_PERMITS / 2);
        let waiting = bounds.waiting.min(Semaphore::MAX_PERMITS / 2);
        Self {
            lobby: Arc::new(Semaphore::new(at_once + waiting)),
            inside: Arc::new(Semaphore::new(at_once + waiting)),
            running: Arc::new(Semaphore::new(at_once)),
            patience: bounds.patience,
        }
    }

    /// A place among those who are on their way to the gate: as many as it lets run and wait. Refused at once if there is none.
    pub fn place(&self) -> Result<OwnedSemaphorePermit, HashingError> {
        Arc::clone(&self.lobby).try_acquire_owned().map_err(|_| HashingError::Busy)
    }

    /// Runs `work` on a thread where it may block. Refused at once if the queue is full, and after the patience of the
    /// bounds if its turn does not come.
    pub async fn run<T, W>(&self, work: W) -> Result<T, HashingError>
    where
        T: Send + 'static,
        W: FnOnce() -> T + Send + 'static,
    {
        let place = Arc::clone(&self.inside).try_acquire_owned().map_err(|_| HashingError::Busy)?;
        let turn = timeout(self.patience, Arc::clone(&self.running).acquire_owned()).await;
        let turn = turn.map_err(|_| HashingError::Busy)?.map_err(|_| HashingError::Busy)?;
        // The work keeps its place even if nobody waits for its result any more: a caller who hangs up and comes again
        // must not get more memory than one who stays.
        let done = spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(|_| HashingError::Busy)
    }
}

#[cfg(test)]
#[path = "gate_tests.rs"]
mod tests;
