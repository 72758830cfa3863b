//! A page that is one form.

use askama::Template;

use super::Form;
use crate::{face::Face, page::Frame, passkey::Offer};

/// A card with a form in it.
#[derive(Template)]
#[template(path = "form_page.html")]
pub(crate) struct FormPage {
    pub(crate) frame: Frame,
    /// Whom it is about; a key where that is nobody.
    pub(crate) face: Option<Face>,
    pub(crate) lead: String,
    pub(crate) form: Form,
    pub(crate) passkey: Option<Offer>,
    pub(crate) other: Option<Other>,
}

/// Another way to go on.
pub(crate) struct Other {
    pub(crate) question: &'static str,
    pub(crate) label: &'static str,
    pub(crate) href: String,
    /// What is good to know beside it.
    pub(crate) note: Option<&'static str>,
}
