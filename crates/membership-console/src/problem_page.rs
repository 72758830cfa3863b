//! The page for whatever no handler answers for: unknown addresses, malformed forms, our own defects.

use membership_web::Problem;
use poem::{Response, http::StatusCode};

use crate::{
    notice::{Action, Notice, Tone},
    page::{Frame, page, waiting},
    words::sentence,
};

/// Shows a problem to a person. For the shell, which knows when a person asks.
pub fn problem_page(problem: &Problem) -> Response {
    let (tone, heading, advice) = told(problem);
    let frame = Frame { title: heading.to_owned(), who: None, above: None, ruled: false, colour: None };
    let actions = vec![Action::new("To the first page", "/")];
    waiting(page(problem.status, &Notice { frame, tone, sentences: advice, actions }), problem.retry_after)
}

fn told(problem: &Problem) -> (Tone, &'static str, Vec<String>) {
    let status = problem.status;
    let one = |sentence: &str| vec![sentence.to_owned()];
    if status == StatusCode::NOT_FOUND {
        let advice = one("Check that the address is complete, or begin at the first page.");
        (Tone::Lost, "There is no such page", advice)
    } else if status == StatusCode::METHOD_NOT_ALLOWED {
        let advice = one("Come from the page before it, or begin at the first page.");
        (Tone::Lost, "This address cannot be opened like that", advice)
    } else if matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE) {
        let advice = one("Go back, load the page again, and fill the form in once more.");
        (Tone::Trouble, "This form could not be read", advice)
    } else if status == StatusCode::INTERNAL_SERVER_ERROR {
        let tell = problem.request_id.as_ref().map_or_else(
            || "If it stays so, tell the operator.".to_owned(),
            |id| format!("If it stays so, tell the operator the number of this request: {id}"),
        );
        (Tone::Trouble, "Something went wrong on our side", vec!["Try again in a moment.".to_owned(), tell])
    } else {
        let said = vec![sentence(&problem.detail), sentence(problem.advice)];
        (Tone::Trouble, "That did not work", said)
    }
}
