//! Bodies: what is not understood whole is refused whole.

use poem::http::Method;
use serde_json::{Map, Value, json};

use crate::fixture::Api;

/// What a browser's authenticator answers takes fields that nobody knows yet. It is the only thing that does.
const OPEN: &str = "/credential";

/// Every operation that takes a body: its method, its address in the tenant and a body that is understood.
fn writes(api: &Api) -> Vec<(Method, String, Value)> {
    let mut found = Vec::new();
    for (method, path, operation) in api.operations() {
        if let Some(example) = operation.pointer("/requestBody/content/application~1json/example") {
            found.push((method, path.replace("{tenant}", &api.bed.tenant.id.to_string()), example.clone()));
        }
    }
    assert!(found.len() >= 9);
    found
}

/// Every name of a field anywhere in the description.
fn all_fields(api: &Api) -> Vec<String> {
    let schemas = api.spec["components"]["schemas"].as_object().unwrap().values();
    let names = schemas.filter_map(|schema| schema["properties"].as_object()).flat_map(|properties| properties.keys());
    let mut names: Vec<String> = names.cloned().collect();
    let planted =
        ["role", "tenant_id", "email_verified", "is_representative", "mfa_required", "created_by", "__proto__"];
    names.extend(planted.map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

/// Proves A31 and I-42 for every operation that there is: a field that an operation does not know is refused, at every level of its
/// body and whatever other operation knows it, and nothing is changed.
#[tokio::test]
async fn unknown_fields_are_refused() {
    let api = Api::start().await;
    let root = api.root().await;
    let before = api.bed.world(api.bed.tenant.id).await.unwrap();
    for (method, path, example) in writes(&api) {
        for place in objects(&example, "") {
            // An object without fields of its own takes any key; what may stand there is asked of the wrong types.
            let Some(known) = fields_at(&api, &method, &path, &place) else { continue };
            for field in all_fields(&api) {
                let mut body = example.clone();
                let object = body.pointer_mut(&place).unwrap().as_object_mut().unwrap();
                if known.contains_key(&field) {
                    continue;
                }
                object.insert(field.clone(), json!("x"));
                let reply = api.ask(method.clone(), &path).json(&body).by(&root).send().await;
                assert_eq!(reply.problem(), (422, "invalid-input".into()), "{path} {field}: {}", reply.text);
                assert_eq!(reply.faults(), [(format!("{place}/{field}"), "field-unknown".into())], "{path}");
            }
        }
    }
    assert_eq!(format!("{before:?}"), format!("{:?}", api.bed.world(api.bed.tenant.id).await.unwrap()));
}

/// The fields that the object at `place` of the body of an operation has, with what is said of each; `None` if it takes any
/// key.
fn fields_at(api: &Api, method: &Method, path: &str, place: &str) -> Option<Map<String, Value>> {
    let path = path.replace(&api.bed.tenant.id.to_string(), "{tenant}");
    let operation = &api.spec["paths"][&path][method.as_str().to_lowercase()];
    let mut schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let resolve = |schema: &'_ Value| schema["$ref"].as_str().map(|to| to.trim_start_matches('#').to_owned());
    for part in place.split('/') {
        schema = match part {
            "" => schema,
            number if number.parse::<usize>().is_ok() => &schema["items"],
            field => &schema["properties"][field],
        };
        if schema["allOf"].is_array() {
            schema = &schema["allOf"][0];
        }
        if let Some(to) = resolve(schema) {
            schema = api.spec.pointer(&to).unwrap();
        }
    }
    let takes_anything = schema["additionalProperties"] == Value::Bool(true);
    assert_eq!(takes_anything, place == OPEN, "{method} {path} {place} takes anything");
    schema["properties"].as_object().cloned()
}

/// The place of every object in `value`.
fn objects(value: &Value, place: &str) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let inner = object.iter().flat_map(|(key, value)| objects(value, &format!("{place}/{key}")));
            std::iter::once(place.to_owned()).chain(inner).collect()
        }
        Value::Array(list) => {
            list.iter().enumerate().flat_map(|(n, value)| objects(value, &format!("{place}/{n}"))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Every field of every body, with a value of every wrong type: refused, with its place, and never with its value, which
/// may be a secret.
#[tokio::test]
async fn wrong_types_are_refused_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    for (method, path, example) in writes(&api) {
        for place in objects(&example, "").into_iter().filter(|place| !place.starts_with(OPEN)) {
            let schemas = fields_at(&api, &method, &path, &place).unwrap_or_default();
            for field in example.pointer(&place).unwrap().as_object().unwrap().keys() {
                for wrong in [json!(["victim@example.org", "me@example.org"]), json!({ "a": 918_273_645 }), json!(true)]
                {
                    let schema = schemas.get(field).unwrap_or(&Value::Null);
                    let texts = schema["type"] == "array" && schema["items"] == json!({ "type": "string" });
                    let open = wrong.is_object() && schema["additionalProperties"] == true;
                    if open || wrong.is_array() && texts || wrong.is_boolean() && schema["type"] == "boolean" {
                        continue;
                    }
                    let mut body = example.clone();
                    body.pointer_mut(&place).unwrap()[field] = wrong.clone();
                    let reply = api.ask(method.clone(), &path).json(&body).by(&root).send().await;
                    assert_eq!(reply.problem(), (422, "invalid-input".into()), "{path} {field} {wrong}");
                    let faults = reply.faults();
                    assert!(faults[0].0.starts_with(&format!("{place}/{field}")), "{path} {field} {wrong}: {faults:?}");
                    assert!(!reply.text.contains("918273645") && !reply.text.contains("victim"), "{}", reply.text);
                }
            }
        }
    }
}

#[tokio::test]
async fn missing_fields_are_named() {
    let api = Api::start().await;
    let root = api.root().await;
    let body = json!({ "people": [{ "name": "Ann" }], "send": "now" });
    let reply = api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(reply.faults(), [("/people/0/via".into(), "field-missing".into())]);
    let body = json!({ "people": [{ "via": "mail", "email": "ann@example.org", "roles": [] }], "send": "now" });
    let reply = api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(reply.faults(), [("/people/0/name".into(), "field-missing".into())]);
    let body = json!({ "people": [], "send": "sometime" });
    let reply = api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(reply.faults(), [("/send".into(), "value-unfit".into())]);
    assert!(reply.text.contains("now or later"), "{}", reply.text);
}

/// For every operation with a body: no repeated keys, no endless nesting, nothing but JSON, no more
/// than 64 KiB.
// Part of A91.
#[tokio::test]
async fn only_plain_json_is_read() {
    let api = Api::start().await;
    let root = api.root().await;
    for (method, path, example) in writes(&api) {
        let text = example.to_string();
        let field = example.as_object().unwrap().keys().next().unwrap().clone();
        let twice = text.replacen('{', &format!("{{\"{field}\":{},", example[&field]), 1);
        let deep = format!("{{\"{field}\":{}1{}}}", "[".repeat(32), "]".repeat(32));
        let escaped = text.replacen('{', &format!("{{\"\\u{:04x}{}\":1,", field.as_bytes()[0], &field[1..]), 1);
        for (body, status, code) in [
            (twice, 400, "body-key-repeated"),
            (escaped, 400, "body-key-repeated"),
            (deep, 400, "body-too-deep"),
            (String::new(), 400, "body-malformed"),
            ("{".to_owned(), 400, "body-malformed"),
            (format!("{text} {text}"), 400, "body-malformed"),
            (format!("{text},"), 400, "body-malformed"),
            (text.replace('"', "'"), 400, "body-malformed"),
            ("{\"a\":NaN}".to_owned(), 400, "body-malformed"),
            ("null".to_owned(), 422, "invalid-input"),
            ("[]".to_owned(), 422, "invalid-input"),
            ("\"x\"".to_owned(), 422, "invalid-input"),
            (format!("{{\"{field}\":\"{}\"}}", "x".repeat(65_536)), 413, "body-too-large"),
        ] {
            let ask = api.ask(method.clone(), &path).by(&root).raw("application/json", body.clone());
            assert_eq!(ask.send().await.problem(), (status, code.into()), "{path} {body:.80}");
        }
        let ask = api.ask(method.clone(), &path).by(&root).raw("application/json", b"{\"a\":\"\xff\"}".to_vec());
        assert_eq!(ask.send().await.problem(), (400, "body-malformed".into()), "{path} not UTF-8");
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"] {
            let ask = api.ask(method.clone(), &path).by(&root).raw(kind, text.clone());
            assert_eq!(ask.send().await.problem(), (415, "media-type-unsupported".into()), "{path} {kind}");
        }
    }
}

/// For invitations and signing in: several addresses in place of one, however written, go to nobody.
// Part of A40.
#[tokio::test]
async fn one_address_is_one_address() {
    let api = Api::start().await;
    let root = api.root().await;
    let good = api.invite_body("ann@example.org").await.to_string();
    for email in [
        r#"["ann@example.org","eve@example.org"]"#,
        r#"{"a":"ann@example.org"}"#,
        r#""ann@example.org,eve@example.org""#,
        r#""ann@example.org;eve@example.org""#,
        r#""ann@example.org eve@example.org""#,
        r#""ann@example.org\neve@example.org""#,
        r#""ann@example.org","email":"eve@example.org""#,
    ] {
        let body = good.replace(r#""ann@example.org""#, email);
        let ask = api.ask(Method::POST, api.tenant("/invitations")).by(&root).raw("application/json", body);
        let reply = ask.send().await;
        assert!(reply.status == 400 || reply.status == 422, "{email}: {}", reply.text);
        let login = format!(r#"{{"login":{},"password":"x","transport":"bearer"}}"#, email.replace("email", "login"));
        let reply = api.ask(Method::POST, "/api/v1/sessions").raw("application/json", login).send().await;
        assert!((400..=422).contains(&reply.status), "{email}: {}", reply.text);
    }
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    assert_eq!(world.members.len(), 1, "nobody was invited");
}
