//! Passwords that are forgotten, and links to others.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use membership_core::outbox::Content;
use membership_testkit::bed::PASSWORD;
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::text,
    second_factors::WithApp,
};

const FORGOTTEN: &str = "/api/v1/passwords/forgotten";
const OPEN: &str = "/api/v1/passwords/open";
const RESET: &str = "/api/v1/passwords/reset";
const NEW: &str = "another battery staple horse";

impl Api {
    async fn forgets(&self, login: &str) -> Reply {
        self.post(FORGOTTEN, &json!({ "login": login })).send().await
    }

    /// The token of the link that was mailed to whoever has forgotten the password.
    async fn reset_link(&self, login: &str) -> String {
        assert_eq!(self.forgets(login).await.status, 202);
        let letters = self.letters().await;
        let link =
            letters.iter().find_map(|letter| if let Content::Reset { link, .. } = letter { Some(link) } else { None });
        link.unwrap_or_else(|| panic!("{letters:?}")).rsplit('/').next().unwrap().to_owned()
    }

    async fn reset(&self, token: &str, new: &str) -> Reply {
        self.post(RESET, &json!({ "token": token, "new": new })).send().await
    }

    async fn enters(&self, login: &str, password: &str) -> Reply {
        let body = json!({ "login": login, "password": password, "transport": "bearer" });
        self.post("/api/v1/sessions", &body).send().await
    }

    async fn password_link(&self, member: &str, by: &str) -> String {
        let made = self.act(self.member(member, "/password-link")).by(by).send().await;
        assert_eq!(made.status, 200, "{}", made.text);
        text(&made.json()["link"]).rsplit('/').next().unwrap().to_owned()
    }

    async fn id_of(&self, email: &str) -> String {
        let members = self.bed.world(self.bed.tenant.id).await.unwrap().members;
        members
            .iter()
            .find(|member| member.email.as_ref().is_some_and(|own| own.as_str() == email))
            .unwrap()
            .id
            .to_string()
    }
}

/// Proves A53: a link to another password is looked at without using it up, used once, and signs nobody in; everybody who
/// was signed in is not any more.
#[tokio::test]
async fn a_forgotten_password_is_replaced() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    let token = api.reset_link("Ann@Example.org").await;
    for _ in 0..2 {
        let seen = api.post(OPEN, &json!({ "token": token })).send().await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        let seen = seen.json();
        assert_eq!((&seen["label"], &seen["needs_code"]), (&json!("ann@example.org"), &json!(false)));
        assert_eq!(seen["expires_at"], json!((api.bed.clock.now() + TimeDelta::hours(24)).to_rfc3339()));
    }
    for (new, code) in [("short", "password-too-short"), ("ann@example.org", "password-is-personal")] {
        assert_eq!(api.reset(&token, new).await.faults(), [("/new".into(), code.into())]);
    }
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.status, 200);
    let done = api.reset(&token, NEW).await;
    assert_eq!((done.status, done.text.as_str()), (204, ""));
    assert!(!done.headers.contains_key("set-cookie"));
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.problem(), (401, "session-not-good".into()));
    assert_eq!(api.enters("ann@example.org", PASSWORD).await.problem(), (401, "sign-in-failed".into()));
    assert_eq!(api.enters("ann@example.org", NEW).await.status, 201);
    assert_eq!(api.reset(&token, PASSWORD).await.problem(), (410, "link-superseded".into()));
    assert_eq!(api.post(OPEN, &json!({ "token": token })).send().await.problem(), (410, "link-superseded".into()));
    let mut forged = token.clone();
    forged.replace_range(10..11, if &token[10..11] == "A" { "B" } else { "A" });
    for unknown in [forged, "nonsense".to_owned(), token.replace("mbr_", "mbi_")] {
        assert_eq!(api.reset(&unknown, PASSWORD).await.problem(), (404, "link-unknown".into()));
    }
    assert!(matches!(api.letters().await.as_slice(), [Content::PasswordChanged { .. }]), "the owner is told");
}

