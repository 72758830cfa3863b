//! Passkeys at the door: the way to one, the page on which the browser asks for it, and a sign-in by it alone.

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    account::{
        passkey::{Ceremony, PasskeyAnswer, PasskeySignInError},
        sign_in::SignedIn,
    },
    ports::Secret,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form},
};
use serde::Deserialize;

use crate::{
    challenge::Way,
    destination::Next,
    form::Form as Fields,
    notice::{Action, refused},
    page::{Frame, page, see, signing_in},
};

/// Leads to the page on which the browser asks for a passkey. It is hidden from browsers that can ask for none.
#[derive(Template)]
#[template(path = "passkey/offer.html")]
pub(crate) struct Offer {
    action: String,
    label: &'static str,
    next: Option<String>,
    /// Whether it stands beside a way that is offered first.
    beside_another: bool,
}

/// What the browser is about to ask.
pub(crate) const LEAD: &str = "Your browser asks for it. Confirm with your fingerprint, your face or your screen lock.";

/// The page on which the browser asks.
#[derive(Template)]
#[template(path = "passkey/asked.html")]
pub(crate) struct AskedPage {
    pub(crate) frame: Frame,
    pub(crate) lead: &'static str,
    pub(crate) form: Fields,
    /// Where else to go, and in which words.
    pub(crate) back: (String, &'static str),
    pub(crate) under: &'static str,
}

/// What a page sends on which the browser has asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    state: String,
    credential: String,
    next: Option<String>,
}

impl HtmlSafe for Offer {}

impl Offer {
    /// As the first way on a page.
    pub(crate) const fn new(action: String, label: &'static str, next: Option<String>) -> Self {
        Self { action, label, next, beside_another: false }
    }

    /// As a way beside another one.
    pub(crate) fn beside_another(self) -> Self {
        Self { beside_another: true, ..self }
    }

    /// To sign in by a passkey alone.
    pub(crate) fn alone(way: &Way) -> Self {
        let label = match way {
            Way::To(_) => "Sign in with a passkey",
            Way::Joining(_) => "Join with a passkey",
        };
        Self::new(way.by_passkey(), label, way.carried()).beside_another()
    }

    /// The same, where this installation takes passkeys.
    pub(crate) fn if_taken(edge: &Edge, way: &Way) -> Option<Self> {
        edge.membership().takes_passkeys().then(|| Self::alone(way))
    }
}

/// What came of it in the browser.
pub(crate) fn answered(state: String, credential: String) -> PasskeyAnswer {
    PasskeyAnswer { state, credential: Secret::new(credential) }
}

/// Has the browser ask for a passkey, whosever it is.
#[handler]
pub(crate) async fn begin(edge: Data<&Edge>, visitor: Visitor, Form(next): Form<Next>) -> Response {
    asked(&edge, &visitor, &Way::To(next.destination())).await
}

/// Signs in whoever has shown one.
#[handler]
pub(crate) async fn sign_in(edge: Data<&Edge>, visitor: Visitor, Form(mut answer): Form<Shown>) -> Response {
    let next = Next::from(answer.next.take()).destination();
    match shown(&edge, &visitor, &Way::To(next.clone()), answer).await {
        Ok(signed_in) => {
            visitor.leave_session(&edge).await;
            signing_in(see(next.as_str()), &edge, &signed_in.key)
        }
        Err(page) => page,
    }
}

/// The page on which the browser asks.
pub(crate) async fn asked(edge: &Edge, visitor: &Visitor, way: &Way) -> Response {
    match edge.membership().begin_passkey_sign_in(&visitor.context).await {
        Ok(ceremony) => page(StatusCode::OK, &asked_page(visitor, ceremony, way)),
        Err(error) => not_in(visitor, way, &error),
    }
}

/// Takes what came of it in the browser; the page that says why not otherwise.
pub(crate) async fn shown(edge: &Edge, visitor: &Visitor, way: &Way, shown: Shown) -> Result<SignedIn, Response> {
    let answer = answered(shown.state, shown.credential);
    let signed_in = edge.membership().sign_in_with_passkey(&visitor.context, answer).await;
    signed_in.map_err(|error| not_in(visitor, way, &error))
}

fn not_in(visitor: &Visitor, way: &Way, error: &PasskeySignInError) -> Response {
    refused(visitor, error, vec![Action::new("To the sign-in", way.start())])
}

fn asked_page(visitor: &Visitor, ceremony: Ceremony, way: &Way) -> AskedPage {
    let form = Fields::new(format!("{}/shown", way.by_passkey()), "Use a passkey", Vec::new());
    AskedPage {
        frame: Frame { who: None, ..Frame::card("Sign in with a passkey", visitor) },
        lead: LEAD,
        form: way.carried_by(form).showing_passkey(ceremony),
        back: (way.start(), "Sign in another way"),
        under: "You have ten minutes.",
    }
}
