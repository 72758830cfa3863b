//! Downloads: a table that was written, on its way out.

use std::{fs::File, io};

use membership_core::refusal::Refusal;
use membership_sheet::{Format, TableFault};
use poem::{
    Body, IntoResponse, Response,
    http::{HeaderValue, header},
};

use super::media::attachment;
use crate::{compress::as_it_is, fault::HttpFault, problem::Problem};

/// A table as a file to download: never shown in the browser, never kept by a cache.
#[derive(Debug)]
pub struct Download {
    file: File,
    bytes: u64,
    format: Format,
    name: String,
    secret: bool,
}

impl Download {
    /// What was written to `file`, which stands at its beginning, to be saved as `name` with the ending of `format`.
    pub(super) fn new(file: File, format: Format, name: &str) -> Result<Self, Problem> {
        let bytes = file.metadata().map_err(|error| broken(&error))?.len();
        Ok(Self { file, bytes, format, name: format!("{name}.{}", format.extension()), secret: false })
    }

    /// The same, with a secret in it, such as a link to hand over: it is not compressed.
    pub(super) fn secret(self) -> Self {
        Self { secret: true, ..self }
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let Self { file, bytes, format, name, secret } = self;
        let disposition = HeaderValue::try_from(attachment(&name)).unwrap_or(HeaderValue::from_static("attachment"));
        let response = Response::builder()
            .content_type(format.media_type())
            .header(header::CONTENT_LENGTH, bytes)
            .header(header::CONTENT_DISPOSITION, disposition)
            .header(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
            .header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
            .body(Body::from_async_read(tokio::fs::File::from_std(file)));
        if secret { as_it_is(response) } else { response }
    }
}

/// A table could not be written: by our own fault, because everything that goes into one was made to fit.
pub(super) fn unwritten(fault: &TableFault) -> Problem {
    tracing::error!(code = fault.code(), error = ?fault, "a table could not be written");
    HttpFault::Internal.into()
}

pub(super) fn broken(error: &io::Error) -> Problem {
    tracing::error!(%error, "a table could not be written");
    HttpFault::Internal.into()
}

/// What a use case refuses.
pub(super) fn refused<R: Refusal>(refusal: R) -> Problem {
    refusal.into()
}
