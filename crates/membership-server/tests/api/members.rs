//! Members: added, shown, changed, shut out and let in again.

use std::sync::Arc;

use chrono::TimeDelta;
use membership_testkit::bed::{PASSWORD, TEMPORARY};
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::Api,
    house::{NOTHING, text},
};

/// A body that adds `username`, in the role `Member`.
async fn addition(api: &Api, username: &str) -> Value {
    let role = api.role("Member").await;
    json!({ "name": "Ann Example", "username": username, "password": TEMPORARY, "roles": [role] })
}

/// Proves ORG-13, and ORG-11 in part: name and roles, username, password, an address if there is one; the member is enabled at
/// once, and signs in by a password that has to be replaced first.
// Departments are what is left of ORG-11.
#[tokio::test]
async fn somebody_is_added_with_a_password() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut body = addition(&api, "ann").await;
    body["email"] = json!("Ann@Example.ORG");
    let until = "2040-01-01T00:00:00.123456789+02:00";
    body["assignments"] = json!([{ "permission": "workspace:reports.export", "until": until }]);
    let added = api.post(api.tenant("/members"), &body).by(&root).send().await;
    assert_eq!(added.status, 201, "{}", added.text);
    let member = added.json();
    assert_eq!((&member["status"], &member["username"]), (&json!("enabled"), &json!("ann")));
    assert_eq!(member["email"], "ann@example.org");
    let role = json!({ "role": body["roles"][0] });
    let permission = json!({ "permission": "workspace:reports.export", "until": "2039-12-31T22:00:00.123456+00:00" });
    assert_eq!(member["assignments"], json!([role, permission]), "no finer than it is kept");
    assert_eq!(added.headers["location"], api.member(text(&member["id"]), ""));
    assert!(!added.text.contains(TEMPORARY));

    let shown = api.get(added.headers["location"].to_str().unwrap()).by(&root).send().await;
    assert_eq!(shown.json()["assignments"], member["assignments"]);
    let first = json!({ "login": "ann", "password": TEMPORARY, "transport": "bearer" });
    let session = api.post("/api/v1/sessions", &first).send().await;
    assert_eq!(session.status, 201, "the temporary password is good");
    let ann = text(&session.json()["token"]);
    assert_eq!(api.get(api.tenant("")).by(&ann).send().await.problem(), (403, "password-change-required".into()));
    let change = json!({ "current": TEMPORARY, "new": PASSWORD });
    let changed = api.post("/api/v1/me/password", &change).by(&ann).send().await;
    assert_eq!(api.get(api.tenant("")).by(&text(&changed.json()["token"])).send().await.status, 200);
    let bare = api.post(api.tenant("/members"), &addition(&api, "bob").await).by(&root).send().await;
    assert_eq!((bare.status, bare.json().get("email")), (201, None), "the address is optional");
    let address = json!({ "login": "ann@example.org", "password": PASSWORD, "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &address).send().await.status, 401, "nobody has proved the address");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Everything that can be wrong with somebody who is added, each at its place, and nobody is added.
#[tokio::test]
async fn faults_of_an_addition_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    api.bed.added("taken", &["Member"]).await.unwrap();
    api.bed.invite("known@example.org").await.unwrap();
    let before = api.everything().await;
    let role = api.role("Member").await;
    for (field, value, place, code) in [
        ("name", json!(" "), "/name", "name-empty"),
        ("username", json!("no good"), "/username", "username-malformed"),
        ("password", json!("short"), "/password", "password-too-short"),
        ("password", json!("ann example org"), "/password", "password-is-personal"),
        ("email", json!("ann@localhost"), "/email", "address-domain-invalid"),
        ("email", json!("ännchen@example.org"), "/email", "address-not-ascii"),
        ("roles", json!([]), "/roles", "roles-missing"),
        ("roles", json!([NOTHING]), "/roles/0", "role-unknown"),
        ("roles", json!([role, role]), "/roles/1", "assignment-repeated"),
        ("assignments", json!([{}]), "/assignments/0", "assignment-malformed"),
        ("assignments", json!([{ "role": role, "permission": "a:b" }]), "/assignments/0", "assignment-malformed"),
        ("assignments", json!([{ "role": role }]), "/assignments/0", "assignment-repeated"),
        ("assignments", json!([{ "permission": "no such thing" }]), "/assignments/0", "permission-unknown"),
        ("assignments", json!([{ "permission": "workspace:nothing" }]), "/assignments/0", "permission-unknown"),
        (
            "assignments",
            json!([{ "permission": "workspace:tasks.view", "until": "2020-01-01T00:00:00Z" }]),
            "/assignments/0",
            "end-has-passed",
        ),
        ("assignments", json!(vec![json!({ "role": role }); 64]), "/roles", "assignments-too-many"),
    ] {
        let mut body = addition(&api, "ann").await;
        body["email"] = json!("ann.example.org@example.org");
        body[field] = value;
        let reply = api.post(api.tenant("/members"), &body).by(&root).send().await;
        assert_eq!(reply.faults(), [(place.to_owned(), code.to_owned())], "{body}: {}", reply.text);
    }
    let mut body = addition(&api, "ann").await;
    for (wrong, at) in [("tomorrow", "until"), ("+12026-01-01T00:00:00Z", "until"), ("2026-01-01", "until")] {
        body["assignments"] = json!([{ "permission": "workspace:tasks.view", "until": wrong }]);
        let reply = api.post(api.tenant("/members"), &body).by(&root).send().await;
        assert_eq!(reply.faults(), [(format!("/assignments/0/{at}"), "value-unfit".to_owned())], "{wrong}");
    }
    let only = json!([{ "permission": "workspace:tasks.view" }]);
    let body = json!({ "name": "Ann", "username": "ann", "password": TEMPORARY, "assignments": only });
    let reply = api.post(api.tenant("/members"), &body).by(&root).send().await;
    assert_eq!(reply.faults(), [("/assignments".to_owned(), "roles-missing".to_owned())]);
    for (field, value, status, code) in [
        ("username", "taken", 409, "username-taken"),
        ("username", "TAKEN", 409, "username-taken"),
        ("email", "known@example.org", 409, "address-already-member"),
    ] {
        let mut body = addition(&api, "ann").await;
        body[field] = json!(value);
        let reply = api.post(api.tenant("/members"), &body).by(&root).send().await;
        assert_eq!(reply.problem(), (status, code.into()), "{value}");
    }
    let (_, manager) = api.person("manager", &["Member manager"]).await;
    let mut body = addition(&api, "ann").await;
    body["roles"] = json!([api.role("Administrator").await]);
    let reply = api.post(api.tenant("/members"), &body).by(&manager).send().await;
    assert_eq!(reply.problem(), (403, "grant-exceeds-own".into()));
    let (_, reader) = api.person("reader", &["Member"]).await;
    let reply = api.post(api.tenant("/members"), &addition(&api, "ann").await).by(&reader).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    assert!(!world.accounts.iter().any(|account| account.name.as_str() == "Ann Example"), "{before}");
}

/// Proves ORG-33 in part: nine of the ten fields of a member, each with the value that it has.
// The tenth is the department.
#[tokio::test]
async fn a_member_is_shown_in_full() {
    let api = Api::start().await;
    let invited = api.bed.invite("ann@example.org").await.unwrap();
    let token = api.bed.token(&invited.invitation);
    api.bed.clock.advance(TimeDelta::hours(1));
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
    let body = json!({
        "token": token, "name": "Ann", "username": "ann", "password": PASSWORD, "transport": "bearer",
    });
    let joined = api.post("/api/v1/invitation/register", &body).send().await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    let activated = joined.json()["member"]["joined_at"].clone();
    api.bed.clock.advance(TimeDelta::hours(1));
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "bearer" });
    let session = api.post("/api/v1/sessions", &body).send().await.json()["session"]["started_at"].clone();
    let root = api.root().await;
    let path = api.member(invited.member.id, "");
    let edited = api.patch(&path, &json!({ "email": "ann@company.example" })).by(&root).send().await;
    assert_eq!(edited.status, 200, "{}", edited.text);

    let shown = api.get(&path).by(&root).send().await.json();
    for (field, value) in [
        ("name", json!("Ann Example")),
        ("email", json!("ann@company.example")),
        ("role_names", json!(["Member"])),
        ("roles", json!([api.role("Member").await])),
        ("username", json!("ann")),
        ("status", json!("enabled")),
        ("status_label", json!({ "word": "Enabled", "tone": "green" })),
        ("joined_at", activated),
        ("last_signed_in_at", session),
        ("creator_name", json!("Root")),
        ("creator", json!(api.bed.member.id.to_string())),
        ("invitation_email", json!("ann@example.org")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let founder = api.get(api.member(api.bed.member.id, "")).by(&root).send().await.json();
    for absent in ["creator_name", "creator", "invitation_email", "invitation"] {
        assert!(founder.get(absent).is_none(), "{absent}: {founder}");
    }
    let (_, blind) = api.holder("blind", &["workspace:tasks.view"]).await;
    assert_eq!(api.get(&path).by(&blind).send().await.problem(), (403, "permission-missing".into()));
}

/// Proves TEN-7, and ORG-32 in part: name, address and roles of a member are changed, together or alone, and count at once.
// Departments are what is left of ORG-32.
#[tokio::test]
async fn a_member_is_edited() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, token) = api.person("ann", &["Member"]).await;
    let path = api.member(&ann, "");
    assert!(!api.may(&token, "membership:members.invite").await);
    let manager = api.role("Member manager").await;
    let body = json!({ "name": "Ann Other", "email": "ann@example.org", "roles": [manager] });
    let edited = api.patch(&path, &body).by(&root).send().await.json();
    assert_eq!((&edited["name"], &edited["email"]), (&body["name"], &body["email"]));
    assert_eq!((&edited["roles"], &edited["assignments"]), (&body["roles"], &json!([{ "role": manager }])));
    assert!(api.may(&token, "membership:members.invite").await, "with the session that was there before");

    let until = "2040-01-01T00:00:00+00:00";
    let body = json!({ "roles": [api.role("Member").await], "assignments": [{ "role": manager, "until": until }] });
    let edited = api.patch(&path, &body).by(&root).send().await.json();
    assert_eq!(edited["assignments"].as_array().unwrap().len(), 2);
    assert!(edited["assignments"].as_array().unwrap().contains(&json!({ "role": manager, "until": until })));
    assert_eq!((&edited["name"], &edited["email"]), (&json!("Ann Other"), &json!("ann@example.org")), "left out stays");
    for nothing in [json!(null), json!("")] {
        assert_eq!(api.patch(&path, &json!({ "email": nothing })).by(&root).send().await.json().get("email"), None);
        api.patch(&path, &json!({ "email": "ann@example.org" })).by(&root).send().await;
    }
    let before = api.everything().await;
    let same = api.patch(&path, &json!({})).by(&root).send().await;
    assert_eq!((same.status, &same.json()["name"]), (200, &json!("Ann Other")));
    assert_eq!(api.everything().await, before, "nothing asked, nothing written");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// What an edit can be refused for, each with its own code, and nothing is changed.
