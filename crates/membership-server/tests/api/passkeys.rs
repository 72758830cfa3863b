//! Passkeys, by real signatures: made, shown beside a password and alone, forged, replayed, taken away, and asked for by a
//! tenant.

mod refused;

use std::sync::Arc;

use chrono::TimeDelta;
use membership_auth::{TotpCodes, WebAuthnPasskeys, XChaChaSealer};
use membership_core::link::Key;
use membership_testkit::{Adapter, Bed, SoftPasskey};
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{text, texts},
    second_factors::FACTORS,
};

const ORIGIN: &str = "https://members.example.org";
const HOST: &str = "members.example.org";
const PASSKEYS: &str = "/api/v1/me/passkeys";
const BEGIN: &str = "/api/v1/me/passkeys/ceremonies";
const BEGIN_PROOF: &str = "/api/v1/challenges/passkey";
const PROVE: &str = "/api/v1/challenges/passkey/answer";
const BEGIN_ALONE: &str = "/api/v1/sessions/passkey/ceremonies";
const ALONE: &str = "/api/v1/sessions/passkey";
const ME: &str = "/api/v1/me";

/// Somebody with a passkey.
pub(crate) struct WithPasskey {
    pub(crate) token: String,
    pub(crate) device: SoftPasskey,
    recovery: Vec<String>,
}

/// A ceremony as it was begun.
pub(crate) struct Begun {
    options: Value,
    pub(crate) state: String,
}

impl Begun {
    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.text);
        let reply = reply.json();
        assert!(reply["options"]["publicKey"].is_object(), "{reply}");
        Self { options: reply["options"].clone(), state: text(&reply["state"]) }
    }

    /// What `device` signs.
    pub(crate) fn shown_by(&self, device: &mut SoftPasskey) -> Value {
        serde_json::from_str(&device.get(&self.options.to_string()).unwrap()).unwrap()
    }

    pub(crate) fn made_by(&self, device: &mut SoftPasskey) -> Value {
        serde_json::from_str(&device.create(&self.options.to_string()).unwrap()).unwrap()
    }
}

/// An honest authenticator without passkeys.
pub(crate) fn device() -> SoftPasskey {
    SoftPasskey::new(ORIGIN, HOST)
}

fn first_of(factors: &Value) -> String {
    text(&factors["passkeys"][0]["credential"])
}

impl Api {
    /// A server that takes real passkeys, and codes of real apps.
    pub(crate) async fn with_passkeys() -> Self {
        let altered = Bed::altered(Adapter::in_memory(), |parts| {
            parts.passkeys = Arc::new(WebAuthnPasskeys::new(ORIGIN, "Example product").unwrap());
            parts.codes = Arc::new(TotpCodes);
            parts.sealer = Arc::new(XChaChaSealer::new(&Key::new([9; 32])));
        });
        Self::over(altered.await.unwrap())
    }

    pub(crate) async fn begin_passkey(&self, token: &str) -> Begun {
        Begun::of(&self.act(BEGIN).by(token).send().await)
    }

    pub(crate) async fn add_passkey(&self, token: &str, state: &str, credential: &Value) -> Reply {
        let body = json!({ "name": "Phone", "state": state, "credential": credential });
        self.post(PASSKEYS, &body).by(token).send().await
    }

    /// Whoever has `token` makes a passkey on a new device.
    pub(crate) async fn passkey_of(&self, token: &str) -> WithPasskey {
        let mut device = device();
        let begun = self.begin_passkey(token).await;
        let set = self.add_passkey(token, &begun.state, &begun.made_by(&mut device)).await;
        assert_eq!((set.status, set.headers["location"].to_str().unwrap()), (201, FACTORS), "{}", set.text);
        let set = set.json();
        let recovery = texts(&set["recovery_codes"]);
        WithPasskey { token: text(&set["signed_in"]["token"]), device, recovery }
    }

    /// The right password, and what the browser is asked then.
    pub(crate) async fn begin_proof(&self, login: &str) -> (String, Begun) {
        let challenge = self.challenge(login).await;
        let begun = Begun::of(&self.post(BEGIN_PROOF, &json!({ "challenge": challenge })).send().await);
        (challenge, begun)
    }

    pub(crate) async fn prove_by_passkey(&self, challenge: &str, state: &str, credential: &Value) -> Reply {
        let body = json!({ "challenge": challenge, "state": state, "credential": credential, "transport": "bearer" });
        self.post(PROVE, &body).send().await
    }

