//! What somebody may do, why, and who may.

use chrono::TimeDelta;
use membership_core::{
    member::{Member, edit::Changes},
    role::assign::{Wanted, WantedGrant},
};
use membership_testkit::bed::TEMPORARY;
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text, texts},
};

impl Api {
    async fn explain(&self, token: &str, query: &str) -> Value {
        let reply = self.get(self.tenant(&format!("/explanation?{query}"))).by(token).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    async fn checks(&self, token: &str, questions: &Value) -> Reply {
        self.post(self.tenant("/checks"), &json!({ "questions": questions })).by(token).send().await
    }

    /// The administrator gives `member` these, and nothing else.
    async fn give(&self, member: &Member, assignments: Vec<Wanted>) {
        let changes = Changes { assignments: Some(assignments), ..Changes::default() };
        let bed = &self.bed;
        bed.membership.edit_member(&bed.as_administrator(), bed.target(member), changes).await.unwrap();
    }

    /// What whoever has `token` may, in order.
    async fn held(&self, token: &str) -> Vec<String> {
        let mut held = texts(&self.get(self.tenant("")).by(token).send().await.json()["permissions"]);
        held.sort();
        held
    }

    async fn wanted(&self, role: &str) -> Wanted {
        Wanted::role(self.bed.role(role).await.unwrap())
    }
}

fn single(permission: &str) -> Wanted {
    Wanted { what: WantedGrant::Permission(permission.to_owned()), within: None, until: None }
}

/// Proves APP-2: whoever is in a group may do exactly what that group allows, whichever group it is; and nobody becomes a
/// member, or stays one, without a group.
#[tokio::test]
async fn a_member_may_do_what_its_group_allows_and_nothing_else() {
    let api = Api::by_preset("streaming-app").await;
    let root = api.root().await;
    let presets = api.get("/api/v1/presets").by(&root).send().await.json();
    let everything = api.every_permission(&root).await;
    for role in presets["presets"][0]["roles"].as_array().unwrap() {
        assert_eq!(role["includes"], json!([]), "said by the preset itself");
        let name = text(&role["name"]);
        let (_, token) = api.person(&name.to_lowercase().replace(' ', "-"), &[&name]).await;
        let allowed = texts(&role["permissions"]);
        let questions: Vec<Value> = everything.iter().map(|one| json!({ "permission": one })).collect();
        let answers = api.checks(&token, &json!(questions)).await.json();
        let expected: Vec<bool> = everything.iter().map(|one| allowed.contains(one)).collect();
        assert_eq!(answers["answers"], json!(expected), "{name}");
        assert_eq!(api.held(&token).await, allowed, "{name}");
    }
    let single = json!([{ "permission": "media:videos.view" }]);
    let nothing = json!({ "name": "Nobody", "username": "nobody", "password": TEMPORARY, "assignments": single });
    let invited = json!({ "people": [{ "name": "Nobody", "via": "mail", "email": "a@example.org" }], "roles": [] });
    let (editor, _) = api.person("another", &["Editor"]).await;
    let at = api.tenant(&format!("/members/{editor}"));
    for (ask, place) in [
        (api.post(api.tenant("/members"), &nothing), "/assignments"),
        (api.post(api.tenant("/invitations"), &invited), "/people/0/roles"),
        (api.ask(Method::PATCH, at).json(&json!({ "roles": [] })), "/roles"),
    ] {
        let reply = ask.by(&root).send().await;
        assert_eq!(reply.faults(), [(place.into(), "roles-missing".into())], "{}", reply.text);
    }
}

/// Proves ACC-16: a role is held by reference: whoever has enrolled holds exactly what it allows then, and what it allows
/// once it is edited; an invitation to a role that has changed since says so.
#[tokio::test]
async fn a_role_is_held_by_reference() {
    let api = Api::by_preset("livestream-account").await;
    let root = api.root().await;
    let joined = api.invited_as("olga@example.org", "Livestream Operator").await;
    let address = api.tenant(&format!("/roles/{}", api.role("Livestream Operator").await));
    let shown = api.tenant(&format!("/members/{}", joined.member.id));
    assert_eq!(api.get(&shown).by(&root).send().await.json()["invitation"]["roles_changed"], false);
    api.bed.clock.advance(TimeDelta::seconds(1));
    let four = api.get(&address).by(&root).send().await.json();
    let three =
        json!({ "name": "Livestream Operator", "permissions": texts(&four["permissions"])[1..], "includes": [] });
    assert_eq!(api.put(&address, &three).by(&root).send().await.status, 200);
    assert_eq!(api.get(&shown).by(&root).send().await.json()["invitation"]["roles_changed"], true);
    let token = api.bed.token(&joined.invitation);
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
    api.bed.membership.register(&api.bed.as_anybody(), api.bed.registration(&token)).await.unwrap();
    let olga = api.sign_in("olga@example.org").await;
    assert_eq!(json!(api.held(&olga).await), three["permissions"]);
    let edited = json!({
        "name": "Livestream Operator", "permissions": ["livestream:stream-log.open", "livestream:events.open"], "includes": [],
    });
    let role = api.put(&address, &edited).by(&root).send().await.json();
    assert_eq!(api.held(&olga).await, texts(&role["permissions"]));
    assert!(!api.may(&olga, "livestream:stream-viewer.open").await);
}

/// Proves ACC-17: the signer gives single privileges beside the role, in the invitation; each counts until it is taken back
/// or its end has come.
#[tokio::test]
async fn single_privileges_stand_beside_the_role() {
    let api = Api::by_preset("livestream-account").await;
    let root = api.root().await;
    let role = api.role("Livestream Operator").await;
    let end = api.bed.clock.now() + TimeDelta::hours(1);
    let passing = json!({ "permission": "livestream:analytics.open", "until": end.to_rfc3339() });
    let body = json!({
        "people": [{ "name": "Olga", "via": "mail", "email": "olga@example.org", "roles": [role],
            "assignments": [{ "permission": "livestream:payments.open" }, passing] }],
        "send": "now",
    });
    let invited = api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    let olga = text(&invited.json()["invited"][0]["member"]["id"]);
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    let link = api.bed.token(&world.invitations[0]);
    api.bed.membership.accept_invitation(&api.bed.as_anybody(), &link).await.unwrap();
    api.bed.membership.register(&api.bed.as_anybody(), api.bed.registration(&link)).await.unwrap();
    let token = api.sign_in("olga@example.org").await;
    assert!(api.may(&token, "livestream:payments.open").await && api.may(&token, "livestream:stream-log.open").await);
    let because = api.explain(&token, "permission=livestream:payments.open").await["because"].clone();
    assert_eq!(because, json!({ "permission": "livestream:payments.open", "through": [] }));
    api.bed.clock.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert!(api.may(&token, "livestream:analytics.open").await);
    api.bed.clock.advance(TimeDelta::microseconds(1));
    assert!(!api.may(&token, "livestream:analytics.open").await, "not at its end");
    let at = api.tenant(&format!("/members/{olga}"));
    let back = api.ask(Method::PATCH, at).json(&json!({ "roles": [role] })).by(&root).send().await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert!(!api.may(&token, "livestream:payments.open").await, "taken back");
    assert!(api.may(&token, "livestream:stream-log.open").await);
}

/// Whoever asks about others has to be allowed to see them; about the own membership everybody may ask. What does not
/// exist may do nothing, and is told apart from nothing else.
#[tokio::test]
async fn checks_are_answered() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, by_ann) = api.person("ann", &["Member"]).await;
    let (bob, by_bob) = api.holder("bob", &["workspace:reports.export"]).await;
    let foreign = api.bed.found("Other Ltd", "other").await.unwrap().member.id.to_string();
    let pending = api.invited_as("pending@example.org", "Administrator").await.member.id.to_string();
    let permission = "workspace:tasks.view";
    let check = |token: &str, query: String| api.get(api.tenant(&format!("/check?{query}"))).by(token).send();
    for (member, allowed) in [
        (ann.as_str(), true),
        (&bob, false),
        (&foreign, false),
        (NOTHING, false),
        ("no-id", false),
        (&pending, false),
        ("", false),
    ] {
        let reply = check(&root, format!("permission={permission}&member={member}")).await;
        assert_eq!((reply.status, reply.json()), (200, json!({ "allowed": allowed })), "{member}");
    }
    assert_eq!(check(&root, "permission=workspace:tasks.fly".into()).await.json(), json!({ "allowed": false }));
    let own = check(&by_bob, format!("permission=workspace:reports.export&member={bob}")).await;
    assert_eq!(own.json(), json!({ "allowed": true }), "the own id is the own membership");
    let missing = (403, "permission-missing".to_owned());
    for member in [ann.as_str(), &foreign, NOTHING, "no-id"] {
        let reply = check(&by_bob, format!("permission={permission}&member={member}")).await;
        assert_eq!(reply.problem(), missing, "{member}");
        let reply = api.get(api.tenant(&format!("/explanation?permission={permission}&member={member}"))).by(&by_bob);
        assert_eq!(reply.send().await.problem(), missing, "{member}");
        let questions = json!([{ "permission": permission }, { "member": NOTHING, "permission": permission }]);
        assert_eq!(api.checks(&by_bob, &questions).await.problem(), missing);
    }
    let who = api.get(api.tenant(&format!("/who-may?permission={permission}"))).by(&by_bob).send().await;
    assert_eq!(who.problem(), missing);
    let questions = json!([
        { "permission": permission }, { "member": bob, "permission": permission },
        { "member": bob, "permission": "workspace:reports.export" }, { "member": foreign, "permission": permission },
    ]);
    assert_eq!(api.checks(&by_ann, &questions).await.json(), json!({ "answers": [true, false, true, false] }));
}

