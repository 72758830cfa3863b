//! The first administrator's set-up, by the link that the server printed.

use membership_core::{
    ports::Secret,
    refusal::Refusal,
    tenant::set_up::{SetUp, SetUpError},
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use crate::{
    form::{Field, Form as Fields, FormPage},
    notice::{Action, refused},
    page::{Frame, page, refusal_page, see, signing_in},
    settled::Settled,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    tenant: String,
    name: String,
    username: String,
    email: String,
    password: String,
}

/// What the form is filled in with.
#[derive(Default)]
struct Filled {
    tenant: String,
    name: String,
    username: String,
    email: String,
}

/// The form.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    match edge.membership().open_set_up(&visitor.context, &token).await {
        Ok(()) => page(StatusCode::OK, &set_up_page(&visitor, &token, &Filled::default(), None)),
        Err(error) => closed(&visitor, &error),
    }
}

/// Sets up, and signs in.
#[handler]
pub(crate) async fn set_up(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let Typed { tenant, name, username, email, password } = typed;
    let command = SetUp {
        token: token.clone(),
        tenant: tenant.clone(),
        name: name.clone(),
        username: username.clone(),
        email: Some(email.clone()).filter(|email| !email.is_empty()),
        password: Secret::new(password),
    };
    match edge.membership().set_up(&visitor.context, command).await {
        Ok(done) => signing_in(see(&format!("/welcome/{}", done.tenant.id)), &edge, &done.key),
        Err(error @ (SetUpError::Faults(_) | SetUpError::Hashing(_))) => {
            let filled = Filled { tenant, name, username, email };
            refusal_page(&error, &set_up_page(&visitor, &token, &filled, Some(&error)))
        }
        Err(error @ (SetUpError::Link(_) | SetUpError::Closed(_) | SetUpError::Store(_))) => closed(&visitor, &error),
    }
}

fn closed(visitor: &Visitor, error: &SetUpError) -> Response {
    let done = error.code() == "set-up-done";
    refused(visitor, error, done.then(|| Action::new("Sign in", "/sign-in")).into_iter().collect())
}

fn set_up_page(visitor: &Visitor, token: &str, filled: &Filled, refusal: Option<&dyn Refusal>) -> FormPage {
    let fields = vec![
        Field::prose("tenant", "Organisation", &filled.tenant)
            .completed_as("organization")
            .hinting("The first one on this installation. You can add more later."),
        Field::prose("name", "Your name", &filled.name).completed_as("name"),
        Field::word("username", "Username", &filled.username)
            .completed_as("username")
            .hinting("You sign in with it: 3 to 64 letters, digits, dots, hyphens or underscores."),
        Field::email("email", "E-mail", &filled.email).completed_as("email").optional(),
        Field::new_password(),
    ];
    let form = Fields::new(format!("/set-up/{token}"), "Set up", fields);
    FormPage {
        frame: Frame::card("Set up membership", visitor),
        face: None,
        lead: "You become the operator of this installation and the administrator of its first organisation."
            .to_owned(),
        form: form.answering(refusal),
        passkey: None,
        other: None,
    }
}
