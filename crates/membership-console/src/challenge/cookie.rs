//! The cookie of a sign-in that waits for its second factor: ten minutes, and none of a session's. Beside the key stands
//! what can be shown; a browser that says something else there only sees other fields.

use membership_core::account::{ChallengeKey, Kinds, challenge::MAX_AGE};
use membership_web::Edge;
use poem::{FromRequest, Request, RequestBody, Result, http::header};

/// A sign-in that waits in this browser.
pub(crate) struct Waiting {
    pub(crate) key: ChallengeKey,
    pub(crate) kinds: Kinds,
}

/// What the browser holds of one.
pub(crate) struct Held(pub(crate) Option<Waiting>);

impl<'a> FromRequest<'a> for Held {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        Ok(Self(request.data::<Edge>().and_then(|edge| read(edge, request))))
    }
}

/// The `Set-Cookie` value that gives the key to the browser.
pub(super) fn set(edge: &Edge, key: &ChallengeKey, kinds: Kinds) -> String {
    write(edge, &format!("{}.{}", kinds.bits(), key.expose()), MAX_AGE.num_seconds())
}

/// The `Set-Cookie` value that takes it away.
pub(super) fn clear(edge: &Edge) -> String {
    write(edge, "", 0)
}

/// As the session's: bound to this very host where people come by https.
fn name(edge: &Edge) -> &'static str {
    if edge.secure() { "__Host-membership-challenge" } else { "membership-challenge" }
}

fn write(edge: &Edge, value: &str, max_age: i64) -> String {
    let secure = if edge.secure() { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", name(edge))
}

/// Two that differ are none: one of them was planted.
fn read(edge: &Edge, request: &Request) -> Option<Waiting> {
    let lines = request.headers().get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter_map(|(key, value)| (key == name(edge)).then_some(value));
    let first = values.next()?;
    if values.any(|other| other != first) {
        return None;
    }
    let (kinds, key) = first.split_once('.')?;
    Some(Waiting { key: ChallengeKey::parse(key)?, kinds: Kinds::from_bits(kinds.parse().ok()?)? })
}
