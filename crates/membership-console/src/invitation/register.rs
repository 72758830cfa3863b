//! Register: the person has no account yet, makes one, and is a member.

use membership_core::{
    account::register::{Register, RegisterError},
    directory::InvitationView,
    ports::Secret,
    refusal::Refusal,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use super::{needs_proof, next_step, not_through, on_the_way, path, welcome};
use crate::{
    face::Face,
    form::{Field, Form as Fields, FormPage, Other},
    notice::refused,
    page::{Frame, page, refusal_page, see, signing_in},
    settled::Settled,
    words::isolated,
};

/// There is no address among these: it is the invitation's, and a form that brings one is not ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    name: String,
    username: Option<String>,
    password: String,
}

/// The form to register with.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let view = match on_the_way(&edge, &visitor, &token).await {
        Ok(view) => view,
        Err(page) => return page,
    };
    if needs_proof(&view) {
        return refused(&visitor, &RegisterError::AddressNotProved, Vec::new());
    }
    if view.has_account == Some(true) {
        return see(&next_step(&view, &token));
    }
    page(StatusCode::OK, &register_page(&visitor, &view, &token, view.member.name.as_str(), "", None))
}

/// Registers, joins, signs in.
#[handler]
pub(crate) async fn register(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let Typed { name, username, password } = typed;
    let chosen = username.clone().unwrap_or_default();
    let command = Register { token: token.clone(), name: name.clone(), username, password: Secret::new(password) };
    let error = match edge.membership().register(&visitor.context, command).await {
        Ok(registered) => return signing_in(see(&welcome(registered.member.tenant)), &edge, &registered.key),
        Err(error) => error,
    };
    if !is_about_what_was_typed(&error) {
        return not_through(&edge, &visitor, &token, &error).await;
    }
    match on_the_way(&edge, &visitor, &token).await {
        Ok(view) => {
            let filled = register_page(&visitor, &view, &token, &name, &chosen, Some(&error));
            refusal_page(&error, &filled)
        }
        Err(page) => page,
    }
}

/// Whether the same form, filled in otherwise or a little later, may be taken.
fn is_about_what_was_typed(error: &RegisterError) -> bool {
    !error.faults().is_empty() || matches!(error.code(), "username-taken" | "busy")
}

fn register_page(
    visitor: &Visitor,
    view: &InvitationView,
    token: &str,
    name: &str,
    username: &str,
    refusal: Option<&dyn Refusal>,
) -> FormPage {
    let identity = match view.invitation.address() {
        Some(address) => Field::fixed("email", "E-mail", address.as_str())
            .completed_as("username")
            .hinting("The invited address. You sign in with it."),
        None => Field::word("username", "Username", username)
            .completed_as("username")
            .hinting("You sign in with it: 3 to 64 letters, digits, dots, hyphens or underscores.")
            .answering_for(&["username-taken"]),
    };
    let fields = vec![Field::prose("name", "Your name", name).completed_as("name"), identity, Field::new_password()];
    let form = Fields::new(format!("{}/register", path(token)), "Create account and join", fields);
    FormPage {
        frame: Frame::card("Create your account", visitor).branded(&view.tenant),
        face: Some(Face::of(&view.tenant)),
        lead: format!("One account, and you are a member of {}.", isolated(view.tenant.name.as_str())),
        form: form.answering(refusal),
        passkey: None,
        other: view.invitation.address().is_none().then(|| Other {
            question: "You have an account already?",
            label: "Sign in instead",
            href: format!("{}/sign-in", path(token)),
            note: None,
        }),
    }
}
