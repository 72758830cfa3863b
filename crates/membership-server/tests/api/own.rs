//! The own account: name, sessions, address, end.

use chrono::TimeDelta;
use membership_core::outbox::Content;
use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

const ME: &str = "/api/v1/me";
const SESSIONS: &str = "/api/v1/me/sessions";
const ADDRESS: &str = "/api/v1/me/address";
const CONFIRM: &str = "/api/v1/me/address/confirm";
const OPEN: &str = "/api/v1/former-address/open";
const RESTORE: &str = "/api/v1/former-address/restore";

impl Api {
    async fn asks_for(&self, to: &str, by: &str) -> Reply {
        self.post(ADDRESS, &json!({ "to": to, "password": PASSWORD })).by(by).send().await
    }

    /// The body with the token of the link that proves an address.
    async fn proof(&self) -> Value {
        let letters = self.letters().await;
        let link = letters.iter().find_map(|letter| {
            if let Content::ConfirmAddress { link, .. } = letter {
                Some(link.rsplit('/').next().unwrap())
            } else {
                None
            }
        });
        json!({ "token": link.unwrap_or_else(|| panic!("{letters:?}")) })
    }
}

/// Proves A58: who one is stands on the server: no field of a profile changes whose it is, and whatever is planted beside a
/// good session is ignored.
#[tokio::test]
async fn a_profile_is_a_name() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    let edited = api.patch(ME, &json!({ "name": "Ann Other" })).by(&ann).send().await;
    assert_eq!((edited.status, &edited.json()["name"]), (200, &json!("Ann Other")));
    let faults = api.patch(ME, &json!({ "name": "" })).by(&ann).send().await.faults();
    assert_eq!(faults, [("/name".into(), "name-empty".into())]);
    let root = api.bed.administrator.id.to_string();
    for field in
        ["id", "account", "email", "email_proved", "username", "operator", "second_factors", "session", "epoch"]
    {
        let reply = api.patch(ME, &json!({ "name": "Ann", field: root })).by(&ann).send().await;
        assert_eq!(reply.faults(), [(format!("/{field}"), "field-unknown".into())]);
    }
    let ask = api.get(format!("{ME}?account={root}&id={root}")).by(&ann).header("x-account", &root);
    let me = ask.header("cookie", format!("account={root}; membership={root}")).send().await.json();
    assert_eq!((&me["account"]["email"], &me["account"]["name"]), (&json!("ann@example.org"), &json!("Ann Other")));
    assert_eq!(me["operator"], false);
}

