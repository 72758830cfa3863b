//! The pages of the built-in mailbox.

use std::sync::Arc;

use askama::Template;
use membership_web::{CONTENT_SECURITY_POLICY, Edge, HttpFault, Problem, Visitor, as_it_is};
use poem::{
    Endpoint, Request, Response, Result, handler,
    http::{HeaderValue, StatusCode, header},
    web::{Data, Path},
};

use crate::{
    letters::{Letter, Letters, Part},
    page::{Frame, page},
};

/// A letter's HTML may look as it likes and lead elsewhere by a click, and nothing more.
const LETTER_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; \
    default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// Its links open outside the frame, wherever in the document this stands (HTML, 4.2.3).
const LINKS_LEAD_OUT: &str = "<base target=\"_top\">";

#[derive(Template)]
#[template(path = "mailbox.html")]
struct MailboxPage {
    frame: Frame,
    letters: Vec<Letter>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct LetterPage {
    frame: Frame,
    letter: Letter,
}

/// Lets only those in who came by the configured name. A foreign name that was made to lead to this machine (DNS
/// rebinding) would otherwise let the page behind it read the letters.
pub(crate) async fn by_our_name<E: Endpoint>(mailbox: Arc<E>, request: Request) -> Result<E::Output> {
    let host = request.header(header::HOST).unwrap_or_default();
    let ours = request.data::<Edge>().is_some_and(|edge| edge.origin().ends_with(&format!("://{host}")));
    if ours { mailbox.call(request).await } else { Err(Problem::from(HttpFault::NotFound).into()) }
}

/// All letters, newest first.
#[handler]
pub(crate) async fn list(visitor: Visitor, letters: Data<&Arc<dyn Letters>>) -> Response {
    let letters = letters.list().await;
    page(StatusCode::OK, &MailboxPage { frame: Frame::wide("Mailbox", &visitor), letters })
}

/// One letter.
#[handler]
pub(crate) async fn read(
    visitor: Visitor,
    letters: Data<&Arc<dyn Letters>>,
    Path(id): Path<String>,
) -> Result<Response> {
    let letter = letters.get(&id).await.ok_or(Problem::from(HttpFault::NotFound))?;
    let framed = letter.html.is_some();
    let shown = LetterPage { frame: Frame::wide(letter.subject.clone(), &visitor), letter };
    let mut response = as_it_is(page(StatusCode::OK, &shown));
    if framed && let Ok(policy) = HeaderValue::from_str(&format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// The HTML of one letter, for the frame on its page.
#[handler]
pub(crate) async fn read_html(letters: Data<&Arc<dyn Letters>>, Path(id): Path<String>) -> Result<Response> {
    let html = letters.get(&id).await.and_then(|letter| letter.html).ok_or(Problem::from(HttpFault::NotFound))?;
    let response = Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, LETTER_POLICY)
        .body(html + LINKS_LEAD_OUT);
    Ok(as_it_is(response))
}
