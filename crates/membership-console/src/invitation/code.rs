//! The second step of a sign-in on the way through an invitation: with it the person joins.

use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    web::{Data, Form, Path, Query},
};

use super::sign_in::join;
use crate::challenge::{Asked, Held, Typed, Way, given_up, mailed, over, passkey_asked, show, shown};

/// The page.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(
    visitor: Visitor,
    Held(waiting): Held,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    show(&visitor, waiting.as_ref(), &Way::Joining(token), asked.sent)
}

/// Shows the second factor, and joins.
#[handler]
pub(crate) async fn answer(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> poem::Result<Response> {
    let way = Way::Joining(token.clone());
    match shown(&edge, &visitor, waiting, &way, typed).await? {
        Ok(signed_in) => {
            visitor.leave_session(&edge).await;
            Ok(over(join(&edge, visitor, &token, signed_in).await, &edge))
        }
        Err(page) => Ok(page),
    }
}

/// Mails a code.
#[handler]
pub(crate) async fn mail(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Path(token): Path<String>,
) -> Response {
    mailed(&edge, &visitor, waiting, &Way::Joining(token)).await
}

/// Has the browser ask for a passkey.
#[handler]
pub(crate) async fn ask_passkey(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Path(token): Path<String>,
) -> Response {
    passkey_asked(&edge, &visitor, waiting, &Way::Joining(token)).await
}

/// Gives up.
#[handler]
pub(crate) async fn give_up(
    edge: Data<&Edge>,
    visitor: Visitor,
    Held(waiting): Held,
    Path(token): Path<String>,
) -> Response {
    given_up(&edge, &visitor, waiting, &Way::Joining(token)).await
}
