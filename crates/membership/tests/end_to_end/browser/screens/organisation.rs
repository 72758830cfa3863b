//! An organisation as one is after some years: two hundred departments, a hundred and more members in every state, some with
//! awkward names, letters that did not arrive, second factors, keys, roles, imports, organisations beneath it.

mod names;

use std::{fmt::Write as _, time::Duration};

use membership_testkit::smtp::{Lie, Sink, Stage};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::super::second_factor::App;
use crate::{
    installation::{Answer, Installation, PASSWORD, text},
    main_job::{borrowed, mail_to},
};

pub(super) use names::{LONG, TEAMS};

/// How many members the table brings.
const CROWD: usize = 96;

pub(in super::super) struct Organisation {
    pub(in super::super) installation: Installation,
    sink: Sink,
    /// All departments by id, the whole first.
    pub(in super::super) departments: Vec<String>,
    /// A tenant beneath this one.
    pub(in super::super) beneath: String,
}

impl Organisation {
    /// Everything but what pages and letters alone can do.
    pub(in super::super) async fn new() -> Self {
        let sink = Sink::start().await.expect("a mail server");
        let mut settings = mail_to(&sink);
        settings.push(("MEMBERSHIP_MAIL__FIRST_WAIT_SECONDS", "3600".into()));
        let installation = Installation::new(&borrowed(&settings)).await;
        let mut organisation = Self { installation, sink, departments: Vec::new(), beneath: String::new() };
        organisation.grow().await;
        organisation.crowd().await;
        organisation.stages().await;
        organisation.letters_that_fail().await;
        organisation.settle().await;
        organisation
    }

    async fn department(&mut self, name: &str, parent: &str) -> String {
        let path = self.installation.path("/departments");
        let made = self.installation.post(&path, &json!({ "name": name, "parent": parent })).await.expect(201);
        let id = text(&made["id"]);
        self.departments.push(id.clone());
        id
    }

    /// Branches, teams, groups: one whole and 199 below it.
    async fn grow(&mut self) {
        let page = self.installation.get(&self.installation.path("/departments")).await.expect(200);
        let whole = text(&page["departments"][0]["id"]);
        self.departments.push(whole.clone());
        for branch in names::BRANCHES {
            let branch = self.department(branch, &whole).await;
            for team in TEAMS {
                let team = self.department(team, &branch).await;
                for group in ["Alpha", "Beta"] {
                    self.department(group, &team).await;
                }
            }
        }
        for name in names::AWKWARD_PLACES {
            self.department(name, &whole).await;
        }
        assert_eq!(self.departments.len(), 200);
    }