/// The own sessions: seen, ended one by one, and all but this one, which goes on under another key.
// Part of A71.
#[tokio::test]
async fn the_own_sessions() {
    let api = Api::start().await;
    let body = json!({ "login": "ann@example.org", "password": PASSWORD, "transport": "bearer" });
    let ann = api.joined("ann@example.org").await;
    api.bed.clock.advance(TimeDelta::seconds(1));
    let reply = api.post("/api/v1/sessions", &body).header("user-agent", "A browser").send().await;
    let (browser, id) = (text(&reply.json()["token"]), text(&reply.json()["session"]["id"]));
    let listed = api.get(SESSIONS).by(&ann).send().await.json();
    let listed = listed["sessions"].as_array().unwrap();
    // One of them is that of the registration.
    assert_eq!(listed.len(), 3);
    assert_eq!((&listed[0]["agent"], &listed[0]["current"]), (&json!("A browser"), &json!(false)));
    assert_eq!(listed.iter().filter(|session| session["current"] == true).count(), 1);
    let root = api.root().await;
    let path = format!("{SESSIONS}/{id}");
    for (path, by) in
        [(path.as_str(), &root), (&format!("{SESSIONS}/{NOTHING}"), &ann), (&format!("{SESSIONS}/x"), &ann)]
    {
        assert_eq!(api.delete(path).by(by).send().await.problem(), (404, "session-unknown".into()), "{path}");
    }
    assert_eq!(api.delete(&path).by(&ann).send().await.status, 204);
    assert_eq!(api.get(ME).by(&browser).send().await.problem(), (401, "session-not-good".into()));
    assert_eq!(api.delete(&path).by(&ann).send().await.problem(), (404, "session-unknown".into()));

    let others = api.act(format!("{SESSIONS}/end-others")).by(&ann).send().await;
    assert_eq!((others.status, others.headers["location"].to_str().unwrap()), (201, "/api/v1/sessions/current"));
    let fresh = text(&others.json()["token"]);
    assert_eq!(api.get(ME).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let left = api.get(SESSIONS).by(&fresh).send().await.json();
    assert_eq!((left["sessions"].as_array().unwrap().len(), &left["sessions"][0]["current"]), (1, &json!(true)));
}

/// Proves A56: another address needs the password and comes from its own mailbox, to whoever asked for it; the old one is
/// told and brings everything back; what another has already is not told; and a change of the password ends it.
#[tokio::test]
async fn another_address() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    let bob = api.joined("bob@example.org").await;
    api.letters().await;
    let wrong = json!({ "to": "ann@example.com", "password": "wrong horse battery staple" });
    assert_eq!(api.post(ADDRESS, &wrong).by(&ann).send().await.problem(), (403, "password-wrong".into()));
    let faults = api.asks_for("no address", &ann).await.faults();
    assert_eq!(faults.first().map(|(place, _)| place.as_str()), Some("/to"), "{faults:?}");
    assert_eq!(api.asks_for("ann@example.org", &ann).await.problem(), (409, "address-unchanged".into()));
    assert_eq!(api.letters().await, []);

    let asked = api.asks_for("ann@example.com", &ann).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let token = api.proof().await;
    api.bed.clock.advance(TimeDelta::minutes(30));
    let taken = api.asks_for("bob@example.org", &ann).await;
    assert_eq!(
        (taken.status, api.letters().await.len()),
        (202, 0),
        "that somebody has it is not told, nor the owner bothered"
    );
    assert_eq!(api.post(CONFIRM, &token).by(&ann).send().await.problem(), (410, "link-superseded".into()));
    assert_eq!(asked.headers.len(), taken.headers.len());

    assert_eq!(api.asks_for("ann@example.com", &ann).await.status, 202);
    let token = api.proof().await;
    assert_eq!(api.post(CONFIRM, &token).by(&bob).send().await.problem(), (403, "address-link-of-another".into()));
    assert_eq!(api.post(CONFIRM, &token).send().await.problem(), (401, "sign-in-required".into()));
    let body = json!({ "current": PASSWORD, "new": "another battery staple horse" });
    let changed = api.post("/api/v1/me/password", &body).by(&ann).send().await.json();
    let ann = text(&changed["token"]);
    assert_eq!(api.post(CONFIRM, &token).by(&ann).send().await.problem(), (410, "link-superseded".into()));

    api.bed.clock.advance(TimeDelta::minutes(30));
    let ask = json!({ "to": "ann@example.com", "password": "another battery staple horse" });
    assert_eq!(api.post(ADDRESS, &ask).by(&ann).send().await.status, 202);
    let token = api.proof().await;
    let confirmed = api.post(CONFIRM, &token).by(&ann).send().await;
    assert_eq!((confirmed.status, &confirmed.json()["email"]), (200, &json!("ann@example.com")));
    let letters = api.letters().await;
    let [Content::AddressChanged { to, restore, .. }] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(to, "ann@example.com");
    let undo = json!({ "token": restore.rsplit('/').next().unwrap() });
    assert_eq!(api.post(OPEN, &undo).send().await.json(), json!({ "email": "ann@example.org" }));
    assert_eq!(api.post(OPEN, &token).send().await.problem(), (404, "link-unknown".into()));
    assert_eq!(api.post(RESTORE, &undo).send().await.status, 204);
    assert_eq!(api.get(ME).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let body = json!({ "login": "ann@example.com", "password": "another battery staple horse", "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &body).send().await.problem(), (401, "sign-in-failed".into()));
    assert_eq!(api.post(RESTORE, &undo).send().await.status, 410);
}

/// An account is closed by its owner, once it is a member nowhere, and just after signing in.
#[tokio::test]
async fn an_account_is_closed() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    assert_eq!(api.delete(ME).by(&ann).send().await.problem(), (409, "account-is-member".into()));
    let root = api.root().await;
    assert_eq!(api.delete(ME).by(&root).send().await.problem(), (409, "account-is-operator".into()));
    assert_eq!(api.post(api.tenant("/leave"), &json!({})).by(&ann).send().await.status, 200);
    api.bed.clock.advance(TimeDelta::minutes(15));
    assert_eq!(api.delete(ME).by(&ann).send().await.problem(), (403, "sign-in-again".into()));
    let ann = api.sign_in("ann@example.org").await;
    let closed = api.delete(ME).by(&ann).send().await;
    assert_eq!(closed.status, 204, "{}", closed.text);
    assert_eq!(closed.headers["clear-site-data"], r#""cookies", "storage", "cache""#);
    assert_eq!(api.get(ME).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let body = json!({ "login": "ann@example.org", "password": PASSWORD, "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &body).send().await.problem(), (401, "sign-in-failed".into()));
    api.joined("ann@example.org").await;
}
