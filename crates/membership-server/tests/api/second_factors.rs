//! Second factors: set up, shown, guessed, lost, and asked for by a tenant.

use std::sync::Arc;

use chrono::TimeDelta;
use data_encoding::BASE32_NOPAD;
use membership_auth::{TotpCodes, XChaChaSealer};
use membership_core::{link::Key, outbox::Content};
use membership_testkit::{Adapter, Bed, bed::PASSWORD};
use poem::http::Method;
use serde_json::{Value, json};
use totp_rs::Builder;

use crate::{
    fixture::{Api, Reply},
    house::{text, texts},
};

pub(crate) const FACTORS: &str = "/api/v1/me/second-factors";
const APP: &str = "/api/v1/me/second-factors/app";
const CONFIRM: &str = "/api/v1/me/second-factors/app/confirm";
const EMAIL: &str = "/api/v1/me/second-factors/email";
const RENEW: &str = "/api/v1/me/second-factors/recovery-codes";
const MAIL: &str = "/api/v1/challenges/mail";
const ANSWER: &str = "/api/v1/challenges/answer";
const ABANDON: &str = "/api/v1/challenges/abandon";
const STEP: TimeDelta = TimeDelta::seconds(30);

/// Somebody with an authenticator app.
pub(crate) struct WithApp {
    pub(crate) token: String,
    /// What the app was told, in base 32.
    pub(crate) secret: String,
    pub(crate) recovery: Vec<String>,
}

impl Api {
    /// A server that takes codes of real authenticator apps, and seals their secrets.
    pub(crate) async fn with_apps() -> Self {
        let altered = Bed::altered(Adapter::in_memory(), |parts| {
            parts.codes = Arc::new(TotpCodes);
            parts.sealer = Arc::new(XChaChaSealer::new(&Key::new([9; 32])));
        });
        Self::over(altered.await.unwrap())
    }

    /// What an app with `secret` shows at this moment.
    pub(crate) fn code(&self, secret: &str) -> String {
        let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        let totp = Builder::new().with_secret(&secret[..]).build_noncompliant();
        totp.generate(self.bed.clock.now().timestamp().try_into().unwrap()).to_string()
    }

    /// Whoever has `token` sets an app up.
    pub(crate) async fn app_of(&self, token: &str) -> WithApp {
        let shown = self.act(APP).by(token).send().await;
        assert_eq!(shown.status, 201, "{}", shown.text);
        let secret = text(&shown.json()["secret"]);
        let set = self.post(CONFIRM, &json!({ "code": self.code(&secret) })).by(token).send().await;
        assert_eq!(set.status, 201, "{}", set.text);
        let set = set.json();
        WithApp { token: text(&set["signed_in"]["token"]), secret, recovery: texts(&set["recovery_codes"]) }
    }

    /// Somebody with a proved address who is a member.
    pub(crate) async fn joined(&self, email: &str) -> String {
        self.bed.join(email).await.unwrap();
        self.sign_in(email).await
    }

    /// Codes are mailed to whoever has `token` from now on: the token of the session that goes on.
    pub(crate) async fn mailed_codes_of(&self, token: &str) -> String {
        let set = self.act(EMAIL).by(token).send().await;
        assert_eq!(set.status, 201, "{}", set.text);
        text(&set.json()["signed_in"]["token"])
    }

    /// The answer to somebody whose password is right and who has a second factor.
    async fn half(&self, login: &str) -> Value {
        let body = json!({ "login": login, "password": PASSWORD, "transport": "bearer" });
        let mut waited = TimeDelta::zero();
        let reply = loop {
            let reply = self.post("/api/v1/sessions", &body).send().await;
            if reply.status != 429 || reply.code() != "tried-too-often" {
                break reply;
            }
            let wait = TimeDelta::seconds(reply.headers["retry-after"].to_str().unwrap().parse().unwrap());
            self.bed.clock.advance(wait);
            waited += wait;
        };
        self.bed.clock.advance(-waited);
        assert_eq!(reply.status, 202, "{}", reply.text);
        assert!(!reply.headers.contains_key("set-cookie"));
        reply.json()
    }

    /// The key of a challenge of `login`.
    pub(crate) async fn challenge(&self, login: &str) -> String {
        text(&self.half(login).await["challenge"])
    }