    /// A table of people, imported row by row; two of its rows cannot be done.
    async fn crowd(&self) {
        let mut table = "Name,Departments,Roles,E-mail,Username,How to join\n".to_owned();
        for number in 0..CROWD {
            let name = names::person(number);
            let branch = names::BRANCHES[number * 7 % names::BRANCHES.len()];
            let team = TEAMS[number * 5 % TEAMS.len()];
            let role =
                if number % 11 == 0 { format!("Member; Member manager @ {branch}") } else { "Member".to_owned() };
            let who = match number % 4 {
                0 => format!("person{number}@example.org,,mail"),
                1 => ",,link".to_owned(),
                _ => format!("person{number}@example.org,person{number},password link"),
            };
            writeln!(table, "\"{}\",{branch} / {team},{role},{who}", name.replace('"', "\"\"")).expect("text");
        }
        table += "Nobody Known,Engineerin,Member,nobody@example.org,,mail\nNo Role,,,norole@example.org,,mail\n";
        let done = self.import("people-of-2026.csv", table).await;
        let start = json!({ "digest": done["digest"], "mode": "row-by-row" });
        let path = self.installation.path(&format!("/imports/{}", text(&done["id"])));
        self.installation.post(&format!("{path}/start"), &start).await.expect(202);
        for _ in 0..600 {
            if self.installation.get(&path).await.expect(200)["status"] == "ended" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the import does not end");
    }

    /// A table that is planned.
    pub(in super::super) async fn import(&self, file: &str, table: String) -> Value {
        let url = self.installation.server.url(&self.installation.path(&format!("/imports?file={file}")));
        let request = self.installation.client.post(url).bearer_auth(&self.installation.token);
        let request = request.header("content-type", "text/csv").body(table);
        Answer::of(request.send().await.expect("an answer")).await.expect(201)
    }

    /// Somebody in every state that an invitation and a member can be in.
    async fn stages(&self) {
        let (_, accepted) = self.installation.by_link("Akin Accepted", "Member").await;
        self.installation.answer("accept", &accepted).await;
        let (_, declined) = self.installation.by_link("Noël Nay", "Member").await;
        self.installation.answer("reject", &declined).await;
        let path = self.installation.path("/invitations");
        let later = json!({ "people": [self.installation.person("rita.ready@example.org")], "send": "later" });
        self.installation.post(&path, &later).await.expect(201);
        let revoked = self.installation.invite(vec![self.installation.person("revoked@example.org")]).await.expect(201);
        let revoked = text(&revoked["invited"][0]["invitation"]["id"]);
        self.installation.post(&format!("{path}/{revoked}/revoke"), &Value::Null).await.expect(200);
        self.installation.invite(vec![self.installation.person("late.latimer@example.org")]).await.expect(201);
        self.installation.expire("late.latimer@example.org").await;
        for (name, username, state) in [("Quentin Quits", "quentin", "disable"), ("Rosa Removed", "rosa", "remove")] {
            let (member, _) = self.installation.joined(name, username, "Member").await;
            let path = self.installation.path(&format!("/members/{member}/{state}"));
            let command = if state == "remove" { json!({ "heirs": {} }) } else { Value::Null };
            let answer = self.installation.post(&path, &command).await;
            assert!(answer.status.is_success(), "{answer:?}");
        }
        let (_, session) = self.installation.joined("Vera Valdés", "vera", "Member manager").await;
        self.app_of(&session).await;
    }

    async fn app_of(&self, session: &str) {
        let ask = |path: &str, body: Value| {
            let request =
                self.installation.client.post(self.installation.server.url(path)).bearer_auth(session).json(&body);
            async move { Answer::of(request.send().await.expect("an answer")).await }
        };
        let shown = ask("/api/v1/me/second-factors/app", Value::Null).await.expect(201);
        let mut app = App::with_key(text(&shown["secret"]));
        let code = app.code().await;
        ask("/api/v1/me/second-factors/app/confirm", json!({ "code": code })).await.expect(201);
    }

    /// One letter is refused for good, one for now.
    async fn letters_that_fail(&self) {
        // What was said so far has arrived, or it would be refused along with these.
        let waits = async || self.installation.get(&self.installation.path("/members?mail=waiting")).await.expect(200);
        while !waits().await["members"].as_array().expect("members").is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        for (address, words, state) in [
            (
                "gone@example.org",
                "550 5.1.1 <gone@example.org>: no such mailbox here; ask postmaster@example.org",
                "failed",
            ),
            ("greylisted@example.org", "451 4.7.1 greylisted, come back later", "deferred"),
        ] {
            self.sink.lie(Stage::Recipient, Lie::Say(words));
            self.installation.invite(vec![self.installation.person(address)]).await.expect(201);
            let delivery = |member: &Value| member["invitation"]["delivery"]["state"] == state;
            self.installation.member_when(address, delivery).await;
            self.sink.be_honest();
        }
    }

    /// Roles, keys, organisations beneath, an offer to take over.
    async fn settle(&mut self) {
        let installation = &self.installation;
        for number in 1..=12 {
            let name = names::role(number);
            let permissions = json!(["membership:members.read", "workspace:tasks.view", "workspace:files.view"]);
            let role = json!({ "name": name, "permissions": permissions, "includes": [] });
            installation.post(&installation.path("/roles"), &role).await.expect(201);
        }
        for (name, days) in [("Nightly synchronisation", 90), (LONG, 7)] {
            let key = json!({ "name": name, "scope": ["membership:members.read"], "seconds": days * 86_400 });
            installation.post(&installation.path("/api-keys"), &key).await.expect(201);
        }
        for name in ["Acme Live", "Acme Regional Holding of the Northern and Southern Provinces GmbH & Co. KGaA"] {
            let command = json!({
                "name": name, "administrator": { "name": "Ada Admin", "via": "link" }, "parent": installation.tenant,
                "preset": "livestream-account",
            });
            let made = installation.post("/api/v1/tenants", &command).await.expect(201);
            let token = text(&made["link"]).rsplit('/').next().expect("a token").to_owned();
            self.installation.answer("accept", &token).await;
            installation.post("/api/v1/invitation/join", &json!({ "token": token })).await.expect(200);
            self.beneath = text(&made["tenant"]["id"]);
        }
        let (nina, _) = self.installation.joined("Nina Nominee", "nina", "Administrator").await;
        let path = installation.path("/representative/nomination");
        installation.post(&path, &json!({ "member": nina })).await.expect(201);
    }
}

impl Installation {
    /// Invites one person by a link, and answers with the member and the token.
    pub(in super::super) async fn by_link(&self, name: &str, role: &str) -> (String, String) {
        let person = json!({ "name": name, "via": "link", "roles": [self.role(role).await] });
        let invited = self.invite(vec![person]).await.expect(201);
        let link = text(&invited["invited"][0]["link"]);
        let token = link.rsplit('/').next().expect("a token").to_owned();
        (text(&invited["invited"][0]["member"]["id"]), token)
    }