/// Whether or not there is such an account, the answer is the same, and comes at the same time after the question.
// Part of A47 and A48: the answer of a password that is forgotten comes at whole beats.
#[tokio::test]
async fn who_exists_is_not_told() {
    let api = Api::start().await;
    api.joined("ann@example.org").await;
    api.bed.added("bob", &["Member"]).await.unwrap();
    let mut answers = Vec::new();
    for login in ["ann@example.org", "nobody@example.org", "bob", "nobody", "no login at all \u{0}", ""] {
        let asked = Instant::now();
        let reply = api.forgets(login).await;
        assert!(asked.elapsed() >= Duration::from_millis(250), "{login}: {:?}", asked.elapsed());
        assert_eq!(reply.status, 202, "{}", reply.text);
        answers.push(reply.but_request_id());
    }
    answers.dedup();
    assert_eq!(answers, [answers[0].clone()]);
    assert_eq!(api.letters().await.iter().filter(|letter| matches!(letter, Content::Reset { .. })).count(), 1);
    for login in ["ann@example.org", "nobody@example.org"] {
        for _ in 0..2 {
            assert_eq!(api.forgets(login).await.status, 202);
        }
        let reply = api.forgets(login).await;
        assert_eq!(reply.problem(), (429, "tried-too-often".into()), "{login}");
        assert_eq!(reply.headers["retry-after"], "600");
    }
}

/// Proves A40: several addresses in place of one, however they are written, and no mail goes to anybody.
#[tokio::test]
async fn one_login_is_one_login() {
    let api = Api::start().await;
    api.joined("ann@example.org").await;
    api.letters().await;
    for body in [
        r#"{"login":["ann@example.org","eve@example.org"]}"#,
        r#"{"login":{"email":"ann@example.org"}}"#,
        r#"{"login":"ann@example.org","login":"eve@example.org"}"#,
        r#"{"login[]":"ann@example.org"}"#,
        r#"{"login":"ann@example.org","email":"eve@example.org"}"#,
        r#"{"login":"ann@example.org","cc":["eve@example.org"]}"#,
    ] {
        let reply = api.ask(Method::POST, FORGOTTEN).raw("application/json", body).send().await;
        assert!(reply.status == 400 || reply.status == 422, "{body}: {}", reply.text);
    }
    // A text is one login, whatever is in it: these are nobody's.
    for list in
        ["ann@example.org,eve@example.org", "ann@example.org;eve@example.org", "ann@example.org eve@example.org"]
    {
        for text in [list.to_owned(), format!("{list}\n"), format!("{list}\r\nBcc: eve@example.org")] {
            api.bed.clock.advance(TimeDelta::minutes(10));
            assert_eq!(api.forgets(&text).await.status, 202, "as to anybody who is nobody");
        }
    }
    let twice = api.ask(Method::POST, format!("{FORGOTTEN}?login=ann@example.org&login=eve@example.org"));
    assert_eq!(twice.json(&json!({ "login": "nobody" })).send().await.problem(), (400, "query-repeated".into()));
    assert_eq!(api.letters().await, []);
}

/// Proves A50: the token alone says whose password it is; whatever else names somebody is refused.
#[tokio::test]
async fn the_token_alone_decides() {
    let api = Api::start().await;
    api.joined("ann@example.org").await;
    let bob = api.bed.join("bob@example.org").await.unwrap().account;
    let token = api.reset_link("ann@example.org").await;
    for field in ["account", "id", "email", "login", "username", "user_id", "subject"] {
        let body = json!({ "token": token, "new": NEW, field: bob.id.to_string() });
        let reply = api.post(RESET, &body).send().await;
        assert_eq!(reply.faults(), [(format!("/{field}"), "field-unknown".into())], "{}", reply.text);
    }
    let query = format!("{RESET}?account={}&email=bob@example.org", bob.id);
    let body = json!({ "token": token, "new": NEW });
    let reply = api.post(query, &body).header("x-account", bob.id.to_string()).send().await;
    assert_eq!(reply.status, 204, "{}", reply.text);
    assert_eq!(api.enters("bob@example.org", PASSWORD).await.status, 201);
    assert_eq!(api.enters("ann@example.org", NEW).await.status, 201);
}

