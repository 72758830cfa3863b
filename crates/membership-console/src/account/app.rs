//! Setting up an authenticator app: its secret is shown once, and it counts once a code of it has come.

use askama::Template;
use membership_core::{
    account::enrol::{EnrolError, NewApp},
    refusal::Refusal,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Query},
};
use qrcode::{EcLevel, QrCode, render::svg};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{not_done, second_factor::answer, to_sign_in};
use crate::{
    destination::{Destination, Next},
    form::{Field, Form as Fields},
    page::{Frame, page, refusal_page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "app.html")]
struct AppPage {
    frame: Frame,
    shown: Option<Shown>,
    confirm: Fields,
    next: String,
}

/// What the app is told, this once.
struct Shown {
    /// The picture to scan; `None` if there is too much in it for one.
    picture: Option<Zeroizing<String>>,
    address: Zeroizing<String>,
    /// The secret, in groups of four.
    groups: Vec<Zeroizing<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Typed {
    code: String,
    next: Option<String>,
}

/// Shows a new secret.
#[handler]
pub(crate) async fn begin(edge: Data<&Edge>, Settled(visitor): Settled, Form(next): Form<Next>) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    let next = next.or_account();
    match edge.membership().begin_app(&visitor.context).await {
        Ok(app) => page(StatusCode::OK, &app_page(&visitor, &next, Some(Shown::of(&app)), None)),
        Err(error) => not_done(&visitor, &next, &error),
    }
}

/// Asks for a code of the app that was shown: the secret itself is not shown again.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Query(next): Query<Next>) -> Response {
    if visitor.account().is_none() {
        return to_sign_in();
    }
    match edge.membership().own_factors(&visitor.context).await {
        Ok(factors) if factors.draft.is_some() && factors.app.is_none() => {
            page(StatusCode::OK, &app_page(&visitor, &next.or_account(), None, None))
        }
        Ok(_) => see("/account"),
        Err(error) => not_done(&visitor, &Destination::account(), &error),
    }
}

/// The app counts from now on.
#[handler]
pub(crate) async fn confirm(edge: Data<&Edge>, Settled(visitor): Settled, Form(typed): Form<Typed>) -> Response {
    let next = Next::from(typed.next).or_account();
    match edge.membership().confirm_app(&visitor.context, &typed.code).await {
        Err(error @ EnrolError::CodeWrong) => refusal_page(&error, &app_page(&visitor, &next, None, Some(&error))),
        set => answer(&edge, &visitor, set, &next),
    }
}

impl Shown {
    fn of(app: &NewApp) -> Self {
        let letters: Vec<char> = app.secret.chars().collect();
        let groups = letters.chunks(4).map(|four| Zeroizing::new(four.iter().collect())).collect();
        Self { picture: picture(&app.address), address: app.address.clone(), groups }
    }
}

/// The QR code, black on white in either theme: cameras expect it so.
fn picture(address: &str) -> Option<Zeroizing<String>> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).ok()?;
    let document =
        code.render::<svg::Color<'_>>().dark_color(svg::Color("#000")).light_color(svg::Color("#fff")).build();
    // Inside a page the element alone is wanted, without the declaration of a document.
    let document = Zeroizing::new(document);
    document.find("<svg").and_then(|at| document.get(at..)).map(|element| Zeroizing::new(element.to_owned()))
}

fn app_page(visitor: &Visitor, next: &Destination, shown: Option<Shown>, refusal: Option<&dyn Refusal>) -> AppPage {
    let hint = "Six digits. They change every 30 seconds.";
    let field = Field::code("code", "Code that the app shows").hinting(hint).answering_for(&["code-wrong"]);
    let form = Fields::new("/account/app/confirm".to_owned(), "Confirm", vec![field]);
    AppPage {
        frame: Frame::card("Set up an authenticator app", visitor),
        shown,
        confirm: form.carrying("next", next.as_str().to_owned()).answering(refusal),
        next: next.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing of what the picture is made of needs a style or a script, and nothing comes from elsewhere.
    #[test]
    fn the_picture_is_one_plain_element() {
        let picture = picture("otpauth://totp/Example:ann@example.org?secret=JBSWY3DPEHPK3PXP&issuer=Example").unwrap();
        assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"), "{}", *picture);
        for foreign in ["style", "script", "href", "<?xml", "JBSWY3DP"] {
            assert!(!picture.contains(foreign), "{foreign}");
        }
    }
}