    pub(crate) async fn begin_alone(&self) -> Begun {
        Begun::of(&self.act(BEGIN_ALONE).send().await)
    }

    pub(crate) async fn alone_by(&self, state: &str, credential: &Value) -> Reply {
        self.post(ALONE, &json!({ "state": state, "credential": credential, "transport": "bearer" })).send().await
    }

    /// A sign-in by `device` alone.
    pub(crate) async fn alone(&self, device: &mut SoftPasskey) -> Reply {
        let begun = self.begin_alone().await;
        self.alone_by(&begun.state, &begun.shown_by(device)).await
    }
}

/// Proves A71 in part: a passkey is made, listed, shown beside the password and alone, as a token and as a cookie, and taken
/// away; each of these sessions is a new one, and what was before a change of the second factors opens nothing any more.
#[tokio::test]
async fn a_passkey_from_its_making_to_its_end() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let begun = api.begin_passkey(&ann).await;
    let asked = &begun.options["publicKey"];
    assert_eq!((&asked["rp"]["id"], &asked["rp"]["name"]), (&json!(HOST), &json!("Example product")));
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    let WithPasskey { token, mut device, recovery } = api.passkey_of(&ann).await;
    assert_eq!(recovery.len(), 10);
    assert_eq!(api.get(FACTORS).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    let now = api.bed.clock.now().to_rfc3339();
    let factors = api.get(FACTORS).by(&token).send().await.json();
    let credential = first_of(&factors);
    let row = json!([{ "credential": credential, "name": "Phone", "since": now }]);
    assert_eq!((&factors["kinds"], &factors["passkeys"]), (&json!(["passkey"]), &row));
    let begun = api.begin_passkey(&token).await;
    assert!(device.create(&begun.options.to_string()).is_err(), "the browser is told which it has");
    assert_eq!(api.get(ME).by(&token).send().await.json()["account"]["second_factors"], json!(["passkey"]));

    api.bed.clock.advance(TimeDelta::hours(1));
    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    assert_eq!(begun.options["publicKey"]["allowCredentials"][0]["id"], json!(credential));
    let proved = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(&mut device)).await;
    assert_eq!((proved.status, &proved.json()["session"]["second_factors"]), (201, &json!(["passkey"])));
    assert_eq!(proved.headers["location"], "/api/v1/sessions/current");
    assert_eq!(api.get(ME).by(&text(&proved.json()["token"])).send().await.status, 200);

    api.bed.clock.advance(TimeDelta::minutes(1));
    let alone = api.alone(&mut device).await;
    assert_eq!((alone.status, alone.headers["location"].to_str().unwrap()), (201, "/api/v1/sessions/current"));
    assert!(!alone.headers.contains_key("set-cookie"));
    let alone = alone.json();
    assert_eq!(alone["session"]["second_factors"], json!(["passkey"]));
    let ann = text(&alone["token"]);
    let factors = api.get(FACTORS).by(&ann).send().await.json();
    assert_eq!(factors["passkeys"][0]["used_at"], json!(api.bed.clock.now().to_rfc3339()));

    let gone = api.delete(format!("{PASSKEYS}/{credential}")).by(&ann).send().await;
    assert_eq!((gone.status, &gone.json()["recovery_codes"]), (201, &json!([])), "{}", gone.text);
    assert_eq!(api.get(ME).by(&ann).send().await.problem(), (401, "session-not-good".into()));
    assert_eq!(api.alone(&mut device).await.problem(), (401, "passkey-failed".into()));
    let ann = text(&gone.json()["signed_in"]["token"]);
    assert_eq!(api.get(FACTORS).by(&ann).send().await.json()["passkeys"], json!([]));
    api.sign_in("ann@example.org").await;
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// A browser gets a cookie, which scripts cannot read, and leaves nothing open behind.
// Part of A71 and A76.
#[tokio::test]
async fn a_browser_signs_in_by_a_passkey() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let mut device = api.passkey_of(&ann).await.device;
    let cookie_of = |reply: &Reply| {
        assert_eq!(reply.status, 201, "{}", reply.text);
        assert!(reply.json().get("token").is_none());
        let cookie = reply.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.starts_with("__Host-membership=mbk_") && cookie.contains("HttpOnly; SameSite=Lax; Secure"));
        cookie.split(';').next().unwrap().to_owned()
    };
    let begun = api.begin_alone().await;
    let body = json!({ "state": begun.state, "credential": begun.shown_by(&mut device), "transport": "cookie" });
    let first = cookie_of(&api.post(ALONE, &body).header("sec-fetch-site", "same-origin").send().await);
    assert_eq!(api.get(ME).header("cookie", &first).send().await.status, 200);

    let (challenge, begun) = api.begin_proof("ann@example.org").await;
    let credential = begun.shown_by(&mut device);
    let body = json!({ "challenge": challenge, "state": begun.state, "credential": credential, "transport": "cookie" });
    let ask = api.post(PROVE, &body).header("cookie", &first).header("origin", ORIGIN);
    let second = cookie_of(&ask.send().await);
    assert_eq!(api.get(ME).header("cookie", &first).send().await.status, 401, "the session that was replaced is over");

    api.bed.clock.advance(TimeDelta::seconds(1));
    // What changes the second factors hands the next session over as this one came.
    let begin = api.act(BEGIN).header("cookie", &second).header("sec-fetch-site", "same-origin").send().await;
    let begun = Begun::of(&begin);
    let credential = begun.made_by(&mut self::device());
    let body = json!({ "name": "Key", "state": begun.state, "credential": credential });
    let third =
        cookie_of_change(&api.post(PASSKEYS, &body).header("cookie", &second).header("origin", ORIGIN).send().await);
    let factors = api.get(FACTORS).header("cookie", &third).send().await.json();
    assert_eq!(factors["passkeys"].as_array().unwrap().len(), 2);
    let removed = api.delete(format!("{PASSKEYS}/{}", first_of(&factors))).header("cookie", &third);
    let fourth = cookie_of_change(&removed.header("sec-fetch-site", "same-origin").send().await);
    assert_eq!(api.get(FACTORS).header("cookie", &fourth).send().await.json()["passkeys"][0]["name"], "Key");
}

