//! Adding a passkey, and taking one away.

use membership_core::{
    account::{
        enrol::EnrolError,
        passkey::{Ceremony, CredentialId, Passkey},
    },
    name::DisplayName,
    refusal::Faults,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use serde::Deserialize;

use super::{agent, not_done, second_factor, to_sign_in};
use crate::{
    destination::{Destination, Next},
    form::{Field, Form as Fields},
    moment::Moment,
    notice::{Action, refused},
    page::{Frame, page, refusal_page, see},
    passkey::{AskedPage, answered},
    settled::Settled,
};

/// A passkey as the own page lists it.
pub(super) struct Listed {
    pub(super) credential: CredentialId,
    pub(super) name: String,
    pub(super) since: Moment,
    pub(super) used: Option<Moment>,
}

/// What was typed, and what came of it in the browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    name: String,
    state: String,
    credential: String,
    next: Option<String>,
}

/// Which one to take away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chosen {
    credential: String,
}

impl From<Passkey> for Listed {
    fn from(passkey: Passkey) -> Self {
        Self {
            credential: passkey.credential,
            name: passkey.name.to_string(),
            since: Moment(passkey.since),
            used: passkey.used_at.map(Moment),
        }
    }
}

/// Where one is added, to go on to `next` then.
pub(super) fn path(next: &Destination) -> String {
    format!("/account/passkey?next={}", next.as_str())
}

/// Asks what it is to be called, and has the browser make it. Nothing is kept of what is begun here.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Query(next): Query<Next>) -> Response {
    begun(&edge, &visitor, &next.or_account(), None).await
}

/// The passkey counts from now on.
#[handler]
pub(crate) async fn confirm(edge: Data<&Edge>, Settled(visitor): Settled, Form(made): Form<Made>) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    let next = Next::from(made.next).or_account();
    if made.credential.is_empty() {
        return begun(&edge, &visitor, &next, Some(&made.name)).await;
    }
    // The authenticator has its passkey already: a name that will not do is mended without making another.
    let name = match DisplayName::parse(&made.name) {
        Ok(name) => name,
        Err(fault) => {
            let fault = Faults::one("/name", &fault);
            let form = form(&made.name, &next).carrying("state", made.state).carrying("credential", made.credential);
            return refusal_page(&fault, &to_name(&visitor, &next, form.answering(Some(&fault))));
        }
    };
    match edge.membership().confirm_passkey(&visitor.context, name, answered(made.state, made.credential)).await {
        Err(error @ EnrolError::PasskeyRefused) => {
            let again = [Action::new("Begin again", path(&next)), Action::new("Your account", "/account")];
            refused(&visitor, &error, again.into())
        }
        set => second_factor::answer(&edge, &visitor, set, &next),
    }
}

/// Takes one away.
#[handler]
pub(crate) async fn remove(edge: Data<&Edge>, Settled(visitor): Settled, Form(chosen): Form<Chosen>) -> Response {
    let Some(credential) = CredentialId::parse(&chosen.credential) else { return see("/account") };
    let set = edge.membership().remove_passkey(&visitor.context, &credential).await;
    second_factor::answer(&edge, &visitor, set, &Destination::account())
}

async fn begun(edge: &Edge, visitor: &Visitor, next: &Destination, name: Option<&str>) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    match edge.membership().begin_passkey(&visitor.context).await {
        Ok(ceremony) => {
            let here = visitor.context.client.agent.as_deref().and_then(agent::known).unwrap_or_default();
            page(StatusCode::OK, &to_make(visitor, next, name.unwrap_or(&here), ceremony))
        }
        Err(error) => not_done(visitor, next, &error),
    }
}

fn to_make(visitor: &Visitor, next: &Destination, name: &str, ceremony: Ceremony) -> AskedPage {
    AskedPage {
        frame: Frame::card("Add a passkey", visitor),
        lead: "Your device, or your password manager, keeps a key that signs you in. You confirm with your fingerprint, \
               your face or your screen lock.",
        form: form(name, next).making_passkey(ceremony),
        back: (next.as_str().to_owned(), "Cancel"),
        under: "You have ten minutes. Nothing changes before your browser has made it.",
    }
}

fn to_name(visitor: &Visitor, next: &Destination, form: Fields) -> AskedPage {
    AskedPage {
        frame: Frame::card("Name your passkey", visitor),
        lead: "Your browser has made it. It counts as soon as it has a name.",
        form,
        back: (next.as_str().to_owned(), "Cancel"),
        under: "You have ten minutes since you began.",
    }
}

fn form(name: &str, next: &Destination) -> Fields {
    let hint = "So that you know it among others: where it is kept.";
    let field = Field::prose("name", "Name of this passkey", name).hinting(hint);
    Fields::new("/account/passkey/confirm".to_owned(), "Add it", vec![field]).carrying("next", next.as_str().to_owned())
}
