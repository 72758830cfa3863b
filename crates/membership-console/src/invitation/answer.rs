//! Yes or no.

use askama::Template;
use membership_core::{
    actor::Denied,
    invitation::{admit::NotAdmitted, join::JoinError},
    refusal::Refusal,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use super::{mismatch, next_step, not_through, open, path, welcome, wrong_account};
use crate::{
    destination::Destination,
    entrance::sign_in_anew,
    page::{Frame, page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "decline.html")]
struct Decline {
    frame: Frame,
    token: String,
    tenant: String,
}

/// "Join now": says yes. Who is signed in joins at once; everybody else signs in or registers first.
#[handler]
pub(crate) async fn accept(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let membership = edge.membership();
    if let Err(error) = membership.accept_invitation(&visitor.context, &token).await {
        return not_admitted(&edge, &visitor, &token, &error).await;
    }
    if visitor.account().is_some() {
        return match membership.join(&visitor.context, &token).await {
            Ok(member) => see(&welcome(member.tenant)),
            Err(JoinError::NotAdmitted(error)) => not_admitted(&edge, &visitor, &token, &error).await,
            Err(error @ JoinError::Member(_)) => not_through(&edge, &visitor, &token, &error).await,
        };
    }
    match open(&edge, &visitor, &token).await {
        Ok(view) => see(&next_step(&view, &token)),
        Err(page) => page,
    }
}

async fn not_admitted(edge: &Edge, visitor: &Visitor, token: &str, error: &NotAdmitted) -> Response {
    if let NotAdmitted::AddressMismatch { .. } = error
        && let Ok(view) = open(edge, visitor, token).await
        && let Some((invited, signed_in)) = mismatch(&view, visitor)
    {
        return wrong_account(status_of(error.kind()), visitor, token.to_owned(), &view, invited, signed_in);
    }
    if let NotAdmitted::Denied(Denied::SessionOutdated) = error {
        return sign_in_anew(visitor, &Destination::around(&path(token)), error);
    }
    not_through(edge, visitor, token, error).await
}

/// Asks whether "no" is meant.
#[handler]
pub(crate) async fn confirm_decline(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(token): Path<String>,
) -> Response {
    match open(&edge, &visitor, &token).await {
        Ok(view) => {
            let frame = Frame::card("Decline this invitation?", &visitor).branded(&view.tenant);
            page(StatusCode::OK, &Decline { frame, token, tenant: view.tenant.name.to_string() })
        }
        Err(page) => page,
    }
}

/// Says no.
#[handler]
pub(crate) async fn reject(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    match edge.membership().reject_invitation(&visitor.context, &token).await {
        Ok(_) => see(&path(&token)),
        Err(error) => not_through(&edge, &visitor, &token, &error).await,
    }
}
