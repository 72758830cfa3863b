//! Presets, and the tenants that are made by them.

use std::collections::BTreeSet;

use membership_core::{invitation::invite::Reach, tenant::Presets};
use membership_testkit::{Adapter, Bed, bed::PASSWORD};
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, PRESETS, text, texts},
};

const TENANTS: &str = "/api/v1/tenants";

fn new_tenant(name: &str) -> Value {
    json!({ "name": name, "administrator": { "name": "Other", "via": "link" } })
}

impl Api {
    async fn make(&self, token: &str, body: &Value) -> Reply {
        self.post(TENANTS, body).by(token).send().await
    }

    /// A tenant by `body` whose administrator has joined as `username`: its address, and a token of the administrator.
    async fn made(&self, body: &Value, username: &str) -> (String, String) {
        let root = self.root().await;
        let made = self.make(&root, body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let token = text(&made.json()["link"]).rsplit('/').next().unwrap().to_owned();
        self.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
        let body = json!({
            "token": token, "name": "Other", "username": username, "password": PASSWORD, "transport": "bearer",
        });
        assert_eq!(self.post("/api/v1/invitation/register", &body).send().await.status, 201);
        (made.headers["location"].to_str().unwrap().to_owned(), self.sign_in(username).await)
    }
}

fn id_in(address: &str) -> &str {
    address.rsplit('/').next().unwrap()
}

/// Each role of a tenant with all that it gives, by itself or by what it includes.
async fn roles_of(api: &Api, address: &str, token: &str) -> Vec<(String, BTreeSet<String>)> {
    let table = api.get(format!("{address}/authority")).by(token).send().await.json();
    let rows = |role: &Value| {
        let applications = table["applications"].as_array().unwrap();
        let rows = applications.iter().flat_map(|application| application["permissions"].as_array().unwrap());
        let given = rows.filter(|row| row["roles"].as_array().unwrap().contains(role));
        given.map(|row| text(&row["permission"])).collect()
    };
    table["roles"].as_array().unwrap().iter().map(|role| (text(&role["name"]), rows(&role["id"]))).collect()
}

/// What `role` gives in the tenant of `api`.
async fn gives(api: &Api, role: &str) -> BTreeSet<String> {
    let root = api.root().await;
    let roles = roles_of(api, &api.tenant(""), &root).await;
    roles.into_iter().find(|(name, _)| name == role).unwrap().1
}

fn set(permissions: &[&str]) -> BTreeSet<String> {
    permissions.iter().map(|permission| (*permission).to_owned()).collect()
}

async fn everything_in(api: &Api, applications: &[&str]) -> BTreeSet<String> {
    let root = api.root().await;
    let all = api.every_permission(&root).await.into_iter();
    all.filter(|permission| applications.contains(&permission.split(':').next().unwrap())).collect()
}

#[tokio::test]
async fn everybody_who_is_signed_in_sees_the_presets() {
    let api = Api::by_preset("portal-tenant").await;
    let (_, vera) = api.person("vera", &["Viewer"]).await;
    let list = api.get("/api/v1/presets").by(&vera).send().await;
    assert_eq!(list.status, 200, "{}", list.text);
    let list = list.json();
    let presets = list["presets"].as_array().unwrap();
    let names: Vec<String> = presets.iter().map(|preset| text(&preset["name"])).collect();
    assert_eq!(names[0], "portal-tenant", "the configured one first");
    assert_eq!(names.iter().cloned().collect::<BTreeSet<_>>(), set(&PRESETS));
    for preset in presets {
        assert!(!text(&preset["summary"]).is_empty());
        assert_eq!(preset["applications"][0]["key"], "membership");
        assert!(preset["policy"]["max_people_per_call"].is_u64());
        for role in preset["roles"].as_array().unwrap() {
            assert!(role["permissions"].is_array() && role["includes"].is_array());
        }
    }
    let streaming = presets.iter().find(|preset| preset["name"] == "streaming-app").unwrap();
    assert_eq!(streaming["policy"]["existing_account"], "join");
    assert_eq!(streaming["administrator"], "Administration");
}

/// A tenant has what its preset says, and keeps it.
#[tokio::test]
async fn a_tenant_is_a_copy_of_its_preset() {
    let api = Api::start().await;
    let root = api.root().await;
    let presets = api.get("/api/v1/presets").by(&root).send().await.json();
    for preset in presets["presets"].as_array().unwrap() {
        let name = text(&preset["name"]);
        let mut body = new_tenant(&name);
        body["preset"] = json!(name);
        let (address, token) = api.made(&body, &name).await;
        let seen = api.get(&address).by(&token).send().await.json();
        assert_eq!(seen["tenant"]["preset"], name.as_str());
        assert_eq!((&seen["tenant"]["status"], &seen["representative"]), (&json!("active"), &json!(true)));
        let applications = api.get(format!("{address}/applications")).by(&token).send().await.json();
        assert_eq!(applications["applications"], preset["applications"]);
        assert_eq!(api.get(format!("{address}/policy")).by(&token).send().await.json(), preset["policy"]);
        let mut expected: Vec<String> =
            preset["roles"].as_array().unwrap().iter().map(|role| text(&role["name"])).collect();
        expected.push(text(&preset["administrator"]));
        expected.sort();
        let roles: Vec<String> = roles_of(&api, &address, &token).await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(roles, expected);
    }
    let plain = api.make(&root, &new_tenant("Plain")).await.json();
    assert_eq!(plain["tenant"]["preset"], "organization", "the configured one unless told otherwise");
}

/// Proves APP-9: a new application has its four groups, and the distributor is a matter of the preset: one without it
/// seeds three.
#[tokio::test]
async fn an_application_begins_with_its_groups() {
    let api = Api::by_preset("streaming-app").await;
    let root = api.root().await;
    let names = |list: &Value| -> Vec<String> {
        list["roles"].as_array().unwrap().iter().map(|role| text(&role["name"])).collect()
    };
    let list = api.get(api.tenant("/roles")).by(&root).send().await.json();
    assert_eq!(names(&list), ["Administration", "Editor", "Media-hub distributor", "Visitor"]);

    let shipped = Presets::shipped("streaming-app", Vec::new()).unwrap();
    let mut preset = shipped.standard().clone();
    preset.roles.retain(|role| role.name.as_str() != "Media-hub distributor");
    let presets = Presets::new(preset, []);
    let without = Api::over(Bed::altered(Adapter::in_memory(), |parts| parts.presets = presets).await.unwrap());
    let root = without.root().await;
    let list = without.get(without.tenant("/roles")).by(&root).send().await.json();
    assert_eq!(names(&list), ["Administration", "Editor", "Visitor"]);
}

/// Proves APP-10, APP-11, APP-12 and APP-13: the distributor's group is about one named application; the administration's
/// is everything, and the creator holds it; an editor does all but manage the application; a visitor sees all of that.
#[tokio::test]
async fn the_groups_of_an_application() {
    let api = Api::by_preset("streaming-app").await;
    let root = api.root().await;
    assert_eq!(gives(&api, "Media-hub distributor").await, everything_in(&api, &["vtvhub"]).await);
    let everything: BTreeSet<String> = api.every_permission(&root).await.into_iter().collect();
    assert_eq!(gives(&api, "Administration").await, everything);
    let seen = api.get(api.tenant("")).by(&root).send().await.json();
    assert_eq!(texts(&seen["permissions"]).into_iter().collect::<BTreeSet<_>>(), everything, "the creator's");
    let all_but = everything_in(&api, &["channels", "media", "vtvhub"]).await;
    assert_eq!(gives(&api, "Editor").await, all_but);
    let views: BTreeSet<String> =
        all_but.into_iter().filter(|permission| permission.split('.').next_back() == Some("view")).collect();
    assert!(views.len() >= 12);
    assert_eq!(gives(&api, "Visitor").await, views);
    assert_eq!(api.get("/api/v1/me").by(&root).send().await.json()["operator"], true);
}

/// Proves ACC-12, ACC-13, ACC-14 and ACC-15: each role is its list of privileges, as a set; the last one is all of the
/// others and five more.
#[tokio::test]
async fn the_roles_of_a_livestream_account() {
    let api = Api::by_preset("livestream-account").await;
    let root = api.root().await;
    let list = api.get(api.tenant("/applications")).by(&root).send().await.json();
    let named = list["applications"][1]["permissions"].as_array().unwrap().clone();
    let called = |permissions: BTreeSet<String>| -> BTreeSet<String> {
        let name = |permission: &String| {
            text(&named.iter().find(|one| one["permission"] == permission.as_str()).unwrap()["name"])
        };
        permissions.iter().map(name).collect()
    };
    let operator = set(&["Stream Viewer", "Stream Log", "Currently Streaming", "Breakout Explorer"]);
    let creator = set(&["Events", "Breakouts", "Breakout Explorer", "Subdomains", "Blogs"]);
    let manager = set(&["Payments", "Platform", "Analytics", "All Attendance", "All Usage", "VoD Profiles"]);
    let more = set(&["Pipelines", "Distributions", "Comments", "Monetization", "Activity Log"]);
    let all: BTreeSet<String> = [&operator, &creator, &manager, &more].into_iter().flatten().cloned().collect();
    for (role, privileges) in [
        ("Livestream Operator", operator),
        ("Content Creator", creator),
        ("General Manager", manager),
        ("Super Admin", all),
    ] {
        assert_eq!(called(gives(&api, role).await), privileges, "{role}");
    }
}

/// Proves X-1 and ACC-6 in part: the states are the same everywhere, and each product has its own words for them.
#[tokio::test]
async fn each_product_has_its_words() {
    for (preset, kind, state, word, tone) in [
        ("livestream-account", "invitation", "joined", "COMPLETED", "green"),
        ("livestream-account", "invitation", "ready", "READY", "amber"),
        ("livestream-account", "invitation", "accepted", "ACCEPTED", "amber-green"),
        ("streaming-app", "member", "enabled", "Joined", "green"),
        ("streaming-app", "member", "not-joined", "Invited", "amber"),
        ("organization", "member", "not-joined", "To be added", "amber"),
        ("organization", "invitation", "invited", "Waiting to join", "amber"),
        ("portal-tenant", "invitation", "invited", "Invited", "amber"),
        ("portal-tenant", "member", "removed", "Removed", "grey"),
    ] {
        let api = Api::by_preset(preset).await;
        let root = api.root().await;
        let words = api.get(api.tenant("")).by(&root).send().await.json()["words"].clone();
        assert_eq!(words[kind][state], json!({ "word": word, "tone": tone }), "{preset}");
        let keys = |kind: &str| words[kind].as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        let stages = ["ready", "invited", "accepted", "joined", "rejected", "expired", "revoked"];
        assert_eq!(keys("invitation"), set(&stages), "{preset}");
        assert_eq!(keys("member"), set(&["not-joined", "enabled", "disabled", "removed"]), "{preset}");
    }
}

/// Proves TEN-4 in part: tenants form a tree; whoever is a member at the top is told the way there, and nothing is
/// inherited in either direction.
#[tokio::test]
async fn the_top_level_tenant_is_reachable() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut body = new_tenant("Middle Ltd");
    body["parent"] = json!(api.bed.tenant.id.to_string());
    let (middle, mid) = api.made(&body, "mid").await;
    body = new_tenant("Bottom Ltd");
    body["parent"] = json!(id_in(&middle));
    let (bottom, low) = api.made(&body, "low").await;

