//! A passkey as the second factor of a sign-in that waits.

use membership_core::account::{FactorKind, passkey::Ceremony, sign_in::ChallengeError};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form},
};

use super::{FactorOrRecovery, Held, LIMITS, Refused, Waiting, Way, not_in};
use crate::{
    destination::Next,
    form::Form as Fields,
    page::{Frame, page, see},
    passkey::{AskedPage, LEAD},
    words::told_at_once,
};

/// Has the browser ask for a passkey.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, visitor: Visitor, Held(waiting): Held, Form(next): Form<Next>) -> Response {
    asked(&edge, &visitor, waiting, &Way::To(next.destination())).await
}

/// Shows the page on which the browser asks for a passkey.
pub(crate) async fn asked(edge: &Edge, visitor: &Visitor, waiting: Option<Waiting>, way: &Way) -> Response {
    let Some(waiting) = waiting else { return see(&way.start()) };
    match edge.membership().begin_passkey_proof(&visitor.context, &waiting.key).await {
        Ok(ceremony) => page(StatusCode::OK, &asked_page(visitor, way, ceremony)),
        Err(error) => {
            let which = FactorOrRecovery::Factor(FactorKind::Passkey);
            not_in(edge, visitor, &waiting, way, false, (which, &error))
        }
    }
}

fn asked_page(visitor: &Visitor, way: &Way, ceremony: Ceremony) -> AskedPage {
    let form = Fields::new(way.path(), "Use a passkey", Vec::new());
    AskedPage {
        frame: Frame { who: None, ..Frame::card("Show your passkey", visitor) },
        lead: LEAD,
        form: way.carried_by(form).showing_passkey(ceremony),
        back: (way.address(""), "Use another way"),
        under: LIMITS,
    }
}

/// What became of a passkey, in a sentence. There is no field for it to stand at.
pub(super) fn not_taken(refusal: Refused<'_>) -> Option<String> {
    match refusal? {
        (FactorOrRecovery::Factor(FactorKind::Passkey), ChallengeError::Wrong) => {
            Some("This passkey was not taken. Try it again, or use another way.".to_owned())
        }
        (FactorOrRecovery::Factor(FactorKind::Passkey), error) => Some(told_at_once(error)),
        (FactorOrRecovery::Factor(FactorKind::App | FactorKind::Email) | FactorOrRecovery::Recovery, _) => None,
    }
}
