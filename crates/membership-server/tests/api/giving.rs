//! Inviting: what people are given, by call and by person, and what becomes of it.

use chrono::TimeDelta;
use membership_core::{
    delivery::Postman,
    outbox::{Content, MailKind, Patience},
};
use membership_testkit::{Adapter, bed::PASSWORD};
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text, texts},
    invitations::Recorder,
};

impl Api {
    async fn asked(&self, by: &str, body: &Value) -> Reply {
        self.post(self.tenant("/invitations"), body).by(by).send().await
    }

    /// The members of the list, newest first.
    async fn listed(&self, by: &str, query: &str) -> Vec<Value> {
        let reply = self.get(self.tenant(&format!("/members{query}"))).by(by).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["members"].as_array().unwrap().clone()
    }

    /// The letters that are owed at this moment.
    pub(crate) async fn letters(&self) -> Vec<Content> {
        let recorder = Recorder::taking();
        let Adapter { directory, outbox, .. } = self.bed.adapter.clone();
        let links = self.bed.membership.links().clone();
        let (mailer, patience) = (recorder.clone() as _, Patience::default());
        let postman = Postman { outbox, directory, mailer, links, patience };
        postman.round(&|| self.bed.clock.now()).await.unwrap();
        recorder.contents()
    }
}

fn person(email: &str) -> Value {
    json!({ "name": "Ann Example", "via": "mail", "email": email })
}

