//! The caller: somebody who is signed in. An operation that takes one refuses everybody else before it reads anything.

use membership_core::{
    account::{Account, Session},
    actor::Denied,
    context::Context,
};
use membership_web::{Problem, Visitor};
use poem::{FromRequest, Request, RequestBody, Result};

/// Who calls.
pub(crate) struct Caller {
    /// The first argument of every use case.
    pub(crate) context: Context,
    /// The session of this request.
    pub(crate) session: Session,
    /// Whose it is.
    pub(crate) account: Account,
}

impl<'a> FromRequest<'a> for Caller {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Visitor { context, session, via: _ } = Visitor::from_request(request, body).await?;
        let (session, account) = session.ok_or_else(|| Problem::from(Denied::SignedOut))?;
        Ok(Self { context, session, account })
    }
}
