//! The four products that the presets come from, each walked from top to bottom as its people would, over the API alone:
//! the operator makes a tenant, its first administrator joins by the mail, and then what the product promises is asked for
//! in the order in which it promises it. Import, second factors, and what only a screen shows are left out.

mod livestream_account;
mod organization;
mod portal_tenant;
mod streaming_app;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    delivery::Postman,
    outbox::{Content, Letter, Mailer, Patience, Verdict},
};
use membership_testkit::{Bed, bed::PASSWORD};
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{PRESETS, text, texts},
};

const INVITATION: &str = "/api/v1/invitation";

/// Everybody's mail. The postman is the one that works in production; whatever he brings is taken and kept.
#[derive(Default)]
struct Letterbox(Mutex<Vec<Letter>>);

#[async_trait]
impl Mailer for Letterbox {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.0.lock().unwrap().push(letter.clone());
        Verdict::Taken("250 ok".into())
    }
}

/// A tenant with its first administrator, and whatever mail arrives.
struct Walk {
    api: Api,
    letterbox: Arc<Letterbox>,
    postman: Postman,
    /// Where the tenant is.
    here: String,
    /// The first administrator's address, by which that person signs in,
    email: &'static str,
    /// and entry.
    own: String,
}

/// Somebody who has an account: how to sign in, the session's token, and the entry in the tenant that it was made for.
struct Person {
    token: String,
    id: String,
}

impl Walk {
    /// The operator makes a tenant by `preset`; the administrator gets the mail, and joins.
    async fn begin(preset: &str, name: &str, email: &'static str) -> Self {
        let api = Api::start().await;
        let Bed { adapter, membership, .. } = &api.bed;
        let letterbox = Arc::new(Letterbox::default());
        let postman = Postman {
            outbox: Arc::clone(&adapter.outbox),
            directory: Arc::clone(&adapter.directory),
            mailer: Arc::clone(&letterbox) as _,
            links: membership.links().clone(),
            patience: Patience::default(),
        };
        let mut walk = Self { api, letterbox, postman, here: String::new(), email, own: String::new() };
        let tenant = json!({ "name": name, "preset": preset, "administrator": by_mail("First", email) });
        walk.here = walk.made(&tenant).await;
        let administrator = walk.joins_by(&walk.letter().await, "First").await;
        walk.own = administrator.id;
        let seen = walk.get(&administrator.token, "").await;
        assert_eq!((&seen["tenant"]["preset"], &seen["tenant"]["status"]), (&json!(preset), &json!("active")));
        walk
    }

    /// The operator makes a tenant: its address. Its administrator is invited.
    async fn made(&self, tenant: &Value) -> String {
        let made = self.api.post("/api/v1/tenants", tenant).by(&self.api.root().await).send().await;
        assert_eq!(made.done()["tenant"]["status"], "setting-up");
        made.headers["location"].to_str().unwrap().to_owned()
    }

    /// The administrator signs in.
    async fn administrator(&self) -> String {
        self.api.sign_in(self.email).await
    }

    /// The address of something in the tenant.
    fn at(&self, rest: &str) -> String {
        format!("{}{rest}", self.here)
    }

    async fn get(&self, by: &str, rest: &str) -> Value {
        self.api.get(self.at(rest)).by(by).send().await.done()
    }

    async fn post(&self, by: &str, rest: &str, body: &Value) -> Reply {
        self.api.post(self.at(rest), body).by(by).send().await
    }

    async fn put(&self, by: &str, rest: &str, body: &Value) -> Reply {
        self.api.put(self.at(rest), body).by(by).send().await
    }

    async fn patch(&self, by: &str, rest: &str, body: &Value) -> Reply {
        self.api.patch(self.at(rest), body).by(by).send().await
    }

    async fn act(&self, by: &str, rest: &str) -> Reply {
        self.api.act(self.at(rest)).by(by).send().await
    }

    /// The members that `query` finds.
    async fn members(&self, by: &str, query: &str) -> Vec<Value> {
        self.get(by, &format!("/members{query}")).await["members"].as_array().unwrap().clone()
    }

    /// The addresses of the members that `query` finds, in their order.
    async fn addresses(&self, by: &str, query: &str) -> Vec<String> {
        self.members(by, query).await.iter().map(|member| text(&member["email"])).collect()
    }

    /// The id of the role of this name.
    async fn role(&self, name: &str) -> String {
        let roles = self.get(&self.administrator().await, "/roles").await["roles"].clone();
        let role = roles.as_array().unwrap().iter().find(|role| role["name"] == name).unwrap();
        text(&role["id"])
    }

    /// What whoever has `token` may do here, in order.
    async fn held(&self, token: &str) -> Vec<String> {
        let mut held = texts(&self.get(token, "").await["permissions"]);
        held.sort();
        held
    }

    async fn may(&self, token: &str, permission: &str) -> bool {
        self.get(token, &format!("/check?permission={permission}")).await["allowed"] == true
    }

    /// The administrator invites one person in one role: the answer's line about that person.
    async fn invited(&self, person: &Value, role: &str) -> Value {
        let body = json!({ "people": [person], "roles": [self.role(role).await] });
        self.post(&self.administrator().await, "/invitations", &body).await.done()["invited"][0].clone()
    }

    /// The administrator invites somebody by mail in this role, who joins with a new account.
    async fn joined(&self, name: &str, email: &str, role: &str) -> Person {
        let invited = self.invited(&by_mail(name, email), role).await;
        if invited["invitation"]["stage"] == "ready" {
            let send = format!("/invitations/{}/send", text(&invited["invitation"]["id"]));
            self.act(&self.administrator().await, &send).await.done();
        }
        self.joins_by(&self.letter().await, name).await
    }

