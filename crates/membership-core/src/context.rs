//! What every use case is told beside its command: who asks, when, in which request, and from where.

use std::net::IpAddr;

use chrono::{DateTime, SubsecRound, Utc};

use crate::{actor::Actor, id::RequestId};

/// First argument of every use case.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks.
    pub actor: Actor,
    /// The moment that every rule of this call goes by. Cut to microseconds: no store keeps more, and a moment that
    /// changes by being stored would move a deadline.
    pub now: DateTime<Utc>,
    /// The request, as it stands in the audit, in logs and in problem details.
    pub request: RequestId,
    /// From where, as far as the edge knows.
    pub client: Client,
}

/// The program at the other end of the line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Client {
    /// Its network address: what it may guess is counted by it.
    pub address: Option<IpAddr>,
    /// What it calls itself, for its owner's list of sessions. It proves nothing.
    pub agent: Option<String>,
}

/// Most letters of a client's name that are kept.
const AGENT_CHARS: usize = 200;

impl Context {
    /// Puts a context together.
    pub fn new(actor: Actor, now: DateTime<Utc>, request: RequestId) -> Self {
        Self { actor, now: now.trunc_subsecs(6), request, client: Client::default() }
    }

    /// The same, from `client`.
    #[must_use]
    pub fn from(self, client: Client) -> Self {
        Self { client, ..self }
    }
}

impl Client {
    /// What it calls itself, without control characters and not a novel.
    pub fn agent(&self) -> Option<String> {
        let text = self.agent.as_deref()?.chars().filter(|c| !c.is_control()).take(AGENT_CHARS).collect::<String>();
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// The part of its address that one subscriber has: all of an IPv4 address, the first 64 bits of an IPv6 address.
    pub fn subscriber(&self) -> Option<String> {
        match self.address?.to_canonical() {
            IpAddr::V4(address) => Some(address.to_string()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Some(format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscriber(address: &str) -> Option<String> {
        Client { address: address.parse().ok(), agent: None }.subscriber()
    }

    /// Whoever has one IPv6 network has 2^64 addresses, and guesses no more often for it.
    #[test]
    fn a_subscriber_is_one_whatever_its_address() {
        assert_eq!(subscriber("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(subscriber("::ffff:192.0.2.7"), subscriber("192.0.2.7"));
        assert_eq!(subscriber("2001:db8:1:2::7"), subscriber("2001:db8:1:2:ffff::1"));
        assert_ne!(subscriber("2001:db8:1:2::7"), subscriber("2001:db8:1:3::7"));
        assert_eq!(subscriber("nowhere"), None);
    }

    #[test]
    fn a_name_is_no_novel() {
        let named = |agent: &str| Client { address: None, agent: Some(agent.to_owned()) }.agent();
        assert_eq!(named("curl/8\r\nX: y").as_deref(), Some("curl/8X: y"));
        assert_eq!(named(&"x".repeat(1_000)).map(|agent| agent.len()), Some(200));
        assert_eq!(named(" \t"), None);
    }
}
