//! An address of one's own: confirming a new one by the link that was mailed there, and bringing a former one back by the
//! link that was mailed to that.

pub(crate) mod former;

use askama::Template;
use membership_core::{
    account::{Account, address::AddressError},
    email::EmailAddress,
    link::{LinkFault, Purpose},
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    destination::Destination,
    moment::Moment,
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page, refusal_page, see},
    settled::Settled,
    words::isolated,
};

#[derive(Template)]
#[template(path = "address.html")]
struct Confirm {
    frame: Frame,
    token: String,
    account: String,
    to: EmailAddress,
    until: (Moment, String),
}

#[derive(Template)]
#[template(path = "address_of_another.html")]
struct OfAnother {
    frame: Frame,
    token: String,
    signed_in: String,
}

/// Shows the address. It changes nothing: machines that read mail before people do open links too.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let Some(account) = visitor.account() else { return to_sign_in(&token) };
    let link = match edge.membership().links().read(Purpose::Address, &token) {
        Ok(link) => link,
        Err(fault) => return refused(&visitor, &fault, vec![Action::new("Your account", "/account")]),
    };
    if link.subject != account.id.as_uuid() {
        return not_confirmed(&visitor, account, token, &AddressError::NotYours);
    }
    let now = visitor.context.now;
    match account.address_change.as_ref().filter(|change| change.generation == link.generation) {
        Some(change) if now < change.end() => {
            let asked = Confirm {
                frame: Frame::card("Is this your address?", &visitor),
                token,
                account: account.label(),
                to: change.to.clone(),
                until: (Moment(change.end()), Moment(change.end()).left(now)),
            };
            page(StatusCode::OK, &asked)
        }
        Some(_) => not_confirmed(&visitor, account, token, &AddressError::Expired),
        None => not_confirmed(&visitor, account, token, &LinkFault::Superseded.into()),
    }
}

/// Confirms it.
#[handler]
pub(crate) async fn confirm(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let Some(account) = visitor.account() else { return to_sign_in(&token) };
    let confirmed = match edge.membership().confirm_address(&visitor.context, &token).await {
        Ok(confirmed) => confirmed,
        Err(error) => return not_confirmed(&visitor, account, token, &error),
    };
    let address = confirmed.proved_email().map(|address| isolated(address.as_str())).unwrap_or_default();
    let mut sentences = vec![format!("{address} is the address of your account from now on. You sign in with it.")];
    if account.proved_email().is_some() {
        sentences.push("The old one was told, and can be brought back from there for seven days.".to_owned());
    }
    let notice = Notice {
        frame: Frame::card("Your address is confirmed", &visitor),
        tone: Tone::Done,
        sentences,
        actions: vec![Action::new("Your account", "/account")],
    };
    page(StatusCode::OK, &notice)
}

fn to_sign_in(token: &str) -> Response {
    see(&format!("/sign-in?next={}", Destination::parse(&format!("/address/{token}")).as_str()))
}

fn not_confirmed(visitor: &Visitor, account: &Account, token: String, error: &AddressError) -> Response {
    let actions = vec![Action::new("Your account", "/account")];
    match error {
        AddressError::NotYours => {
            let frame = Frame { who: None, ..Frame::card("This link is for another account", visitor) };
            refusal_page(error, &OfAnother { frame, token, signed_in: account.label() })
        }
        AddressError::Link(LinkFault::Superseded) => {
            let has = account.proved_email().map(|address| format!("Your account has {}.", isolated(address.as_str())));
            let why = "It was used already, or something newer took its place.".to_owned();
            let notice = Notice {
                frame: Frame::card("This link is used up", visitor),
                tone: Tone::Newer,
                sentences: [why].into_iter().chain(has).collect(),
                actions,
            };
            refusal_page(error, &notice)
        }
        AddressError::Unchanged
        | AddressError::Expired
        | AddressError::UndoExpired
        | AddressError::Link(LinkFault::Unknown)
        | AddressError::Faults(_)
        | AddressError::Denied(_)
        | AddressError::TooOften(_)
        | AddressError::OwnPassword(_)
        | AddressError::Store(_) => refused(visitor, error, actions),
    }
}