fn cookie_of_change(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert!(reply.json()["signed_in"].get("token").is_none());
    reply.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
}

/// A tenant that wants a passkey leads whoever has none to make one, and lets in whoever has shown it, alone or beside a
/// password; an app is not enough there, and the last passkey stays.
#[tokio::test]
async fn a_tenant_wants_a_passkey() {
    let api = Api::with_passkeys().await;
    let (ann, root) = (api.joined("ann@example.org").await, api.root().await);
    let ann = api.app_of(&ann).await;
    let root = api.passkey_of(&root).await.token;
    let mut policy = api.get(api.tenant("/policy")).by(&root).send().await.json();
    policy["second_factor"] = json!({ "required": true, "kinds": ["passkey"] });
    let planned = api.post(api.tenant("/policy/plan"), &json!({ "policy": policy })).by(&root).send().await.json();
    let body = json!({ "policy": policy, "plan": planned["plan"] });
    let changed = api.put(api.tenant("/policy"), &body).by(&root).send().await;
    assert_eq!((changed.status, &changed.json()["second_factor"]), (200, &policy["second_factor"]), "{}", changed.text);

    assert_eq!(api.get(api.tenant("")).by(&ann.token).send().await.problem(), (403, "second-factor-missing".into()));
    let place = async |token: &str| api.get(ME).by(token).send().await.json()["places"][0].clone();
    assert_eq!(place(&ann.token).await["owes"], "second-factor");
    let WithPasskey { token, mut device, recovery } = api.passkey_of(&ann.token).await;
    assert_eq!(recovery, Vec::<String>::new(), "those that came with the app stay good");
    assert_eq!(place(&token).await.get("owes"), None);
    assert_eq!(api.get(api.tenant("")).by(&token).send().await.status, 200);

    api.bed.clock.advance(TimeDelta::seconds(30));
    let by_app = api.prove(&api.challenge("ann@example.org").await, "app", &api.code(&ann.secret)).await.json();
    let by_app = text(&by_app["token"]);
    assert_eq!(api.get(api.tenant("")).by(&by_app).send().await.problem(), (403, "second-factor-not-shown".into()));
    assert_eq!(place(&by_app).await["owes"], "sign-in");
    let alone = text(&api.alone(&mut device).await.json()["token"]);
    assert_eq!(api.get(api.tenant("")).by(&alone).send().await.status, 200);
    let factors = api.get(FACTORS).by(&alone).send().await.json();
    let last = format!("{PASSKEYS}/{}", first_of(&factors));
    assert_eq!(api.delete(last).by(&alone).send().await.problem(), (409, "factor-required".into()));
    let recovered = api.prove(&api.challenge("ann@example.org").await, "recovery", &ann.recovery[0]).await.json();
    let by_code = text(&recovered["token"]);
    assert_eq!(api.get(api.tenant("")).by(&by_code).send().await.status, 200, "a recovery code stands for any of them");
}

