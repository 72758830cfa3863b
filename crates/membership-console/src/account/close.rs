//! Closing the account for good.

use askama::Template;
use membership_core::actor::Denied;
use membership_web::{Edge, Visitor, session_cookie};
use poem::{
    Response, handler,
    http::{HeaderValue, StatusCode},
    web::Data,
};

use super::{not_done, to_sign_in};
use crate::{
    destination::Destination,
    entrance::sign_in_anew,
    face::Face,
    notice::{Action, Notice, Tone},
    page::{Frame, page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "close.html")]
struct Close {
    frame: Frame,
    label: String,
    address: Option<String>,
    /// Where the person is still a member: that comes first.
    places: Vec<(String, Face, String)>,
}

/// Asks whether it is meant. Whoever has signed in too long ago does so first, so that the answer is not in vain.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    let Some(account) = visitor.account() else { return see("/sign-in?next=/account/close") };
    let places = match edge.membership().places(&visitor.context).await {
        Ok((places, _)) => places,
        Err(error) => return not_done(&visitor, &Destination::account(), &error),
    };
    if places.is_empty()
        && let Err(error @ Denied::ProofOutdated) = just_signed_in(&visitor)
    {
        return sign_in_anew(&visitor, &here(), &error);
    }
    let places = places.into_iter().map(|place| {
        (format!("/welcome/{}", place.tenant.id), Face::little(&place.tenant), place.tenant.name.to_string())
    });
    let shown = Close {
        frame: Frame::card("Close your account?", &visitor),
        label: account.label(),
        address: account.proved_email().map(ToString::to_string),
        places: places.collect(),
    };
    page(StatusCode::OK, &shown)
}

/// Closes it.
#[handler]
pub(crate) async fn close(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    if let Err(error) = edge.membership().close_account(&visitor.context).await {
        let next = if error == Denied::ProofOutdated.into() { here() } else { Destination::account() };
        return not_done(&visitor, &next, &error);
    }
    let notice = Notice {
        frame: Frame { who: None, ..Frame::card("Your account is closed", &visitor) },
        tone: Tone::Done,
        sentences: vec!["Nobody can sign in to it any more. Your address is free for another account.".to_owned()],
        actions: vec![Action::new("To the first page", "/")],
    };
    let mut response = page(StatusCode::OK, &notice);
    session_cookie::add(response.headers_mut(), &session_cookie::clear(&edge));
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static(session_cookie::CLEAR_SITE_DATA));
    response
}

fn here() -> Destination {
    Destination::parse("/account/close")
}

fn just_signed_in(visitor: &Visitor) -> Result<(), Denied> {
    visitor.context.actor.person()?.has_just_signed_in(visitor.context.now)
}