/// Proves A51: the newest link alone is good, for a day; and it is dead once the password, the address or the second
/// factors are others.
#[tokio::test]
async fn a_link_does_not_outlive_what_it_was_made_for() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    let (first, second) = (api.reset_link("ann@example.org").await, api.reset_link("ann@example.org").await);
    assert_eq!(api.reset(&first, NEW).await.problem(), (410, "link-superseded".into()));
    let changed = json!({ "current": PASSWORD, "new": NEW });
    let changed = api.post("/api/v1/me/password", &changed).by(&ann).send().await;
    assert_eq!(api.reset(&second, PASSWORD).await.problem(), (410, "link-superseded".into()));
    let ann = text(&changed.json()["token"]);

    api.bed.clock.advance(TimeDelta::minutes(20));
    let third = api.reset_link("ann@example.org").await;
    let ask = json!({ "to": "ann@example.com", "password": NEW });
    assert_eq!(api.post("/api/v1/me/address", &ask).by(&ann).send().await.status, 202);
    let letters = api.letters().await;
    let Content::ConfirmAddress { link, .. } = &letters[0] else { panic!("{letters:?}") };
    let token = json!({ "token": link.rsplit('/').next().unwrap() });
    assert_eq!(api.post("/api/v1/me/address/confirm", &token).by(&ann).send().await.status, 200);
    assert_eq!(api.reset(&third, PASSWORD).await.problem(), (410, "link-superseded".into()));
    let fourth = api.reset_link("ann@example.com").await;
    let ann = text(&api.enters("ann@example.com", NEW).await.json()["token"]);
    api.app_with_plain_codes(&ann).await;
    assert_eq!(api.reset(&fourth, PASSWORD).await.problem(), (410, "link-superseded".into()));

    api.joined("bob@example.org").await;
    let fifth = api.reset_link("bob@example.org").await;
    api.bed.clock.advance(TimeDelta::hours(24) - TimeDelta::microseconds(1));
    assert_eq!(api.post(OPEN, &json!({ "token": fifth })).send().await.status, 200);
    api.bed.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(api.reset(&fifth, NEW).await.problem(), (410, "reset-link-expired".into()));
}

/// Proves TEN-12 and TEN-13: where codes go to the mailbox that the link would go to, the letter says what to do instead;
/// with an app, the link and a code of the app do; and an administrator's link, handed over, does in both cases.
#[tokio::test]
async fn one_mailbox_is_not_two_factors() {
    let api = Api::with_apps().await;
    let ann = api.joined("ann@example.org").await;
    let ann = api.mailed_codes_of(&ann).await;
    api.letters().await;
    assert_eq!(api.forgets("ann@example.org").await.status, 202);
    assert_eq!(api.letters().await, [Content::ResetRefused]);
    let root = api.root().await;
    let id = api.id_of("ann@example.org").await;
    let link = api.password_link(&id, &root).await;
    assert_eq!(api.reset(&link, NEW).await.status, 204);
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.status, 401);
    assert_eq!(api.enters("ann@example.org", NEW).await.status, 202, "and the second factor is still asked for");
    // TEN-13's way round: off, reset, on.
    let switch = api.member(&id, "/second-factor");
    assert_eq!(api.put(&switch, &json!({ "on": false })).by(&root).send().await.status, 200);
    let link = api.reset_link("ann@example.org").await;
    assert_eq!(api.reset(&link, PASSWORD).await.status, 204);
    assert_eq!(api.put(&switch, &json!({ "on": true })).by(&root).send().await.status, 200);

    let bob = api.joined("bob@example.org").await;
    let WithApp { secret, recovery, .. } = api.app_of(&bob).await;
    api.bed.clock.advance(TimeDelta::seconds(30));
    let link = api.reset_link("bob@example.org").await;
    assert_eq!(api.post(OPEN, &json!({ "token": link })).send().await.json()["needs_code"], true);
    let by = |code: Value| json!({ "token": link, "new": NEW, "code": code });
    for (code, problem) in [(Value::Null, "reset-code-needed"), (json!("000000"), "code-wrong")] {
        assert_eq!(api.post(RESET, &by(code)).send().await.problem(), (403, problem.into()));
    }
    assert_eq!(api.post(RESET, &by(json!(api.code(&secret)))).send().await.status, 204);
    let link = api.reset_link("bob@example.org").await;
    let body = json!({ "token": link, "new": PASSWORD, "code": recovery[0] });
    assert_eq!(api.post(RESET, &body).send().await.status, 204);
    assert_eq!(api.enters("bob@example.org", PASSWORD).await.status, 202);
    let id = api.id_of("bob@example.org").await;
    let link = api.password_link(&id, &api.root().await).await;
    assert_eq!(api.post(OPEN, &json!({ "token": link })).send().await.json()["needs_code"], false);
    assert_eq!(api.reset(&link, NEW).await.status, 204);
}

