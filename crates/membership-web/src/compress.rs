//! Answers go compressed where that saves something and gives nothing away.
//!
//! The size of what is compressed tells something about its content to whoever reads along, if they choose a part of it and can have it
//! asked for again and again (BREACH). So whatever another site makes a browser ask for is sent as it is, and so is what answers
//! anything but a `GET`, and whatever [`as_it_is`] was said of.

use std::io::{self, Write};

use flate2::{Compression, write::GzEncoder};
use futures_util::stream::{BoxStream, Stream, StreamExt, try_unfold};
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as _, Bytes};
use poem::{
    Body, Request, Response,
    http::{HeaderValue, Method, StatusCode, header},
};

/// Fewer bytes than this fit into one packet, compressed or not.
const LEAST: u64 = 1_024;
/// Compressed bytes are sent on once there are so many of them.
const PART: usize = 8 * 1_024;
/// For answers that are made anew each time: quick, and pages are a fifth of their size by it.
const LEVEL: Compression = Compression::new(4);

/// The `Cache-Control` of an answer that holds a secret: neither kept nor compressed, by us or by proxies.
pub const AS_IT_IS: &str = "no-store, no-transform";

const GZIP: HeaderValue = HeaderValue::from_static("gzip");

/// What a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    gzip: bool,
}

impl Taken {
    /// What `request` takes: what it says, unless somebody else might have had it asked.
    pub(crate) fn by(request: &Request) -> Self {
        Self { gzip: *request.method() == Method::GET && accepts_gzip(request) && is_of_its_own_will(request) }
    }

    /// The same answer, compressed if it is worth it and taken so.
    pub(crate) fn pack(self, mut response: Response) -> Response {
        if !is_worth_it(&response) {
            return response;
        }
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if !self.gzip {
            return response;
        }
        let body: BoxBody<Bytes, io::Error> = response.take_body().into();
        if body.size_hint().upper().is_some_and(|bytes| bytes < LEAST) {
            response.set_body(Body::from(body));
            return response;
        }
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().insert(header::CONTENT_ENCODING, GZIP);
        response.set_body(Body::from_bytes_stream(packed(Body::from(body).into_bytes_stream().boxed())));
        response
    }
}

/// Says of `response` that it is never compressed: there is a secret in it.
#[must_use]
pub fn as_it_is(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(AS_IT_IS));
    response
}

/// Whether `request` takes gzip, by RFC 9110, section 12.5.3.
pub(crate) fn accepts_gzip(request: &Request) -> bool {
    let said = request.headers().get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let said: Vec<(&str, f32)> = said.flat_map(|value| value.split(',')).map(coding).collect();
    let weight = |name: &str| said.iter().find(|(coding, _)| coding.eq_ignore_ascii_case(name)).map(|(_, q)| *q);
    let gzip = weight("gzip").or_else(|| weight("x-gzip")).or_else(|| weight("*")).unwrap_or(0.0);
    gzip > 0.0 && gzip >= weight("identity").unwrap_or(0.0)
}

/// A coding with its weight; one that makes no sense counts as none.
fn coding(part: &str) -> (&str, f32) {
    let (name, parameters) = part.split_once(';').unwrap_or((part, ""));
    let q = parameters.trim().strip_prefix(['q', 'Q']).and_then(|rest| rest.trim_start().strip_prefix('='));
    let weight = if parameters.trim().is_empty() { Some(1.0) } else { q.and_then(|q| q.trim().parse().ok()) };
    (name.trim(), weight.unwrap_or(0.0))
}

/// Whether no other site can have made a browser ask this with its owner's cookies: a page of ours did, or a person, or a program that has
/// no cookies.
fn is_of_its_own_will(request: &Request) -> bool {
    match request.header("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => !request.headers().contains_key(header::COOKIE),
    }
}

fn is_worth_it(response: &Response) -> bool {
    let (status, headers) = (response.status(), response.headers());
    let empty =
        [StatusCode::NO_CONTENT, StatusCode::RESET_CONTENT, StatusCode::NOT_MODIFIED, StatusCode::PARTIAL_CONTENT];
    let says = |name: header::HeaderName, word: &str| {
        headers.get_all(name).iter().any(|value| value.to_str().is_ok_and(|value| value.contains(word)))
    };
    // A strong tag names these very bytes.
    let tagged = headers.get(header::ETAG).is_some_and(|tag| !tag.as_bytes().starts_with(b"W/"));
    let shrinks = response.content_type().is_some_and(shrinks);
    shrinks
        && !tagged
        && !status.is_informational()
        && !empty.contains(&status)
        && !headers.contains_key(header::CONTENT_ENCODING)
        && !says(header::CACHE_CONTROL, "no-transform")
}

/// Whether such content becomes smaller: text does, but for events, which have to arrive at once. Workbooks and pictures are compressed
/// in themselves.
fn shrinks(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some(("text", kind)) => kind != "event-stream",
        Some(("application", kind)) => matches!(kind, "json" | "jsonl" | "javascript") || kind.ends_with("+json"),
        Some(("image", kind)) => kind == "svg+xml",
        _ => false,
    }
}

/// What comes, compressed while it comes: never more of it is held than one part. Where it breaks off, so does this.
fn packed(plain: BoxStream<'static, io::Result<Bytes>>) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    let encoder = Some(GzEncoder::new(Vec::new(), LEVEL));
    try_unfold((plain, encoder), |(mut plain, encoder)| async move {
        let Some(mut encoder): Option<GzEncoder<Vec<u8>>> = encoder else { return Ok(None) };
        while let Some(bytes) = plain.next().await {
            encoder.write_all(&bytes?)?;
            if encoder.get_ref().len() >= PART {
                let part = std::mem::take(encoder.get_mut());
                return Ok(Some((part, (plain, Some(encoder)))));
            }
        }
        Ok(Some((encoder.finish()?, (plain, None))))
    })
}

#[cfg(test)]
#[path = "compress_tests.rs"]
mod tests;
