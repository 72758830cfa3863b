//! `/problems/{code}`: what a code means. It is where the `type` of every problem leads.

use std::fmt::Write as _;

use membership_core::refusal::CodeRow;
use membership_web::{HttpFault, Problem, status_of_code};
use poem::{
    Endpoint, Request, Response, Result,
    endpoint::make,
    http::{StatusCode, header},
};
use serde_json::{Value, json};

use crate::codes;

/// `/problems`: every code.
pub(crate) fn list() -> impl Endpoint<Output = Response> {
    make(|request: Request| async move {
        let rows: Vec<CodeRow> = codes::all().into_values().collect();
        let all: Vec<Value> = rows.iter().map(told).collect();
        Ok::<_, poem::Error>(answer(&request, "Problems", &json!({ "problems": all }), &rows))
    })
}

/// `/problems/{code}`: one code.
pub(crate) fn one() -> impl Endpoint<Output = Response> {
    make(|request: Request| async move { explain(&request) })
}

fn explain(request: &Request) -> Result<Response> {
    let code = request.raw_path_param("code").unwrap_or_default();
    let row = codes::all().get(code).copied().ok_or_else(|| Problem::from(HttpFault::NotFound))?;
    Ok(answer(request, row.code, &told(&row), &[row]))
}

fn told(row: &CodeRow) -> Value {
    let status = status_of_code(row.code, row.kind).as_u16();
    json!({ "code": row.code, "status": status, "meaning": row.message, "advice": row.advice })
}

fn answer(request: &Request, title: &str, json: &Value, rows: &[CodeRow]) -> Response {
    let html = request.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    let (kind, body) =
        if html { ("text/html; charset=utf-8", page(title, rows)) } else { ("application/json", json.to_string()) };
    Response::builder().status(StatusCode::OK).content_type(kind).body(body)
}

fn page(title: &str, rows: &[CodeRow]) -> String {
    let mut page = format!("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title><main>");
    for row in rows {
        let status = status_of_code(row.code, row.kind);
        let (message, advice) = (escaped(row.message), escaped(row.advice));
        // Writing to a string cannot fail.
        let _ = write!(page, "<h1>{}</h1><p>{status}</p><p>{message}</p><p>{advice}</p>", row.code);
    }
    page.push_str("</main></html>");
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
