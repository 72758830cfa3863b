//! Signing in, signing out, and the first page.

use askama::Template;
use membership_core::{
    account::{
        FactorKind,
        sign_in::{Entrance, SignIn},
    },
    directory::Place,
    id::TenantId,
    name::DisplayName,
    ports::Secret,
    refusal::Refusal,
};
use membership_web::{Edge, Visitor, session_cookie};
use poem::{
    Request, Response, handler,
    http::{HeaderValue, StatusCode},
    web::{Data, Form, Query},
};
use serde::Deserialize;

use crate::{
    challenge::{Way, begin},
    destination::{Destination, Next},
    face::Face,
    form::{Field, Form as Fields, FormPage, Other},
    layout::{closed, last, looks_after},
    notice::refused,
    page::{Frame, page, refusal_page, see, signing_in},
    passkey::Offer,
    settled::Settled,
    words::told_at_once,
};

/// How one gets an account, for whoever has none.
const NO_ACCOUNT: &str = "No account yet? You make one by an invitation: open the link that you were sent, or ask an administrator of your \
    organisation to invite you.";

#[derive(Template)]
#[template(path = "organisations.html")]
struct Organisations {
    frame: Frame,
    places: Vec<Listed>,
}

/// An organisation where the person is a member, and why it may be closed at this moment.
struct Listed {
    id: TenantId,
    face: Face,
    name: DisplayName,
    note: Option<&'static str>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    login: String,
    password: String,
    next: Option<String>,
}

/// The form to sign in with.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn ask(edge: Data<&Edge>, visitor: Visitor, Query(next): Query<Next>) -> Response {
    let next = next.destination();
    if visitor.account().is_some() {
        return see(next.as_str());
    }
    let passkey = Offer::if_taken(&edge, &Way::To(next.clone()));
    page(StatusCode::OK, &FormPage { passkey, ..sign_in_page(&visitor, "", &next, None) })
}

/// Signs in.
#[handler]
pub(crate) async fn sign_in(edge: Data<&Edge>, visitor: Visitor, Form(typed): Form<Typed>) -> Response {
    let Typed { login, password, next } = typed;
    let next = Next::from(next).destination();
    let command = SignIn { login: login.clone(), password: Secret::new(password) };
    match edge.membership().sign_in(&visitor.context, command).await {
        Ok(Entrance::SignedIn(signed_in)) => {
            visitor.leave_session(&edge).await;
            signing_in(see(next.as_str()), &edge, &signed_in.key)
        }
        Ok(Entrance::Challenged { key, kinds, .. }) => begin(&edge, &key, kinds, &Way::To(next)),
        Err(error) => {
            let passkey = Offer::if_taken(&edge, &Way::To(next.clone()));
            refusal_page(&error, &FormPage { passkey, ..sign_in_page(&visitor, &login, &next, Some(&error)) })
        }
    }
}

/// Signs out, and goes on where `next` says.
#[handler]
pub(crate) async fn sign_out(edge: Data<&Edge>, visitor: Visitor, Form(next): Form<Next>) -> Response {
    if let Some((session, _)) = &visitor.session
        && let Err(error) = edge.membership().sign_out(&visitor.context, session).await
    {
        return refused(&visitor, &error, Vec::new());
    }
    let mut response = see(next.destination().as_str());
    session_cookie::add(response.headers_mut(), &session_cookie::clear(&edge));
    // What the person saw must not stay in the browser for whoever comes next (ASVS 14.3.1).
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static(session_cookie::CLEAR_SITE_DATA));
    response
}

/// The form to sign in with, for somebody whose session is good here and not good there: a new one is good everywhere.
pub(crate) fn sign_in_anew(visitor: &Visitor, next: &Destination, refusal: &dyn Refusal) -> Response {
    let lead = told_at_once(refusal);
    anew(visitor, next, refusal, lead)
}