/// Every fault of a question, at its place.
#[tokio::test]
async fn faults_of_questions_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    for operation in ["check", "explanation", "who-may"] {
        for (query, code) in [
            ("", "field-missing"),
            ("?permission=", "permission-malformed"),
            ("?permission=everything", "permission-malformed"),
            ("?permission=a:b:c", "permission-malformed"),
            ("?permission=*:*", "permission-malformed"),
        ] {
            let reply = api.get(api.tenant(&format!("/{operation}{query}"))).by(&root).send().await;
            assert_eq!(reply.faults(), [("/permission".into(), code.into())], "{operation}{query}");
        }
    }
    let page = api.get(api.tenant("/who-may?permission=a:b&limit=0&cursor=x")).by(&root).send().await;
    let expected = [("/limit", "limit-out-of-range"), ("/cursor", "cursor-malformed")];
    assert_eq!(page.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    let questions = json!([{ "permission": "a:b" }, { "permission": "" }, { "permission": "A:B" }]);
    let expected =
        [("/questions/1/permission", "permission-malformed"), ("/questions/2/permission", "permission-malformed")];
    let reply = api.checks(&root, &questions).await;
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    assert_eq!(api.checks(&root, &json!([])).await.problem(), (422, "questions-missing".into()));
    let many = |count| json!(vec![json!({ "permission": "membership:members.read" }); count]);
    assert_eq!(api.checks(&root, &many(201)).await.problem(), (422, "questions-too-many".into()));
    assert_eq!(api.checks(&root, &many(200)).await.json()["answers"], json!(vec![true; 200]));
}

