//! The sessions of one's own.

use membership_core::{account::Session, id::SessionId};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    web::{Data, Path},
};

use super::{agent, not_done, to_sign_in};
use crate::{
    destination::Destination,
    moment::Moment,
    page::{see, signing_in},
    settled::Settled,
};

/// A session as the list shows it.
pub(super) struct Listed {
    pub(super) id: SessionId,
    /// What it was begun with.
    pub(super) agent: String,
    pub(super) is_phone: bool,
    pub(super) started: Moment,
    pub(super) used: Moment,
    /// Whether it is the one that looks at the list.
    pub(super) is_this: bool,
}

impl Listed {
    pub(super) fn of(session: Session, visitor: &Visitor) -> Self {
        let said = session.agent.unwrap_or_default();
        Self {
            id: session.id,
            is_phone: agent::is_phone(&said),
            started: Moment(session.started_at),
            used: Moment(session.used_at),
            is_this: visitor.session.as_ref().is_some_and(|(own, _)| own.id == session.id),
            agent: agent::name(&said),
        }
    }
}

/// Ends one.
#[handler]
pub(crate) async fn end(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    let Ok(id) = id.parse::<SessionId>() else { return see("/account") };
    match edge.membership().end_session(&visitor.context, id).await {
        Ok(()) => see("/account#sessions"),
        Err(error) => not_done(&visitor, &Destination::account(), &error),
    }
}

/// Ends all but this one.
#[handler]
pub(crate) async fn end_others(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    match edge.membership().end_other_sessions(&visitor.context).await {
        Ok((_, _, key)) => signing_in(see("/account#sessions"), &edge, &key),
        Err(error) => not_done(&visitor, &Destination::account(), &error),
    }
}
