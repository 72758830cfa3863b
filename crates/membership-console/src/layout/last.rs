//! Which tenant somebody looked after last, in this browser: that is where he or she wants to be next time.

use membership_core::id::TenantId;
use membership_web::{Edge, session_cookie};
use poem::{
    Request, Response,
    http::{HeaderMap, header},
};

const NAME: &str = "membership-last";
/// Half a year. It names a tenant, which opens nothing.
const MAX_AGE: u32 = 15_552_000;

/// The tenant of last time, if this browser knows one.
pub(crate) fn tenant(headers: &HeaderMap) -> Option<TenantId> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).and_then(|(_, value)| value.parse().ok())
}

/// The same answer, which also lets this browser remember `place`, unless it does.
pub(crate) fn remembering(mut response: Response, edge: &Edge, request: &Request, place: TenantId) -> Response {
    if tenant(request.headers()) != Some(place) {
        let secure = if edge.secure() { "; Secure" } else { "" };
        let cookie = format!("{NAME}={place}; Path=/; Max-Age={MAX_AGE}; HttpOnly; SameSite=Lax{secure}");
        session_cookie::add(response.headers_mut(), &cookie);
    }
    response
}