#[tokio::test]
async fn an_edit_is_refused_for_what_is_wrong() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, _) = api.person("ann", &["Member"]).await;
    let (manager, by_manager) = api.person("manager", &["Member manager"]).await;
    let waiting = api.bed.invite("waiting@example.org").await.unwrap();
    let gone = api.bed.added("gone", &["Member"]).await.unwrap().member;
    api.bed.membership.remove_member(&api.bed.as_administrator(), api.bed.target(&gone), <_>::default()).await.unwrap();
    let (member, administrator) = (api.role("Member").await, api.role("Administrator").await);
    let before = api.everything().await;
    let edit = async |by: &str, whom: &str, body: Value| api.patch(api.member(whom, ""), &body).by(by).send().await;

    let body = json!({ "name": "", "email": "no address", "roles": [member, NOTHING] });
    let reply = edit(&root, &ann, body).await;
    let expected = [("/name", "name-empty"), ("/email", "address-has-space"), ("/roles/1", "role-unknown")];
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    let waiting_id = waiting.member.id.to_string();
    for (by, whom, body, problem) in [
        (&root, &ann, json!({ "email": "waiting@example.org" }), (409, "address-already-member")),
        (&root, &waiting_id, json!({ "email": null }), (409, "address-needed")),
        (&root, &gone.id.to_string(), json!({ "name": "Back" }), (410, "member-removed")),
        (&root, &NOTHING.to_owned(), json!({ "name": "Nobody" }), (404, "member-unknown")),
        (&by_manager, &ann, json!({ "roles": [administrator] }), (403, "grant-exceeds-own")),
        (&by_manager, &manager, json!({ "name": "Me" }), (403, "member-is-self")),
    ] {
        let reply = edit(by, whom, body.clone()).await;
        assert_eq!(reply.problem(), (problem.0, problem.1.to_owned()), "{body}");
    }
    assert_eq!(api.everything().await, before);
}

