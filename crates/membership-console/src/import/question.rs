//! Asking before something is done that cannot be taken back.

use askama::Template;
use poem::{Response, http::StatusCode};

use crate::{layout::Layout, page::page, typed::Typed};

/// A question, whose answer is the same form again with `confirmed` in it.
#[derive(Template)]
#[template(path = "import/question.html")]
pub(super) struct Question {
    pub(super) layout: Layout,
    pub(super) lead: &'static str,
    pub(super) points: Vec<String>,
    pub(super) action: String,
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) yes: &'static str,
    pub(super) grave: bool,
    pub(super) back: String,
}

impl Question {
    pub(super) fn asked(&self) -> Response {
        page(StatusCode::OK, self)
    }
}

/// Whether the question was answered.
pub(super) fn is_answered(typed: &Typed) -> bool {
    typed.one("confirmed") == "yes"
}
