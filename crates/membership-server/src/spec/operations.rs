//! Operations: their problems, their security, their examples, and the exact form of their parameters.

use std::collections::BTreeMap;

use membership_core::refusal::CodeRow;
use membership_web::{PROBLEM_JSON, status_of_code};
use serde_json::{Map, Value, json};

use super::{Address, examples, set};
use crate::codes::{self, Takes};

pub(super) fn mend(spec: &mut Value) {
    for (method, operation) in operations_of(spec) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let takes = match operation.pointer("/requestBody/content").and_then(Value::as_object) {
            Some(content) if content.contains_key("application/json") => Takes::Json,
            Some(_) => Takes::File,
            None => Takes::Nothing,
        };
        parameters(operation);
        answers(operation, &id);
        problems(operation, &codes::of(&id, method != "get", takes));
        let public = codes::PUBLIC.contains(&id.as_str());
        let security = if public { json!([]) } else { json!([{ "bearer": [] }, { "cookie": [] }]) };
        set(operation, "security", security);
        examples::put(operation, &id);
    }
}

/// The addresses as the router writes them, with the names of their parts and their methods. `HEAD` goes wherever `GET`
/// goes.
pub(super) fn addresses(spec: &Value) -> Vec<(String, Address)> {
    let paths = spec.get("paths").and_then(Value::as_object).into_iter().flatten();
    paths
        .map(|(path, item)| {
            let methods = item.as_object().map(Map::keys).into_iter().flatten().map(|name| match name.as_str() {
                "get" => "GET, HEAD".to_owned(),
                other => other.to_uppercase(),
            });
            let pattern = path.replace('{', ":").replace('}', "").into();
            (numbered(path), Address { pattern, methods: methods.collect::<Vec<_>>().join(", ") })
        })
        .collect()
}

/// poem-openapi calls the variable parts of an address `param0`, `param1` and so on.
fn numbered(path: &str) -> String {
    let mut number = 0;
    let parts = path.split('/').map(|part| {
        if !part.starts_with('{') {
            return part.to_owned();
        }
        number += 1;
        format!(":param{}", number - 1)
    });
    parts.collect::<Vec<_>>().join("/")
}

fn operations_of(spec: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    let paths = spec.get_mut("paths").and_then(Value::as_object_mut);
    paths.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut).flatten()
}

fn parameters(operation: &mut Value) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
        parameter.remove("explode");
        parameter.remove("deprecated");
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        let schema = match name {
            "status" => json!({ "$ref": "#/components/schemas/MemberStatus" }),
            "stage" => json!({ "$ref": "#/components/schemas/InvitationStage" }),
            "q" | "file" => json!({ "type": "string", "maxLength": 256 }),
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 }),
            "order" => json!({ "type": "string", "enum": ["newest", "oldest"], "default": "newest" }),
            "below" | "held" => json!({ "type": "boolean", "default": false }),
            "from" | "before" => json!({ "type": "string", "format": "date-time" }),
            "credential" => json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": 1_364 }),
            "format" => json!({ "type": "string", "enum": ["xlsx", "csv"], "default": "xlsx" }),
            "factor" => json!({ "type": "string", "enum": ["none", "any", "email", "app", "passkey"] }),
            "mail" => json!({ "type": "string", "enum": ["waiting", "sent", "failed", "cancelled"] }),
            "does" => json!({ "type": "string", "enum": ["create", "change", "unchanged", "refuse"] }),
            "after" => json!({ "type": "integer", "minimum": 0 }),
            "actor" | "cursor" | "name" | "permission" => json!({ "type": "string" }),
            _ => json!({ "type": "string", "format": "uuid" }),
        };
        // The domain says that it is missing; poem-openapi would only say that the request is malformed.
        if name == "permission" {
            parameter.insert("required".to_owned(), json!(true));
        }
        parameter.insert("schema".to_owned(), schema);
    }
}

/// The good answers: their media type, their words, their headers as they are spelled.
fn answers(operation: &mut Value, id: &str) {
    let summary = operation.get("summary").and_then(Value::as_str).unwrap_or(id).to_owned();
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for response in responses.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        if response.get("description") == Some(&json!("")) {
            response.insert("description".to_owned(), json!(format!("Done: {}.", summary.to_lowercase())));
        }
        if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut)
            && let Some(json) = content.remove("application/json; charset=utf-8")
        {
            content.insert("application/json".to_owned(), json);
        }
        if let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) {
            *headers =
                std::mem::take(headers).into_iter().map(|(name, header)| (spelled(&name), plain(header))).collect();
        }
    }
}

/// `SET-COOKIE` as `Set-Cookie`.
fn spelled(header: &str) -> String {
    let words = header.split('-').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{}", first.to_uppercase(), rest.to_lowercase())
    });
    words.collect::<Vec<_>>().join("-")
}

fn plain(mut header: Value) -> Value {
    if let Some(header) = header.as_object_mut() {
        header.remove("deprecated");
    }
    header
}

fn problems(operation: &mut Value, codes: &BTreeMap<&'static str, CodeRow>) {
    let mut by_status: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
    for row in codes.values() {
        by_status.entry(status_of_code(row.code, row.kind).as_u16()).or_default().push(row.code);
    }
    set(operation, "x-problem-codes", json!(codes.keys().collect::<Vec<_>>()));
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (status, codes) in by_status {
        let listed = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let mut response = json!({ "description": listed, "content": { PROBLEM_JSON: { "schema": schema } } });
        if status == 429 || status == 503 {
            let header = json!({ "description": "Seconds to wait.", "schema": { "type": "integer", "minimum": 0 } });
            set(&mut response, "headers", json!({ "Retry-After": header }));
        }
        responses.insert(status.to_string(), response);
    }
}