/// The same, for somebody whose own account asks for what only its app or passkey shows.
pub(crate) fn sign_in_by_more(visitor: &Visitor, next: &Destination, refusal: &dyn Refusal) -> Response {
    let lead = "This is delicate, and you signed in without your app or a passkey. Sign in again by one of them.";
    anew(visitor, next, refusal, lead.to_owned())
}

fn anew(visitor: &Visitor, next: &Destination, refusal: &dyn Refusal, lead: String) -> Response {
    let known = visitor.account().and_then(|account| {
        let username = account.username.as_ref().map(ToString::to_string);
        username.or_else(|| account.proved_email().map(ToString::to_string))
    });
    let has_passkey = visitor.account().is_some_and(|account| account.kinds.has(FactorKind::Passkey));
    let asked = FormPage {
        frame: Frame { who: None, ..Frame::card("Please sign in anew", visitor) },
        lead,
        passkey: has_passkey.then(|| Offer::alone(&Way::To(next.clone()))),
        other: Some(forgotten(None)),
        ..sign_in_page(visitor, &known.unwrap_or_default(), next, None)
    };
    refusal_page(refusal, &asked)
}

/// Leads who is signed out to the sign-in, and who looks after a tenant there: to the only one, or to that of last time. Shows
/// everybody else where they are members.
#[handler]
pub(crate) async fn first_page(edge: Data<&Edge>, Settled(visitor): Settled, request: &Request) -> Response {
    if visitor.account().is_none() {
        return see("/sign-in");
    }
    match edge.membership().places(&visitor.context).await {
        Ok((places, _)) => match administration(&edge, &visitor, &places, last::tenant(request.headers())).await {
            Some(there) => see(there.as_str()),
            None => organisations_page(&visitor, places),
        },
        Err(error) => refused(&visitor, &error, Vec::new()),
    }
}

/// Shows where one is a member.
#[handler]
pub(crate) async fn organisations(edge: Data<&Edge>, Settled(visitor): Settled) -> Response {
    if visitor.account().is_none() {
        return see("/sign-in");
    }
    match edge.membership().places(&visitor.context).await {
        Ok((places, _)) => organisations_page(&visitor, places),
        Err(error) => refused(&visitor, &error, Vec::new()),
    }
}

fn organisations_page(visitor: &Visitor, places: Vec<Place>) -> Response {
    let frame = Frame::wide("Your organisations", visitor);
    page(StatusCode::OK, &Organisations { frame, places: places.into_iter().map(Listed::from).collect() })
}

/// The administration of the only place that there is, or of the `last` one, if that is open and one looks after it.
async fn administration(
    edge: &Edge,
    visitor: &Visitor,
    places: &[Place],
    last: Option<TenantId>,
) -> Option<Destination> {
    let place = match places {
        [only] => only,
        several => several.iter().find(|place| Some(place.tenant.id) == last)?,
    };
    let view = edge.membership().tenant(&visitor.context, place.tenant.id).await.ok()?;
    looks_after(&view.grants).then(|| Destination::administration(place.tenant.id))
}

impl From<Place> for Listed {
    fn from(place: Place) -> Self {
        let note = closed(&place);
        Self { id: place.tenant.id, face: Face::little(&place.tenant), name: place.tenant.name, note }
    }
}

fn sign_in_page(visitor: &Visitor, login: &str, next: &Destination, refusal: Option<&dyn Refusal>) -> FormPage {
    let fields = vec![Field::word("login", "E-mail or username", login).completed_as("username"), Field::password()];
    let form = Fields::new("/sign-in".to_owned(), "Sign in", fields).carrying("next", next.as_str().to_owned());
    FormPage {
        frame: Frame::card("Sign in", visitor),
        face: None,
        lead: "To see the organisations where you are a member.".to_owned(),
        form: form.answering(refusal),
        passkey: None,
        other: Some(forgotten(Some(NO_ACCOUNT))),
    }
}

fn forgotten(note: Option<&'static str>) -> Other {
    Other { question: "Forgotten your password?", label: "Choose another", href: "/forgotten".to_owned(), note }
}
