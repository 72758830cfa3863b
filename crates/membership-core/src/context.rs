//! What every use case is told beside its command: who asks, when, and in which request.

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
}

impl Context {
    /// Puts a context together.
    pub fn new(actor: Actor, now: DateTime<Utc>, request: RequestId) -> Self {
        Self { actor, now: now.trunc_subsecs(6), request }
    }
}
