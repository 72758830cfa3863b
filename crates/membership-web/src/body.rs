//! Bodies are read whole before a handler sees them, and never beyond the limit of their address; but for files, which their
//! handlers read in pieces and bound themselves.

use std::time::Duration;

use poem::{
    Body, Request,
    error::ReadBodyError,
    http::{Method, header},
};

use crate::fault::HttpFault;

/// How much a body may hold, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Everywhere that nothing else is said of.
    pub body: usize,
    /// Addresses that begin with this path take this much instead.
    pub body_below: Vec<(&'static str, usize)>,
    /// Where whole files come and go.
    pub files: Vec<Files>,
}

/// Addresses where whole files come and go: a request may take longer there. What is posted to the very part is left to the
/// handler, which reads it in pieces and bounds it itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// They begin with this path.
    pub below: &'static str,
    /// And have this part in it, such as `imports`.
    pub part: &'static str,
    /// How long a request may take there.
    pub time_out: Duration,
}

impl Files {
    fn are_at(&self, path: &str) -> bool {
        path.strip_prefix(self.below).is_some_and(|rest| rest.split('/').any(|part| part == self.part))
    }
}

impl Default for Limits {
    /// 64 KiB.
    fn default() -> Self {
        Self { body: 64 * 1024, body_below: Vec::new(), files: Vec::new() }
    }
}

impl Limits {
    /// How long a request to `path` may take, if that is said.
    pub(crate) fn time_out(&self, path: &str) -> Option<Duration> {
        self.files.iter().find(|files| files.are_at(path)).map(|files| files.time_out)
    }

    /// Whether the handler reads the body itself.
    fn leaves(&self, request: &Request) -> bool {
        let path = request.uri().path();
        let is_last = |part: &str| path.rsplit('/').next() == Some(part);
        *request.method() == Method::POST && self.files.iter().any(|files| files.are_at(path) && is_last(files.part))
    }

    fn of(&self, path: &str) -> usize {
        self.body_below.iter().find(|(below, _)| path.starts_with(below)).map_or(self.body, |(_, bytes)| *bytes)
    }
}

/// Puts the whole body into `request`, or says why not.
pub(crate) async fn read(request: &mut Request, limits: &Limits) -> Result<(), HttpFault> {
    if limits.leaves(request) {
        return Ok(());
    }
    let limit = limits.of(request.uri().path());
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()).and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(HttpFault::BodyTooLarge);
    }
    let bytes = request.take_body().into_bytes_limit(limit).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => HttpFault::BodyTooLarge,
        ReadBodyError::BodyHasBeenTaken | ReadBodyError::Utf8(_) | ReadBodyError::Io(_) => HttpFault::Malformed,
    })?;
    request.set_body(Body::from_bytes(bytes));
    Ok(())
}