    pub(crate) async fn prove(&self, challenge: &str, kind: &str, code: &str) -> Reply {
        let body = json!({ "challenge": challenge, "kind": kind, "code": code, "transport": "bearer" });
        self.post(ANSWER, &body).send().await
    }

    /// A code by mail, for the challenge.
    pub(crate) async fn mailed(&self, challenge: &str) -> String {
        let reply = self.post(MAIL, &json!({ "challenge": challenge })).send().await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        let letters = self.letters().await;
        let code = letters
            .iter()
            .find_map(|letter| if let Content::SignInCode { code, .. } = letter { Some(code) } else { None });
        code.unwrap().clone()
    }

    /// A token of somebody with mailed codes.
    async fn sign_in_by_mail(&self, login: &str) -> String {
        let challenge = self.challenge(login).await;
        let code = self.mailed(&challenge).await;
        text(&self.prove(&challenge, "email", &code).await.json()["token"])
    }
}

/// Proves A71 in part: an app is set up, shown, lost and taken away; each change of the second factors, and each sign-in
/// by them, is a session with another key, and the one before opens nothing any more.
#[tokio::test]
async fn an_app_from_its_first_code_to_its_last() {
    let api = Api::with_apps().await;
    let ann = api.joined("ann@example.org").await;
    assert_eq!(
        api.get(FACTORS).by(&ann).send().await.json(),
        json!({ "kinds": [], "passkeys": [], "recovery_codes_left": 0 })
    );
    let none = api.post(CONFIRM, &json!({ "code": "123456" })).by(&ann).send().await;
    assert_eq!(none.problem(), (409, "app-not-begun".into()));
    let shown = api.act(APP).by(&ann).send().await;
    assert_eq!(shown.headers["location"], FACTORS);
    assert!(text(&shown.json()["address"]).starts_with("otpauth://totp/Example%20product:ann%40example.org?secret="));
    let wrong = api.post(CONFIRM, &json!({ "code": "000000" })).by(&ann).send().await;
    assert_eq!(wrong.problem(), (403, "code-wrong".into()));
    api.sign_in("ann@example.org").await;

    let WithApp { token, secret, recovery } = api.app_of(&ann).await;
    assert_eq!(recovery.len(), 10);
    assert_eq!(api.get(FACTORS).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let factors = api.get(FACTORS).by(&token).send().await.json();
    assert_eq!((&factors["kinds"], &factors["recovery_codes_left"]), (&json!(["app"]), &json!(10)));
    assert_eq!(api.act(APP).by(&token).send().await.problem(), (409, "factor-already-set-up".into()));

    api.bed.clock.advance(STEP);
    let half = api.half("ann@example.org").await;
    assert_eq!(half["kinds"], json!(["app"]));
    let challenge = text(&half["challenge"]);
    assert!(challenge.starts_with("mbc_"));
    for (kind, code, problem) in [
        ("app", "000000", (401, "challenge-failed")),
        // What the account does not have is no guess: it costs none of the tries.
        ("email", "000000", (409, "factor-not-set-up")),
        ("recovery", "aaaa-aaaa-aaaa-aaaa", (401, "challenge-failed")),
    ] {
        assert_eq!(api.prove(&challenge, kind, code).await.problem(), (problem.0, problem.1.into()), "{kind}");
    }
    let not_mailed = api.post(MAIL, &json!({ "challenge": challenge })).send().await;
    assert_eq!(not_mailed.problem(), (409, "factor-not-set-up".into()));
    let signed_in = api.prove(&challenge, "app", &api.code(&secret)).await;
    assert_eq!((signed_in.status, signed_in.headers["location"].to_str().unwrap()), (201, "/api/v1/sessions/current"));
    assert_eq!(signed_in.json()["session"]["second_factors"], json!(["app"]));
    let over = api.prove(&challenge, "app", &api.code(&secret)).await;
    assert_eq!(over.problem(), (401, "challenge-over".into()));

    let typed = recovery[0].to_uppercase().replace('-', " ");
    let by_code = api.prove(&api.challenge("ann@example.org").await, "recovery", &typed).await;
    assert_eq!(by_code.status, 201, "{}", by_code.text);
    let again = api.prove(&api.challenge("ann@example.org").await, "recovery", &recovery[0]).await;
    assert_eq!(again.problem(), (401, "challenge-failed".into()));
    let token = text(&by_code.json()["token"]);
    assert_eq!(api.get(FACTORS).by(&token).send().await.json()["recovery_codes_left"], 9);
    let renewed = api.act(RENEW).by(&token).send().await.json();
    let fresh = texts(&renewed["recovery_codes"]);
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !recovery.contains(code)));
    let old = api.prove(&api.challenge("ann@example.org").await, "recovery", &recovery[1]).await;
    assert_eq!(old.problem(), (401, "challenge-failed".into()));

    let token = text(&renewed["signed_in"]["token"]);
    api.bed.clock.advance(TimeDelta::minutes(15));
    for (method, path) in [(Method::DELETE, APP), (Method::POST, RENEW), (Method::POST, EMAIL)] {
        let late = api.ask(method, path).by(&token).send().await;
        assert_eq!(late.problem(), (403, "sign-in-again".into()), "{path}");
    }
    let challenge = api.challenge("ann@example.org").await;
    let token = text(&api.prove(&challenge, "app", &api.code(&secret)).await.json()["token"]);
    assert_eq!(api.delete(EMAIL).by(&token).send().await.problem(), (409, "factor-not-set-up".into()));
    let gone = api.delete(APP).by(&token).send().await;
    assert_eq!((gone.status, &gone.json()["recovery_codes"]), (201, &json!([])));
    let token = text(&gone.json()["signed_in"]["token"]);
    assert_eq!(api.act(RENEW).by(&token).send().await.problem(), (409, "factor-not-set-up".into()));
    api.sign_in("ann@example.org").await;
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Proves A70: a new code kills the old one, a code is good for its own challenge, and not many are mailed.
#[tokio::test]
async fn codes_by_mail() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    api.bed.added("bob", &["Member"]).await.unwrap();
    let bob = api.sign_in("bob").await;
    assert_eq!(api.act(EMAIL).by(&bob).send().await.problem(), (409, "address-not-proved".into()));
    let set = api.act(EMAIL).by(&ann).send().await;
    assert_eq!(texts(&set.json()["recovery_codes"]).len(), 10);
    api.letters().await;
    let (one, two) = (api.challenge("ann@example.org").await, api.challenge("ann@example.org").await);
    let none_yet = api.prove(&one, "email", "000000").await;
    assert_eq!(none_yet.problem(), (401, "challenge-failed".into()));
    let old = api.mailed(&one).await;
    let other = api.mailed(&two).await;
    let new = api.mailed(&one).await;
    assert_eq!(old.len(), 8);
    for wrong in [&old, &other] {
        assert_eq!(api.prove(&one, "email", wrong).await.problem(), (401, "challenge-failed".into()));
    }
    let too_many = api.post(MAIL, &json!({ "challenge": two })).send().await;
    assert_eq!(too_many.problem(), (429, "tried-too-often".into()));
    assert_eq!(too_many.headers["retry-after"], "300");
    assert_eq!(api.letters().await, []);
    let grouped = format!("{} {}", &new[..4], &new[4..]);
    assert_eq!(api.prove(&one, "email", &grouped).await.status, 201);

    assert_eq!(api.post(ABANDON, &json!({ "challenge": two })).send().await.status, 204);
    assert_eq!(api.prove(&two, "email", &other).await.problem(), (401, "challenge-over".into()));
    assert_eq!(api.post(ABANDON, &json!({ "challenge": two })).send().await.status, 204);
    assert_eq!(api.post(ABANDON, &json!({ "challenge": "nonsense" })).send().await.status, 204);
    let late = api.challenge("ann@example.org").await;
    api.bed.clock.advance(TimeDelta::minutes(10));
    assert_eq!(api.post(MAIL, &json!({ "challenge": late })).send().await.problem(), (401, "challenge-over".into()));
}

