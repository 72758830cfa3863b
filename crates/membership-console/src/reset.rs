//! Choosing another password by a link. Nobody is signed in by it.

use membership_core::{
    account::reset::{ResetError, ResetPassword, ResetView},
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

use crate::{
    form::{Field, Form as Fields, FormPage},
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page, refusal_page},
    words::isolated,
};

/// There is no account among these: it is the link's, and a form that brings one is not ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    new: String,
    code: Option<String>,
}

/// The form. Looking at it changes nothing.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match edge.membership().open_reset(&visitor.context, &token).await {
        Ok(view) => page(StatusCode::OK, &reset_page(&visitor, &token, &view, None)),
        Err(error) => closed(&visitor, &error),
    }
}

/// Changes the password.
#[handler]
pub(crate) async fn reset(
    edge: Data<&Edge>,
    visitor: Visitor,
    Path(token): Path<String>,
    Form(typed): Form<Typed>,
) -> Response {
    let membership = edge.membership();
    let code = typed.code.filter(|code| !code.trim().is_empty());
    let command = ResetPassword { token: token.clone(), new: Secret::new(typed.new), code };
    let error = match membership.reset_password(&visitor.context, command).await {
        Ok(account) => return done(&visitor, &account.label()),
        Err(error) => error,
    };
    match error {
        ResetError::CodeNeeded
        | ResetError::CodeWrong
        | ResetError::Faults(_)
        | ResetError::TooOften(_)
        | ResetError::Hashing(_) => match membership.open_reset(&visitor.context, &token).await {
            Ok(view) => refusal_page(&error, &reset_page(&visitor, &token, &view, Some(&error))),
            Err(error) => closed(&visitor, &error),
        },
        ResetError::Expired | ResetError::MailboxIsFactor | ResetError::Link(_) | ResetError::Store(_) => {
            closed(&visitor, &error)
        }
    }
}

fn done(visitor: &Visitor, label: &str) -> Response {
    let own = visitor.account().is_some_and(|account| account.label() == label);
    let frame = Frame::card("Your password is changed", visitor);
    let notice = Notice {
        // Whoever was signed in to this account is not any more.
        frame: if own { Frame { who: None, ..frame } } else { frame },
        tone: Tone::Done,
        sentences: vec![format!(
            "Every session of {} is over. Sign in with the new password, here and everywhere else.",
            isolated(label)
        )],
        actions: vec![Action::new("Sign in", "/sign-in")],
    };
    page(StatusCode::OK, &notice)
}

fn closed(visitor: &Visitor, error: &ResetError) -> Response {
    let another = matches!(error, ResetError::Expired | ResetError::Link(_));
    refused(visitor, error, another.then(|| Action::new("Ask for another link", "/forgotten")).into_iter().collect())
}

fn reset_page(visitor: &Visitor, token: &str, view: &ResetView, refusal: Option<&dyn Refusal>) -> FormPage {
    let mut fields = vec![Field::fixed("account", "Account", &view.label).completed_as("username")];
    if view.needs_code {
        fields.push(
            Field::code("code", "Code of your authenticator app")
                .in_letters()
                .hinting("A recovery code will do, too.")
                .answering_for(&["code-wrong", "reset-code-needed"]),
        );
    }
    fields.push(Field::new_password_beside(view.needs_code).called("new", "New password"));
    FormPage {
        frame: Frame { who: None, ..Frame::card("Choose another password", visitor) },
        face: None,
        lead: "Afterwards you sign in with it. Wherever you are signed in now, you are not any more.".to_owned(),
        form: Fields::new(format!("/reset/{token}"), "Change password", fields).answering(refusal),
        passkey: None,
        other: None,
    }
}
