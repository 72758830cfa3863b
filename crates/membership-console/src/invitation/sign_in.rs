//! Sign in on the way through an invitation: the person has an account, and joins with it.

use membership_core::{
    account::sign_in::{Entrance, SignIn, SignInError, SignedIn},
    actor::Actor,
    context::Context,
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

use super::{not_through, on_the_way, path, welcome};
use crate::{
    challenge::{Way, begin},
    destination::Destination,
    face::Face,
    form::{Field, Form as Fields, FormPage, Other},
    page::{Frame, page, refusal_page, see, signing_in},
    passkey::Offer,
    password,
    settled::Settled,
    words::isolated,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    /// Only where the invitation carries no address.
    login: Option<String>,
    password: String,
}

/// The form to sign in with.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    match on_the_way(&edge, &visitor, &token).await {
        Ok(view) => {
            let passkey = Offer::if_taken(&edge, &Way::Joining(token.clone()));
            page(StatusCode::OK, &FormPage { passkey, ..sign_in_page(&visitor, &view, &token, "", None) })
        }
        Err(page) => page,
    }
}

/// Signs in, and joins.
#[handler]
pub(crate) async fn sign_in(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let view = match on_the_way(&edge, &visitor, &token).await {
        Ok(view) => view,
        Err(page) => return page,
    };
    let typed_login = typed.login.unwrap_or_default();
    let login = view.invitation.address().map_or_else(|| typed_login.clone(), ToString::to_string);
    let command = SignIn { login, password: Secret::new(typed.password) };
    match edge.membership().sign_in(&visitor.context, command).await {
        Ok(Entrance::SignedIn(signed_in)) => {
            visitor.leave_session(&edge).await;
            join(&edge, visitor, &token, *signed_in).await
        }
        Ok(Entrance::Challenged { key, kinds, .. }) => begin(&edge, &key, kinds, &Way::Joining(token)),
        Err(error @ (SignInError::Wrong | SignInError::TooOften(_) | SignInError::Hashing(_))) => {
            let passkey = Offer::if_taken(&edge, &Way::Joining(token.clone()));
            let filled = sign_in_page(&visitor, &view, &token, &typed_login, Some(&error));
            refusal_page(&error, &FormPage { passkey, ..filled })
        }
        Err(error @ SignInError::Store(_)) => not_through(&edge, &visitor, &token, &error).await,
    }
}

/// Whether or not it lets them in, the person is signed in from here on.
pub(super) async fn join(edge: &Edge, visitor: Visitor, token: &str, signed_in: SignedIn) -> Response {
    let SignedIn { account, session, key } = signed_in;
    let principal = account.principal(&session);
    let context = Context { actor: Actor::Account(principal), ..visitor.context.clone() };
    let visitor = Visitor { context, session: Some((session, account)), ..visitor };
    if principal.owes.is_some() {
        return signing_in(see(&password::path(&Destination::parse(&path(token)))), edge, &key);
    }
    let response = match edge.membership().join(&visitor.context, token).await {
        Ok(member) => see(&welcome(member.tenant)),
        Err(error) => not_through(edge, &visitor, token, &error).await,
    };
    signing_in(response, edge, &key)
}

fn sign_in_page(
    visitor: &Visitor,
    view: &InvitationView,
    token: &str,
    login: &str,
    refusal: Option<&dyn Refusal>,
) -> FormPage {
    let identity = match view.invitation.address() {
        Some(address) => Field::fixed("email", "E-mail", address.as_str()).hinting("The invited address."),
        None => Field::word("login", "E-mail or username", login),
    };
    let fields = vec![identity.completed_as("username"), Field::password()];
    let form = Fields::new(format!("{}/sign-in", path(token)), "Sign in and join", fields);
    FormPage {
        frame: Frame::card("Sign in to join", visitor).branded(&view.tenant),
        face: Some(Face::of(&view.tenant)),
        lead: format!("Then you are a member of {}.", isolated(view.tenant.name.as_str())),
        form: form.answering(refusal),
        passkey: None,
        other: view.invitation.address().is_none().then(|| Other {
            question: "You have no account yet?",
            label: "Create one",
            href: format!("{}/register", path(token)),
            note: None,
        }),
    }
}
