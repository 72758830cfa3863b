//! Whoever owes something is led to the page for it, from every page that asks for a [`Settled`] visitor; and whoever may not see what
//! a page is about is answered before the page begins, where it asks for a visitor [`On`] it.

use membership_core::actor::Denied;
use membership_web::{Edge, Visitor};
use poem::{Error, FromRequest, Request, RequestBody, Response, Result, web::Data};

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

/// A settled visitor, on a page about something.
pub(crate) struct On<T>(pub(crate) Visitor, pub(crate) T);

/// What a page can be about.
pub(crate) trait Subject: Sized + Send {
    /// Looks it up by the address of `request`, or answers why it is not shown.
    fn found(
        edge: &Edge,
        visitor: &Visitor,
        request: &Request,
    ) -> impl Future<Output = std::result::Result<Self, Response>> + Send;
}

impl<'a, T: Subject> FromRequest<'a> for On<T> {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Settled(visitor) = Settled::from_request(request, body).await?;
        let edge = Data::<&Edge>::from_request(request, body).await?;
        let subject = T::found(&edge, &visitor, request).await.map_err(Error::from_response)?;
        Ok(Self(visitor, subject))
    }
}

/// What the address of `request` says at the place that the route calls `name`.
pub(crate) fn named<'a>(request: &'a Request, name: &str) -> &'a str {
    request.raw_path_param(name).unwrap_or_default()
}
