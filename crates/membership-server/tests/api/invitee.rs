//! The invited person's side.

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use crate::fixture::{Api, Reply};

const STEPS: [&str; 5] = ["open", "accept", "join", "register", "reject"];

impl Api {
    /// Does one step with the link; `by` is the bearer token of who is signed in.
    async fn step(&self, step: &str, token: &str, by: Option<&str>) -> Reply {
        let mut body = json!({ "token": token });
        if step == "register" {
            body = registration(token);
        }
        let ask = self.post(format!("/api/v1/invitation/{step}"), &body);
        match by {
            Some(by) => ask.by(by).send().await,
            None => ask.send().await,
        }
    }

    async fn invited(&self, email: &str) -> String {
        let invited = self.bed.invite(email).await.unwrap();
        self.bed.token(&invited.invitation)
    }
}

fn registration(token: &str) -> Value {
    json!({ "token": token, "name": "Ann Example", "password": PASSWORD, "transport": "bearer" })
}

/// Proves APP-30, ACC-5, and ACC-6 in part: look, say yes, register, be a member.
// Part of APP-28 and ORG-24.
#[tokio::test]
async fn a_new_person_joins() {
    let api = Api::start().await;
    let token = api.invited("ann@example.org").await;
    let seen = api.step("open", &token, None).await.json();
    assert_eq!(seen["tenant"], "Example Ltd");
    assert_eq!((&seen["inviter"], &seen["email"]), (&json!("Root"), &json!("ann@example.org")));
    assert_eq!((&seen["roles"], &seen["stage"]), (&json!(["Member"]), &json!("invited")));
    assert_eq!(seen["has_account"], false);

    assert_eq!(api.step("register", &token, None).await.problem(), (409, "invitation-not-accepted".into()));
    let first = api.step("accept", &token, None).await;
    assert_eq!(first.json()["stage"], "accepted");
    assert_eq!(api.step("accept", &token, None).await.json(), first.json(), "saying it again changes nothing");

    let joined = api.step("register", &token, None).await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    assert_eq!(joined.json()["member"]["status"], "enabled");
    assert_eq!(joined.json()["signed_in"]["account"]["email_proved"], true);
    let ann = joined.json()["signed_in"]["token"].as_str().unwrap().to_owned();
    let me = api.get("/api/v1/me").by(&ann).send().await.json();
    assert_eq!(me["places"][0]["tenant"]["name"], "Example Ltd");
    assert_eq!(me["operator"], false);
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

#[tokio::test]
async fn somebody_with_an_account_joins() {
    let api = Api::start().await;
    api.bed.found("Other Ltd", "other").await.unwrap();
    let ann = {
        api.bed.join("ann@example.org").await.unwrap();
        api.sign_in("ann@example.org").await
    };
    let other = api.sign_in("other").await;
    let tenant = api.get("/api/v1/me").by(&other).send().await.json()["places"][0]["tenant"]["id"].clone();
    let roles = api.get(format!("/api/v1/tenants/{}/roles", tenant.as_str().unwrap())).by(&other).send().await.json();
    let person =
        json!({ "name": "Ann", "via": "link", "email": "ann@example.org", "roles": [roles["roles"][0]["id"]] });
    let body = json!({ "people": [person], "send": "now" });
    let path = format!("/api/v1/tenants/{}/invitations", tenant.as_str().unwrap());
    let link = api.post(path, &body).by(&other).send().await.json()["invited"][0]["link"].clone();
    let token = link.as_str().unwrap().rsplit('/').next().unwrap().to_owned();

    let seen = api.step("open", &token, None).await.json();
    assert!(seen.get("has_account").is_none(), "a link that was handed over tells nothing about the address");
    assert_eq!(api.step("accept", &token, Some(&ann)).await.status, 200);
    assert_eq!(api.step("join", &token, None).await.problem(), (401, "sign-in-required".into()));
    let wrong = api.step("join", &token, Some(&other)).await;
    assert_eq!(wrong.status, 409, "{}", wrong.text);
    assert_eq!(api.step("register", &token, Some(&ann)).await.problem(), (409, "signed-in-already".into()));
    assert_eq!(api.step("join", &token, Some(&ann)).await.json()["status"], "enabled");
    assert_eq!(api.get("/api/v1/me").by(&ann).send().await.json()["places"].as_array().unwrap().len(), 2);
}

/// Somebody who is signed in with another address is told both addresses, and the invitation waits.
// Part of A4.
#[tokio::test]
async fn another_address_does_not_get_in() {
    let api = Api::start().await;
    let token = api.invited("ann@example.org").await;
    api.bed.found("Other Ltd", "other").await.unwrap();
    api.bed.join("bob@example.org").await.unwrap();
    let other = api.sign_in("other").await;
    let reply = api.step("accept", &token, Some(&other)).await;
    assert_eq!(reply.problem(), (403, "invitation-address-mismatch".into()));
    let detail = reply.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("ann@example.org") && detail.contains("other"), "{detail}");
    assert_eq!(api.step("open", &token, None).await.json()["stage"], "invited");
}