/// Proves A63: a code of an app is taken once, also of fifty at the same time; never after a later one; and the code that
/// set the app up signs nobody in.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_apps_code_is_taken_once() {
    let api = Arc::new(Api::with_apps().await);
    let ann = api.joined("ann@example.org").await;
    let WithApp { secret, .. } = api.app_of(&ann).await;
    let enrolled = api.code(&secret);
    let reply = api.prove(&api.challenge("ann@example.org").await, "app", &enrolled).await;
    assert_eq!(reply.problem(), (401, "challenge-failed".into()), "the code of the set-up");

    let mut challenges = Vec::new();
    for _ in 0..50 {
        challenges.push(api.challenge("ann@example.org").await);
    }
    api.bed.clock.advance(STEP);
    let code = api.code(&secret);
    let tasks = challenges.into_iter().map(|challenge| {
        let (api, code) = (Arc::clone(&api), code.clone());
        tokio::spawn(async move { api.prove(&challenge, "app", &code).await.status })
    });
    let mut taken = 0;
    for task in tasks.collect::<Vec<_>>() {
        taken += usize::from(task.await.unwrap() == 201);
    }
    assert_eq!(taken, 1);
    let again = api.prove(&api.challenge("ann@example.org").await, "app", &code).await;
    assert_eq!(again.problem(), (401, "challenge-failed".into()));

    api.bed.clock.advance(STEP);
    let (earlier, challenge) = (api.code(&secret), api.challenge("ann@example.org").await);
    api.bed.clock.advance(STEP);
    let later = api.code(&secret);
    assert_eq!(api.prove(&challenge, "app", &later).await.status, 201);
    let reply = api.prove(&api.challenge("ann@example.org").await, "app", &earlier).await;
    assert_eq!(reply.problem(), (401, "challenge-failed".into()), "one that is still in its time, after a later one");
}

