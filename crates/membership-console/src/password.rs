//! Another password: for whoever wants one, and for whoever owes one, because somebody else has chosen the present one.

use membership_core::{
    account::{
        Account,
        change_password::{ChangePassword, ChangePasswordError},
        own_password::OwnPasswordError,
    },
    ports::Secret,
    refusal::Refusal,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use serde::Deserialize;

use crate::{
    destination::{Destination, Next},
    form::{Field, Form as Fields, FormPage, Other},
    notice::refused,
    page::{Frame, page, refusal_page, see, signing_in},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    current: String,
    new: String,
    next: Option<String>,
}

/// The page from which one goes on to `next`.
pub(crate) fn path(next: &Destination) -> String {
    format!("/password?next={}", next.as_str())
}

/// The form.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(visitor: Visitor, Query(next): Query<Next>) -> Response {
    match visitor.account() {
        Some(account) => page(StatusCode::OK, &password_page(&visitor, account, &next.destination(), None)),
        None => to_sign_in(),
    }
}

/// Changes the password, and goes on as somebody who has just signed in.
#[handler]
pub(crate) async fn change(edge: Data<&Edge>, visitor: Visitor, Form(typed): Form<Typed>) -> Response {
    let Typed { current, new, next } = typed;
    let next = Next::from(next).destination();
    let Some(account) = visitor.account() else { return to_sign_in() };
    let command = ChangePassword { current: Secret::new(current), new: Secret::new(new) };
    match edge.membership().change_password(&visitor.context, command).await {
        Ok(changed) => signing_in(see(next.as_str()), &edge, &changed.key),
        Err(
            error @ (ChangePasswordError::Unchanged
            | ChangePasswordError::Faults(_)
            | ChangePasswordError::Hashing(_)
            | ChangePasswordError::OwnPassword(
                OwnPasswordError::Wrong | OwnPasswordError::TooOften(_) | OwnPasswordError::Hashing(_),
            )),
        ) => refusal_page(&error, &password_page(&visitor, account, &next, Some(&error))),
        Err(
            error @ (ChangePasswordError::OwnPassword(OwnPasswordError::Denied(_) | OwnPasswordError::Store(_))
            | ChangePasswordError::Store(_)),
        ) => refused(&visitor, &error, Vec::new()),
    }
}

fn to_sign_in() -> Response {
    see("/sign-in?next=/password")
}

fn password_page(visitor: &Visitor, account: &Account, next: &Destination, refusal: Option<&dyn Refusal>) -> FormPage {
    let owed = account.password_is_temporary;
    let (title, lead, submit) = if owed {
        let lead = "Somebody else chose the password that you have now. Choose one that only you know, and go on.";
        ("Choose your own password", lead, "Save and go on")
    } else {
        let lead = "Everywhere else where you are signed in, you will have to sign in again.";
        ("Change your password", lead, "Change password")
    };
    let present = if owed { "The password you were given" } else { "Present password" };
    let fields = vec![
        Field::fixed("account", "Account", &account.label()).completed_as("username"),
        Field::password().called("current", present).answering_for(&["password-wrong"]),
        Field::new_password_beside(!account.kinds.is_empty())
            .called("new", "New password")
            .answering_for(&["password-unchanged"]),
    ];
    let form = Fields::new("/password".to_owned(), submit, fields).carrying("next", next.as_str().to_owned());
    FormPage {
        frame: Frame::card(title, visitor),
        face: None,
        lead: lead.to_owned(),
        form: form.answering(refusal),
        passkey: None,
        other: (!owed).then(|| Other {
            question: "Changed your mind?",
            label: "Go back",
            href: next.as_str().to_owned(),
            note: None,
        }),
    }
}
