//! What the tenant's rules refuse, and what an invitation comes to when its ground has gone.

use std::sync::Arc;

use membership_core::{
    Membership,
    invitation::invite::{Invite, Reach},
    tenant::create::CreateTenant,
};
use membership_testkit::{Adapter, Bed, Dice, bed::PASSWORD};
use serde_json::{Value, json};

use crate::fixture::{Api, Reply};

impl Api {
    async fn person_by(&self, via: &str, email: Option<&str>) -> Value {
        let role = self.role("Member").await;
        let mut person = json!({ "name": "Ann Example", "via": via, "roles": [role] });
        person["email"] = json!(email);
        json!({ "people": [person] })
    }

    async fn at(&self, step: &str, token: &str) -> Reply {
        self.post(format!("/api/v1/invitation/{step}"), &json!({ "token": token })).send().await
    }
}

/// Where the rules say so, nobody is invited by link, nor at other domains, nor again after an end that is final; whichever
/// operation it is tried by.
#[tokio::test]
async fn the_rules_of_the_tenant_are_kept() {
    let api = Api::with_policy(|policy| {
        policy.links_allowed = false;
        policy.allowed_domains = vec!["example.org".to_owned()];
        policy.reinvite_after = [].into();
    })
    .await;
    let root = api.root().await;
    let invite = async |body: Value| api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(invite(api.person_by("link", None).await).await.problem(), (403, "links-not-allowed".into()));
    let elsewhere = invite(api.person_by("mail", Some("ann@elsewhere.example")).await).await;
    assert_eq!(elsewhere.faults(), [("/people/0/email".into(), "address-domain-not-allowed".into())]);

    let asked = api.bed.invite("ann@example.org").await.unwrap();
    let moved = api.patch(api.member(asked.member.id, ""), &json!({ "email": "ann@elsewhere.example" }));
    let moved = moved.by(&root).send().await;
    assert_eq!(moved.status, 422, "{}", moved.text);
    assert_eq!(api.at("reject", &api.bed.token(&asked.invitation)).await.status, 200);
    let again = [
        api.act(api.member(asked.member.id, "/reinvite")),
        api.act(api.tenant(&format!("/invitations/{}/resend", asked.invitation.id))),
    ];
    for ask in again {
        assert_eq!(ask.by(&root).send().await.problem(), (409, "reinvite-not-allowed".into()));
    }
    let bulk = json!({ "members": [asked.member.id.to_string()], "action": "reinvite" });
    let bulk = api.post(api.tenant("/members/bulk"), &bulk).by(&root).send().await.json();
    assert_eq!(bulk["results"][0]["problem"]["code"], "reinvite-not-allowed");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Proves A16, and A17 in part: whoever accepts is refused while the inviter is shut out or may not grant this any more, and
/// nothing is granted; sent again by somebody who may, the invitation is good.
#[tokio::test]
async fn an_invitation_without_ground_is_held() {
    for lost in ["disabled", "demoted", "removed"] {
        let api = Api::start().await;
        let root = api.root().await;
        let (manager, by_manager) = api.person("manager", &["Member manager"]).await;
        let body = api.person_by("mail", Some("ann@example.org")).await;
        let made = api.post(api.tenant("/invitations"), &body).by(&by_manager).send().await.json();
        let world = api.bed.world(api.bed.tenant.id).await.unwrap();
        let token = api.bed.token(&world.invitations[0]);
        let done = match lost {
            "disabled" => api.act(api.member(&manager, "/disable")),
            "demoted" => api.patch(api.member(&manager, ""), &json!({ "roles": [api.role("Member").await] })),
            _ => api.post(api.member(&manager, "/remove"), &json!({})),
        };
        assert_eq!(done.by(&root).send().await.status, 200);
        assert_eq!(api.at("accept", &token).await.problem(), (409, "invitation-held".into()), "{lost}");
        assert_eq!(api.at("open", &token).await.json()["stage"], "invited", "and it waits");

        let member = made["invited"][0]["member"]["id"].as_str().unwrap();
        assert_eq!(api.act(api.member(member, "/reinvite")).by(&root).send().await.status, 200);
        let world = api.bed.world(api.bed.tenant.id).await.unwrap();
        assert_eq!(api.at("accept", &api.bed.token(&world.invitations[0])).await.status, 200, "{lost}");
        assert_eq!(api.bed.violations().await.unwrap(), []);
    }
}

/// A closed tenant takes nobody in.
// Part of A17.
#[tokio::test]
async fn a_suspended_tenant_takes_nobody_in() {
    let api = Api::start().await;
    let root = api.root().await;
    let asked = api.bed.invite("ann@example.org").await.unwrap();
    let token = api.bed.token(&asked.invitation);
    assert_eq!(api.act(api.tenant("/suspend")).by(&root).send().await.status, 200);
    assert_eq!(api.at("accept", &token).await.problem(), (409, "invitation-tenant-suspended".into()));
    assert_eq!(api.act(api.tenant("/resume")).by(&root).send().await.status, 200);
    assert_eq!(api.at("accept", &token).await.status, 200);
}

/// A link that was handed over and is bound to an address proves nothing about it, and what one account has accepted no other
/// one joins by.
// Part of A3 and A4.
#[tokio::test]
async fn a_link_that_was_handed_over_proves_no_address() {
    let api = Api::start().await;
    let root = api.root().await;
    let bound = api.bed.invitation_to("claimed@example.org").await.unwrap();
    let person = api.bed.invitee(Reach::Link(Some("claimed@example.org".into()))).await.unwrap();
    let asked = api.bed.invite_one(Invite { people: vec![person], ..bound }).await.unwrap();
    let token = api.bed.token(&asked.invitation);
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let there = format!("/api/v1/tenants/{}", founded.tenant.id);
    let roles = api.get(format!("{there}/roles")).by(&other).send().await.json()["roles"].clone();
    for (username, email) in [("claims", Some("claimed@example.org")), ("plain", None)] {
        let mut body = json!({ "name": "Somebody", "username": username, "password": "to be replaced at once" });
        body["roles"] = json!([roles[1]["id"]]);
        body["email"] = json!(email);
        assert_eq!(api.post(format!("{there}/members"), &body).by(&other).send().await.status, 201);
        let session = json!({ "login": username, "password": "to be replaced at once", "transport": "bearer" });
        let session = api.post("/api/v1/sessions", &session).send().await.json()["token"].clone();
        let change = json!({ "current": "to be replaced at once", "new": PASSWORD });
        api.post("/api/v1/me/password", &change).by(session.as_str().unwrap()).send().await;
    }
    let claims = api.sign_in("claims").await;
    let accept = api.post("/api/v1/invitation/accept", &json!({ "token": token })).by(&claims).send().await;
    assert_eq!(accept.problem(), (403, "invitation-address-not-proved".into()));
    assert_eq!(api.at("open", &token).await.json()["stage"], "invited");

    let made = api.post(api.tenant("/invitations"), &api.person_by("link", None).await).by(&root).send().await.json();
    let link = made["invited"][0]["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let body = json!({ "token": link });
    assert_eq!(api.post("/api/v1/invitation/accept", &body).by(&claims).send().await.status, 200);
    let plain = api.sign_in("plain").await;
    for step in ["accept", "join"] {
        let reply = api.post(format!("/api/v1/invitation/{step}"), &body).by(&plain).send().await;
        assert_eq!(reply.problem(), (409, "invitation-accepted-by-another".into()), "{step}");
    }
    assert_eq!(api.post("/api/v1/invitation/join", &body).by(&claims).send().await.json()["status"], "enabled");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// The first administrator's invitation is sent again by the operator, and taken back by nobody; without a mail server none
/// that goes by mail is sent again.
#[tokio::test]
async fn some_invitations_stay_as_they_are() {
    let api = Api::start().await;
    let root = api.root().await;
    let made = CreateTenant {
        name: "Other Ltd".into(),
        administrator: "Other".into(),
        reach: Reach::Link(None),
        preset: None,
        parent: None,
    };
    let made = api.bed.membership.create_tenant(&api.bed.as_administrator(), made).await.unwrap();
    let path = format!("/api/v1/tenants/{}/invitations/{}", made.tenant.id, made.invitation.id);
    let revoked = api.act(format!("{path}/revoke")).by(&root).send().await;
    assert_eq!(revoked.problem(), (404, "tenant-unknown".into()), "the operator is no member there");
    assert_eq!(api.act(format!("{path}/resend")).by(&root).send().await.status, 200, "but may send it again");

    let adapter = Adapter::in_memory();
    let mut bed = Bed::over(adapter.clone()).await.unwrap();
    let asked = bed.invite("ann@example.org").await.unwrap();
    let mut parts = membership_testkit::bed::parts(&adapter, Arc::new(Dice::seeded(1))).unwrap();
    parts.mail_is_on = false;
    bed.membership = Membership::new(parts);
    let silent = Api::over(bed);
    let root = silent.root().await;
    for ask in [
        silent.act(silent.tenant(&format!("/invitations/{}/resend", asked.invitation.id))),
        silent.act(silent.member(asked.member.id, "/reinvite")),
        silent.patch(silent.member(asked.member.id, ""), &json!({ "email": "other@example.org" })),
    ] {
        assert_eq!(ask.by(&root).send().await.problem(), (503, "mail-not-configured".into()));
    }
}
