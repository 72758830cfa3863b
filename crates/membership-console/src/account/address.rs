//! Asking for another address. It counts once it is confirmed by the link that is mailed there.

use membership_core::{
    account::{
        address::{AddressError, ChangeAddress},
        own_password::OwnPasswordError,
    },
    ports::Secret,
    refusal::Refusal,
};
use membership_web::{Edge, status_of};
use poem::{
    Response, handler,
    web::{Data, Form},
};
use serde::Deserialize;

use super::{Refused, account_page, not_done, to_sign_in};
use crate::{
    destination::Destination,
    form::{Field, Form as Fields},
    page::{see, waiting},
    settled::Settled,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    to: String,
    password: String,
}

/// Mails the link.
#[handler]
pub(crate) async fn change(edge: Data<&Edge>, Settled(visitor): Settled, Form(typed): Form<Typed>) -> Response {
    let Some(account) = visitor.account() else { return to_sign_in() };
    let command = ChangeAddress { to: typed.to.clone(), password: Secret::new(typed.password) };
    match edge.membership().change_address(&visitor.context, command).await {
        Ok(_) => see("/account"),
        Err(
            error @ (AddressError::Unchanged
            | AddressError::Faults(_)
            | AddressError::TooOften(_)
            | AddressError::OwnPassword(
                OwnPasswordError::Wrong | OwnPasswordError::TooOften(_) | OwnPasswordError::Hashing(_),
            )),
        ) => {
            let form = Refused::Address(form(&typed.to).answering(Some(&error)));
            let shown = account_page(status_of(error.kind()), &edge, &visitor, account, Some(form)).await;
            waiting(shown, error.retry_after())
        }
        Err(
            error @ (AddressError::Expired
            | AddressError::UndoExpired
            | AddressError::NotYours
            | AddressError::Link(_)
            | AddressError::OwnPassword(OwnPasswordError::Denied(_) | OwnPasswordError::Store(_))
            | AddressError::Denied(_)
            | AddressError::Store(_)),
        ) => not_done(&visitor, &Destination::account(), &error),
    }
}

pub(super) fn form(to: &str) -> Fields {
    let fields = vec![
        Field::email("to", "New address", to)
            .completed_as("email")
            .hinting("We mail a link there. Until you have followed it, everything stays as it is.")
            .answering_for(&["address-unchanged"]),
        Field::password().called("password", "Your password").answering_for(&["password-wrong"]),
    ];
    Fields::new("/account/address".to_owned(), "Mail me the link", fields)
}
