//! Whether the server lives, and whether it can work.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use poem::{Endpoint, Response, endpoint::make, http::StatusCode};
use serde_json::{Map, Value, json};

/// One part that the server needs to work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which part, such as `database`.
    pub part: &'static str,
    /// What is wrong with it; `None` if nothing is. It goes to the log: the answer names only the part.
    pub fault: Option<String>,
}

/// Looks after every part. Asked at each `/readyz`, so it has to be quick.
pub type Readiness = Arc<dyn Fn() -> BoxFuture<'static, Vec<Check>> + Send + Sync>;

/// `/livez`: answers as long as anything does.
pub(crate) fn live() -> impl Endpoint<Output = Response> {
    make(|_| async { Ok::<_, poem::Error>(told(StatusCode::OK, &json!({ "status": "alive" }))) })
}

/// `/readyz`: whether every part is in order.
pub(crate) fn ready(readiness: Readiness) -> impl Endpoint<Output = Response> {
    make(move |_| {
        let checks = readiness();
        async move { Ok::<_, poem::Error>(answer(checks.await)) }
    })
}

fn answer(checks: Vec<Check>) -> Response {
    let good = checks.iter().all(|check| check.fault.is_none());
    let mut parts = Map::new();
    for Check { part, fault } in checks {
        if let Some(fault) = &fault {
            tracing::warn!(part, fault, "not ready");
        }
        parts.insert(part.to_owned(), Value::from(if fault.is_none() { "good" } else { "faulty" }));
    }
    let (status, word) = if good { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    told(status, &json!({ "status": word, "parts": parts }))
}

fn told(status: StatusCode, body: &Value) -> Response {
    Response::builder().status(status).content_type("application/json").body(body.to_string())
}
