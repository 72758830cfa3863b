//! What does not change while the server runs is compressed once, as well as it can be.

use std::{
    fmt,
    io::{self, Write},
    sync::OnceLock,
};

use flate2::{Compression, write::GzEncoder};
use hyper::body::Bytes;
use poem::{
    Request, Response, ResponseBuilder,
    http::{HeaderValue, header},
};

use crate::compress::accepts_gzip;

/// Public content that stays as it is: a script, a stylesheet, a description.
pub struct Packed {
    plain: Bytes,
    /// Made when it is first asked for. `None` if it could not be, or is no smaller.
    gzip: OnceLock<Option<Bytes>>,
}

impl Packed {
    /// Takes `content`, in which there is no secret.
    pub fn new(content: impl Into<Bytes>) -> Self {
        Self { plain: content.into(), gzip: OnceLock::new() }
    }

    /// Makes an answer of `response`: with the content as `request` takes it.
    pub fn answer(&self, request: &Request, response: ResponseBuilder) -> Response {
        let response = response.header(header::VARY, HeaderValue::from_static("accept-encoding"));
        match self.gzip.get_or_init(|| self.shrink()) {
            Some(gzip) if accepts_gzip(request) => {
                response.header(header::CONTENT_ENCODING, HeaderValue::from_static("gzip")).body(gzip.clone())
            }
            Some(_) | None => response.body(self.plain.clone()),
        }
    }

    fn shrink(&self) -> Option<Bytes> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let gzip = encoder.write_all(&self.plain).and_then(|()| encoder.finish());
        let gzip = gzip.inspect_err(|error: &io::Error| tracing::error!(%error, "content could not be compressed"));
        gzip.ok().filter(|gzip| gzip.len() < self.plain.len()).map(Bytes::from)
    }
}

impl fmt::Debug for Packed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packed").field("bytes", &self.plain.len()).finish_non_exhaustive()
    }
}
