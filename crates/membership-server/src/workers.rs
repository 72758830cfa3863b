//! What goes on in the background: mail goes out, imports are carried out, what removed members held is handed over, invitations whose time has
//! passed are written down as such, and traces that mean nothing any more are forgotten. No rule waits for any of it: one
//! that goes by time asks the clock, and access ends before anything is handed over.

mod broom;
mod importer;
mod porter;
mod postman;
mod sweeper;

use std::{future::Future, sync::Arc, time::Duration};

use membership_core::{delivery::Postman, store::StoreError, traces::Traces};
use membership_web::Edge;
use tokio::{sync::watch, task::JoinHandle};

use crate::{health::Check, metrics::Metrics};

/// The wait after a round that failed; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The background workers, running.
#[derive(Debug)]
pub struct Workers {
    running: Vec<(&'static str, JoinHandle<()>)>,
    stop: watch::Sender<bool>,
}

impl Workers {
    /// Starts them: the one that delivers mail if there is a `postman`, the one that carries out imports, the one that hands over
    /// what removed members held, the one that writes down what has expired, and the one that forgets what is over among `traces`.
    pub fn start(edge: &Edge, postman: Option<Postman>, traces: Arc<dyn Traces>, metrics: &Metrics) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut running = Vec::new();
        if let Some(postman) = postman {
            let work = postman::deliver(edge.clone(), postman, metrics.clone(), stopped.clone());
            running.push((postman::NAME, tokio::spawn(work)));
        }
        let work = importer::carry_out(edge.clone(), metrics.clone(), stopped.clone());
        running.push((importer::NAME, tokio::spawn(work)));
        let work = porter::carry(edge.clone(), metrics.clone(), stopped.clone());
        running.push((porter::NAME, tokio::spawn(work)));
        let work = broom::forget(edge.clone(), traces, metrics.clone(), stopped.clone());
        running.push((broom::NAME, tokio::spawn(work)));
        running.push((sweeper::NAME, tokio::spawn(sweeper::sweep(edge.clone(), metrics.clone(), stopped))));
        Self { running, stop }
    }

    /// Whether each of them is at work, for [`Readiness`](crate::Readiness).
    pub fn checks(&self) -> Vec<Check> {
        let check = |(part, handle): &(&'static str, JoinHandle<()>)| Check {
            part,
            fault: handle.is_finished().then(|| "the worker has ended".to_owned()),
        };
        self.running.iter().map(check).collect()
    }

    /// Lets each finish the round that it is in, and ends it.
    pub async fn stop(self) {
        // Nobody listens any more if all have ended by themselves: that is as good.
        let _ = self.stop.send(true);
        for (part, handle) in self.running {
            if let Err(error) = handle.await {
                tracing::error!(part, %error, "a worker did not end well");
            }
        }
    }
}

/// Repeats `round` until told to stop. It says how long to wait until the next one; after a failure the wait grows.
async fn repeat<F, R>(name: &'static str, metrics: Metrics, mut stopped: watch::Receiver<bool>, mut round: F)
where
    F: FnMut() -> R + Send,
    R: Future<Output = Result<Duration, StoreError>> + Send,
{
    let mut trouble = FIRST_WAIT;
    while !*stopped.borrow() {
        let wait = match round().await {
            Ok(wait) => {
                trouble = FIRST_WAIT;
                wait
            }
            Err(error) => {
                tracing::warn!(worker = name, error = ?error, "a round failed and will be repeated");
                metrics.failed(name);
                let wait = trouble;
                trouble = (trouble * 2).min(LONGEST_WAIT);
                wait
            }
        };
        // A sender that is gone means stop, too.
        if matches!(tokio::time::timeout(wait, stopped.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}

#[cfg(test)]
#[path = "workers_tests.rs"]
mod tests;