/// Proves A1: what is not the very token is nothing, whatever step it is tried at, nor is one that we made ourselves for
/// another tenant; a token of another purpose is nothing either; and all of it is answered alike.
// Part of A7.
#[tokio::test]
async fn what_is_no_link_is_no_link() {
    let api = Api::start().await;
    let token = api.invited("ann@example.org").await;
    let root = api.root().await;
    let foreign = membership_core::link::Links::new(membership_core::link::Key::new([8; 32]), "https://x.example");
    let (founded, own) = (api.bed.found("Other Ltd", "other").await.unwrap(), api.bed.membership.links());
    let forged = own.read(membership_core::link::Purpose::Invitation, &token).unwrap();
    let mut wrong: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
    for at in 4..token.len() {
        let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        wrong.push(format!("{}{other}{}", &token[..at], &token[at + 1..]));
    }
    wrong.extend([
        foreign.token(&forged),
        own.token(&membership_core::link::Link { tenant: founded.tenant.id.as_uuid(), ..forged }),
        token.replace("mbi_", "mbs_"),
        format!("{token}="),
        format!(" {token}"),
        root.clone(),
    ]);
    for step in STEPS {
        let mut answers = Vec::new();
        for wrong in &wrong {
            let by = (step == "join").then_some(root.as_str());
            let reply = api.step(step, wrong, by).await;
            assert_eq!(reply.problem(), (404, "link-unknown".into()), "{step} {wrong}");
            answers.push(reply.but_request_id());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{step}");
    }
    let body = json!({
        "token": token, "tenant": "T", "name": "N", "username": "eve", "password": PASSWORD, "transport": "bearer",
    });
    assert_eq!(api.post("/api/v1/set-up", &body).send().await.problem(), (404, "link-unknown".into()));
    let named = json!({ "token": token, "tenant": founded.tenant.id.to_string() });
    assert_eq!(api.post("/api/v1/invitation/accept", &named).send().await.status, 422, "no tenant beside the token's");
    let path = format!("/api/v1/invitation/open?tenant={}", founded.tenant.id);
    let opened = api.post(path, &json!({ "token": token })).send().await.json();
    assert_eq!((&opened["tenant"], &opened["stage"]), (&json!("Example Ltd"), &json!("invited")), "the very token");
}

/// Proves A6, A12 and A18 for the answers: a link that was used, replaced, declined or withdrawn, or whose time has passed, does nothing more,
/// and says which it is.
// Part of A8.
#[tokio::test]
async fn every_closed_link_says_why() {
    let api = Api::start().await;
    let root = api.root().await;
    for (name, code) in [
        ("used", "invitation-joined"),
        ("declined", "invitation-rejected"),
        ("revoked", "invitation-revoked"),
        ("expired", "invitation-expired"),
        ("replaced", "link-superseded"),
    ] {
        let invited = api.bed.invite(&format!("{name}@example.org")).await.unwrap();
        let token = api.bed.token(&invited.invitation);
        let admin = |verb: &str| {
            let path = api.tenant(&format!("/invitations/{}/{verb}", invited.invitation.id));
            api.ask(poem::http::Method::POST, path).by(&root).send()
        };
        match name {
            "used" => {
                api.step("accept", &token, None).await;
                assert_eq!(api.step("register", &token, None).await.status, 201);
            }
            "declined" => assert_eq!(api.step("reject", &token, None).await.json()["stage"], "rejected"),
            "revoked" => assert_eq!(admin("revoke").await.status, 200),
            "replaced" => {
                for _ in 0..3 {
                    assert_eq!(admin("resend").await.status, 200);
                }
            }
            _ => api.bed.clock.advance(TimeDelta::hours(72)),
        }
        let fresh = api.root().await;
        for step in ["accept", "register", "reject", "join"] {
            let by = (step == "join").then_some(fresh.as_str());
            assert_eq!(api.step(step, &token, by).await.problem(), (410, code.into()), "{name} {step}");
        }
        let opened = api.step("open", &token, None).await;
        assert_eq!(opened.status, if name == "replaced" { 410 } else { 200 }, "{name}");
        if name == "expired" {
            api.bed.clock.advance(-TimeDelta::hours(72));
        }
    }
}

/// Proves A9 over this store: of many who accept, join or register with one link at the same moment, one member comes of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_link_makes_one_member() {
    let api = std::sync::Arc::new(Api::start().await);
    let token = api.invited("ann@example.org").await;
    for step in ["accept", "register"] {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let (api, token) = (std::sync::Arc::clone(&api), token.clone());
                tokio::spawn(async move { api.step(step, &token, None).await })
            })
            .collect();
        let mut good = 0;
        for task in tasks {
            let reply = task.await.unwrap();
            good += usize::from(reply.status < 300);
            assert!(matches!(reply.status, 200 | 201 | 409 | 410), "{}", reply.text);
        }
        assert_eq!(good, if step == "accept" { 50 } else { 1 }, "accepting again is accepting; joining is once");
    }
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    for (name, count) in [("invitation.accepted", 1), ("member.joined", 1)] {
        assert_eq!(world.audit.iter().filter(|record| record.name == name).count(), count, "{name}");
    }
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Looking, however often, changes no state.
// Part of A20.
#[tokio::test]
async fn looking_changes_nothing() {
    let api = Api::start().await;
    let token = api.invited("ann@example.org").await;
    for _ in 0..20 {
        assert_eq!(api.step("open", &token, None).await.json()["stage"], "invited");
    }
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    assert_eq!(world.audit.iter().filter(|record| record.name == "invitation.opened").count(), 1);
    assert_eq!(api.step("accept", &token, None).await.status, 200);
}