/// Proves APP-15 and ACC-17: the call says what each person gets, and a person for whom something else is said gets
/// that instead; roles and single privileges stand side by side, each for good or until a moment.
#[tokio::test]
async fn what_the_call_says_counts_unless_a_person_says_otherwise() {
    let api = Api::start().await;
    let root = api.root().await;
    let (member, manager) = (api.role("Member").await, api.role("Member manager").await);
    let until = "2040-01-01T00:00:00+00:00";
    let mut other = person("other@example.org");
    other["roles"] = json!([manager]);
    let mut more = person("more@example.org");
    more["roles"] = json!([member]);
    more["assignments"] = json!([{ "permission": "workspace:reports.export" }, { "role": manager, "until": until }]);
    let body = json!({
        "people": [person("like@example.org"), other, more],
        "roles": [member],
        "assignments": [{ "permission": "workspace:files.share", "until": until }],
    });
    let reply = api.asked(&root, &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let invited = reply.json()["invited"].as_array().unwrap().clone();
    let given = |row: usize| {
        let mut given = invited[row]["member"]["assignments"].as_array().unwrap().clone();
        given.sort_by_key(ToString::to_string);
        given
    };
    let sorted = |mut given: Vec<Value>| {
        given.sort_by_key(ToString::to_string);
        given
    };
    let share = json!({ "permission": "workspace:files.share", "until": until });
    assert_eq!(given(0), sorted(vec![json!({ "role": member }), share]));
    assert_eq!(given(1), [json!({ "role": manager })]);
    let export = json!({ "permission": "workspace:reports.export" });
    assert_eq!(given(2), sorted(vec![json!({ "role": member }), export, json!({ "role": manager, "until": until })]));
    assert_eq!(invited[0]["invitation"]["stage"], "invited", "by the tenant's policy, because the call does not say");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// What is wrong with something to give is told at the place where it was typed: of all, or of one; in either list.
#[tokio::test]
async fn faults_of_what_is_given_stand_where_it_was_typed() {
    let api = Api::start().await;
    let root = api.root().await;
    let member = api.role("Member").await;
    let unknown = json!({ "role": NOTHING });
    let before = api.everything().await;
    for (roles, assignments, of_one, place, code) in [
        (json!([NOTHING]), json!([]), json!({}), "/roles/0", "role-unknown"),
        (json!([member]), json!([unknown]), json!({}), "/assignments/0", "role-unknown"),
        (json!([member, member]), json!([]), json!({}), "/roles/1", "assignment-repeated"),
        (json!([]), json!([]), json!({}), "/people/0/roles", "roles-missing"),
        (json!([]), json!([{ "permission": "workspace:tasks.view" }]), json!({}), "/assignments", "roles-missing"),
        (json!([member]), json!([{}]), json!({}), "/assignments/0", "assignment-malformed"),
        (json!([member]), json!([]), json!({ "assignments": [{}] }), "/people/0/assignments/0", "assignment-malformed"),
        (json!([member]), json!([]), json!({ "roles": [member, NOTHING] }), "/people/0/roles/1", "role-unknown"),
        (
            json!([member]),
            json!([]),
            json!({ "roles": [member], "assignments": [{ "permission": "workspace:nothing" }] }),
            "/people/0/assignments/0",
            "permission-unknown",
        ),
        (
            json!([member]),
            json!([]),
            json!({ "assignments": [{ "permission": "workspace:tasks.view" }] }),
            "/people/0/assignments",
            "roles-missing",
        ),
        (
            json!([member]),
            json!([]),
            json!({ "roles": [member], "assignments": [{ "role": member, "until": "2020-01-01T00:00:00Z" }] }),
            "/people/0/assignments/0",
            "assignment-repeated",
        ),
        (
            json!([]),
            json!([]),
            json!({ "assignments": [{ "role": member, "until": "2020-01-01T00:00:00Z" }] }),
            "/people/0/assignments/0",
            "end-has-passed",
        ),
    ] {
        let mut one = person("ann@example.org");
        one.as_object_mut().unwrap().extend(of_one.as_object().unwrap().clone());
        let body = json!({ "people": [one], "roles": roles, "assignments": assignments });
        let reply = api.asked(&root, &body).await;
        assert_eq!(reply.problem(), (422, "invalid-input".into()), "{body}");
        assert_eq!(reply.faults(), [(place.to_owned(), code.to_owned())], "{body}");
    }
    let body = json!({ "people": [person("a@example.org"), person("b@example.org")], "roles": [NOTHING] });
    assert_eq!(api.asked(&root, &body).await.faults().len(), 1, "what is wrong with what all get is said once");
    assert_eq!(api.everything().await, before);
}

/// Proves ACC-16: the role is held by reference, and whoever looks at an open invitation is warned when what it gives is not
/// what it gave when it was sent: when the role has changed, or one that it includes.
#[tokio::test]
async fn a_changed_role_is_told_of() {
    let api = Api::start().await;
    let root = api.root().await;
    let inner = api.bed.define_role("Inner", &["workspace:tasks.view"], &[]).await.unwrap();
    let outer = api.bed.define_role("Outer", &[], &[inner.id]).await.unwrap();
    api.bed.define_role("Else", &["workspace:tasks.view"], &[]).await.unwrap();
    api.bed.clock.advance(TimeDelta::minutes(1));
    let mut body = json!({ "people": [person("ann@example.org")], "roles": [outer.id.to_string()] });
    body["send"] = json!("later");
    let made = api.asked(&root, &body).await.json()["invited"][0].clone();
    let path = api.tenant(&format!("/invitations/{}", text(&made["invitation"]["id"])));
    let warned = async || {
        let alone = api.get(&path).by(&root).send().await.json()["roles_changed"].clone();
        assert_eq!(api.listed(&root, "").await[0]["invitation"]["roles_changed"], alone);
        alone
    };
    assert_eq!(warned().await, json!(null), "nothing was sent yet");
    api.act(format!("{path}/send")).by(&root).send().await;
    api.bed.clock.advance(TimeDelta::minutes(1));
    assert_eq!(warned().await, json!(false));
    let other = api.bed.role("Else").await.unwrap();
    api.bed.edit_role(other, "Else", &["workspace:tasks.edit"], &[]).await.unwrap();
    assert_eq!(warned().await, json!(false), "that role is none of its");
    api.bed.edit_role(inner.id, "Inner", &["workspace:tasks.view", "workspace:tasks.delete"], &[]).await.unwrap();
    assert_eq!(warned().await, json!(true));

    api.bed.clock.advance(TimeDelta::minutes(1));
    api.act(format!("{path}/resend")).by(&root).send().await;
    assert_eq!(warned().await, json!(false), "the newest link was issued for the role as it is");
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    let token = api.bed.token(&world.invitations[0]);
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
    let body = json!({ "token": token, "name": "Ann", "password": PASSWORD, "transport": "bearer" });
    let joined = api.post("/api/v1/invitation/register", &body).send().await.json();
    let ann = text(&joined["signed_in"]["token"]);
    let held = texts(&api.get(api.tenant("")).by(&ann).send().await.json()["permissions"]);
    assert_eq!(held, ["workspace:tasks.view", "workspace:tasks.delete"], "exactly what the role gives now");
    assert_eq!(warned().await, json!(null), "whoever has joined holds what the role allows");
}

/// Proves APP-16, APP-17, APP-19 and APP-20: with the preset of a streaming application each address is looked up; whoever has
/// an account with it is a member at once, stands at the top of the list as Joined since that moment, is told by mail, and
/// can leave by the link in it. Everywhere else the person is asked, and the answer is the same as for anybody.
#[tokio::test]
async fn the_owner_of_an_account_joins_at_once_where_the_policy_says_so() {
    for (preset, at_once) in
        [("streaming-app", true), ("organization", false), ("portal-tenant", false), ("livestream-account", false)]
    {
        let api = Api::by_preset(preset).await;
        let root = api.root().await;
        api.bed.stranger("known@example.org").await.unwrap();
        api.bed.clock.advance(TimeDelta::hours(1));
        let roles = api.get(api.tenant("/roles")).by(&root).send().await.json();
        let role = roles["roles"].as_array().unwrap().iter().find(|role| role["administrator"] == false).unwrap();
        let body = json!({ "people": [person("known@example.org"), person("new@example.org")], "roles": [role["id"]] });
        let reply = api.asked(&root, &body).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let invited = reply.json()["invited"].as_array().unwrap().clone();
        if !at_once {
            let shape = |row: usize| {
                let mut row = invited[row].clone();
                for place in
                    ["/member/id", "/member/email", "/invitation/id", "/invitation/member", "/invitation/email"]
                {
                    *row.pointer_mut(place).unwrap() = Value::Null;
                }
                row
            };
            assert_eq!(shape(0), shape(1), "{preset}: nobody can tell who has an account");
            continue;
        }
        assert_eq!((&invited[0]["member"]["status"], invited[0].get("invitation")), (&json!("enabled"), None));
        assert_eq!(invited[1]["member"]["status"], "not-joined");
        let audit = api.get(api.tenant("/audit?name=member.admitted")).by(&root).send().await.json();
        assert_eq!(audit["records"][0]["object"], invited[0]["member"]["id"]);
        let top = api.listed(&root, "?status=enabled").await[0].clone();
        assert_eq!((&top["email"], &top["status_label"]["word"]), (&json!("known@example.org"), &json!("Joined")));
        assert_eq!((&top["time"], &top["joined_at"]), (&top["created_at"], &top["created_at"]), "the time of addition");

        claim(&api, "claimed@example.org").await;
        let body = json!({ "people": [person("claimed@example.org")], "roles": [role["id"]] });
        let claimed = api.asked(&root, &body).await.json()["invited"][0].clone();
        assert_eq!(claimed["member"]["status"], "not-joined", "nobody has proved that address");
        api.act(api.tenant(&format!("/invitations/{}/revoke", text(&claimed["invitation"]["id"]))))
            .by(&root)
            .send()
            .await;

        let letters = api.letters().await;
        let leave = letters.iter().find_map(|letter| match letter {
            Content::BecameMember { leave, .. } => Some(leave.rsplit('/').next().unwrap().to_owned()),
            Content::Invitation { .. }
            | Content::Nominated { .. }
            | Content::BecameRepresentative { .. }
            | Content::HandedOver { .. }
            | Content::Reset { .. }
            | Content::ResetRefused
            | Content::ResetHandedOver
            | Content::PasswordChanged { .. }
            | Content::ConfirmAddress { .. }
            | Content::AddressChanged { .. }
            | Content::FactorsChanged { .. }
            | Content::SignInCode { .. } => None,
        });
        assert_eq!((letters.len(), leave.is_some()), (2, true), "one letter each: {}", MailKind::BecameMember.as_str());
        let link = json!({ "token": leave.unwrap() });
        let seen = api.post("/api/v1/leaving/open", &link).send().await.json();
        assert_eq!((&seen["tenant"], &seen["can_leave"]), (&json!("Example Ltd"), &json!(true)));
        let left = api.post("/api/v1/leaving", &link).send().await.json();
        assert_eq!(left["member"]["status"], "removed");
        assert_eq!(api.bed.violations().await.unwrap(), []);
    }
}

/// An account of another tenant claims `address`, and nobody has proved it.
async fn claim(api: &Api, address: &str) {
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let there = format!("/api/v1/tenants/{}", founded.tenant.id);
    let roles = api.get(format!("{there}/roles")).by(&other).send().await.json();
    let body = json!({
        "name": "Somebody", "username": "somebody", "password": PASSWORD, "email": address,
        "roles": [roles["roles"][0]["id"]],
    });
    let added = api.post(format!("{there}/members"), &body).by(&other).send().await;
    assert_eq!((added.status, &added.json()["email"]), (201, &json!(address)), "{}", added.text);
}

/// Proves APP-27: whoever is invited stands at the top of the list with the address, as Invited, at the time of sending.
#[tokio::test]
async fn whoever_is_invited_stands_at_the_top() {
    let api = Api::by_preset("streaming-app").await;
    let root = api.root().await;
    let role = api.role("Editor").await;
    api.bed.clock.advance(TimeDelta::hours(1));
    let body = json!({ "people": [person("first@example.org")], "roles": [role], "send": "later" });
    let made = api.asked(&root, &body).await.json()["invited"][0]["invitation"].clone();
    api.bed.clock.advance(TimeDelta::hours(1));
    api.asked(&root, &json!({ "people": [person("ann@example.org")], "roles": [role] })).await;
    let rows = api.listed(&root, "").await;
    assert_eq!((&rows[0]["email"], &rows[1]["email"]), (&json!("ann@example.org"), &json!("first@example.org")));
    assert_eq!(
        (&rows[0]["status_label"]["word"], &rows[0]["invitation"]["stage"]),
        (&json!("Invited"), &json!("invited"))
    );
    assert_eq!(rows[0]["time"], rows[0]["invitation"]["sent_at"]);
    assert_eq!(rows[1]["time"], rows[1]["created_at"], "what is not sent shows when it was made");

    api.act(api.tenant(&format!("/invitations/{}/send", text(&made["id"])))).by(&root).send().await;
    let rows = api.listed(&root, "").await;
    assert_eq!(
        (&rows[1]["time"], rows[1]["time"] == rows[1]["created_at"]),
        (&rows[1]["invitation"]["sent_at"], false)
    );
}

/// Proves ORG-35, and TEN-20 in part: whoever has not joined is invited again, by the member or by the invitation,
/// whatever became of the old link; whoever has joined, or is gone, is not.
#[tokio::test]
async fn whoever_has_not_joined_is_invited_again() {
    let api = Api::start().await;
    for (n, ended) in ["sent", "expired", "rejected", "revoked"].into_iter().enumerate() {
        let asked = api.bed.invite(&format!("{ended}@example.org")).await.unwrap();
        let old = json!({ "token": api.bed.token(&asked.invitation) });
        match ended {
            "expired" => api.bed.clock.advance(TimeDelta::hours(72)),
            "rejected" => assert_eq!(api.post("/api/v1/invitation/reject", &old).send().await.status, 200),
            "revoked" => {
                let path = api.tenant(&format!("/invitations/{}/revoke", asked.invitation.id));
                assert_eq!(api.act(path).by(&api.root().await).send().await.status, 200);
            }
            _ => {}
        }
        let fresh = api.root().await;
        let again = api.act(api.member(asked.member.id, "/reinvite")).by(&fresh).send().await;
        assert_eq!(again.json()["invitation"]["generation"], 2, "{n} {}", again.text);
        assert_eq!(again.json()["invitation"]["stage"], "invited");
        let opened = api.post("/api/v1/invitation/open", &old).send().await;
        assert_eq!(opened.problem(), (410, "link-superseded".into()), "the old link is dead");
        if ended == "expired" {
            api.bed.clock.advance(-TimeDelta::hours(72));
        }
    }
    let root = api.root().await;
    let joined = api.bed.join("joined@example.org").await.unwrap().member.id.to_string();
    let gone = api.bed.added("gone", &["Member"]).await.unwrap().member;
    api.bed.membership.remove_member(&api.bed.as_administrator(), api.bed.target(&gone), <_>::default()).await.unwrap();
    for (whom, status, code) in [
        (&joined, 410, "invitation-joined"),
        (&gone.id.to_string(), 410, "member-removed"),
        (&NOTHING.to_owned(), 404, "member-unknown"),
    ] {
        let reply = api.act(api.member(whom, "/reinvite")).by(&root).send().await;
        assert_eq!(reply.problem(), (status, code.into()));
    }
    let waiting = api.bed.invite("waiting@example.org").await.unwrap();
    let (_, reader) = api.person("reader", &["Member"]).await;
    let reply = api.act(api.member(waiting.member.id, "/reinvite")).by(&reader).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
}

/// Proves ACC-18 and ACC-19: an invitation is taken back as long as nobody has joined by it, accepted or not, and the same
/// person can be invited again.
#[tokio::test]
async fn an_invitation_is_taken_back_until_somebody_has_joined() {
    let api = Api::start().await;
    let root = api.root().await;
    for (stage, send) in [("ready", "later"), ("invited", "now"), ("accepted", "now")] {
        let mut body = json!({ "people": [person(&format!("{stage}@example.org"))], "send": send });
        body["roles"] = json!([api.role("Member").await]);
        let made = api.asked(&root, &body).await.json()["invited"][0]["invitation"].clone();
        let path = api.tenant(&format!("/invitations/{}", text(&made["id"])));
        if stage == "accepted" {
            let world = api.bed.world(api.bed.tenant.id).await.unwrap();
            let invitation = world.invitations.iter().find(|one| one.id.to_string() == text(&made["id"])).unwrap();
            let token = json!({ "token": api.bed.token(invitation) });
            assert_eq!(api.post("/api/v1/invitation/accept", &token).send().await.status, 200);
        }
        assert_eq!(api.get(&path).by(&root).send().await.json()["stage"], stage);
        assert_eq!(api.act(format!("{path}/revoke")).by(&root).send().await.json()["stage"], "revoked");
        let again = api.act(format!("{path}/resend")).by(&root).send().await.json();
        assert_eq!(again["invitation"]["stage"], "invited", "invited again");
    }
    let joined = api.bed.join("joined@example.org").await.unwrap();
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    let invitation = world.invitations.iter().find(|one| one.member == joined.member.id).unwrap();
    let path = api.tenant(&format!("/invitations/{}/revoke", invitation.id));
    assert_eq!(api.act(path).by(&root).send().await.problem(), (410, "invitation-joined".into()));
}