/// Ten passkeys are as many as there can be; what goes along with their ceremonies fits into a body, and the last of them opens.
#[tokio::test]
async fn ten_passkeys() {
    let api = Api::with_passkeys().await;
    let mut token = api.joined("ann@example.org").await;
    let mut devices = Vec::new();
    for _ in 0..10 {
        let with = api.passkey_of(&token).await;
        token = with.token;
        devices.push(with.device);
    }
    assert_eq!(api.act(BEGIN).by(&token).send().await.problem(), (409, "too-many-passkeys".into()));
    for device in &mut devices {
        let (challenge, begun) = api.begin_proof("ann@example.org").await;
        assert_eq!(begun.options["publicKey"]["allowCredentials"].as_array().unwrap().len(), 10);
        let proved = api.prove_by_passkey(&challenge, &begun.state, &begun.shown_by(device)).await;
        assert_eq!(proved.status, 201, "{}", proved.text);
    }
    for device in &mut devices {
        assert_eq!(api.alone(device).await.status, 201);
    }
    let factors = api.get(FACTORS).by(&token).send().await.json();
    for row in factors["passkeys"].as_array().unwrap() {
        let gone = api.delete(format!("{PASSKEYS}/{}", text(&row["credential"]))).by(&token).send().await;
        token = text(&gone.json()["signed_in"]["token"]);
    }
    assert_eq!(api.get(FACTORS).by(&token).send().await.json()["kinds"], json!([]));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// A member that is shut out gets no further by a passkey than by a password; an account that is closed is nobody's.
// Part of A67.
#[tokio::test]
async fn whoever_is_shut_out_stays_out() {
    let api = Api::with_passkeys().await;
    let ann = api.joined("ann@example.org").await;
    let WithPasskey { token, mut device, .. } = api.passkey_of(&ann).await;
    let root = api.root().await;
    let members = api.bed.world(api.bed.tenant.id).await.unwrap().members;
    let id = members.iter().find(|member| !member.representative).unwrap().id;
    assert_eq!(api.act(api.member(id, "/disable")).by(&root).send().await.status, 200);
    assert_eq!(api.get(api.tenant("")).by(&token).send().await.problem(), (403, "member-disabled".into()));
    let signed_in = api.alone(&mut device).await;
    assert_eq!(signed_in.status, 201, "the account is the person's own");
    let inside = text(&signed_in.json()["token"]);
    for path in ["", "/members", "/check?permission=workspace:tasks.view"] {
        let reply = api.get(api.tenant(path)).by(&inside).send().await;
        assert_eq!(reply.problem(), (403, "member-disabled".into()), "{path}");
    }
    assert_eq!(api.act(api.member(id, "/enable")).by(&root).send().await.status, 200);
    let outdated = api.get(api.tenant("")).by(&token).send().await;
    assert_eq!(outdated.problem(), (401, "session-outdated".into()), "what began before");
    assert_eq!(api.get(api.tenant("")).by(&inside).send().await.status, 200);

    assert_eq!(api.post(api.tenant("/leave"), &json!({})).by(&inside).send().await.status, 200);
    let begun = api.begin_alone().await;
    let last = text(&api.alone(&mut device).await.json()["token"]);
    assert_eq!(api.delete(ME).by(&last).send().await.status, 204);
    let closed = api.alone_by(&begun.state, &begun.shown_by(&mut device)).await;
    assert_eq!(closed.problem(), (401, "passkey-failed".into()), "begun before, finished after");
    let mut stranger = self::device();
    let eve = api.joined("eve@example.org").await;
    stranger.create(&api.begin_passkey(&eve).await.options.to_string()).unwrap();
    let unknown = api.alone(&mut stranger).await;
    assert_eq!(unknown.but_request_id(), closed.but_request_id(), "as one that was never added");
}
