//! What every page has in common, and how it becomes an answer.

use askama::Template;
use membership_core::{
    account::{Account, SessionKey},
    refusal::Refusal,
    tenant::Tenant,
};
use membership_web::{Edge, Visitor, session_cookie, status_of};
use poem::{
    Response,
    http::{StatusCode, header},
};

use crate::face::colour;

/// The title of a page, and who looks at it.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) who: Option<String>,
    /// The top-level organisation above the one that the page is about.
    pub(crate) above: Option<Above>,
    /// Whether the bar at the top is set apart: on pages that are more than one card.
    pub(crate) ruled: bool,
    /// Where the stylesheet is of the colour that the organisation has which the page is about.
    pub(crate) colour: Option<String>,
}

/// An organisation that the bar leads up to.
pub(crate) struct Above {
    pub(crate) href: String,
    pub(crate) name: String,
}

impl Frame {
    /// Of a page that is one card.
    pub(crate) fn card(title: impl Into<String>, visitor: &Visitor) -> Self {
        Self {
            title: title.into(),
            who: visitor.account().map(Account::label),
            above: None,
            ruled: false,
            colour: None,
        }
    }

    /// Of a page that takes the width it needs.
    pub(crate) fn wide(title: impl Into<String>, visitor: &Visitor) -> Self {
        Self { ruled: true, ..Self::card(title, visitor) }
    }

    /// In the colour of `tenant`.
    pub(crate) fn branded(self, tenant: &Tenant) -> Self {
        Self { colour: tenant.branding.colour.map(colour::path), ..self }
    }
}

/// Renders a page.
pub(crate) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        // Without a referrer for its own origin a browser sends `Origin: null` with a form, and the form is refused.
        Ok(html) => {
            let response = Response::builder()
                .status(status)
                .content_type("text/html; charset=utf-8")
                .header(header::REFERRER_POLICY, "same-origin");
            let busy = status == StatusCode::SERVICE_UNAVAILABLE;
            if busy { response.header(header::RETRY_AFTER, "5").body(html) } else { response.body(html) }
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into()
        }
    }
}

/// Renders the page of a refusal: with its status, and with when to try again, where that is known.
pub(crate) fn refusal_page(refusal: &dyn Refusal, template: &impl Template) -> Response {
    waiting(page(status_of(refusal.kind()), template), refusal.retry_after())
}

/// The same answer, which also says in how many `seconds` to try again, where that is known.
pub(crate) fn waiting(mut response: Response, seconds: Option<u32>) -> Response {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Leads the browser to another page of ours, by GET.
pub(crate) fn see(path: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, path).finish()
}

/// The same answer, which also signs the browser in.
pub(crate) fn signing_in(mut response: Response, edge: &Edge, key: &SessionKey) -> Response {
    session_cookie::add(response.headers_mut(), &session_cookie::set(edge, key));
    response
}
