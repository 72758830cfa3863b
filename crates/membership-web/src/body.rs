//! Bodies are read whole before a handler sees them, and never beyond the limit of their address.

use poem::{Body, Request, error::ReadBodyError, http::header};

use crate::fault::HttpFault;

/// How much a body may hold, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Everywhere that nothing else is said of.
    pub body: usize,
    /// Addresses that begin with this path take this much instead.
    pub body_below: Vec<(&'static str, usize)>,
}

impl Default for Limits {
    /// 64 KiB.
    fn default() -> Self {
        Self { body: 64 * 1024, body_below: Vec::new() }
    }
}

impl Limits {
    fn of(&self, path: &str) -> usize {
        self.body_below.iter().find(|(below, _)| path.starts_with(below)).map_or(self.body, |(_, bytes)| *bytes)
    }
}

/// Puts the whole body into `request`, or says why not.
pub(crate) async fn read(request: &mut Request, limits: &Limits) -> Result<(), HttpFault> {
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