/// Proves A64 and A65: five wrong codes end the sign-in; a hundred in a row, over however many sign-ins by the right
/// password and from wherever, and the factor is not taken any more; only whoever is all the way in has them forgiven.
#[tokio::test]
async fn codes_cannot_be_guessed() {
    let api = Api::with_apps().await;
    let ann = api.joined("ann@example.org").await;
    let WithApp { secret, recovery, .. } = api.app_of(&ann).await;
    api.bed.clock.advance(STEP);
    let wrong = if api.code(&secret) == "000000" { "000001" } else { "000000" };
    let first = api.challenge("ann@example.org").await;
    for _ in 0..5 {
        assert_eq!(api.prove(&first, "app", wrong).await.problem(), (401, "challenge-failed".into()));
    }
    let right = api.prove(&first, "app", &api.code(&secret)).await;
    assert_eq!(right.problem(), (401, "challenge-over".into()), "the right one comes too late");
    let challenge = api.challenge("ann@example.org").await;
    assert_eq!(api.prove(&challenge, "app", &api.code(&secret)).await.status, 201, "all the way in");

    api.bed.clock.advance(STEP);
    for round in 0..20 {
        let challenge = api.challenge("ann@example.org").await;
        for n in 0..5 {
            let body = json!({ "challenge": challenge, "kind": "app", "code": wrong, "transport": "bearer" });
            let from = format!("198.51.100.{round}");
            let reply = api.post(ANSWER, &body).header("x-forwarded-for", from).send().await;
            assert_eq!(reply.problem(), (401, "challenge-failed".into()), "{round} {n}");
        }
    }
    let challenge = api.challenge("ann@example.org").await;
    let reply = api.prove(&challenge, "app", &api.code(&secret)).await;
    assert_eq!(reply.problem(), (429, "factor-frozen".into()));
    assert!(!reply.headers.contains_key("retry-after"), "waiting does not help");
    assert_eq!(api.half("ann@example.org").await["kinds"], json!(["app"]), "the password is counted apart");
    let challenge = api.challenge("ann@example.org").await;
    assert_eq!(api.prove(&challenge, "recovery", &recovery[0]).await.status, 201, "and so are recovery codes");
}

