//! Bringing a former address back: for its owner, who may have been robbed of the account, and so needs not be signed in.

use askama::Template;
use membership_core::{account::address::AddressError, email::EmailAddress};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page},
};

#[derive(Template)]
#[template(path = "former_address.html")]
struct Former {
    frame: Frame,
    token: String,
    address: EmailAddress,
}

/// Shows the address. It changes nothing.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match edge.membership().open_former_address(&visitor.context, &token).await {
        Ok(address) => {
            let frame = Frame { who: None, ..Frame::card("Bring your address back?", &visitor) };
            page(StatusCode::OK, &Former { frame, token, address })
        }
        Err(error) => closed(&visitor, &error),
    }
}

/// Brings it back.
#[handler]
pub(crate) async fn restore(edge: Data<&Edge>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match edge.membership().restore_address(&visitor.context, &token).await {
        Ok(_) => {
            let notice = Notice {
                frame: Frame { who: None, ..Frame::card("Your address is back", &visitor) },
                tone: Tone::Done,
                sentences: vec![
                    "Everybody who was signed in to the account is not any more, and its password is gone.".to_owned(),
                    "Choose another one now: we mail you a link for it.".to_owned(),
                ],
                actions: vec![Action::new("Choose another password", "/forgotten")],
            };
            page(StatusCode::OK, &notice)
        }
        Err(error) => closed(&visitor, &error),
    }
}

fn closed(visitor: &Visitor, error: &AddressError) -> Response {
    refused(visitor, error, vec![Action::new("To the first page", "/")])
}