/// Proves A28, TEN-3, TEN-8 and TEN-23, and A25 in part: nobody changes the own entry, the representative is neither
/// changed, disabled nor removed by anybody, and so the tenant keeps an administrator whatever is tried.
#[tokio::test]
async fn nobody_changes_the_own_entry_nor_the_representative() {
    let api = Api::start().await;
    let root = api.root().await;
    let (second, by_second) = api.person("second", &["Administrator"]).await;
    let representative = api.bed.member.id.to_string();
    let member = api.role("Member").await;
    let before = api.everything().await;
    let edits = [
        json!({ "roles": [member] }),
        json!({ "name": "Other" }),
        json!({ "email": "other@example.org" }),
        json!({ "assignments": [{ "role": member }] }),
    ];
    for (by, whom, status, code) in [
        (&root, &representative, 403, "member-is-self"),
        (&by_second, &second, 403, "member-is-self"),
        (&by_second, &representative, 409, "member-is-representative"),
    ] {
        for body in &edits {
            let reply = api.patch(api.member(whom, ""), body).by(by).send().await;
            assert_eq!(reply.problem(), (status, code.into()), "{body}");
        }
        for verb in ["disable", "enable"] {
            let reply = api.act(api.member(whom, &format!("/{verb}"))).by(by).send().await;
            assert_eq!(reply.problem(), (status, code.into()), "{verb}");
        }
        let reply = api.post(api.member(whom, "/remove"), &json!({})).by(by).send().await;
        assert_eq!(reply.problem(), (status, code.into()), "remove");
        for action in ["disable", "enable", "remove"] {
            let body = json!({ "members": [whom], "action": action });
            let reply = api.post(api.tenant("/members/bulk"), &body).by(by).send().await.json();
            let problem = &reply["results"][0]["problem"];
            assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{action}");
        }
    }
    let left = api.post(api.tenant("/leave"), &json!({})).by(&root).send().await;
    assert_eq!(left.problem(), (409, "representative-cannot-leave".into()));
    assert_eq!(api.everything().await, before);
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Proves ORG-41, ORG-42 and ORG-43: whoever has joined is enabled; disabled, the person is shut out of this tenant and keeps
/// all; enabled again, the person has what it had, by signing in anew.
#[tokio::test]
async fn a_member_is_shut_out_and_let_in_again() {
    let api = Api::start().await;
    let root = api.root().await;
    let joined = api.bed.join("ann@example.org").await.unwrap();
    let ann = api.sign_in("ann@example.org").await;
    let shown = async || api.get(api.member(joined.member.id, "")).by(&root).send().await.json();
    let before = shown().await;
    assert_eq!(before["status"], "enabled");

    api.bed.clock.advance(TimeDelta::minutes(1));
    let act = async |verb: &str| api.act(api.member(joined.member.id, &format!("/{verb}"))).by(&root).send().await;
    assert_eq!(act("enable").await.problem(), (409, "member-already-enabled".into()));
    let disabled = act("disable").await.json();
    assert_eq!((&disabled["status"], &disabled["time"]), (&json!("disabled"), &disabled["disabled_at"]));
    assert_eq!(act("disable").await.problem(), (409, "member-already-disabled".into()));
    assert_eq!(api.get(api.tenant("")).by(&ann).send().await.problem(), (403, "member-disabled".into()));
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.status, 200, "the account is as it was");
    let again = api.sign_in("ann@example.org").await;
    assert_eq!(api.get(api.tenant("")).by(&again).send().await.problem(), (403, "member-disabled".into()));
    for kept in ["name", "email", "roles", "assignments", "joined_at", "account", "invitation"] {
        assert_eq!(shown().await[kept], before[kept], "{kept}");
    }

    let enabled = act("enable").await.json();
    assert_eq!((&enabled["status"], enabled.get("disabled_at")), (&json!("enabled"), None));
    assert_eq!(api.get(api.tenant("")).by(&ann).send().await.problem(), (401, "session-outdated".into()));
    assert_eq!(api.get(api.tenant("")).by(&again).send().await.status, 200);
    let waiting = api.bed.invite("waiting@example.org").await.unwrap();
    for verb in ["disable", "enable"] {
        let reply = api.act(api.member(waiting.member.id, &format!("/{verb}"))).by(&root).send().await;
        assert_eq!(reply.problem(), (409, "member-not-joined".into()), "{verb}");
    }
    let (_, reader) = api.person("reader", &["Member"]).await;
    let reply = api.act(api.member(joined.member.id, "/disable")).by(&reader).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
}