/// Proves A66: what a right password alone gives opens nothing: not as a token, not as a cookie, at no operation.
#[tokio::test]
async fn half_a_sign_in_opens_nothing() {
    let api = Api::start().await;
    let ann = api.joined("ann@example.org").await;
    api.mailed_codes_of(&ann).await;
    let challenge = api.challenge("ann@example.org").await;
    for (method, path, operation) in api.operations() {
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let example = operation.pointer("/requestBody/content/application~1json/example").cloned().unwrap_or(json!({}));
        let by_token = api.ask(method.clone(), &path).json(&example).by(&challenge).send().await;
        assert_eq!(by_token.problem(), (401, "session-not-good".into()), "{method} {path}");
        if operation["security"] == json!([]) {
            continue;
        }
        let cookie = format!("__Host-membership={challenge}");
        let by_cookie = api.ask(method.clone(), &path).json(&example).header("cookie", cookie);
        let by_cookie = by_cookie.header("sec-fetch-site", "same-origin").send().await;
        assert_eq!(by_cookie.problem(), (401, "sign-in-required".into()), "{method} {path}");
    }
    let code = api.mailed(&challenge).await;
    assert_eq!(api.prove(&challenge, "email", &code).await.status, 201, "and it is as good as it was");
}

/// Proves TEN-9, TEN-10 and TEN-11: the list says whether there is a second factor and which; an administrator switches
/// it on, which is mail unless there is an app, and off.
// Part of A69: with permission and a sign-in of just now, the member is told, and it stands in the audit.
#[tokio::test]
async fn an_administrator_switches_it_on_and_off() {
    let api = Api::with_apps().await;
    let ann = api.joined("ann@example.org").await;
    let me = api.bed.world(api.bed.tenant.id).await.unwrap().members;
    let id = me.iter().find(|member| member.email.is_some() && !member.representative).unwrap().id;
    let switch = api.member(id, "/second-factor");
    let put = |on: bool, by: &str| api.put(&switch, &json!({ "on": on })).by(by);
    let root = api.root().await;
    let listed = async || {
        let list = api.get(api.tenant("/members")).by(&root).send().await.json();
        let rows = list["members"].as_array().unwrap().clone();
        rows.iter().find(|row| row["id"] == json!(id.to_string())).unwrap()["second_factors"].clone()
    };
    assert_eq!(listed().await, json!([]));
    let (_, reader) = api.holder("reader", &["membership:members.read"]).await;
    assert_eq!(put(true, &reader).send().await.problem(), (403, "permission-missing".into()));
    assert_eq!(put(false, &root).send().await.problem(), (409, "second-factor-unchanged".into()));
    api.letters().await;

    let on = put(true, &root).send().await;
    assert_eq!((on.status, &on.json()["second_factors"]), (200, &json!(["email"])), "{}", on.text);
    assert_eq!(listed().await, json!(["email"]));
    assert_eq!(api.get(api.member(id, "")).by(&root).send().await.json()["second_factors"], json!(["email"]));
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.problem(), (401, "session-not-good".into()));
    assert!(matches!(api.letters().await.as_slice(), [Content::FactorsChanged { .. }]), "the member is told");
    let records = api.get(api.tenant("/audit?limit=5")).by(&root).send().await.json();
    assert!(records["records"][0]["name"].as_str().unwrap().contains("factor"), "{}", records["records"][0]);

    let ann = api.sign_in_by_mail("ann@example.org").await;
    let with_app = api.app_of(&ann).await;
    assert_eq!(listed().await, json!(["email", "app"]));
    let off = put(false, &root).send().await;
    assert_eq!((off.status, &off.json()["second_factors"]), (200, &json!([])));
    assert_eq!(api.get("/api/v1/me").by(&with_app.token).send().await.status, 401);
    let ann = api.sign_in("ann@example.org").await;
    api.app_of(&ann).await;
    assert_eq!(listed().await, json!(["app"]));
    let kept = put(true, &root).send().await;
    assert_eq!(kept.problem(), (409, "second-factor-unchanged".into()), "an app stays, and is used");

    api.bed.clock.advance(TimeDelta::minutes(15));
    assert_eq!(put(false, &root).send().await.problem(), (403, "sign-in-again".into()));
    let root = api.root().await;
    let own = api.put(api.member(api.bed.member.id, "/second-factor"), &json!({ "on": true })).by(&root).send().await;
    assert_eq!(own.status, 403, "{}", own.text);
    let waiting = api.bed.invite("waiting@example.org").await.unwrap();
    let path = api.member(waiting.member.id, "/second-factor");
    let not_joined = api.put(path, &json!({ "on": true })).by(&root).send().await;
    assert_eq!(not_joined.problem(), (409, "member-not-joined".into()));
}

