//! The access log: one line a request. Tokens are parts of addresses (`/invitation/mbi_…`), so a line names the route
//! by its pattern; an address that has no route is shown without anything that could be a token.

use std::{net::IpAddr, time::Duration};

use membership_core::id::RequestId;
use poem::{
    Error, PathPattern, Response,
    http::{Method, StatusCode},
};

/// The longest part of an unknown address that is shown. Tokens are longer, UUIDs are not.
const MAX_PART: usize = 36;

/// One request and what came of it.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The request's id.
    pub request: RequestId,
    /// Its method.
    pub method: &'a Method,
    /// The pattern of its route, such as `/invitation/:token`; `None` if it had none.
    pub route: Option<&'a str>,
    /// Its status.
    pub status: StatusCode,
    /// How long it took.
    pub took: Duration,
}

/// The pattern of the route that gave this answer, for [`Exchange::route`]. Routes nested at the root answer an address
/// that is none of theirs with an empty pattern: that is no route.
pub fn route_of(answer: &Result<Response, Error>) -> Option<PathPattern> {
    let pattern = match answer {
        Ok(response) => response.data::<PathPattern>(),
        Err(error) => error.data::<PathPattern>(),
    };
    pattern.filter(|pattern| !pattern.0.is_empty()).cloned()
}

pub(crate) fn write(exchange: &Exchange<'_>, path: &str, client: Option<IpAddr>) {
    let Exchange { request, method, route, status, took } = exchange;
    let place = route.map_or_else(|| without_tokens(path), str::to_owned);
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let client = client.map(|client| client.to_string());
    tracing::info!(%request, %method, place, status = status.as_u16(), ms, client, "answered");
}

fn without_tokens(path: &str) -> String {
    let shown =
        |part: &str| part.len() <= MAX_PART && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let parts = path.split('/').take(12).map(|part| if shown(part) { part } else { "…" });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An address without a route shows nothing that could be a token.
    // Part of A80.
    #[test]
    fn unknown_addresses_are_shown_without_tokens() {
        assert_eq!(without_tokens("/api/v1/nothing"), "/api/v1/nothing");
        let token = format!("mbi_{}", "A".repeat(72));
        assert_eq!(without_tokens(&format!("/invitation/{token}/extra")), "/invitation/…/extra");
        assert_eq!(without_tokens("/a/%6Dbi_x/b"), "/a/…/b");
    }
}