/// Proves ORG-34: an administrator makes a link to another password, good for 24 hours, once, and a newer one kills it; to
/// be handed over, so no letter has it, but the member is told.
#[tokio::test]
async fn an_administrator_hands_a_link_over() {
    let api = Api::start().await;
    api.joined("ann@example.org").await;
    let id = api.id_of("ann@example.org").await;
    let path = api.member(&id, "/password-link");
    let (_, reader) = api.holder("reader", &["membership:members.read"]).await;
    assert_eq!(api.act(&path).by(&reader).send().await.problem(), (403, "permission-missing".into()));
    let root = api.root().await;
    api.letters().await;
    let made = api.act(&path).by(&root).send().await;
    assert_eq!(made.json()["expires_at"], json!((api.bed.clock.now() + TimeDelta::hours(24)).to_rfc3339()));
    assert!(text(&made.json()["link"]).starts_with("https://members.example.org/reset/mbr_"));
    assert_eq!(api.letters().await, [Content::ResetHandedOver]);
    let first = text(&made.json()["link"]).rsplit('/').next().unwrap().to_owned();
    let second = api.password_link(&id, &root).await;
    assert_eq!(api.reset(&first, NEW).await.problem(), (410, "link-superseded".into()));
    assert_eq!(api.reset(&second, NEW).await.status, 204);
    assert_eq!(api.reset(&second, PASSWORD).await.problem(), (410, "link-superseded".into()));
    let third = api.password_link(&id, &root).await;
    api.bed.clock.advance(TimeDelta::hours(24));
    assert_eq!(api.reset(&third, PASSWORD).await.problem(), (410, "reset-link-expired".into()));
    assert_eq!(api.enters("ann@example.org", NEW).await.status, 201);

    let root = api.root().await;
    let (key, _) = api.key_for(&root, &["membership:members.manage"]).await;
    assert_eq!(api.act(&path).by(&key).send().await.problem(), (403, "not-by-api-key".into()));
    api.bed.clock.advance(TimeDelta::minutes(15));
    assert_eq!(api.act(&path).by(&root).send().await.problem(), (403, "sign-in-again".into()));
    let waiting = api.bed.invite("waiting@example.org").await.unwrap().member.id;
    let root = api.root().await;
    let reply = api.act(api.member(waiting, "/password-link")).by(&root).send().await;
    assert_eq!(reply.problem(), (409, "member-not-joined".into()));
}

impl Api {
    /// An app whose codes the test bed foresees.
    async fn app_with_plain_codes(&self, token: &str) {
        let shown = self.act("/api/v1/me/second-factors/app").by(token).send().await;
        let secret = data_encoding::BASE32_NOPAD.decode(text(&shown.json()["secret"]).as_bytes()).unwrap();
        let code = membership_testkit::PlainSecrets::code(&secret, self.bed.clock.now());
        let set = self.post("/api/v1/me/second-factors/app/confirm", &json!({ "code": code })).by(token).send().await;
        assert_eq!(set.status, 201, "{}", set.text);
    }
}
