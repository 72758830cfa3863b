//! Second factors: the page for whoever needs one to get into a tenant, and what the own page does with them.

use askama::Template;
use membership_core::{
    account::{
        FactorKind,
        enrol::{EnrolError, FactorsSet},
    },
    email::EmailAddress,
    tenant::Tenant,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use zeroize::Zeroizing;

use super::{not_done, passkey, to_sign_in};
use crate::{
    destination::{Destination, Next},
    notice::refused,
    page::{Frame, page, see, signing_in},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "second_factor.html")]
struct Wanted {
    frame: Frame,
    tenant: String,
    app: bool,
    /// Where a passkey is added, if one will do.
    passkey: Option<String>,
    mail: Option<Mail>,
    next: String,
}

/// Where codes would be mailed.
struct Mail {
    /// The address; `None` if the account has proved none.
    to: Option<EmailAddress>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes {
    frame: Frame,
    label: String,
    codes: Vec<Zeroizing<String>>,
    next: String,
    /// Whether the person is on the way somewhere else.
    on_the_way: bool,
}

/// The page from which one goes on to `next`, a tenant that admits only people with a second factor.
pub(crate) fn path(next: &Destination) -> String {
    format!("/account/second-factor?next={}", next.as_str())
}

/// Offers what the tenant takes.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Query(next): Query<Next>) -> Response {
    let Some(account) = visitor.account() else { return to_sign_in() };
    let next = next.destination();
    let places = match edge.membership().places(&visitor.context).await {
        Ok((places, _)) => places,
        Err(error) => return refused(&visitor, &error, Vec::new()),
    };
    let there = |tenant: &Tenant| Destination::welcome(tenant.id) == next;
    let Some(place) = places.into_iter().find(|place| there(&place.tenant)) else { return see("/account") };
    let wanted = place.tenant.policy.second_factor.wanted();
    if wanted.is_empty() || !wanted.and(account.kinds).is_empty() {
        return see(next.as_str());
    }
    let passkey = wanted.has(FactorKind::Passkey) && edge.membership().takes_passkeys();
    let shown = Wanted {
        frame: Frame::card("Set up a second factor", &visitor),
        tenant: place.tenant.name.to_string(),
        app: wanted.has(FactorKind::App),
        passkey: passkey.then(|| passkey::path(&next)),
        mail: wanted.has(FactorKind::Email).then(|| Mail { to: account.proved_email().cloned() }),
        next: next.as_str().to_owned(),
    };
    page(StatusCode::OK, &shown)
}

/// Has a code mailed at each sign-in from now on.
#[handler]
pub(crate) async fn mail_codes(edge: Data<&Edge>, Settled(visitor): Settled, Form(next): Form<Next>) -> Response {
    let set = edge.membership().begin_email(&visitor.context).await;
    answer(&edge, &visitor, set, &next.or_account())
}

/// Takes mailed codes away.
#[handler]
pub(crate) async fn stop_mailing(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    let set = edge.membership().remove_factor(&visitor.context, FactorKind::Email).await;
    answer(&edge, &visitor, set, &Destination::account())
}

/// Takes the app away.
#[handler]
pub(crate) async fn remove_app(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    let set = edge.membership().remove_factor(&visitor.context, FactorKind::App).await;
    answer(&edge, &visitor, set, &Destination::account())
}

/// Makes recovery codes anew.
#[handler]
pub(crate) async fn renew_recovery_codes(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    let set = edge.membership().renew_recovery_codes(&visitor.context).await;
    answer(&edge, &visitor, set, &Destination::account())
}

/// What it came to. New recovery codes are in the answer itself, because they are shown only once.
pub(super) fn answer(
    edge: &Edge,
    visitor: &Visitor,
    set: Result<FactorsSet, EnrolError>,
    next: &Destination,
) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    let set = match set {
        Ok(set) => set,
        Err(error) => return not_done(visitor, next, &error),
    };
    let response = if set.recovery.is_empty() {
        see(next.as_str())
    } else {
        let shown = RecoveryCodes {
            frame: Frame::card("Keep these recovery codes", visitor),
            label: set.account.label(),
            codes: set.recovery,
            next: next.as_str().to_owned(),
            on_the_way: *next != Destination::account(),
        };
        page(StatusCode::OK, &shown)
    };
    signing_in(response, edge, &set.key)
}