    pub(in super::super) async fn role(&self, name: &str) -> String {
        let roles = self.get(&self.path("/roles")).await.expect(200);
        let roles = roles["roles"].as_array().expect("roles");
        text(&roles.iter().find(|role| role["name"] == name).expect("a role")["id"])
    }

    pub(in super::super) async fn answer(&self, step: &str, token: &str) {
        let path = format!("/api/v1/invitation/{step}");
        self.post_as_nobody(&path, &json!({ "token": token })).await.expect(200);
    }

    /// Somebody who has joined by a link; the key of the session that came with it.
    pub(in super::super) async fn joined(&self, name: &str, username: &str, role: &str) -> (String, String) {
        let (member, token) = self.by_link(name, role).await;
        self.answer("accept", &token).await;
        let registration =
            json!({ "token": token, "name": name, "username": username, "password": PASSWORD, "transport": "bearer" });
        let joined = self.post_as_nobody("/api/v1/invitation/register", &registration).await.expect(201);
        (member, text(&joined["signed_in"]["token"]))
    }

    /// The member who is called like this.
    pub(in super::super) async fn member(&self, name: &str) -> String {
        // A search takes eight words at most.
        let word = name.split(' ').next().unwrap_or(name);
        let query =
            reqwest::Url::parse_with_params("http://localhost", [("q", word), ("limit", "200")]).expect("a query");
        let path = self.path(&format!("/members?{}", query.query().expect("a query")));
        let page = self.get(&path).await.expect(200);
        let members = page["members"].as_array().expect("members");
        let found = members.iter().find(|member| member["name"] == name).unwrap_or_else(|| panic!("no {name}: {page}"));
        text(&found["id"])
    }

    /// The time of this person's invitation runs out, as it does in three days.
    pub(in super::super) async fn expire(&self, name: &str) {
        let file = self.data().join("data/membership.db");
        let database = sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("the database");
        let statement = format!(
            "UPDATE invitation SET expires_at = expires_at - 4 * 86400000000, created_at = created_at - 4 * 86400000000, \
             sent_at = sent_at - 4 * 86400000000 WHERE member_id IN (SELECT id FROM member WHERE name = '{name}')"
        );
        let changed = database.execute_unprepared(&statement).await.expect("a change").rows_affected();
        assert_eq!(changed, 1);
        database.close().await.expect("an end");
    }
}
