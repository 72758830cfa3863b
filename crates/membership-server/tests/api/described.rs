//! The description: complete, and true of what the server does.

use std::collections::BTreeSet;

use membership_server::spec;
use serde_json::Value;

use crate::fixture::Api;

#[tokio::test]
async fn every_operation_is_described() {
    let api = Api::start().await;
    let mut ids = BTreeSet::new();
    for (method, path, operation) in api.operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} stands there twice");
        for field in ["summary", "description"] {
            assert!(operation[field].as_str().is_some_and(|text| text.len() > 3), "{method} {path} has no {field}");
        }
        assert!(operation["tags"].is_array() && operation["security"].is_array(), "{id}");
        assert!(operation["x-problem-codes"].as_array().unwrap().len() > 7, "{id} lists no problems of its own");
        if let Some(body) = operation.get("requestBody") {
            let is_json = body.pointer("/content/application~1json/example").is_some();
            let is_file = body.pointer("/content/application~1octet-stream/example").is_some();
            assert!(is_json || is_file, "{id} has no example of a body");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            let content = response.get("content").and_then(Value::as_object).filter(|_| status.starts_with('2'));
            for (kind, content) in content.into_iter().flatten() {
                let is_other = kind.starts_with("text/") || kind.contains("spreadsheet");
                assert!(
                    is_other || kind == "application/json" && content.get("example").is_some(),
                    "{id} {status} {kind}"
                );
            }
        }
    }
}

#[tokio::test]
async fn bodies_are_closed_and_answers_are_references() {
    let api = Api::start().await;
    let schemas = &api.spec["components"]["schemas"];
    for (method, path, operation) in api.operations() {
        if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema/$ref") {
            let name = schema.as_str().unwrap().rsplit('/').next().unwrap();
            assert_eq!(schemas[name]["additionalProperties"], false, "{method} {path} takes anything");
        }
    }
    assert_eq!(schemas["Person"]["additionalProperties"], false, "what is inside a body is closed too");
    let text = spec();
    assert!(!text.contains("charset=utf-8") && !text.contains("uint32"), "mended");
}

#[test]
fn the_description_is_the_same_each_time() {
    assert_eq!(spec(), spec());
    let spec: Value = serde_json::from_str(&spec()).unwrap();
    assert_eq!(spec["openapi"], "3.0.3");
}

/// The examples are no fiction: each body is understood, whatever comes of it then.
#[tokio::test]
async fn every_example_is_understood() {
    let api = Api::start().await;
    let root = api.root().await;
    for (method, path, operation) in api.operations() {
        let Some(example) = operation.pointer("/requestBody/content/application~1json/example") else { continue };
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let reply = api.ask(method, &path).by(&root).json(example).send().await;
        let of_form = |code: &str| matches!(code, "field-unknown" | "field-missing" | "value-unfit");
        let faults = if reply.status == 422 { reply.faults() } else { Vec::new() };
        assert!(!faults.iter().any(|(_, code)| of_form(code)), "{path}: {}", reply.text);
        assert!(reply.status != 400 && reply.status != 415, "{path}: {}", reply.text);
    }
}

/// Every example of an answer has all that its schema asks for, and nothing that it does not know.
#[tokio::test]
async fn every_example_fits_its_schema() {
    let api = Api::start().await;
    for (_, path, operation) in api.operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let Some(content) = response.pointer("/content/application~1json") else { continue };
            fits(&api.spec, &content["schema"], &content["example"], &format!("{path} {status}"));
        }
    }
    fits(
        &api.spec,
        &api.spec["components"]["schemas"]["Problem"],
        &api.spec["components"]["schemas"]["Problem"]["example"],
        "a problem",
    );
}

fn fits(spec: &Value, schema: &Value, example: &Value, place: &str) {
    let schema = match schema.get("$ref").or_else(|| schema.pointer("/allOf/0/$ref")).and_then(Value::as_str) {
        Some(reference) => spec.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match schema["type"].as_str().unwrap() {
        "object" => {
            let example = example.as_object().unwrap_or_else(|| panic!("{place} is no object: {example}"));
            for field in schema["required"].as_array().into_iter().flatten() {
                assert!(example.contains_key(field.as_str().unwrap()), "{place} lacks {field}");
            }
            let Some(properties) = schema["properties"].as_object() else { return };
            for (name, value) in example {
                let property = properties.get(name).unwrap_or_else(|| panic!("{place} does not know {name}"));
                fits(spec, property, value, &format!("{place}/{name}"));
            }
        }
        "array" => {
            for item in example.as_array().unwrap() {
                fits(spec, &schema["items"], item, place);
            }
        }
        "string" => {
            let text = example.as_str().unwrap_or_else(|| panic!("{place} is no string: {example}"));
            let words = schema["enum"].as_array();
            assert!(words.is_none_or(|words| words.iter().any(|word| word == text)), "{place}: {text}");
        }
        "integer" => assert!(example.is_u64(), "{place}"),
        "boolean" => assert!(example.is_boolean(), "{place}"),
        other => panic!("{place}: {other}"),
    }
}