/// Yes through what, and no for want of what: the nearest fact.
#[tokio::test]
async fn answers_are_explained() {
    let api = Api::start().await;
    let root = api.root().await;
    let manager = api.bed.added("mia", &["Member manager"]).await.unwrap().member;
    let of = |permission: &str| format!("permission={permission}&member={}", manager.id);
    let role = api.role("Member manager").await;

    let yes = api.explain(&root, &of("workspace:tasks.view")).await;
    let because = json!({ "role": role, "through": ["Member manager", "Member"] });
    assert_eq!(yes, json!({ "allowed": true, "because": because }));
    let end = api.bed.clock.now() + TimeDelta::days(1);
    let until = json!(end.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false));
    let wanted = vec![api.wanted("Member").await, Wanted { until: Some(end), ..api.wanted("Member manager").await }];
    api.give(&manager, wanted).await;
    let passing = api.explain(&root, &of("membership:members.invite")).await;
    assert_eq!((&passing["because"]["role"], &passing["because"]["until"]), (&json!(role), &until));
    let lasting = api.explain(&root, &of("workspace:tasks.view")).await;
    assert_eq!(lasting["because"]["through"], json!(["Member"]), "what lasts longest");

    let no = |fact: &str, more: Value| {
        let mut missing = more;
        missing["fact"] = json!(fact);
        json!({ "allowed": false, "missing": missing })
    };
    assert_eq!(api.explain(&root, &of("workspace:tasks.fly")).await, no("permission", json!({})));
    for nobody in [NOTHING, "no-id"] {
        let query = format!("permission=workspace:tasks.view&member={nobody}");
        assert_eq!(api.explain(&root, &query).await, no("member", json!({})));
    }
    let roles = json!([{ "id": api.role("Administrator").await, "name": "Administrator" }]);
    assert_eq!(api.explain(&root, &of("workspace:tasks.delete")).await, no("grant", json!({ "roles": roles })));
    api.bed.clock.advance(TimeDelta::days(1));
    let root = api.root().await;
    let ended = no("ended", json!({ "role": role, "ended_at": until }));
    assert_eq!(api.explain(&root, &of("membership:members.invite")).await, ended);
    api.bed.membership.disable_member(&api.bed.as_administrator(), api.bed.target(&manager)).await.unwrap();
    let standing = no("standing", json!({ "code": "member-disabled" }));
    assert_eq!(api.explain(&root, &of("workspace:tasks.view")).await, standing);
    let pending = api.invited_as("pending@example.org", "Member").await.member.id;
    let query = format!("permission=workspace:tasks.view&member={pending}");
    assert_eq!(api.explain(&root, &query).await["missing"]["fact"], "standing");
}

