//! Whether a request is let in at all, before anybody looks at what it asks.

use std::collections::BTreeSet;

use poem::{
    Request,
    http::{HeaderMap, Method, header},
};

use crate::{edge::Edge, fault::HttpFault, problem::Problem, session_cookie};

const MAX_ADDRESS_BYTES: usize = 8 * 1024;
const MAX_HEADER_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// Names under which tokens are put into addresses by mistake.
const CREDENTIAL_NAMES: [&str; 5] = ["access_token", "api_key", "key", "password", "token"];
/// What every key and every token of ours begins with.
const CREDENTIAL_PREFIXES: [&str; 9] = ["mba_", "mbc_", "mbe_", "mbf_", "mbi_", "mbk_", "mbl_", "mbr_", "mbs_"];

pub(crate) fn admit(edge: &Edge, request: &Request) -> Result<(), Problem> {
    if *request.method() == Method::TRACE || *request.method() == Method::CONNECT {
        return Err(HttpFault::MethodNotAllowed.into());
    }
    let uri = request.uri();
    if uri.path_and_query().map_or(0, |text| text.as_str().len()) > MAX_ADDRESS_BYTES {
        return Err(HttpFault::AddressTooLong.into());
    }
    header_sizes(request.headers())?;
    query(request)?;
    Ok(origin(edge, request)?)
}

fn header_sizes(headers: &HeaderMap) -> Result<(), Problem> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(HttpFault::HeadersTooLarge.into());
    }
    for once in [header::HOST, header::CONTENT_TYPE, header::CONTENT_LENGTH] {
        if headers.get_all(&once).iter().count() > 1 {
            return Err(Problem::because(HttpFault::Malformed, format!("the header {once} stands there twice")));
        }
    }
    Ok(())
}

fn query(request: &Request) -> Result<(), Problem> {
    if request.uri().query().is_none() {
        return Ok(());
    }
    let pairs: Vec<(String, String)> =
        request.params().map_err(|_| Problem::because(HttpFault::Malformed, "the query cannot be read"))?;
    let mut seen = BTreeSet::new();
    for (name, value) in &pairs {
        let named = CREDENTIAL_NAMES.contains(&name.to_ascii_lowercase().as_str());
        if named || CREDENTIAL_PREFIXES.iter().any(|prefix| value.starts_with(prefix)) {
            return Err(HttpFault::CredentialInQuery.into());
        }
        if !seen.insert(name) {
            return Err(HttpFault::QueryRepeated.into());
        }
    }
    Ok(())
}

/// Refuses what a page of another site could make a browser send. A browser never adds an `Authorization` header by
/// itself, so a request with one is nobody's forgery; a program without a cookie sends none of these headers.
fn origin(edge: &Edge, request: &Request) -> Result<(), HttpFault> {
    let headers = request.headers();
    if request.method().is_safe() || headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let said = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let own = match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin == edge.origin(),
        (None, None) => session_cookie::read(edge, headers)?.is_none(),
    };
    if own { Ok(()) } else { Err(HttpFault::CrossSite) }
}
