//! Of accounts: signing in by two steps, what one changes of one's own, and the keys of programs.

use serde_json::{Value, json};

use super::{
    API_KEY, EVENING, MEMBER, MORNING, PASSWORD, SESSION, THREE_DAYS_LATER, account, joined, passkey::a_passkey,
    session, signed_in,
};
use crate::spec::set;

pub(super) const CHALLENGE: &str = "mbc_shown-this-once";
const RESET: &str = "mbr_the-last-part-of-the-link";

pub(super) fn request(id: &str) -> Option<Value> {
    Some(match id {
        "signIn" => json!({ "login": "ann", "password": PASSWORD, "transport": "bearer" }),
        "mailCode" | "abandonChallenge" => json!({ "challenge": CHALLENGE }),
        "answerChallenge" => {
            json!({ "challenge": CHALLENGE, "kind": "app", "code": "287082", "transport": "bearer" })
        }
        "editProfile" => json!({ "name": "Ann Example" }),
        "changeAddress" => json!({ "to": "ann@example.com", "password": PASSWORD }),
        "confirmAddress" => json!({ "token": "mbe_the-last-part-of-the-link" }),
        "openFormerAddress" | "restoreAddress" => json!({ "token": "mbf_the-last-part-of-the-link" }),
        "changePassword" => json!({ "current": "to be replaced at once", "new": PASSWORD }),
        "forgetPassword" => json!({ "login": "ann@example.org" }),
        "openReset" => json!({ "token": RESET }),
        "resetPassword" => json!({ "token": RESET, "new": PASSWORD, "code": "287082" }),
        "confirmApp" => json!({ "code": "287082" }),
        "switchSecondFactor" => json!({ "on": true }),
        "makeApiKey" => {
            json!({ "name": "Nightly report", "scope": ["membership:members.read"], "seconds": 2_592_000 })
        }
        _ => return None,
    })
}

/// What `id` answers with `status`: signing in has two good answers.
pub(super) fn answer(id: &str, status: &str) -> Option<Value> {
    Some(match id {
        "signIn" if status == "202" => {
            json!({ "challenge": CHALLENGE, "kinds": ["email", "app"], "expires_at": EVENING })
        }
        "signIn" | "answerChallenge" | "changePassword" | "endOtherSessions" => signed_in(),
        "mailCode" => json!({ "expires_at": EVENING }),
        "getCurrentSession" => json!({ "account": account(), "session": session() }),
        "editProfile" | "confirmAddress" => account(),
        "listSessions" => {
            let mut own = session();
            set(&mut own, "current", json!(true));
            json!({ "sessions": [own] })
        }
        "changeAddress" => json!({ "to": "ann@example.com", "expires_at": THREE_DAYS_LATER }),
        "openFormerAddress" => json!({ "email": "ann@example.org" }),
        "forgetPassword" => json!({ "valid_for_seconds": 86_400 }),
        "openReset" => json!({ "label": "ann", "needs_code": true, "expires_at": THREE_DAYS_LATER }),
        "getSecondFactors" => json!({
            "kinds": ["app", "passkey"], "app_since": MORNING, "recovery_codes_left": 10,
            "passkeys": [a_passkey()],
        }),
        "beginApp" => json!({
            "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "address": "otpauth://totp/membership:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=membership",
        }),
        "confirmApp" | "removeApp" | "switchMailedCodesOn" | "switchMailedCodesOff" | "renewRecoveryCodes" => {
            json!({ "signed_in": signed_in(), "recovery_codes": ["k3vq-2hbx-7d5m-pqra"] })
        }
        "makePasswordLink" => {
            json!({ "link": format!("https://members.example.org/reset/{RESET}"), "expires_at": THREE_DAYS_LATER })
        }
        "switchSecondFactor" => {
            let mut member = joined();
            set(&mut member, "second_factors", json!(["email"]));
            member
        }
        "listApiKeys" => json!({ "api_keys": [api_key()] }),
        "makeApiKey" => json!({ "api_key": api_key(), "secret": "mba_shown-this-once" }),
        "getApiKey" => api_key(),
        _ => return None,
    })
}

fn api_key() -> Value {
    json!({
        "id": API_KEY, "name": "Nightly report", "member": MEMBER, "scope": ["membership:members.read"],
        "made_at": MORNING, "expires_at": THREE_DAYS_LATER, "used_at": EVENING,
    })
}

/// The session that `signed_in` and others show.
pub(super) fn a_session() -> Value {
    json!({
        "id": SESSION, "started_at": MORNING, "ends_at": EVENING, "used_at": MORNING, "second_factors": ["app"],
        "agent": "curl/8.14.1",
    })
}