/// Proves ORG-42 under load: once the disabling has answered, not one of two hundred requests that run beside it is answered
/// by the tenant, nor any later one.
// Part of I-34 and A49.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn disabled_means_now() {
    let api = Arc::new(Api::start().await);
    let root = api.root().await;
    let (ann, token) = api.person("ann", &["Member"]).await;
    let paths = ["", "/roles", "/members", "/check?permission=workspace:tasks.view", "/applications"];
    let answered = Arc::new(tokio::sync::RwLock::new(false));
    let probes: Vec<_> = (0..200)
        .map(|n: usize| {
            let (api, token, answered) = (Arc::clone(&api), token.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut late = 0;
                for round in 0..20 {
                    let over = *answered.read().await;
                    let path = api.tenant(paths[(n + round) % paths.len()]);
                    let status = api.ask(Method::GET, path).by(&token).send().await.status;
                    late += usize::from(over);
                    assert!(!over || status == 403, "answered {status} after the disabling had answered");
                    assert!(status == 200 || status == 403, "{status}");
                }
                late
            })
        })
        .collect();
    assert_eq!(api.act(api.member(&ann, "/disable")).by(&root).send().await.status, 200);
    *answered.write().await = true;
    let mut late = 0;
    for probe in probes {
        late += probe.await.unwrap();
    }
    assert!(late > 200, "only {late} of the requests came after the disabling");
}
