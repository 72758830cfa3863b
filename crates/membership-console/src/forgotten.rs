//! "I have forgotten my password": a link is mailed, if there is an account. The page is the same whoever asks for whomever,
//! and so is the time that it takes.

use membership_core::{account::reset::ResetError, refusal::Refusal};
use membership_web::{Edge, Visitor, at_a_beat};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form},
};
use serde::Deserialize;

use crate::{
    form::{Field, Form as Fields, FormPage, Other},
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page, refusal_page},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    login: String,
}

/// The form.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(visitor: Visitor) -> Response {
    page(StatusCode::OK, &forgotten_page(&visitor, "", None))
}

/// Mails the link, or does not, and says the same.
#[handler]
pub(crate) async fn forget(edge: Data<&Edge>, visitor: Visitor, Form(typed): Form<Typed>) -> Response {
    let (membership, context, login) = (edge.membership().clone(), visitor.context.clone(), typed.login.clone());
    let done = at_a_beat(async move { membership.forget_password(&context, &login).await }).await;
    // Work that panicked has said so in the log; the page must not.
    match done.unwrap_or(Ok(())) {
        Ok(()) => told(&visitor),
        Err(error @ ResetError::TooOften(_)) => {
            refusal_page(&error, &forgotten_page(&visitor, &typed.login, Some(&error)))
        }
        Err(error) => refused(&visitor, &error, vec![Action::new("Back", "/forgotten")]),
    }
}

fn told(visitor: &Visitor) -> Response {
    let notice = Notice {
        frame: Frame::card("Look into your mailbox", visitor),
        tone: Tone::Sent,
        sentences: vec![
            "If there is an account with what you typed, and its address is proved, a mail is on its way there. The link in it works for 24 hours, once."
                .to_owned(),
            "No mail after a few minutes? Look among the unwanted mail, or ask an administrator of your organisation for a link."
                .to_owned(),
        ],
        actions: vec![Action::new("Back to the sign-in", "/sign-in")],
    };
    page(StatusCode::OK, &notice)
}

fn forgotten_page(visitor: &Visitor, login: &str, refusal: Option<&dyn Refusal>) -> FormPage {
    let fields = vec![Field::word("login", "E-mail or username", login).completed_as("username")];
    FormPage {
        frame: Frame::card("Forgotten your password?", visitor),
        face: None,
        lead: "We mail you a link by which you choose another.".to_owned(),
        form: Fields::new("/forgotten".to_owned(), "Mail me a link", fields).answering(refusal),
        passkey: None,
        other: Some(Other {
            question: "It came back to you?",
            label: "Sign in",
            href: "/sign-in".to_owned(),
            note: None,
        }),
    }
}
