//! The face of a tenant: its logo, or the letter that its name begins with; and its colour, on pages that are about it.

pub(crate) mod colour;

use askama::{Template, filters::HtmlSafe};
use membership_core::tenant::Tenant;
use membership_web::{Edge, logo_of, show_logo};
use poem::{
    Response, Result, handler,
    web::{Data, Path},
};

use crate::words::initial;

/// What stands beside the name of a tenant. Whoever cannot see it misses nothing.
#[derive(Debug, Clone, Template)]
#[template(path = "face.html")]
pub(crate) struct Face {
    logo: Option<String>,
    initial: String,
    /// How large: a class of the stylesheet.
    size: &'static str,
}

impl HtmlSafe for Face {}

impl Face {
    /// At the head of a page.
    pub(crate) fn of(tenant: &Tenant) -> Self {
        Self { logo: logo_of(tenant), initial: initial(tenant.name.as_str()), size: "" }
    }

    /// In a row of several.
    pub(crate) fn little(tenant: &Tenant) -> Self {
        Self { size: " little", ..Self::of(tenant) }
    }

    /// In a line of text.
    pub(crate) fn tiny(tenant: &Tenant) -> Self {
        Self { size: " tiny", ..Self::of(tenant) }
    }
}

/// The picture that a face refers to.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, Path((tenant, logo)): Path<(String, String)>) -> Result<Response> {
    show_logo(&edge, &tenant, &logo).await
}
