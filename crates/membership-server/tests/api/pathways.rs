//! Every way by which somebody comes by a session or a key, tried by whoever has no business in.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::text,
};

const SESSIONS: &str = "/api/v1/sessions";
const NEW: &str = "another battery staple horse";

/// Every operation that hands a session's token or an API key over. A new one has to be tried below.
const PATHWAYS: [&str; 16] = [
    "addPasskey",
    "answerChallenge",
    "answerChallengeByPasskey",
    "changePassword",
    "confirmApp",
    "endOtherSessions",
    "makeApiKey",
    "registerByInvitation",
    "removeApp",
    "removePasskey",
    "renewRecoveryCodes",
    "setUp",
    "signIn",
    "signInByPasskey",
    "switchMailedCodesOff",
    "switchMailedCodesOn",
];

/// Whether what is described by `schema` holds a token or the secret of a key, at any depth.
fn hands_over(spec: &Value, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
    if let Some(to) = schema["$ref"].as_str() {
        let key = to.ends_with("/MadeApiKey") || to.ends_with("/SignedIn");
        return key || seen.insert(to.to_owned()) && hands_over(spec, spec.pointer(&to[1..]).unwrap(), seen);
    }
    match schema {
        Value::Object(object) => object.values().any(|inner| hands_over(spec, inner, seen)),
        Value::Array(list) => list.iter().any(|inner| hands_over(spec, inner, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[tokio::test]
async fn these_are_all() {
    let api = Api::start().await;
    let mut found = BTreeSet::new();
    for (_, _, operation) in api.operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let cookie = response["headers"].get("Set-Cookie").is_some() && status == "201";
            let good = status.starts_with('2');
            if good && (cookie || hands_over(&api.spec, &response["content"], &mut BTreeSet::new())) {
                found.insert(text(&operation["operationId"]));
            }
        }
    }
    assert_eq!(found, PATHWAYS.map(str::to_owned).into());
}

/// Somebody on the way through all of them: each token is probed at the tenant as soon as it is there.
struct Walker<'a> {
    api: &'a Api,
    token: String,
    probed: Vec<(&'static str, (u16, String))>,
}

impl Walker<'_> {
    /// Takes the token that `pathway` has handed over, and looks what it opens.
    async fn took(&mut self, pathway: &'static str, reply: &Reply) {
        assert_eq!(reply.status, 201, "{pathway}: {}", reply.text);
        let reply = reply.json();
        let signed_in = reply.get("signed_in").unwrap_or(&reply);
        self.token = text(&signed_in["token"]);
        let opened = self.api.get(self.api.tenant("")).by(&self.token).send().await;
        self.probed.push((pathway, opened.problem()));
    }

    async fn act(&mut self, pathway: &'static str, path: &str, body: Value) {
        let reply = self.api.post(path, &body).by(&self.token).send().await;
        self.took(pathway, &reply).await;
    }

    async fn take_away(&mut self, pathway: &'static str, path: &str) {
        let reply = self.api.delete(path).by(&self.token).send().await;
        self.took(pathway, &reply).await;
    }

    async fn by_password(&mut self, login: &str) {
        let body = json!({ "login": login, "password": PASSWORD, "transport": "bearer" });
        let reply = self.api.post(SESSIONS, &body).send().await;
        self.took("signIn", &reply).await;
    }

    /// Every way but those of the authenticator app.
    async fn walk(&mut self, login: &str) {
        let api = self.api;
        self.by_password(login).await;
        self.act("endOtherSessions", "/api/v1/me/sessions/end-others", json!({})).await;
        self.act("changePassword", "/api/v1/me/password", json!({ "current": PASSWORD, "new": NEW })).await;
        self.act("changePassword", "/api/v1/me/password", json!({ "current": NEW, "new": PASSWORD })).await;
        self.act("switchMailedCodesOn", "/api/v1/me/second-factors/email", json!({})).await;
        self.act("renewRecoveryCodes", "/api/v1/me/second-factors/recovery-codes", json!({})).await;
        let challenge = api.challenge(login).await;
        let code = api.mailed(&challenge).await;
        let proved = api.prove(&challenge, "email", &code).await;
        self.took("answerChallenge", &proved).await;
        self.take_away("switchMailedCodesOff", "/api/v1/me/second-factors/email").await;

        let mut device = crate::passkeys::device();
        let begun = api.begin_passkey(&self.token).await;
        let added = api.add_passkey(&self.token, &begun.state, &begun.made_by(&mut device)).await;
        self.took("addPasskey", &added).await;
        let (challenge, begun) = api.begin_proof(login).await;
        let proved = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(&mut device)).await;
        self.took("answerChallengeByPasskey", &proved).await;
        let alone = api.alone(&mut device).await;
        self.took("signInByPasskey", &alone).await;
        let credential = api.get("/api/v1/me/second-factors").by(&self.token).send().await.json();
        let credential = text(&credential["passkeys"][0]["credential"]);

        let body = json!({ "name": "Program", "scope": ["workspace:tasks.view"], "seconds": 3_600 });
        let key = api.post(api.tenant("/api-keys"), &body).by(&self.token).send().await;
        self.probed.push(("makeApiKey", key.problem()));
        self.take_away("removePasskey", &format!("/api/v1/me/passkeys/{credential}")).await;
    }

    async fn confirm_app(&mut self) {
        let shown = self.api.act("/api/v1/me/second-factors/app").by(&self.token).send().await;
        let code = self.api.code(&text(&shown.json()["secret"]));
        self.act("confirmApp", "/api/v1/me/second-factors/app/confirm", json!({ "code": code })).await;
    }
}

