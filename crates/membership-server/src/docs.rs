//! `/api/docs`: the description as an interactive page, served by this server alone.
//!
//! poem-openapi carries Swagger UI as one page with everything inline, which no strict policy allows. Its script and its
//! styles are taken out and served as files, so that the policy needs no exception for scripts.

use membership_web::{Packed, allowing};
use poem::{Endpoint, IntoEndpoint, Response, Route, endpoint::make_sync, get, http::header};
use poem_openapi::OpenApiService;

const PAGE: &str = include_str!("docs/page.html");
const START: &str = include_str!("docs/start.js");

/// Swagger UI sets styles on its elements, and draws its icons from `data:` addresses.
const POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

/// A day.
const CACHED: &str = "public, max-age=86400";

/// The page and its files, below `/api/docs`.
pub(crate) fn routes(route: Route) -> Route {
    let inline = OpenApiService::new((), "", "").swagger_ui_html();
    let script = between(&inline, "<script charset=\"UTF-8\">", "</script>");
    let style = between(&inline, "<style charset=\"UTF-8\">", "</style>");
    route
        .at("/api/docs", page())
        .at("/api/docs/start.js", file(START.to_owned(), "text/javascript; charset=utf-8"))
        .at("/api/docs/swagger-ui.js", file(script, "text/javascript; charset=utf-8"))
        .at("/api/docs/swagger-ui.css", file(style, "text/css; charset=utf-8"))
}

fn page() -> impl IntoEndpoint<Endpoint = impl Endpoint<Output = Response> + 'static> {
    allowing(
        "GET, HEAD",
        get(make_sync(|_| {
            Response::builder()
                .content_type("text/html; charset=utf-8")
                .header(header::CONTENT_SECURITY_POLICY, POLICY)
                .body(PAGE)
        })),
    )
}

fn file(body: String, kind: &'static str) -> impl IntoEndpoint<Endpoint = impl Endpoint<Output = Response> + 'static> {
    let content = Packed::new(body);
    allowing(
        "GET, HEAD",
        get(make_sync(move |request| {
            content.answer(&request, Response::builder().content_type(kind).header(header::CACHE_CONTROL, CACHED))
        })),
    )
}

fn between(page: &str, start: &str, end: &str) -> String {
    let inner = page.split_once(start).and_then(|(_, rest)| rest.split_once(end)).map(|(inner, _)| inner);
    inner.unwrap_or_default().to_owned()
}
