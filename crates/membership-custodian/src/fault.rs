//! What goes wrong between us and a product, in words for the people who wait for it. They are shown to a tenant's
//! administrators: no address, no secret, nothing of what the product answered.

use std::{io, time::Duration};

use hyper::StatusCode;

/// Why a product did not do its part.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it cannot be reached: {0}")]
    Unreachable(#[source] io::Error),
    #[error("it cannot be reached: no connection within {0:?}")]
    NoConnection(Duration),
    #[error("no encrypted connection: {0}")]
    Encryption(#[source] io::Error),
    #[error("it did not answer within {0:?}")]
    Slow(Duration),
    #[error("it hung up before its answer was complete")]
    HungUp,
    #[error("its answer is not HTTP")]
    NotHttp,
    #[error("it answered {0} and wants us elsewhere; redirects are not followed")]
    Redirect(u16),
    #[error("it answered {0}")]
    Status(u16),
    #[error("it answered 202: it is still at it, and will be asked again")]
    StillWorking,
    #[error("its answer is not of the type application/json")]
    NotJson,
    #[error("its answer is longer than {0} KiB")]
    TooLong(usize),
    #[error("its answer is not as agreed: {0}")]
    NotAsAgreed(String),
    #[error("the request cannot be made: {0}")]
    Request(String),
}

impl Fault {
    /// An answer that is neither what was hoped for nor a promise.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        if status.is_redirection() { Self::Redirect(status.as_u16()) } else { Self::Status(status.as_u16()) }
    }
}

impl From<hyper::Error> for Fault {
    fn from(error: hyper::Error) -> Self {
        if error.is_parse() { Self::NotHttp } else { Self::HungUp }
    }
}
