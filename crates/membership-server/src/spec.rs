//! The description of the API: what poem-openapi writes, mended where it falls short of what the server does.

mod examples;
mod operations;
mod schemas;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use serde_json::{Value, json};

use crate::api;

/// Where the committed description says that the API is; a server that runs puts its own address there.
const PLACEHOLDER: &str = "https://members.example.org";

const ABOUT: &str = "\
Member management for products with many tenants: who belongs to a tenant, how they got there, and what they may do.

**Signing in.** `POST /api/v1/sessions` starts a session. Its key travels in a cookie (browsers) or as a bearer token
(programs): `Authorization: Bearer mbk_…`. A token never stands in an address. Where the account has a second factor, the
answer is 202 with a challenge: `POST /api/v1/challenges/answer` answers it. A passkey answers it as well, or signs in alone:
each in two steps, of which the first says what the browser is to be asked, and gives a `state` that has to come back. A program that runs by itself has an API key of
one tenant: `Authorization: Bearer mba_…`.

**Problems.** Everything that is refused is answered as `application/problem+json` (RFC 9457) with a stable `code`, what
one can do about it, and the request's id. What was tried too often is answered 429 with `Retry-After`. Faults of the input are listed in `errors`, each with its place. What one may
not see is answered as what does not exist.

**Bodies** are JSON. Unknown fields, repeated keys and bodies beyond 64 KiB are refused.

**Lists** come in pages, newest first: send `next_cursor` back as `cursor`.";

/// The description as the repository keeps it. Needs no database.
pub fn spec() -> String {
    written(&described(PLACEHOLDER))
}

/// The description of the API as it is served at `origin`.
pub(crate) fn spec_at(origin: &str) -> String {
    written(&described(origin))
}

/// One address of the API.
pub(crate) struct Address {
    /// Its pattern, with the names of its variable parts.
    pub(crate) pattern: Arc<str>,
    /// Its methods, as the `Allow` header names them.
    pub(crate) methods: String,
}

/// Every address, by its pattern in poem-openapi's router.
pub(crate) fn addresses() -> HashMap<String, Address> {
    operations::addresses(&RAW).into_iter().collect()
}

fn described(origin: &str) -> Value {
    let mut spec = MENDED.clone();
    set(&mut spec, "servers", json!([{ "url": origin, "description": "this installation" }]));
    // Whether objects keep the order of insertion depends on what else is built; the description must not.
    spec.sort_all_objects();
    spec
}

/// What poem-openapi writes. It is the same each time and takes a while, so it is asked for once.
static RAW: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&api::service().spec()).unwrap_or_default());

/// The description but for where the API is.
static MENDED: LazyLock<Value> = LazyLock::new(|| {
    let mut spec = RAW.clone();
    set(&mut spec, "openapi", json!("3.0.3"));
    if let Some(info) = spec.get_mut("info") {
        set(info, "description", json!(ABOUT));
        set(info, "license", json!({ "name": "MIT OR Apache-2.0", "url": "https://spdx.org/licenses/" }));
    }
    operations::mend(&mut spec);
    schemas::mend(&mut spec);
    spec
});

fn written(spec: &Value) -> String {
    format!("{spec:#}\n")
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}