    let seen = api.get(&bottom).by(&low).send().await.json();
    assert_eq!(seen["tenant"]["parent"], id_in(&middle));
    let line = |seen: &Value| -> Vec<(String, bool)> {
        let lineage = seen["lineage"].as_array().unwrap();
        lineage.iter().map(|one| (text(&one["name"]), one["member"].as_bool().unwrap())).collect()
    };
    let expected = [("Example Ltd", false), ("Middle Ltd", false), ("Bottom Ltd", true)];
    assert_eq!(line(&seen), expected.map(|(name, member)| (name.to_owned(), member)));
    for (address, token) in [(&middle, &low), (&bottom, &mid), (&bottom, &root), (&api.tenant(""), &low)] {
        let reply = api.get(address).by(token).send().await;
        assert_eq!(reply.problem(), (404, "tenant-unknown".into()), "nothing is inherited: {address}");
    }

    // Somebody who is a member in both.
    let mut here = api.bed.invitation_to("").await.unwrap();
    here.people[0].reach = Reach::Link(None);
    let here = api.bed.invite_one(here).await.unwrap();
    let token = api.bed.token(&here.invitation);
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
    let joined = api.post("/api/v1/invitation/join", &json!({ "token": token })).by(&low).send().await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let seen = api.get(&bottom).by(&low).send().await.json();
    let top = &seen["lineage"][0];
    assert_eq!((&top["name"], &top["member"]), (&json!("Example Ltd"), &json!(true)));
    let members = api.get(format!("{TENANTS}/{}/members", text(&top["id"]))).by(&low).send().await;
    assert_eq!(members.status, 200, "the members of the top-level tenant: {}", members.text);
}

