//! What could not be done or shown, inside the frame: the reason, what to do, and the way back.

use crate::settled::On;
use crate::words::told;
use askama::Template;
use membership_core::refusal::{Kind, Refusal};
use membership_web::{Problem, Visitor};
use poem::{Response, handler, http::StatusCode};

use super::{Admin, Layout, Section};
use crate::{
    destination::Destination,
    entrance::{sign_in_anew, sign_in_by_more},
    notice::{Action, Tone, heading_of, heading_of_code},
    page::{page, refusal_page, waiting},
    welcome::shut_out,
    words::sentence,
};

#[derive(Template)]
#[template(path = "layout/refused.html")]
struct RefusedPage {
    layout: Layout,
    tone: Tone,
    sentences: Vec<String>,
    back: Action,
}

impl Admin {
    /// The page of a refusal. Whoever has to show anew who he or she is does so, and is then at `back`.
    pub(crate) fn refused(&self, visitor: &Visitor, section: Section, refusal: &dyn Refusal, back: Action) -> Response {
        let path = back.href.split('?').next().unwrap_or_default();
        let next = Destination::within(self.tenant.id, path);
        match refusal.code() {
            "sign-in-again" => return sign_in_anew(visitor, &next, refusal),
            "second-factor-not-shown" => return sign_in_by_more(visitor, &next, refusal),
            "session-outdated" | "second-factor-missing" | "sign-in-required" | "tenant-unknown" => {
                return shut_out(visitor, &next, refusal);
            }
            _ => {}
        }
        if matches!(refusal.kind(), Kind::Internal | Kind::Unavailable) {
            tracing::error!(error = ?refusal, "a page was refused by a part that failed");
        }
        let (tone, heading) = heading_of(refusal);
        let sentences = if refusal.faults().is_empty() {
            <[String; 2]>::from(told(refusal)).to_vec()
        } else {
            refusal.faults().iter().map(|fault| sentence(&fault.detail)).collect()
        };
        let layout = self.layout(heading, section, path);
        refusal_page(refusal, &RefusedPage { layout, tone, sentences, back })
    }

    /// The page of a problem that a part of the edge has met, such as a file that could not be made.
    pub(crate) fn troubled(&self, section: Section, problem: &Problem, back: Action) -> Response {
        let (tone, heading) = heading_of_code(problem.code);
        let sentences = vec![sentence(&problem.detail), sentence(problem.advice)];
        let layout = self.layout(heading, section, back.href.as_str());
        waiting(page(problem.status, &RefusedPage { layout, tone, sentences, back }), problem.retry_after)
    }
}

/// Whether it is about who asks, and not about what was asked: then it is said on a page of its own, whatever form it came from.
pub(crate) fn is_of_the_session(error: &dyn Refusal) -> bool {
    matches!(
        error.code(),
        "session-outdated" | "second-factor-missing" | "second-factor-not-shown" | "sign-in-required" | "sign-in-again"
    )
}

/// For an address below a tenant's that leads nowhere.
#[handler]
pub(crate) fn unknown_page(On(_, admin): On<Admin>) -> Response {
    let back = Action::new("To the members", Section::Members.path(&admin.tenant.id));
    let layout = admin.layout("There is no such page", Section::Members, &back.href);
    let sentences = vec!["Check that the address is complete, or begin at the list of members.".to_owned()];
    page(StatusCode::NOT_FOUND, &RefusedPage { layout, tone: Tone::Lost, sentences, back })
}
