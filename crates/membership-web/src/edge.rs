//! The edge: what every handler needs to know of the world outside.

use std::{net::IpAddr, sync::Arc};

use chrono::{DateTime, SubsecRound as _, Utc};
use membership_core::{
    Membership,
    actor::Actor,
    context::{Client, Context},
    id::RequestId,
};
use poem::{
    Request,
    http::{HeaderMap, header},
};

use crate::network::Network;

/// A clock. Handlers and workers ask this one, so that a test can set it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The computer's clock.
pub fn system_clock() -> Clock {
    #[expect(clippy::disallowed_methods, reason = "this is the edge, where time comes from")]
    Arc::new(|| std::time::SystemTime::now().into())
}

/// What every handler takes as `Data<&Edge>`. Cheap to clone.
#[derive(Clone)]
pub struct Edge(Arc<Parts>);

struct Parts {
    membership: Membership,
    clock: Clock,
    trusted_proxies: Vec<Network>,
    origin: String,
    secure: bool,
}

impl Edge {
    /// Puts the edge together. Its public address is the base of the links, from the configuration; no header of a
    /// request ever changes it. `trusted_proxies` are those whose `X-Forwarded-For` is believed.
    pub fn new(membership: Membership, clock: Clock, trusted_proxies: Vec<Network>) -> Self {
        let base = membership.links().base();
        let secure = base.starts_with("https://");
        let origin = origin_of(base);
        Self(Arc::new(Parts { membership, clock, trusted_proxies, origin, secure }))
    }

    /// The use cases.
    pub fn membership(&self) -> &Membership {
        &self.0.membership
    }

    /// The time, cut to microseconds: no store keeps more, and a moment that changes by being stored would be another.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.clock)().trunc_subsecs(6)
    }

    /// Whether people come by https, so that cookies can be bound to it.
    pub fn secure(&self) -> bool {
        self.0.secure
    }

    /// The origin (RFC 6454) of the configured public address, such as `https://members.example.org`.
    pub fn origin(&self) -> &str {
        &self.0.origin
    }

    /// A fresh request id. Never one that the client chose.
    pub fn request_id(&self) -> RequestId {
        RequestId::new(self.now(), self.0.membership.entropy())
    }

    /// The context in which the system itself acts, on a timer.
    pub fn system(&self) -> Context {
        Context::new(Actor::System, self.now(), self.request_id())
    }

    /// Who is at the other end, as far as that can be known: the peer, or, if the peer is a trusted proxy, the last
    /// address in `X-Forwarded-For` that is not one. `Forwarded` and its like are not looked at.
    pub fn client(&self, request: &Request) -> Client {
        let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
        let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        Client { address: peer.map(|peer| self.behind(peer, request.headers())), agent: agent.map(ToOwned::to_owned) }
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        let trusted = |address: IpAddr| self.0.trusted_proxies.iter().any(|network| network.contains(address));
        if !trusted(peer) {
            return peer;
        }
        forwarded(headers).find(|hop| !trusted(*hop)).unwrap_or(peer)
    }
}

/// The hops of `X-Forwarded-For`, nearest first, up to the first that is not an address.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = IpAddr> {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let hops: Vec<Option<IpAddr>> = lines
        .iter()
        .flat_map(|line| line.split(','))
        .map(|hop| hop.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical()))
        .collect();
    hops.into_iter().rev().map_while(|hop| hop)
}

/// Scheme, host and port of an address.
fn origin_of(base: &str) -> String {
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let rest = base.get(after_scheme..).unwrap_or_default();
    let end = rest.find('/').map_or(base.len(), |at| after_scheme + at);
    base.get(..end).unwrap_or(base).to_ascii_lowercase()
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").field("origin", &self.0.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "edge_tests.rs"]
mod tests;