/// Proves A13: registering with an address that has an account is refused, and its password stays as it was.
#[tokio::test]
async fn registering_does_not_take_an_account_over() {
    let api = Api::start().await;
    api.bed.join("ann@example.org").await.unwrap();
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let roles = api.get(format!("/api/v1/tenants/{}/roles", founded.tenant.id)).by(&other).send().await.json();
    let person =
        json!({ "name": "Ann", "via": "mail", "email": "ann@example.org", "roles": [roles["roles"][0]["id"]] });
    let body = json!({ "people": [person], "send": "now" });
    let made = api.post(format!("/api/v1/tenants/{}/invitations", founded.tenant.id), &body).by(&other).send().await;
    assert_eq!(made.status, 201, "{}", made.text);
    let world = api.bed.world(founded.tenant.id).await.unwrap();
    let invitation = world.invitations.iter().find(|invitation| invitation.address().is_some()).unwrap();
    let token = api.bed.token(invitation);
    assert_eq!(api.step("open", &token, None).await.json()["has_account"], true);
    assert_eq!(api.step("accept", &token, None).await.status, 200);
    let accounts = api.bed.world(api.bed.tenant.id).await.unwrap().accounts;
    let mut body = registration(&token);
    body["password"] = json!("another battery staple horse");
    let reply = api.post("/api/v1/invitation/register", &body).send().await;
    assert_eq!(reply.problem(), (409, "account-exists".into()));
    api.sign_in("ann@example.org").await;
    let new = json!({ "login": "ann@example.org", "password": body["password"], "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &new).send().await.problem(), (401, "sign-in-failed".into()));
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().accounts, accounts, "the hash is the same");
}

/// What is wrong with a registration is told at its place.
// Part of A61 and ORG-18.
#[tokio::test]
async fn faults_of_a_registration_are_told_at_their_place() {
    let api = Api::start().await;
    let token = api.invited("ann@example.org").await;
    api.step("accept", &token, None).await;
    for (field, value, code) in [
        ("name", "", "name-empty"),
        ("username", "no good", "username-malformed"),
        ("password", "short", "password-too-short"),
        ("password", &"x".repeat(257), "password-too-long"),
        ("password", "ann@example.org", "password-is-personal"),
    ] {
        let mut body = registration(&token);
        body[field] = json!(value);
        let reply = api.post("/api/v1/invitation/register", &body).send().await;
        assert_eq!(reply.faults(), [(format!("/{field}"), code.to_owned())], "{}", reply.text);
    }
    let mut body = registration(&token);
    body["username"] = json!("root");
    let reply = api.post("/api/v1/invitation/register", &body).send().await;
    assert_eq!(reply.problem(), (409, "username-taken".into()));
}
