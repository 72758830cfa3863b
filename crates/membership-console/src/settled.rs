//! Whoever owes something is led to the page for it, from every page that asks for a [`Settled`] visitor.

use membership_core::actor::Denied;
use membership_web::Visitor;
use poem::{Error, FromRequest, Request, RequestBody, Result};

use crate::{destination::Destination, page::see, password};

/// A visitor who owes nothing: nobody in particular, or somebody whose password is the own choice.
pub(crate) struct Settled(pub(crate) Visitor);

impl<'a> FromRequest<'a> for Settled {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let visitor = Visitor::from_request(request, body).await?;
        match visitor.context.actor.principal() {
            Err(Denied::PasswordIsTemporary) => {
                let back = Destination::around(request.uri().path());
                Err(Error::from_response(see(&password::path(&back))))
            }
            Ok(_) | Err(_) => Ok(Self(visitor)),
        }
    }
}
