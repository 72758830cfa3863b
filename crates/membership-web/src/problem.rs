//! A "no" as RFC 9457: a stable code, what is wrong, what to do, and the place of each fault.

use std::fmt;

use membership_core::{
    id::RequestId,
    refusal::{Fault, Kind, Refusal},
};
use poem::{
    Error, IntoResponse, Response,
    error::ResponseError,
    http::{HeaderValue, StatusCode, header},
};
use serde::Serialize;

use crate::fault::HttpFault;

/// The media type of a problem (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// How long to wait before trying again, in seconds, where a part is not available just now.
const WHILE_UNAVAILABLE: u32 = 5;

/// The one place that knows the status of each kind of refusal.
pub const fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::Absent => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The status that goes with a code: that of its kind, unless HTTP has its own word for the fault.
pub fn status_of_code(code: &str, kind: Kind) -> StatusCode {
    let own = HttpFault::ALL.iter().find(|fault| fault.code() == code);
    own.map_or_else(|| status_of(kind), |fault| fault.status())
}

/// A problem (RFC 9457). It never carries what only the log may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status of the answer.
    pub status: StatusCode,
    /// The stable code.
    pub code: &'static str,
    /// What is wrong this time.
    pub detail: String,
    /// What one can do about it.
    pub advice: &'static str,
    /// The request, as the log and the audit know it. The shell fills it in.
    pub request_id: Option<RequestId>,
    /// Each fault of the input at its place.
    pub errors: Vec<ProblemError>,
    /// In how many seconds it may be tried again, where waiting helps.
    pub retry_after: Option<u32>,
}

/// A problem as it is written.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: &'a str,
    code: &'a str,
    advice: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ProblemError],
}

/// One fault of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProblemError {
    /// Where: a JSON pointer (RFC 6901) into the body.
    pub pointer: String,
    /// Which rule.
    pub code: &'static str,
    /// What is wrong and what was expected.
    pub detail: String,
}

impl Problem {
    /// A fault of the request itself, told more precisely.
    pub fn because(fault: HttpFault, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::from(fault) }
    }

    /// Where the code is explained: `/problems/` and the code.
    pub fn kind(&self) -> String {
        format!("/problems/{}", self.code)
    }

    /// The code in words, the same each time: `Invitation expired`.
    pub fn title(&self) -> String {
        let words = self.code.replace('-', " ");
        let mut letters = words.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// The problem as a machine reads it.
    pub fn to_json(&self) -> Vec<u8> {
        let Self { status, code, detail, advice, request_id, errors, retry_after: _ } = self;
        let (kind, title, status) = (self.kind(), self.title(), status.as_u16());
        let written = Written { kind, title, status, detail, code, advice, request_id: *request_id, errors };
        // It is made of strings and a number: it can always be written.
        serde_json::to_vec(&written).unwrap_or_default()
    }

    pub(crate) fn in_request(self, id: RequestId) -> Self {
        Self { request_id: Some(id), ..self }
    }

    /// What a framework's own error comes to.
    pub(crate) fn of_error(error: &Error) -> Self {
        if let Some(problem) = error.downcast_ref::<Self>() {
            return problem.clone();
        }
        if let Some(problem) = error.data::<Self>() {
            return problem.clone();
        }
        let status = error.status();
        match HttpFault::ALL.iter().find(|fault| fault.status() == status) {
            // The framework's words name its own types and parameters; only a bad request's are of use to anybody.
            Some(HttpFault::Malformed) => Self::because(HttpFault::Malformed, error.to_string()),
            Some(fault) if status.is_client_error() => Self::from(*fault),
            Some(_) | None => {
                tracing::error!(error = ?error, %status, "a handler failed");
                Self::from(HttpFault::Internal)
            }
        }
    }
}

impl<R: Refusal> From<R> for Problem {
    fn from(refusal: R) -> Self {
        match refusal.kind() {
            Kind::Internal => tracing::error!(error = ?refusal, "refused by a defect or damaged data"),
            Kind::Unavailable => tracing::warn!(error = ?refusal, "refused because a part is not available"),
            Kind::Invalid
            | Kind::Unauthenticated
            | Kind::Forbidden
            | Kind::Absent
            | Kind::Conflict
            | Kind::Gone
            | Kind::TooMany => {}
        }
        let status = status_of_code(refusal.code(), refusal.kind());
        let unavailable = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(WHILE_UNAVAILABLE);
        Self {
            status,
            code: refusal.code(),
            detail: refusal.to_string(),
            advice: refusal.advice(),
            request_id: None,
            errors: refusal.faults().iter().map(ProblemError::from).collect(),
            retry_after: refusal.retry_after().or(unavailable),
        }
    }
}

impl From<&Fault> for ProblemError {
    fn from(fault: &Fault) -> Self {
        Self { pointer: fault.pointer.clone(), code: fault.code, detail: fault.detail.clone() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status
    }

    fn as_response(&self) -> Response {
        self.clone().into_response()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::builder().status(self.status).content_type(PROBLEM_JSON).body(self.to_json());
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
