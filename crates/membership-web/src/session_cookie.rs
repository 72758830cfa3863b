//! The cookie that carries a session's key. Over https it is bound to this very host (`__Host-`, RFC 6265bis); over
//! plain http, for development on one machine, browsers do not keep such a cookie, so it has a plain name.

use membership_core::account::{SessionKey, session::MAX_AGE};
use poem::http::{HeaderMap, HeaderValue, header};

use crate::{edge::Edge, fault::HttpFault};

/// The cookie's name on this installation.
pub fn name(edge: &Edge) -> &'static str {
    if edge.secure() { "__Host-membership" } else { "membership" }
}

/// The `Set-Cookie` value that gives `key` to the browser for as long as the session lasts.
pub fn set(edge: &Edge, key: &SessionKey) -> String {
    write(edge, key.expose(), MAX_AGE.num_seconds())
}

/// The `Set-Cookie` value that takes the cookie away.
pub fn clear(edge: &Edge) -> String {
    write(edge, "", 0)
}

/// The `Clear-Site-Data` value that lets a browser forget what it kept of this site, once somebody has signed out.
pub const CLEAR_SITE_DATA: &str = r#""cookies", "storage", "cache""#;

/// Adds a `Set-Cookie` value to an answer.
pub fn add(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(mut value) = HeaderValue::from_str(cookie) {
        value.set_sensitive(true);
        headers.append(header::SET_COOKIE, value);
    }
}

fn write(edge: &Edge, value: &str, max_age: i64) -> String {
    let secure = if edge.secure() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", name(edge))
}

/// What the request's cookie holds, if it has one. Two that differ are none: one of them was planted.
pub(crate) fn read<'a>(edge: &Edge, headers: &'a HeaderMap) -> Result<Option<&'a str>, HttpFault> {
    let name = name(edge);
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(key, value)| (key == name && !value.is_empty()).then_some(value));
    let Some(first) = values.next() else { return Ok(None) };
    if values.any(|other| other != first) { Err(HttpFault::CredentialsContradict) } else { Ok(Some(first)) }
}
