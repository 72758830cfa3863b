//! The headers that every answer has, unless its handler chose stricter or other ones.

use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page may load and do: only what this server itself gives, nothing inline, in nobody's frame.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// For two years, as <https://hstspreload.org> asks.
const STRICT_TRANSPORT: HeaderValue = HeaderValue::from_static("max-age=63072000");

pub(crate) fn secure(headers: &mut HeaderMap, https: bool) {
    let mut absent = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    absent(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    absent(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    absent(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    absent(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    absent(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    absent(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    if https {
        absent(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
}
