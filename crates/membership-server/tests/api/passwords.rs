//! Temporary passwords, and choosing another.

use membership_testkit::bed::{PASSWORD, TEMPORARY};
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::text,
};

const PATH: &str = "/api/v1/me/password";

fn sign_in(login: &str, password: &str, transport: &str) -> Value {
    json!({ "login": login, "password": password, "transport": transport })
}

impl Api {
    /// Somebody who was just added: a token of a session by the temporary password.
    async fn newcomer(&self, username: &str) -> String {
        let command = self.bed.addition(username, &["Administrator"]).await.unwrap();
        self.bed.membership.add_member(&self.bed.as_administrator(), command).await.unwrap();
        let reply = self.post("/api/v1/sessions", &sign_in(username, TEMPORARY, "bearer")).send().await;
        text(&reply.json()["token"])
    }

    async fn change(&self, by: &str, current: &str, new: &str) -> Reply {
        self.post(PATH, &json!({ "current": current, "new": new })).by(by).send().await
    }
}

/// Proves ORG-13 in part: with a temporary password every operation is refused, though the member is an administrator, but
/// those by which one sees who one is, signs out, and chooses a password of one's own; after that the member is one like
/// any other.
#[tokio::test]
async fn a_temporary_password_opens_nothing() {
    let api = Api::start().await;
    let ann = api.newcomer("ann").await;
    let open = ["getMe", "getCurrentSession", "signOut", "changePassword"];
    let mut refused = 0;
    for (method, path, operation) in api.operations() {
        if operation["security"] == json!([]) || open.contains(&operation["operationId"].as_str().unwrap()) {
            continue;
        }
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let ask = api.ask(method.clone(), format!("{path}?permission=membership:members.read")).by(&ann);
        let ask = match operation.pointer("/requestBody/content/application~1json/example") {
            Some(example) => ask.json(example),
            None => ask,
        };
        assert_eq!(ask.send().await.problem(), (403, "password-change-required".into()), "{method} {path}");
        refused += 1;
    }
    assert!(refused > 30);
    let me = api.get("/api/v1/me").by(&ann).send().await.json();
    assert_eq!((&me["owes"], &me["places"][0]["status"]), (&json!(["new-password"]), &json!("enabled")));
    assert_eq!(api.get("/api/v1/sessions/current").by(&ann).send().await.status, 200);
    let asked = api.bed.invite("bob@example.org").await.unwrap();
    let token = json!({ "token": api.bed.token(&asked.invitation) });
    let reply = api.post("/api/v1/invitation/accept", &token).by(&ann).send().await;
    assert_eq!(reply.problem(), (403, "password-change-required".into()), "nor does it accept anything");

    let changed = api.change(&ann, TEMPORARY, PASSWORD).await;
    assert_eq!((changed.status, changed.headers["location"].to_str().unwrap()), (201, "/api/v1/sessions/current"));
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let ann = text(&changed.json()["token"]);
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.json()["owes"], json!([]));
    assert_eq!(api.get(api.tenant("/members")).by(&ann).send().await.status, 200);
    let old = api.post("/api/v1/sessions", &sign_in("ann", TEMPORARY, "bearer")).send().await;
    assert_eq!(old.problem(), (401, "sign-in-failed".into()));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Another password ends every session but the one that it starts, whose key goes the way that the request's came.
// Part of A49, I-30 and I-34.
#[tokio::test]
async fn another_password_ends_every_session() {
    let api = Api::start().await;
    api.bed.added("ann", &["Member"]).await.unwrap();
    let (one, other) = (api.sign_in("ann").await, api.sign_in("ann").await);
    let new = "another battery staple horse";
    let browser = api.post("/api/v1/sessions", &sign_in("ann", PASSWORD, "cookie")).send().await;
    let cookie = browser.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let body = json!({ "current": PASSWORD, "new": new });
    let ask = api.post(PATH, &body).header("cookie", &cookie).header("origin", "https://members.example.org");
    let changed = ask.send().await;
    assert_eq!(changed.status, 201, "{}", changed.text);
    assert!(changed.json().get("token").is_none(), "what travels in a cookie is not shown to scripts");
    let fresh = changed.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(fresh, cookie);
    assert_eq!(api.get("/api/v1/me").header("cookie", &fresh).send().await.status, 200);
    assert_eq!(api.get("/api/v1/me").header("cookie", &cookie).send().await.status, 401);
    for token in [&one, &other] {
        assert_eq!(api.get("/api/v1/me").by(token).send().await.problem(), (401, "session-not-good".into()));
    }
    assert_eq!(api.post("/api/v1/sessions", &sign_in("ann", new, "bearer")).send().await.status, 201);
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    assert_eq!(world.members.len(), 2);
}

/// What a new password can be refused for; the old one stays good, and so does the session.
#[tokio::test]
async fn a_password_is_not_changed_for_nothing() {
    let api = Api::start().await;
    api.bed.added("ann", &["Member"]).await.unwrap();
    let ann = api.sign_in("ann").await;
    for (current, new, problem) in [
        ("wrong horse battery staple", "another battery staple horse", (403, "password-wrong")),
        ("", "another battery staple horse", (403, "password-wrong")),
        (PASSWORD, PASSWORD, (422, "password-unchanged")),
    ] {
        let reply = api.change(&ann, current, new).await;
        assert_eq!(reply.problem(), (problem.0, problem.1.to_owned()), "{current} {new}");
    }
    for (new, code) in [
        ("short", "password-too-short"),
        (&"x".repeat(257), "password-too-long"),
        ("ann ann ann ann", "password-is-personal"),
    ] {
        let reply = api.change(&ann, PASSWORD, new).await;
        assert_eq!(reply.faults(), [("/new".to_owned(), code.to_owned())], "{}", reply.text);
        assert!(!reply.text.contains(PASSWORD));
    }
    let nobody = api.ask(Method::POST, PATH).json(&json!({ "current": PASSWORD, "new": "x" })).send().await;
    assert_eq!(nobody.problem(), (401, "sign-in-required".into()));
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.status, 200);
    api.sign_in("ann").await;
}
