//! What a server answers.

use hyper::{StatusCode, body::Bytes};
use serde_json::Value;

use crate::failure::{Context, Failure, Outcome};

/// An answer, read whole.
pub(crate) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Answer {
    /// The body, unless it says why not.
    pub(super) fn taken(self) -> Outcome<Bytes> {
        if self.status.is_success() { Ok(self.body) } else { Err(self.refusal()) }
    }

    /// The body as JSON, unless it says why not.
    pub(super) fn json(self) -> Outcome<Value> {
        serde_json::from_slice(&self.taken()?).context("reading the answer")
    }

    /// What the server says: the sentence, what to do, and the code.
    fn refusal(&self) -> Failure {
        let problem: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let text = |field: &str| problem.get(field).and_then(Value::as_str);
        let (Some(detail), Some(code)) = (text("detail"), text("code")) else {
            return format!("the server answered {}; is this its address?", self.status).into();
        };
        let mut said = format!("{detail} [{code}]\n  what to do: {}", text("advice").unwrap_or("see /problems"));
        for fault in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
            let text = |field: &str| fault.get(field).and_then(Value::as_str).unwrap_or_default();
            for part in ["\n  ", text("pointer"), ": ", text("detail"), " [", text("code"), "]"] {
                said.push_str(part);
            }
        }
        said.into()
    }
}
