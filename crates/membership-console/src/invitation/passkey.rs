//! A sign-in by a passkey alone on the way through an invitation: with it the person joins.

use membership_web::Edge;
use poem::{
    Response, handler,
    web::{Data, Form, Path},
};

use super::{on_the_way, sign_in::join};
use crate::{
    challenge::Way,
    passkey::{Shown, asked, shown},
    settled::Settled,
};

/// Has the browser ask for a passkey.
#[handler]
pub(crate) async fn begin(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    match on_the_way(&edge, &visitor, &token).await {
        Ok(_) => asked(&edge, &visitor, &Way::Joining(token)).await,
        Err(page) => page,
    }
}

/// Signs in whoever has shown one, who joins.
#[handler]
pub(crate) async fn sign_in(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(token): Path<String>,
    Form(answer): Form<Shown>,
) -> Response {
    if let Err(page) = on_the_way(&edge, &visitor, &token).await {
        return page;
    }
    match shown(&edge, &visitor, &Way::Joining(token.clone()), answer).await {
        Ok(signed_in) => {
            visitor.leave_session(&edge).await;
            join(&edge, visitor, &token, signed_in).await
        }
        Err(page) => page,
    }
}
