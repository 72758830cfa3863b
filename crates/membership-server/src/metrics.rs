//! What the server counts, in Prometheus' text format.

use membership_core::delivery::Round;
use membership_web::Exchange;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts, Registry, TextEncoder};

/// The counters. Cheap to clone; clones count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    mail: IntCounterVec,
    expired: IntCounter,
    transfers: IntCounter,
    imported: IntCounter,
    failures: IntCounterVec,
}

impl Metrics {
    /// Counters that stand at zero.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = counters("http_requests_total", "Requests answered.", &["method", "route", "status"])?;
        let options = HistogramOpts::new("membership_http_request_seconds", "How long requests took.");
        let durations = HistogramVec::new(options.buckets(seconds()), &["method", "route"])?;
        let mail = counters("mail_attempts_total", "Messages by what one attempt came to.", &["outcome"])?;
        let expired = IntCounter::new("membership_invitations_expired_total", "Invitations written down as expired.")?;
        let transfers =
            IntCounter::new("membership_transfer_steps_total", "Steps of hand-overs, done or tried in vain.")?;
        let imported = IntCounter::new("membership_imported_rows_total", "Rows of imports that were carried out.")?;
        let failures = counters("worker_failures_total", "Rounds of a background worker that failed.", &["worker"])?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(mail.clone()))?;
        registry.register(Box::new(expired.clone()))?;
        registry.register(Box::new(transfers.clone()))?;
        registry.register(Box::new(imported.clone()))?;
        registry.register(Box::new(failures.clone()))?;
        Ok(Self { registry, requests, durations, mail, expired, transfers, imported, failures })
    }

    /// Lets somebody else count too: the queue of password checks, say.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Counts one request. Its route goes by the pattern and its method by a known word, so that nobody outside can make
    /// as many time series as he likes.
    pub fn observe(&self, exchange: &Exchange<'_>) {
        let method = match exchange.method.as_str() {
            known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            _ => "other",
        };
        let route = exchange.route.unwrap_or("none");
        self.requests.with_label_values(&[method, route, exchange.status.as_str()]).inc();
        self.durations.with_label_values(&[method, route]).observe(exchange.took.as_secs_f64());
    }

    /// Counts what a round of deliveries did.
    pub(crate) fn delivered(&self, round: &Round) {
        let outcomes =
            [("sent", round.sent), ("deferred", round.deferred), ("failed", round.failed), ("dropped", round.dropped)];
        for (outcome, count) in outcomes {
            self.mail.with_label_values(&[outcome]).inc_by(u64::from(count));
        }
    }

    /// Counts invitations that were written down as expired.
    pub(crate) fn expired(&self, count: u32) {
        self.expired.inc_by(u64::from(count));
    }

    /// Counts steps of hand-overs.
    pub(crate) fn carried(&self, steps: u32) {
        self.transfers.inc_by(u64::from(steps));
    }

    /// Counts rows of an import that were carried out.
    pub(crate) fn imported(&self, rows: u32) {
        self.imported.inc_by(u64::from(rows));
    }

    /// Counts a round that failed.
    pub(crate) fn failed(&self, worker: &str) {
        self.failures.with_label_values(&[worker]).inc();
    }

    /// Everything, as Prometheus reads it.
    pub fn text(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

fn counters(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
    IntCounterVec::new(Opts::new(format!("membership_{name}"), help), labels)
}

/// From a millisecond to ten seconds.
fn seconds() -> Vec<f64> {
    vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0]
}
