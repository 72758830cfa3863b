//! An example for each operation. The tests send every one of the bodies, and compare every one of the answers with
//! what the server really gives.

mod account;
mod department;
mod import;
mod member;
mod passkey;
mod tenant;

use serde_json::{Value, json};

use super::set;

const TENANT: &str = "0197c0de-0000-7000-8000-000000000001";
const MEMBER: &str = "0197c0de-0000-7000-8000-000000000002";
const INVITATION: &str = "0197c0de-0000-7000-8000-000000000003";
const ROLE: &str = "0197c0de-0000-7000-8000-000000000004";
const ACCOUNT: &str = "0197c0de-0000-7000-8000-000000000005";
const SESSION: &str = "0197c0de-0000-7000-8000-000000000006";
const REQUEST: &str = "0197c0de-0000-7000-8000-000000000007";
const OTHER_MEMBER: &str = "0197c0de-0000-7000-8000-000000000008";
const TOP: &str = "0197c0de-0000-7000-8000-000000000009";
const TRANSFER: &str = "0197c0de-0000-7000-8000-00000000000a";
const API_KEY: &str = "0197c0de-0000-7000-8000-00000000000b";
const DEPARTMENT: &str = "0197c0de-0000-7000-8000-00000000000c";
const OTHER_DEPARTMENT: &str = "0197c0de-0000-7000-8000-00000000000d";
const MORNING: &str = "2026-03-02T09:00:00+00:00";
const EVENING: &str = "2026-03-02T21:00:00+00:00";
const THREE_DAYS_LATER: &str = "2026-03-05T09:00:00+00:00";
const PASSWORD: &str = "correct horse battery staple";
const TOKEN: &str = "mbi_the-last-part-of-the-link";

/// Puts the examples of the operation `id` into it.
pub(super) fn put(operation: &mut Value, id: &str) {
    if let Some(body) = operation.pointer_mut("/requestBody/content/application~1json") {
        let own = || account::request(id).or_else(|| passkey::request(id));
        let rooms =
            member::request(id).or_else(|| tenant::request(id)).or_else(|| department::request(id)).or_else(own);
        let rooms = rooms.or_else(|| import::request(id));
        set(body, "example", rooms.unwrap_or_else(|| request(id)));
    }
    if let Some(body) = operation.pointer_mut("/requestBody/content/application~1octet-stream") {
        set(body, "example", json!(import::TABLE));
    }
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        if let Some(content) = response.pointer_mut("/content/application~1json") {
            let own = || account::answer(id, status).or_else(|| passkey::answer(id));
            let rooms =
                member::answer(id).or_else(|| tenant::answer(id)).or_else(|| department::answer(id)).or_else(own);
            let rooms = rooms.or_else(|| import::answer(id));
            set(content, "example", rooms.unwrap_or_else(|| answer(id)));
        }
    }
}

fn request(id: &str) -> Value {
    match id {
        "setUp" => json!({
            "token": "mbs_the-last-part-of-the-link", "tenant": "Example Ltd", "name": "Ann Example", "username": "ann",
            "email": "ann@example.org", "password": PASSWORD, "transport": "bearer",
        }),
        "registerByInvitation" => {
            json!({ "token": TOKEN, "name": "Ann Example", "password": PASSWORD, "transport": "cookie" })
        }
        _ => json!({ "token": TOKEN }),
    }
}

fn answer(id: &str) -> Value {
    match id {
        "setUp" => json!({ "tenant": tenant(), "member": joined(), "signed_in": signed_in() }),
        "getMe" => json!({
            "account": account(),
            "operator": false,
            "places": [{ "tenant": tenant(), "member": MEMBER, "status": "enabled" }],
            "owes": [],
        }),
        "acceptInvitation" => json!({ "stage": "accepted", "expires_at": THREE_DAYS_LATER }),
        "rejectInvitation" => json!({ "stage": "rejected" }),
        "openInvitation" => json!({
            "tenant": "Example Ltd", "name": "Ann Example", "inviter": "Root", "roles": ["Member"], "stage": "invited",
            "via": "mail", "email": "ann@example.org", "expires_at": THREE_DAYS_LATER, "has_account": false,
        }),
        "joinByInvitation" => joined(),
        "registerByInvitation" => json!({ "member": joined(), "signed_in": signed_in() }),
        _ => invitation(),
    }
}

/// An example of a problem.
pub(super) fn problem() -> Value {
    json!({
        "type": "/problems/invalid-input",
        "title": "Invalid input",
        "status": 422,
        "detail": "the input breaks 1 rule(s): /people/0/email an e-mail address has no spaces",
        "code": "invalid-input",
        "advice": "mend each place that the list of errors names and send it again; nothing was changed",
        "request_id": REQUEST,
        "errors": [{
            "pointer": "/people/0/email",
            "code": "address-has-space",
            "detail": "an e-mail address has no spaces; expected local-part@domain.example",
        }],
    })
}

fn tenant() -> Value {
    json!({
        "id": TENANT, "name": "Example Ltd", "status": "active", "colour": "#1f6feb",
        "logo": format!("/logo/{TENANT}/47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU.png"),
        "preset": "organization", "parent": TOP,
        "created_at": MORNING,
    })
}

fn account() -> Value {
    json!({
        "id": ACCOUNT, "name": "Ann Example", "username": "ann", "email": "ann@example.org", "email_proved": true,
        "second_factors": ["app"], "registered_at": MORNING,
    })
}

fn session() -> Value {
    account::a_session()
}

fn signed_in() -> Value {
    json!({ "account": account(), "session": session(), "token": "mbk_shown-this-once" })
}

fn not_joined() -> Value {
    json!({
        "id": MEMBER, "tenant": TENANT, "name": "Ann Example", "email": "ann@example.org", "status": "not-joined",
        "assignments": [{ "role": ROLE }], "roles": [ROLE], "departments": [DEPARTMENT], "representative": false,
        "created_at": MORNING,
    })
}

fn joined() -> Value {
    let mut member = not_joined();
    set(&mut member, "status", json!("enabled"));
    set(&mut member, "account", json!(ACCOUNT));
    set(&mut member, "joined_at", json!(EVENING));
    set(&mut member, "time", json!(EVENING));
    member
}

fn invitation() -> Value {
    json!({
        "id": INVITATION, "member": MEMBER, "stage": "invited", "time": MORNING, "via": "mail", "email": "ann@example.org",
        "generation": 1, "validity_seconds": 259_200, "created_at": MORNING, "sent_at": MORNING,
        "expires_at": THREE_DAYS_LATER,
        "delivery": { "state": "sent", "at": MORNING, "words": "250 2.0.0 Ok: queued as 4bXk2T" },
    })
}