/// Every reason not to make a tenant; nothing is made.
#[tokio::test]
async fn not_every_tenant_is_made() {
    let api = Api::start().await;
    let root = api.root().await;
    let (_, ann) = api.person("ann", &["Administrator"]).await;
    let mut by_mail = new_tenant("By mail");
    by_mail["administrator"] = json!({ "name": "Other", "via": "mail", "email": "other@example.org" });
    let changed = |field: &str, value: Value| {
        let mut body = new_tenant("New");
        body[field] = value;
        body
    };
    let before = api.bed.adapter.directory.tenants().await.unwrap();
    for (token, body, problem) in [
        (&ann, new_tenant("New"), (403, "operator-only")),
        (&root, changed("preset", json!("no-such")), (422, "preset-unknown")),
        (&root, changed("parent", json!(NOTHING)), (422, "parent-unknown")),
        (&root, changed("name", json!("")), (422, "invalid-input")),
    ] {
        let reply = api.make(token, &body).await;
        assert_eq!(reply.problem(), (problem.0, problem.1.into()), "{body}: {}", reply.text);
    }
    let unknown = api.make(&root, &changed("preset", json!("no-such"))).await;
    assert!(PRESETS.iter().all(|name| unknown.text.contains(name)), "says which there are: {}", unknown.text);
    assert_eq!(api.bed.adapter.directory.tenants().await.unwrap(), before);

    let quiet = Bed::altered(Adapter::in_memory(), |parts| parts.mail_is_on = false).await.unwrap();
    let quiet = Api::over(quiet);
    let root = quiet.root().await;
    assert_eq!(quiet.make(&root, &by_mail).await.problem(), (503, "mail-not-configured".into()));
    assert_eq!(quiet.make(&root, &new_tenant("By link")).await.status, 201);
}

