//! Who calls. An operation that takes one of these refuses everybody else before it reads anything.

use membership_core::{
    account::{Account, Session},
    actor::Denied,
    context::Context,
};
use membership_web::{Problem, Via, Visitor};
use poem::{FromRequest, Request, RequestBody, Result};

use crate::representation::Transport;

/// Somebody who is signed in and has nothing to do before anything else: a person, or a program by an API key.
pub(crate) struct Caller {
    /// The first argument of every use case.
    pub(crate) context: Context,
}

/// A person who is signed in, whatever has to be done first: with a temporary password one can see who one is, sign out,
/// and choose another password, and nothing else. An API key is nobody's session.
pub(crate) struct Arrived {
    /// The first argument of every use case.
    pub(crate) context: Context,
    /// The session of this request.
    pub(crate) session: Session,
    /// Whose it is.
    pub(crate) account: Account,
    /// By what the session's key came.
    via: Via,
}

/// A person who is signed in and has nothing to do before anything else.
pub(crate) struct Settled(pub(crate) Arrived);

impl Arrived {
    /// How a session's key is handed over that takes the place of this request's: as that one came.
    pub(crate) const fn transport(&self) -> Transport {
        match self.via {
            Via::Cookie => Transport::Cookie,
            Via::Bearer | Via::Nothing => Transport::Bearer,
        }
    }
}

impl<'a> FromRequest<'a> for Caller {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Visitor { context, .. } = Visitor::from_request(request, body).await?;
        context.actor.principal().map_err(Problem::from)?;
        Ok(Self { context })
    }
}

impl<'a> FromRequest<'a> for Arrived {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Visitor { context, session, via, .. } = Visitor::from_request(request, body).await?;
        context.actor.signed_in().map_err(Problem::from)?;
        let (session, account) = session.ok_or_else(|| Problem::from(Denied::SignedOut))?;
        Ok(Self { context, session, account, via })
    }
}

impl<'a> FromRequest<'a> for Settled {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let arrived = Arrived::from_request(request, body).await?;
        arrived.context.actor.person().map_err(Problem::from)?;
        Ok(Self(arrived))
    }
}
