//! Schemas: what is closed against unknown fields, what a number may be, and what a problem looks like.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{examples, set};

const SCHEMA: &str = "#/components/schemas/";

/// Fields that can be null, which is something else than leaving them out. poem-openapi does not say so.
const NULLABLE: [(&str, &str); 4] = [
    ("MemberChanges", "/properties/email"),
    ("MemberChanges", "/properties/language"),
    ("TenantChanges", "/properties/colour"),
    ("TenantChanges", "/properties/logo"),
];

pub(super) fn mend(spec: &mut Value) {
    let requests = requested(spec);
    let Some(components) = spec.get_mut("components") else { return };
    set(components, "securitySchemes", security_schemes());
    let Some(schemas) = components.get_mut("schemas").and_then(Value::as_object_mut) else { return };
    for (name, schema) in schemas.iter_mut() {
        if requests.contains(name) && schema.get("type") == Some(&json!("object")) {
            set(schema, "additionalProperties", json!(false));
        }
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        properties.into_iter().flat_map(Map::values_mut).for_each(property);
    }
    for (name, field) in NULLABLE {
        if let Some(field) = schemas.get_mut(name).and_then(|schema| schema.pointer_mut(field)) {
            set(field, "nullable", json!(true));
        }
    }
    let mut problem = problem();
    set(&mut problem, "example", examples::problem());
    schemas.insert("Problem".to_owned(), problem);
    schemas.insert("ProblemError".to_owned(), problem_error());
}

/// The names of all schemas that bodies of requests are made of.
fn requested(spec: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let items = spec.get("paths").and_then(Value::as_object).into_iter().flat_map(Map::values);
    for operation in items.filter_map(Value::as_object).flat_map(Map::values) {
        if let Some(body) = operation.get("requestBody") {
            collect(body, spec, &mut found);
        }
    }
    found
}

fn collect(value: &Value, spec: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix(SCHEMA));
            if let Some(name) = name
                && found.insert(name.to_owned())
                && let Some(schema) = spec.pointer(&format!("/components/schemas/{name}"))
            {
                collect(schema, spec, found);
            }
            object.values().for_each(|value| collect(value, spec, found));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, spec, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn property(property: &mut Value) {
    // A reference with words of its own: the words stand beside the reference already.
    if let Some(parts) = property.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.retain(|part| part.get("$ref").is_some());
    }
    // "Any" has no type at all, which generated clients cannot read; here it is always an object.
    if property.as_object().is_some_and(|property| property.keys().all(|key| key == "description")) {
        set(property, "type", json!("object"));
        set(property, "additionalProperties", json!(true));
    }
    let format = property.get("format").and_then(Value::as_str);
    if matches!(format, Some("uint16" | "uint32" | "uint64")) {
        set(property, "format", json!("int64"));
        set(property, "minimum", json!(0));
    }
}

fn security_schemes() -> Value {
    json!({
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A session's key (`mbk_…`), from signing in with `transport: bearer`; or an API key (`mba_…`), \
                which opens one tenant, within its scope, and nothing of the account.",
        },
        "cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-membership",
            "description": "A session's key, from signing in with `transport: cookie`. Over plain http, for development, \
                the cookie is called `membership`.",
        },
    })
}

fn problem() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "type": "object",
        "title": "Problem",
        "description": "Why something was not done (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "advice", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri-reference", "description": "Where the code is explained." },
            "title": text("The code in words; the same each time."),
            "status": { "type": "integer", "minimum": 400, "maximum": 599, "description": "The status of the answer." },
            "detail": text("What is wrong this time."),
            "code": text("The stable code. Programs go by this."),
            "advice": text("What one can do about it."),
            "request_id": { "type": "string", "format": "uuid", "description": "The request, as the log knows it." },
            "errors": {
                "type": "array",
                "description": "Each fault of the input at its place.",
                "items": { "$ref": format!("{SCHEMA}ProblemError") },
            },
        },
    })
}

fn problem_error() -> Value {
    json!({
        "type": "object",
        "title": "ProblemError",
        "description": "One fault of the input.",
        "required": ["pointer", "code", "detail"],
        "properties": {
            "pointer": {
                "type": "string",
                "description": "Where: a JSON pointer (RFC 6901) into the body, or `/` and the name of a query parameter.",
            },
            "code": { "type": "string", "description": "Which rule." },
            "detail": { "type": "string", "description": "What is wrong and what was expected." },
        },
    })
}
