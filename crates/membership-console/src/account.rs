//! The own page: what somebody is called, how he or she signs in, and where.

pub(crate) mod address;
mod agent;
pub(crate) mod app;
pub(crate) mod close;
pub(crate) mod passkey;
pub(crate) mod second_factor;
pub(crate) mod sessions;

use askama::Template;
use membership_core::{
    account::{Account, AccountEmail, Factors, passkey::MOST_PASSKEYS, profile::ProfileError},
    email::EmailAddress,
    id::TenantId,
    refusal::Refusal,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form},
};
use serde::Deserialize;

use self::sessions::Listed;
use crate::{
    destination::Destination,
    entrance::{sign_in_anew, sign_in_by_more},
    face::Face,
    form::{Field, Form as Fields},
    moment::Moment,
    notice::{Action, refused},
    page::{Frame, page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    called: String,
    label: String,
    name: Fields,
    email: Option<Email>,
    pending: Option<(EmailAddress, Moment)>,
    address: Fields,
    app_since: Option<Moment>,
    mailed_since: Option<Moment>,
    passkeys: Vec<passkey::Listed>,
    /// Whether there can be another.
    passkeys_are_taken: bool,
    /// How many recovery codes are left, if there is a second factor that they stand for.
    recovery: Option<usize>,
    sessions: Vec<Listed>,
    places: Vec<(TenantId, Face, String)>,
}

/// The address of the account.
struct Email {
    address: EmailAddress,
    proved: bool,
}

/// A form of the page that was refused.
pub(crate) enum Refused {
    Name(Fields),
    Address(Fields),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    name: String,
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    match visitor.account() {
        Some(account) => account_page(StatusCode::OK, &edge, &visitor, account, None).await,
        None => to_sign_in(),
    }
}

/// Takes another name.
#[handler]
pub(crate) async fn rename(edge: Data<&Edge>, Settled(visitor): Settled, Form(typed): Form<Typed>) -> Response {
    let Some(account) = visitor.account() else { return to_sign_in() };
    match edge.membership().edit_profile(&visitor.context, &typed.name).await {
        Ok(_) => see("/account"),
        Err(error @ ProfileError::Faults(_)) => {
            let form = name_form(&typed.name).answering(Some(&error));
            account_page(status_of(error.kind()), &edge, &visitor, account, Some(Refused::Name(form))).await
        }
        Err(error @ (ProfileError::SessionUnknown | ProfileError::Denied(_) | ProfileError::Store(_))) => {
            not_done(&visitor, &Destination::account(), &error)
        }
    }
}

/// Who is signed out signs in, and comes back.
pub(crate) fn to_sign_in() -> Response {
    see("/sign-in?next=/account")
}

/// The page of a refusal. Whoever has to show anew who he or she is, or one thing more, does so, and is then at `next`.
pub(crate) fn not_done(visitor: &Visitor, next: &Destination, error: &dyn Refusal) -> Response {
    match error.code() {
        "sign-in-again" => sign_in_anew(visitor, next, error),
        "second-factor-not-shown" => sign_in_by_more(visitor, next, error),
        _ => refused(visitor, error, vec![Action::new("Back", next.as_str())]),
    }
}

/// The page, with one of its forms as it was refused, if one was.
pub(crate) async fn account_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    account: &Account,
    refused_form: Option<Refused>,
) -> Response {
    let (context, membership) = (&visitor.context, edge.membership());
    let factors = match membership.own_factors(context).await {
        Ok(factors) => factors,
        Err(error) => return refused(visitor, &error, vec![Action::new("Your organisations", "/")]),
    };
    let sessions = match membership.own_sessions(context).await {
        Ok(sessions) => sessions,
        Err(error) => return refused(visitor, &error, vec![Action::new("Your organisations", "/")]),
    };
    let places = match membership.places(context).await {
        Ok((places, _)) => places,
        Err(error) => return refused(visitor, &error, vec![Action::new("Your organisations", "/")]),
    };
    let passkeys_are_taken = factors.passkeys.len() < MOST_PASSKEYS && edge.membership().takes_passkeys();
    let (name, address) = match refused_form {
        Some(Refused::Name(form)) => (form, address::form("")),
        Some(Refused::Address(form)) => (name_form(account.name.as_str()), form),
        None => (name_form(account.name.as_str()), address::form("")),
    };
    let shown = AccountPage {
        frame: Frame::wide("Your account", visitor),
        called: account.name.to_string(),
        label: account.label(),
        name,
        email: account.email.as_ref().map(Email::from),
        pending: pending(account, visitor),
        address,
        app_since: factors.app.as_ref().map(|app| Moment(app.since)),
        mailed_since: factors.email_since.map(Moment),
        recovery: left(&factors),
        passkeys: factors.passkeys.into_iter().map(passkey::Listed::from).collect(),
        passkeys_are_taken,
        sessions: sessions.into_iter().map(|session| Listed::of(session, visitor)).collect(),
        places: places
            .into_iter()
            .map(|place| (place.tenant.id, Face::little(&place.tenant), place.tenant.name.to_string()))
            .collect(),
    };
    page(status, &shown)
}

impl AccountPage {
    /// Whether there is an address that codes can be mailed to.
    fn can_be_mailed(&self) -> bool {
        self.email.as_ref().is_some_and(|email| email.proved)
    }
}

impl From<&AccountEmail> for Email {
    fn from(email: &AccountEmail) -> Self {
        Self { address: email.address.clone(), proved: email.proved_at.is_some() }
    }
}

/// The address that waits for its confirmation.
fn pending(account: &Account, visitor: &Visitor) -> Option<(EmailAddress, Moment)> {
    let change = account.address_change.as_ref().filter(|change| visitor.context.now < change.end())?;
    Some((change.to.clone(), Moment(change.end())))
}

fn left(factors: &Factors) -> Option<usize> {
    (!factors.kinds().is_empty()).then_some(factors.recovery.len())
}

fn name_form(name: &str) -> Fields {
    let hint = "What your organisations call you is theirs, and stays as it is.";
    let field = Field::prose("name", "Name", name).completed_as("name").hinting(hint);
    Fields::new("/account/name".to_owned(), "Save", vec![field])
}
