//! Of passkeys: what the browser is asked, and what it answers (Web Authentication Level 3, 5.1 and 5.4).

use serde_json::{Value, json};

use super::{EVENING, MORNING, account::CHALLENGE, signed_in};
use crate::spec::set;

const CREDENTIAL: &str = "hVlzHkJ0nE2mYc1vX3o4uQ";
const STATE: &str = "as-the-first-step-gave-it";
const ASKED: &str = "eEvKXU2ppWJi4hvfmvU3bw";
const WHOSE: &str = "AZfA3gAAcACAAAAAAAAABQ";

pub(super) fn request(id: &str) -> Option<Value> {
    Some(match id {
        "addPasskey" => json!({ "name": "Phone", "state": STATE, "credential": made() }),
        "beginPasskeyProof" => json!({ "challenge": CHALLENGE }),
        "answerChallengeByPasskey" => {
            json!({ "challenge": CHALLENGE, "state": STATE, "credential": shown(), "transport": "bearer" })
        }
        "signInByPasskey" => json!({ "state": STATE, "credential": shown(), "transport": "bearer" }),
        _ => return None,
    })
}

pub(super) fn answer(id: &str) -> Option<Value> {
    Some(match id {
        "beginPasskey" => json!({ "options": { "publicKey": creation() }, "state": STATE }),
        "beginPasskeyProof" => json!({ "options": { "publicKey": showing(&[CREDENTIAL]) }, "state": STATE }),
        "beginPasskeySignIn" => json!({ "options": { "publicKey": showing(&[]) }, "state": STATE }),
        "addPasskey" | "removePasskey" => {
            json!({ "signed_in": by_passkey(), "recovery_codes": ["k3vq-2hbx-7d5m-pqra"] })
        }
        "answerChallengeByPasskey" | "signInByPasskey" => by_passkey(),
        _ => return None,
    })
}

/// One of the passkeys that an account has.
pub(super) fn a_passkey() -> Value {
    json!({ "credential": CREDENTIAL, "name": "Phone", "since": MORNING, "used_at": EVENING })
}

fn by_passkey() -> Value {
    let mut signed_in = signed_in();
    for place in ["/account", "/session"] {
        if let Some(shown) = signed_in.pointer_mut(place) {
            set(shown, "second_factors", json!(["passkey"]));
        }
    }
    signed_in
}

fn creation() -> Value {
    json!({
        "rp": { "id": "members.example.org", "name": "Example product" },
        "user": { "id": WHOSE, "name": "ann@example.org", "displayName": "Ann Example" },
        "challenge": ASKED,
        "pubKeyCredParams": [{ "type": "public-key", "alg": -7 }, { "type": "public-key", "alg": -257 }],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
    })
}

fn showing(held: &[&str]) -> Value {
    let held: Vec<Value> = held.iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
    json!({
        "challenge": ASKED, "rpId": "members.example.org", "allowCredentials": held, "userVerification": "required",
    })
}

fn made() -> Value {
    credential(
        &json!({ "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0", "attestationObject": "o2NmbXRkbm9uZQ" }),
    )
}

fn shown() -> Value {
    credential(&json!({
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0", "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4", "signature": "MEUCIQ",
        "userHandle": WHOSE,
    }))
}

fn credential(response: &Value) -> Value {
    json!({
        "id": CREDENTIAL, "rawId": CREDENTIAL, "type": "public-key", "authenticatorAttachment": "platform",
        "clientExtensionResults": {}, "response": response,
    })
}