/// Proves A69: nobody weakens an account that another tenant relies on, whoever administers the one.
#[tokio::test]
async fn an_account_of_two_tenants_is_for_neither_to_open() {
    let api = Api::start().await;
    let registered = api.bed.join("ann@example.org").await.unwrap();
    let other = api.bed.at(&api.bed.found("Other Ltd", "other").await.unwrap());
    other.join_with(&api.bed.as_member(&registered), "ann@example.org").await.unwrap();
    let root = api.root().await;
    let before = format!("{:?}", api.bed.account(registered.account.id).await.unwrap());
    let off = api.put(api.member(registered.member.id, "/second-factor"), &json!({ "on": true })).by(&root);
    assert_eq!(off.send().await.problem(), (403, "account-is-shared".into()));
    let link = api.act(api.member(registered.member.id, "/password-link")).by(&root).send().await;
    assert_eq!(link.problem(), (403, "account-is-shared".into()));
    assert_eq!(format!("{:?}", api.bed.account(registered.account.id).await.unwrap()), before);
}

/// A tenant that wants a second factor lets nobody in without, at any operation; the own account says what is owed; and
/// nobody takes away what a tenant wants.
#[tokio::test]
async fn a_tenant_wants_a_second_factor() {
    let api = Api::with_apps().await;
    let ann = api.joined("ann@example.org").await;
    let root = api.root().await;
    let root = api.app_of(&root).await;
    let policy_at = api.tenant("/policy");
    let mut policy = api.get(&policy_at).by(&root.token).send().await.json();
    assert_eq!(policy["second_factor"], json!({ "required": false, "kinds": ["email", "app", "passkey"] }));
    let plan = async |policy: &Value| {
        let asked = api.post(api.tenant("/policy/plan"), &json!({ "policy": policy })).by(&root.token);
        asked.send().await
    };
    policy["second_factor"] = json!({ "required": true, "kinds": [] });
    let faults = plan(&policy).await.faults();
    assert_eq!(faults, [("/policy/second_factor/kinds".into(), "second-factor-kinds-missing".into())]);
    policy["second_factor"] = json!({ "required": true, "kinds": ["app"] });
    let planned = plan(&policy).await.json();
    let body = json!({ "policy": policy, "plan": planned["plan"] });
    let changed = api.put(&policy_at, &body).by(&root.token).send().await;
    assert_eq!((changed.status, &changed.json()["second_factor"]), (200, &policy["second_factor"]));

    for (method, path, operation) in api.operations() {
        if !path.contains("{tenant}") {
            continue;
        }
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let path = format!("{path}?permission=membership:members.read");
        let example = operation.pointer("/requestBody/content/application~1json/example").cloned().unwrap_or(json!({}));
        let reply = api.ask(method.clone(), &path).json(&example).by(&ann).send().await;
        let id = operation["operationId"].as_str().unwrap();
        if matches!(id, "suspendTenant" | "resumeTenant" | "readdressRepresentative") {
            continue;
        }
        assert!(reply.status >= 400, "{id}");
        assert_ne!(reply.code(), "permission-missing", "{id}");
        if method == Method::GET {
            assert_eq!(reply.problem(), (403, "second-factor-missing".into()), "{id}");
        }
    }
    let me = api.get("/api/v1/me").by(&ann).send().await.json();
    assert_eq!(me["places"][0]["owes"], "second-factor");
    let ann = api.app_of(&ann).await;
    let me = api.get("/api/v1/me").by(&ann.token).send().await.json();
    assert_eq!(me["places"][0].get("owes"), None);
    assert_eq!(api.get(api.tenant("")).by(&ann.token).send().await.status, 200);
    let kept = api.delete(APP).by(&ann.token).send().await;
    assert_eq!(kept.problem(), (409, "factor-required".into()));
    let by_mail = api.mailed_codes_of(&ann.token).await;
    assert_eq!(api.get(api.tenant("")).by(&by_mail).send().await.status, 200, "the app was shown");
    let only_mail = api.sign_in_by_mail("ann@example.org").await;
    let reply = api.get(api.tenant("")).by(&only_mail).send().await;
    assert_eq!(reply.problem(), (403, "second-factor-not-shown".into()));
    let me = api.get("/api/v1/me").by(&only_mail).send().await.json();
    assert_eq!(me["places"][0]["owes"], "sign-in");
}
