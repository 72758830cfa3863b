//! Light or dark: what the system says, unless the person has chosen one of the two in this browser.

use std::{cell::Cell, fmt};

use askama::filters::HtmlSafe;
use membership_web::{Edge, session_cookie};
use poem::{
    Endpoint, Request, Response, Result, handler,
    http::{HeaderMap, header},
    web::{Data, Form},
};
use serde::Deserialize;

use crate::{destination::Destination, page::see};

/// How the pages look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

const NAME: &str = "membership-theme";
/// A year: it is a matter of taste, and no secret.
const MAX_AGE: u32 = 31_536_000;

tokio::task_local! {
    /// What the request that is being answered has chosen.
    static CHOSEN: Cell<Theme>;
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    theme: Theme,
    #[serde(default)]
    next: String,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The one of the request that is being answered.
    pub(crate) fn chosen() -> Self {
        CHOSEN.try_with(Cell::get).unwrap_or_default()
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// For `<meta name="color-scheme">`.
    pub(crate) const fn scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let value = pairs.find(|(name, _)| *name == NAME).map(|(_, value)| value);
        Self::ALL.into_iter().find(|theme| Some(theme.as_str()) == value).unwrap_or_default()
    }
}

/// The attribute of `<html>`; nothing if the system decides.
pub(crate) struct Attribute;

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Theme::chosen() {
            Theme::System => Ok(()),
            chosen @ (Theme::Light | Theme::Dark) => write!(f, " data-theme=\"{}\"", chosen.as_str()),
        }
    }
}

impl HtmlSafe for Attribute {}

/// Answers in the theme that the request has chosen.
pub(crate) async fn in_chosen<E: Endpoint<Output = Response>>(
    inner: std::sync::Arc<E>,
    request: Request,
) -> Result<Response> {
    let chosen = Theme::of(request.headers());
    CHOSEN.scope(Cell::new(chosen), inner.call(request)).await
}

/// Keeps the choice in this browser, and leads back.
#[handler]
#[expect(clippy::needless_pass_by_value, reason = "what a handler asks for comes by value")]
pub(crate) fn choose(edge: Data<&Edge>, Form(choice): Form<Choice>) -> Response {
    let mut response = see(Destination::parse(&choice.next).as_str());
    let secure = if edge.secure() { "; Secure" } else { "" };
    let (value, age) = match choice.theme {
        Theme::System => ("", 0),
        chosen @ (Theme::Light | Theme::Dark) => (chosen.as_str(), MAX_AGE),
    };
    let cookie = format!("{NAME}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    session_cookie::add(response.headers_mut(), &cookie);
    response
}