/// Who may: those who may at this moment, by whatever gives it, and nobody else, page by page.
#[tokio::test]
async fn who_may_is_listed() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, _) = api.person("ann", &["Member"]).await;
    let mia = api.bed.added("mia", &["Member manager"]).await.unwrap().member;
    let bob = api.bed.added("bob", &["Member"]).await.unwrap().member;
    api.bed.define_role("Idle", &[], &[]).await.unwrap();
    let ida = api.bed.added("ida", &["Idle"]).await.unwrap().member;
    api.give(&ida, vec![api.wanted("Idle").await, single("workspace:tasks.edit")]).await;
    api.invited_as("pending@example.org", "Member").await;
    let gone = api.bed.added("gone", &["Member"]).await.unwrap().member;
    api.bed.membership.disable_member(&api.bed.as_administrator(), api.bed.target(&gone)).await.unwrap();
    let end = api.bed.clock.now() + TimeDelta::days(1);
    api.give(&bob, vec![Wanted { until: Some(end), ..api.wanted("Member").await }]).await;

    let mut expected =
        vec![ann, mia.id.to_string(), bob.id.to_string(), ida.id.to_string(), api.bed.member.id.to_string()];
    expected.sort_by(|one, other| other.cmp(one));
    let listed = |token: String, limit: usize| {
        let api = &api;
        async move {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = format!("/who-may?permission=workspace:tasks.edit&limit={limit}{cursor}");
                let page = api.get(api.tenant(&query)).by(&token).send().await.json();
                let members = page["members"].as_array().unwrap();
                assert!(members.len() <= limit);
                seen.extend(members.iter().map(|member| text(&member["id"])));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return seen,
                }
            }
        }
    };
    for limit in [1, 2, 200] {
        assert_eq!(listed(root.clone(), limit).await, expected, "newest entry first, {limit} a page");
    }
    api.bed.clock.advance(TimeDelta::days(1));
    expected.retain(|id| *id != bob.id.to_string());
    assert_eq!(listed(api.root().await, 200).await, expected, "an end is an end");
    let root = api.root().await;
    let nobody = api.get(api.tenant("/who-may?permission=workspace:tasks.fly")).by(&root).send().await.json();
    assert_eq!(nobody, json!({ "members": [] }));
}

/// Proves X-4: who manages members does so by a permission, whatever the role is called; and exactly one represents the
/// tenant.
#[tokio::test]
async fn to_manage_members_is_a_permission_and_not_a_name() {
    for (preset, administrator) in [
        ("organization", "Administrator"),
        ("streaming-app", "Administration"),
        ("livestream-account", "Authorized Signer"),
        ("portal-tenant", "Tenant administrator"),
    ] {
        let api = Api::by_preset(preset).await;
        let root = api.root().await;
        let (_, second) = api.person("second", &[administrator]).await;
        let (_, keeper) = api.holder("keeper", &["membership:members.manage", "membership:members.read"]).await;
        let alike = format!("{administrator} of nothing");
        api.bed.define_role(&alike, &[], &[]).await.unwrap();
        let (_, named) = api.person("named", &[&alike]).await;
        let (target, _) = api.holder("target", &[]).await;
        for (token, manages) in [(&root, true), (&second, true), (&keeper, true), (&named, false)] {
            assert_eq!(api.may(token, "membership:members.manage").await, manages, "{preset}");
            let at = api.tenant(&format!("/members/{target}"));
            let renamed = api.ask(Method::PATCH, at).json(&json!({ "name": "Renamed" })).by(token).send().await;
            assert_eq!(renamed.status, if manages { 200 } else { 403 }, "{preset}: {}", renamed.text);
        }
        let members = api.get(api.tenant("/members")).by(&root).send().await.json();
        let representing = members["members"].as_array().unwrap().iter().filter(|one| one["representative"] == true);
        assert_eq!(representing.count(), 1, "{preset}");
        let represents = api.get(api.tenant("")).by(&second).send().await.json()["representative"].clone();
        assert_eq!(represents, false, "{preset}");
        assert_eq!(api.get(api.tenant("")).by(&root).send().await.json()["representative"], true, "{preset}");
    }
}