#[tokio::test]
async fn the_tree_has_a_bottom() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut parent = api.bed.tenant.id.to_string();
    for depth in 2..=33 {
        let mut body = new_tenant(&format!("Level {depth}"));
        body["parent"] = json!(parent);
        let reply = api.make(&root, &body).await;
        if depth == 33 {
            assert_eq!(reply.problem(), (409, "tenants-too-deep".into()));
        } else {
            assert_eq!(reply.status, 201, "{depth}: {}", reply.text);
            parent = text(&reply.json()["tenant"]["id"]);
        }
    }
}

/// A suspended tenant is closed for everybody at once, by whatever operation; resumed, everything is as it was.
#[tokio::test]
async fn a_suspended_tenant_is_closed() {
    let api = Api::start().await;
    let (address, other) = api.made(&new_tenant("Other Ltd"), "other").await;
    let root = api.root().await;
    let (suspend, resume) = (format!("{address}/suspend"), format!("{address}/resume"));
    assert_eq!(api.act(&suspend).by(&other).send().await.problem(), (403, "operator-only".into()));
    assert_eq!(api.act(&resume).by(&root).send().await.problem(), (409, "tenant-active-already".into()));
    let seen = api.get(&address).by(&other).send().await.json();

    let suspended = api.act(&suspend).by(&root).send().await;
    assert_eq!((suspended.status, &suspended.json()["status"]), (200, &json!("suspended")));
    assert_eq!(api.act(&suspend).by(&root).send().await.problem(), (409, "tenant-suspended-already".into()));
    let id = id_in(&address);
    let mut asked = 0;
    for (method, path, operation) in api.operations() {
        if !path.contains("{tenant}")
            || matches!(
                operation["operationId"].as_str(),
                Some("suspendTenant" | "resumeTenant" | "readdressRepresentative")
            )
        {
            continue;
        }
        let path = path.replace("{tenant}", id).replace(['{', '}'], "");
        let ask = api.ask(method.clone(), format!("{path}?permission=membership:members.read")).by(&other);
        let ask = match operation.pointer("/requestBody/content/application~1json/example") {
            Some(example) => ask.json(example),
            None => ask,
        };
        let reply = ask.send().await;
        assert_eq!(reply.problem(), (403, "tenant-suspended".into()), "{method} {path}: {}", reply.text);
        asked += 1;
    }
    assert!(asked > 20);
    assert_eq!(api.act(&resume).by(&other).send().await.problem(), (403, "operator-only".into()));
    assert_eq!(api.act(&resume).by(&root).send().await.json()["status"], "active");
    assert_eq!(api.get(&address).by(&other).send().await.json(), seen);
}

#[tokio::test]
async fn a_tenant_that_nobody_is_in_is_not_suspended() {
    let api = Api::start().await;
    let root = api.root().await;
    let made = api.make(&root, &new_tenant("Other Ltd")).await;
    let address = made.headers["location"].to_str().unwrap().to_owned();
    for verb in ["suspend", "resume"] {
        let reply = api.act(format!("{address}/{verb}")).by(&root).send().await;
        assert_eq!(reply.problem(), (409, "tenant-setting-up".into()));
        let reply = api.act(format!("{TENANTS}/{NOTHING}/{verb}")).by(&root).send().await;
        assert_eq!(reply.problem(), (404, "tenant-unknown".into()));
    }
}