/// What makes an account or an installation of its own: nobody is anybody before it.
const BY_LINK: [&str; 2] = ["registerByInvitation", "setUp"];

fn all_but_by_link(probed: &[(&'static str, (u16, String))]) {
    let tried: BTreeSet<&str> = probed.iter().map(|(pathway, _)| *pathway).chain(BY_LINK).collect();
    assert_eq!(tried, PATHWAYS.into(), "every pathway is tried");
}

/// Proves A67 in part: by none of the ways to a session or a key comes a disabled member into the tenant.
#[tokio::test]
async fn no_way_leads_a_disabled_member_in() {
    let api = Api::with_passkeys().await;
    api.joined("ann@example.org").await;
    let root = api.root().await;
    let members = api.bed.world(api.bed.tenant.id).await.unwrap().members;
    let id = members.iter().find(|member| !member.representative).unwrap().id;
    assert_eq!(api.act(api.member(id, "/disable")).by(&root).send().await.status, 200);
    let mut ann = Walker { api: &api, token: String::new(), probed: Vec::new() };
    ann.walk("ann@example.org").await;
    ann.confirm_app().await;
    ann.take_away("removeApp", "/api/v1/me/second-factors/app").await;
    all_but_by_link(&ann.probed);
    for (pathway, answer) in ann.probed {
        assert_eq!(answer, (403, "member-disabled".into()), "{pathway}");
    }
    let asked = api.bed.invite("bob@example.org").await.unwrap();
    let token = api.bed.token(&asked.invitation);
    let revoke = api.tenant(&format!("/invitations/{}/revoke", asked.invitation.id));
    assert_eq!(api.act(revoke).by(&root).send().await.status, 200);
    let body = json!({ "token": token, "name": "Bob", "password": PASSWORD, "transport": "bearer" });
    let registered = api.post("/api/v1/invitation/register", &body).send().await;
    assert_eq!(registered.problem(), (410, "invitation-revoked".into()));
}

/// Proves A67 in part: by none of the ways comes anybody into a tenant that wants a second factor without having shown it, and
/// no way past the one that the account has: the password alone gives no session.
#[tokio::test]
async fn no_way_leads_past_the_second_factor() {
    let api = Api::with_passkeys().await;
    api.joined("ann@example.org").await;
    let asked = api.bed.invite("bob@example.org").await.unwrap();
    let invitation = api.bed.token(&asked.invitation);
    let root = api.root().await;
    let root = api.app_of(&root).await.token;
    let mut policy = api.get(api.tenant("/policy")).by(&root).send().await.json();
    policy["second_factor"] = json!({ "required": true, "kinds": ["app"] });
    let planned = api.post(api.tenant("/policy/plan"), &json!({ "policy": policy })).by(&root).send().await.json();
    let body = json!({ "policy": policy, "plan": planned["plan"] });
    assert_eq!(api.put(api.tenant("/policy"), &body).by(&root).send().await.status, 200);

    let mut ann = Walker { api: &api, token: String::new(), probed: Vec::new() };
    ann.walk("ann@example.org").await;
    let probed = ann.probed.clone();
    for (pathway, answer) in &probed {
        assert_eq!(*answer, (403, "second-factor-missing".into()), "{pathway}");
    }
    ann.probed.clear();
    ann.confirm_app().await;
    assert_eq!(ann.probed, [("confirmApp", (200, String::new()))], "whoever has just shown the app is in");
    let kept = api.delete("/api/v1/me/second-factors/app").by(&ann.token).send().await;
    assert_eq!(kept.problem(), (409, "factor-required".into()));
    all_but_by_link(&[probed, ann.probed, vec![("removeApp", kept.problem())]].concat());

    assert_eq!(api.post("/api/v1/invitation/accept", &json!({ "token": invitation })).send().await.status, 200);
    let body = json!({ "token": invitation, "name": "Bob", "password": PASSWORD, "transport": "bearer" });
    let registered = api.post("/api/v1/invitation/register", &body).send().await;
    let mut bob = Walker { api: &api, token: String::new(), probed: Vec::new() };
    bob.took("registerByInvitation", &registered).await;
    assert_eq!(bob.probed, [("registerByInvitation", (403, "second-factor-missing".into()))]);
    let half = json!({ "login": "ann@example.org", "password": PASSWORD, "transport": "bearer" });
    let half = api.post(SESSIONS, &half).send().await;
    assert_eq!(half.status, 202);
    assert!(half.json().get("token").is_none() && !half.headers.contains_key("set-cookie"));
}

/// Proves A67, with the two above: a password or a factor that was tried wrongly a hundred times is taken by none of the ways that
/// ask for it, though it is the right one; what is shown instead of it still opens.
#[tokio::test]
async fn no_way_takes_what_is_frozen() {
    let api = Api::with_passkeys().await;
    let token = api.joined("ann@example.org").await;
    let mut ann = Walker { api: &api, token, probed: Vec::new() };
    let sign_in = |password: &str| json!({ "login": "ann@example.org", "password": password, "transport": "bearer" });
    for _ in 0..100 {
        api.bed.clock.advance(TimeDelta::seconds(10));
        let wrong = api.post(SESSIONS, &sign_in("wrong horse battery staple")).send().await;
        assert_eq!(wrong.problem(), (401, "sign-in-failed".into()));
    }
    api.bed.clock.advance(TimeDelta::minutes(1));
    let frozen = (429, "factor-frozen".to_owned());
    assert_eq!(api.post(SESSIONS, &sign_in(PASSWORD)).send().await.problem(), frozen);
    let change = json!({ "current": PASSWORD, "new": NEW });
    assert_eq!(api.post("/api/v1/me/password", &change).by(&ann.token).send().await.problem(), frozen);
    let address = json!({ "to": "ann@example.com", "password": PASSWORD });
    assert_eq!(api.post("/api/v1/me/address", &address).by(&ann.token).send().await.problem(), frozen);

    let api = Api::with_passkeys().await;
    ann = Walker { api: &api, token: api.joined("ann@example.org").await, probed: Vec::new() };
    let shown = api.app_of(&ann.token).await;
    let mut with = api.passkey_of(&shown.token).await;
    for _ in 0..20 {
        let challenge = api.challenge("ann@example.org").await;
        for _ in 0..5 {
            let reply = api.prove_by_passkey(&challenge, "AAAA", &json!({})).await;
            assert_eq!(reply.problem(), (401, "challenge-failed".into()));
        }
    }
    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    let right = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(&mut with.device)).await;
    assert_eq!(right.problem(), frozen);
    api.bed.clock.advance(TimeDelta::seconds(30));
    let by_app = api.prove(&challenge, "app", &api.code(&shown.secret)).await;
    assert_eq!(by_app.status, 201, "{}", by_app.text);
    let alone = api.alone(&mut with.device).await;
    assert_eq!(alone.status, 201, "a signature cannot be guessed, so nobody locks the owner out by trying");
}