    /// Somebody who has an account, by which that person is a member of another tenant: the session's token.
    async fn known_elsewhere(&self, name: &str, email: &str) -> String {
        let body = json!({ "people": [by_mail(name, email)], "roles": [self.api.role("Member").await] });
        self.api.post(self.api.tenant("/invitations"), &body).by(&self.api.root().await).send().await.done();
        self.joins_by(&self.letter().await, name).await.token
    }

    /// Somebody says yes to the invitation in this letter, and registers.
    async fn joins_by(&self, letter: &Letter, name: &str) -> Person {
        let token = token_in(letter);
        self.step("accept", &token).await.done();
        self.registers(&json!({ "token": token, "name": name })).await
    }

    /// Somebody registers with what stands in `body` beside a password.
    async fn registers(&self, body: &Value) -> Person {
        let mut body = body.clone();
        (body["password"], body["transport"]) = (json!(PASSWORD), json!("bearer"));
        let done = self.api.post(format!("{INVITATION}/register"), &body).send().await.done();
        Person { token: text(&done["signed_in"]["token"]), id: text(&done["member"]["id"]) }
    }

    /// Whoever holds the link, and is not signed in, does one step with it: looks, says yes, says no.
    async fn step(&self, step: &str, token: &str) -> Reply {
        self.api.post(format!("{INVITATION}/{step}"), &json!({ "token": token })).send().await
    }

    /// The same, signed in.
    async fn step_by(&self, by: &str, step: &str, token: &str) -> Reply {
        self.api.post(format!("{INVITATION}/{step}"), &json!({ "token": token })).by(by).send().await
    }

    /// What has arrived since the last time.
    async fn letters(&self) -> Vec<Letter> {
        while self.postman.round(&|| self.api.bed.clock.now()).await.unwrap().total() > 0 {}
        std::mem::take(&mut *self.letterbox.0.lock().unwrap())
    }

    /// What has arrived, and that is one letter.
    async fn letter(&self) -> Letter {
        let mut letters = self.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    /// Time goes by.
    fn pass(&self, step: TimeDelta) {
        self.api.bed.clock.advance(step);
    }

    /// This moment, as answers write it.
    fn now(&self) -> Value {
        written(self.api.bed.clock.now())
    }
}

impl Reply {
    /// The answer of something that was done.
    fn done(&self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.text);
        self.json()
    }
}

fn written(moment: DateTime<Utc>) -> Value {
    json!(moment.to_rfc3339())
}

/// Somebody to invite by mail.
fn by_mail(name: &str, email: &str) -> Value {
    json!({ "name": name, "via": "mail", "email": email })
}

/// A word as a list shows it.
fn label(word: &str, tone: &str) -> Value {
    json!({ "word": word, "tone": tone })
}

/// What a fault says, and where.
fn fault(place: &str, code: &str) -> Vec<(String, String)> {
    vec![(place.to_owned(), code.to_owned())]
}

/// The token of the link in a letter that invites.
fn token_in(letter: &Letter) -> String {
    let Content::Invitation { link, .. } = &letter.content else { panic!("not an invitation: {letter:?}") };
    token_of(link)
}

/// The token of a link.
fn token_of(link: &str) -> String {
    assert!(link.starts_with("https://members.example.org/"), "{link}");
    link.rsplit('/').next().unwrap().to_owned()
}

/// Proves X-4: in each product the first administrator is called something else and holds the same right; whoever holds it
/// manages members, whatever the role is called, and whoever lacks it does not, whatever the role is called; and exactly
/// one member represents the tenant.
#[tokio::test]
async fn an_administrator_is_whoever_has_the_right() {
    let mut called = Vec::new();
    for preset in PRESETS {
        let walk = Walk::begin(preset, "Example House", "first@example.org").await;
        let first = walk.administrator().await;
        let own = walk.get(&first, &format!("/members/{}", walk.own)).await;
        called.extend(texts(&own["role_names"]));
        assert!(walk.may(&first, "membership:members.manage").await, "{preset}");

        let right = ["membership:members.read", "membership:members.manage"];
        for (name, permissions) in [
            ("Caretaker", &right[..]),
            ("Chief administrator of everything", &right[..1]),
            ("Nobody in particular", &[]),
        ] {
            let role = json!({ "name": name, "permissions": permissions, "includes": [] });
            walk.post(&first, "/roles", &role).await.done();
        }
        let manager = walk.joined("Mia", "mia@example.org", "Caretaker").await;
        let chief = walk.joined("Chip", "chip@example.org", "Chief administrator of everything").await;
        let other = walk.joined("Ned", "ned@example.org", "Nobody in particular").await;
        let disable = format!("/members/{}/disable", other.id);
        let refused = walk.act(&chief.token, &disable).await;
        assert_eq!(refused.problem(), (403, "permission-missing".into()), "{preset}");
        assert_eq!(walk.act(&manager.token, &disable).await.done()["status"], "disabled", "{preset}");

        let listed = walk.members(&first, "").await;
        let flagged: Vec<&Value> = listed.iter().filter(|member| member["representative"] == true).collect();
        assert_eq!((listed.len(), flagged.len()), (4, 1), "{preset}");
        assert_eq!(flagged[0]["id"], walk.own.as_str(), "{preset}");
    }
    assert_eq!(called, ["Administrator", "Administration", "Authorized Signer", "Tenant administrator"]);
}
