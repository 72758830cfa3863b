//! Who calls. An operation that takes one of these refuses everybody else before it reads anything.

use membership_core::{
    account::{Account, Session},
    actor::Denied,
    context::Context,
};
use membership_web::{Problem, Via, Visitor};
use poem::{FromRequest, Request, RequestBody, Result};

/// Somebody who is signed in and has nothing to do before anything else.
pub(crate) struct Caller {
    /// The first argument of every use case.
    pub(crate) context: Context,
}

/// Somebody who is signed in, whatever has to be done first: with a temporary password one can see who one is, sign out,
/// and choose another password, and nothing else.
pub(crate) struct Arrived {
    /// The first argument of every use case.
    pub(crate) context: Context,
    /// The session of this request.
    pub(crate) session: Session,
    /// Whose it is.
    pub(crate) account: Account,
    /// By what the session's key came.
    pub(crate) via: Via,
}

impl<'a> FromRequest<'a> for Caller {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Arrived { context, .. } = Arrived::from_request(request, body).await?;
        context.actor.principal().map_err(Problem::from)?;
        Ok(Self { context })
    }
}

impl<'a> FromRequest<'a> for Arrived {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Visitor { context, session, via } = Visitor::from_request(request, body).await?;
        let (session, account) = session.ok_or_else(|| Problem::from(Denied::SignedOut))?;
        Ok(Self { context, session, account, via })
    }
}
