//! API keys: what a program may, and for how long.

use std::sync::Arc;

use chrono::TimeDelta;
use membership_core::Membership;
use membership_store::Database;
use membership_testkit::{Adapter, Bed, Dice, bed::parts};
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

const READ: &str = "membership:members.read";
const MANAGE: &str = "membership:members.manage";

impl Api {
    async fn key(&self, by: &str, scope: &[&str], seconds: u32) -> Reply {
        let body = json!({ "name": "Nightly report", "scope": scope, "seconds": seconds });
        self.post(self.tenant("/api-keys"), &body).by(by).send().await
    }

    /// The secret and the address of a key.
    pub(crate) async fn key_for(&self, by: &str, scope: &[&str]) -> (String, String) {
        let made = self.key(by, scope, 3_600).await;
        assert_eq!(made.status, 201, "{}", made.text);
        (text(&made.json()["secret"]), made.headers["location"].to_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn a_key_from_its_making_to_its_end() {
    let api = Api::start().await;
    let root = api.root().await;
    let made = api.key(&root, &[READ], 60).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (secret, location) = (text(&made.json()["secret"]), made.headers["location"].to_str().unwrap().to_owned());
    assert!(secret.starts_with("mba_"));
    let shown = api.get(&location).by(&root).send().await.json();
    assert_eq!(shown, made.json()["api_key"]);
    assert_eq!((&shown["scope"], &shown["name"]), (&json!([READ]), &json!("Nightly report")));
    let members = api.get(api.tenant("/members")).by(&secret).send().await;
    assert_eq!(members.status, 200, "{}", members.text);
    let listed = api.get(api.tenant("/api-keys")).by(&root).send().await.json();
    assert_eq!(listed["api_keys"][0]["used_at"], json!(api.bed.clock.now().to_rfc3339()));
    assert!(!listed.to_string().contains("mba_"), "the secret was shown once");
    api.bed.clock.advance(TimeDelta::seconds(60));
    assert_eq!(api.get(api.tenant("/members")).by(&secret).send().await.problem(), (401, "session-not-good".into()));
    assert_eq!(api.get(&location).by(&root).send().await.problem(), (404, "api-key-unknown".into()));

    let (secret, location) = api.key_for(&root, &[READ]).await;
    let (_, reader) = api.person("reader", &["Member"]).await;
    let others = api.get(api.tenant("/api-keys")).by(&reader).send().await.json();
    assert_eq!(others["api_keys"], json!([]), "a member sees the own keys");
    assert_eq!(api.delete(&location).by(&reader).send().await.problem(), (404, "api-key-unknown".into()));
    assert_eq!(api.delete(&location).by(&root).send().await.status, 204);
    assert_eq!(api.delete(&location).by(&root).send().await.problem(), (410, "api-key-revoked".into()));
    assert_eq!(api.get(api.tenant("/members")).by(&secret).send().await.problem(), (401, "session-not-good".into()));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

#[tokio::test]
async fn what_a_key_cannot_be_made_for() {
    let api = Api::start().await;
    let root = api.root().await;
    for (body, place, code) in [
        (json!({ "name": "x", "scope": [], "seconds": 60 }), "/scope", "scope-empty"),
        (json!({ "name": "x", "scope": ["nothing"], "seconds": 60 }), "/scope/0", "permission-malformed"),
        (json!({ "name": "x", "scope": [READ, "a:b.c"], "seconds": 60 }), "/scope/1", "permission-unknown"),
        (json!({ "name": "x", "scope": [READ], "seconds": 59 }), "/seconds", "lifetime-out-of-range"),
        (json!({ "name": "x", "scope": [READ], "seconds": 31_622_401 }), "/seconds", "lifetime-out-of-range"),
        (json!({ "name": "", "scope": [READ], "seconds": 60 }), "/name", "name-empty"),
    ] {
        let reply = api.post(api.tenant("/api-keys"), &body).by(&root).send().await;
        assert_eq!(reply.faults(), [(place.into(), code.into())], "{body}: {}", reply.text);
    }
    let (_, reader) = api.holder("reader", &[READ]).await;
    assert_eq!(api.key(&reader, &[READ, MANAGE], 60).await.problem(), (403, "scope-exceeds-own".into()));
    api.bed.clock.advance(TimeDelta::minutes(15));
    assert_eq!(api.key(&reader, &[READ], 60).await.problem(), (403, "sign-in-again".into()));

    let root = api.root().await;
    let (secret, location) = api.key_for(&root, &[READ, MANAGE]).await;
    assert_eq!(api.key(&secret, &[READ], 3_601).await.faults(), [("/seconds".into(), "lifetime-out-of-range".into())]);
    let audit = "membership:audit.read";
    assert_eq!(api.key(&secret, &[audit], 60).await.problem(), (403, "scope-exceeds-own".into()));
    let (lesser, _) = api.key_for(&secret, &[READ]).await;
    assert_eq!(api.get(api.tenant("/members")).by(&lesser).send().await.status, 200);
    assert_eq!(
        api.key(&lesser, &[READ], 60).await.problem(),
        (403, "not-by-api-key".into()),
        "keys have no grandchildren"
    );
    assert_eq!(api.delete(&location).by(&root).send().await.status, 204);
    let gone = api.get(api.tenant("/members")).by(&lesser).send().await;
    assert_eq!(gone.status, 401, "whatever it has made ends with it: {}", gone.text);
}

/// Proves A36: of each operation: a key is let in to those of its tenant, as far as its scope goes and no further; to
/// nothing of the account; and it is a bearer token, never a cookie and never a part of an address.
#[tokio::test]
async fn every_operation_asks_for_the_scope() {
    let mut api = Api::start().await;
    let (mut root, mut key) = fresh(&api).await;
    let (mut refused, mut allowed) = (Vec::new(), Vec::new());
    for (method, path, operation) in api.operations() {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        let example = operation.pointer("/requestBody/content/application~1json/example").cloned().unwrap_or(json!({}));
        let target = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let query = format!("{target}?key={key}");
        let in_address = api.ask(method.clone(), query).json(&example).send().await;
        assert_eq!(in_address.problem(), (400, "credential-in-query".into()), "{id}");
        if operation["security"] == json!([]) {
            continue;
        }
        let ask = || api.ask(method.clone(), format!("{target}?permission={READ}")).json(&example);
        let cookie = ask().header("cookie", format!("__Host-membership={key}")).header("sec-fetch-site", "same-origin");
        assert_eq!(cookie.send().await.problem(), (401, "sign-in-required".into()), "{id}");
        let by_key = ask().by(&key).send().await;
        if path.starts_with("/api/v1/me") || path.starts_with("/api/v1/sessions") {
            assert_eq!(by_key.problem(), (403, "not-by-api-key".into()), "{id}");
            continue;
        }
        if by_key.status < 400 { &mut allowed } else { &mut refused }.push((id.clone(), by_key.problem().1));
        if method != Method::GET {
            // What the key was let in to do is undone with the whole house.
            if by_key.status < 400 {
                api = Api::start().await;
                (root, key) = fresh(&api).await;
            }
        }
    }
    assert!(!root.is_empty());
    let allowed: Vec<&str> = allowed.iter().map(|(id, _)| id.as_str()).collect();
    let everybody =
        ["getPolicy", "listRoles", "listApplications", "getAuthority", "check", "checkMany", "explain", "getTenant"];
    for id in everybody.into_iter().chain(["listMembers", "listTransfers", "listApiKeys", "listWhoMay"]) {
        assert!(allowed.contains(&id), "{id} is not allowed: {refused:?}");
    }
    for (id, code) in &refused {
        let fine = ["scope-too-small", "scope-exceeds-own", "not-by-api-key", "representative-only", "operator-only"];
        // A key makes only keys that last an hour.
        let own = (id.as_str(), code.as_str()) == ("makeApiKey", "invalid-input");
        let fine = fine.contains(&code.as_str()) || code.ends_with("-unknown") || own;
        assert!(fine, "{id}: {code}");
    }
    let too_small = refused.iter().filter(|(_, code)| code == "scope-too-small").count();
    assert!(too_small >= 8, "{refused:?}");
}

async fn fresh(api: &Api) -> (String, String) {
    let root = api.root().await;
    let (key, _) = api.key_for(&root, &[READ]).await;
    (root, key)
}

/// Proves A39: at every operation of another tenant a key is answered byte for byte as at one of a tenant that does not
/// exist, though its maker is a member there, too.
#[tokio::test]
async fn a_key_opens_one_tenant() {
    let api = Api::start().await;
    let registered = api.bed.join("ann@example.org").await.unwrap();
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.bed.at(&founded);
    let there = other.join_with(&api.bed.as_member(&registered), "ann@example.org").await.unwrap();
    let ann = api.sign_in("ann@example.org").await;
    let (key, _) = api.key_for(&ann, &["workspace:tasks.view"]).await;
    assert_eq!(api.get(api.tenant("")).by(&key).send().await.status, 200);
    let at = |tenant: &str| (tenant.to_owned(), key.clone());
    for round in ["a member", "a member who is disabled"] {
        let mut asked = 0;
        for (method, path, operation) in api.operations().into_iter().filter(|(_, path, _)| path.contains("{tenant}")) {
            let example =
                operation.pointer("/requestBody/content/application~1json/example").cloned().unwrap_or(json!({}));
            let mut answers = Vec::new();
            for (tenant, key) in [at(&founded.tenant.id.to_string()), at(NOTHING)] {
                let path = format!("{}?permission={READ}", path.replace("{tenant}", &tenant));
                let reply = api.ask(method.clone(), &path).json(&example).by(&key).send().await;
                let by_operator = matches!(reply.code().as_str(), "not-by-api-key" | "sign-in-again");
                assert!(reply.status == 404 || by_operator, "{round} {method} {path}: {}", reply.text);
                answers.push(reply.but_request_id());
            }
            assert_eq!(answers[0], answers[1], "{round} {method} {path}");
            asked += 1;
        }
        assert!(asked > 30);
        let target = membership_core::member::reach::Target { tenant: founded.tenant.id, member: there.id };
        if round == "a member" {
            other.membership.disable_member(&other.as_administrator(), target).await.unwrap();
        }
    }
}

/// Proves A74: a key that was revoked opens nothing, to none of two hundred who use it at the same time, over a real
/// database, nor once that is opened again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revoked_key_is_dead() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("membership.db").display());
    let open = async || Arc::into_inner(Database::open(&url).await.unwrap()).unwrap();
    let database = open().await;
    database.migrate().await.unwrap();
    let bed = Bed::over(Adapter::of(database)).await.unwrap();
    let api = Arc::new(Api::over(bed.clone()));
    let root = api.root().await;
    let (key, location) = api.key_for(&root, &[READ]).await;
    let (other, _) = api.key_for(&root, &[READ]).await;
    assert_eq!(api.get(api.tenant("/members")).by(&key).send().await.status, 200);
    assert_eq!(api.delete(&location).by(&root).send().await.status, 204);
    let uses = (0..200).map(|_| {
        let (api, key) = (Arc::clone(&api), key.clone());
        tokio::spawn(async move { api.get(api.tenant("/members")).by(&key).send().await.status })
    });
    for used in uses.collect::<Vec<_>>() {
        assert_eq!(used.await.unwrap(), 401);
    }
    drop(api);

    let mut again = bed;
    again.adapter = Adapter::of(open().await);
    again.membership = Membership::new(parts(&again.adapter, Arc::new(Dice::seeded(1))).unwrap());
    let api = Api::over(again);
    assert_eq!(api.get(api.tenant("/members")).by(&key).send().await.status, 401);
    assert_eq!(
        api.get(api.tenant("/members")).by(&other).send().await.status,
        200,
        "and one that was not is as good as ever"
    );
}

/// Proves A72 in part: nothing but the very secret of a key opens.
#[tokio::test]
async fn only_the_very_secret_opens() {
    let api = Api::start().await;
    let root = api.root().await;
    let (key, _) = api.key_for(&root, &[READ]).await;
    let mut variants: Vec<String> = (0..key.len()).map(|end| key[..end].to_owned()).collect();
    variants.extend((1..key.len()).map(|start| key[start..].to_owned()));
    variants.extend([key.to_uppercase(), key.to_lowercase(), key.replace("mba_", "mbk_"), key.replace("mba_", "mbc_")]);
    variants.extend([format!("{key}="), format!("{key}A"), format!("{key} "), format!(" {key}"), format!("\"{key}\"")]);
    variants.extend(('A'..='Z').map(|last| format!("{}{last}", &key[..key.len() - 1])));
    for variant in variants.iter().filter(|variant| **variant != key) {
        let reply = api.get(api.tenant("/members")).by(variant).send().await;
        assert_eq!(reply.status, 401, "{variant:?} opened: {}", reply.text);
    }
    assert_eq!(api.get(api.tenant("/members")).by(&key).send().await.status, 200);
}

/// What needs no permission is no more open to a key than its scope: it ends itself and what it has made, and answers no
/// offer to represent the tenant.
#[tokio::test]
async fn a_small_key_does_little() {
    let api = Api::start().await;
    let root = api.root().await;
    let (small, own) = api.key_for(&root, &[READ]).await;
    let (large, other) = api.key_for(&root, &[READ, MANAGE]).await;
    let (_, made) = api.key_for(&small, &[READ]).await;
    assert_eq!(api.delete(&other).by(&small).send().await.problem(), (404, "api-key-unknown".into()));
    for path in [&made, &own] {
        assert_eq!(api.delete(path).by(&small).send().await.status, 204);
    }
    assert_eq!(api.get(api.tenant("/members")).by(&large).send().await.status, 200);

    let (id, ann) = api.person("ann", &["Administrator"]).await;
    let nominated = api.post(api.tenant("/representative/nomination"), &json!({ "member": id })).by(&root).send().await;
    assert_eq!(nominated.status, 201, "{}", nominated.text);
    let (key, _) = api.key_for(&ann, &[READ, MANAGE]).await;
    for verb in ["accept", "decline"] {
        let reply = api.act(api.tenant(&format!("/representative/nomination/{verb}"))).by(&key).send().await;
        assert_eq!(reply.problem(), (403, "not-by-api-key".into()), "{verb}");
    }
    let reply = api.get(api.tenant("/representative/nomination")).by(&key).send().await;
    assert_eq!(reply.problem(), (403, "not-by-api-key".into()));
}

/// A key does what its maker may do at that moment, and ends when its maker is shut out.
// Part of A49.
#[tokio::test]
async fn a_key_is_no_more_than_its_maker() {
    let api = Api::start().await;
    let (id, manager) = api.person("manager", &["Member manager"]).await;
    let (key, _) = api.key_for(&manager, &[READ]).await;
    let members = async || api.get(api.tenant("/members")).by(&key).send().await;
    assert_eq!(members().await.status, 200);
    let root = api.root().await;
    let nothing = api.bed.define_role("Nothing", &[], &[]).await.unwrap().id.to_string();
    let changed = api.patch(api.member(&id, ""), &json!({ "roles": [nothing] })).by(&root).send().await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert_eq!(members().await.problem(), (403, "permission-missing".into()));
    assert_eq!(api.act(api.member(&id, "/disable")).by(&root).send().await.status, 200);
    assert_eq!(members().await.problem(), (403, "member-disabled".into()));
    assert_eq!(api.act(api.member(&id, "/enable")).by(&root).send().await.status, 200);
    let out: Value = members().await.json();
    assert_eq!(
        (&out["status"], &out["code"]),
        (&json!(401), &json!("session-outdated")),
        "it does not come back to life"
    );
}
