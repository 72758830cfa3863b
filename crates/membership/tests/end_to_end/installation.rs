//! An installation that was set up, and its operator at the keyboard.

use std::{path::Path, time::Duration};

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::process::Server;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A server with one tenant, and its administrator signed in.
pub(crate) struct Installation {
    pub(crate) server: Server,
    pub(crate) folder: TempDir,
    pub(crate) client: Client,
    pub(crate) token: String,
    pub(crate) tenant: String,
    pub(crate) member_role: String,
}

/// What came back: status and body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let status = response.status();
        let text = response.text().await.expect("a body");
        Self { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    /// The body, if the status is `status`.
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The problem's code, if the status is `status`.
    pub(crate) fn problem(self, status: u16) -> String {
        let body = self.expect(status);
        body["code"].as_str().unwrap_or_else(|| panic!("no code: {body}")).to_owned()
    }
}

impl Installation {
    pub(crate) async fn new(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), settings);
        let client = Client::new();
        let link = server.set_up_link.clone().expect("a set-up link");
        let token = link.rsplit('/').next().expect("its token");
        let command = json!({
            "token": token, "tenant": "Acme", "name": "Ada Admin", "username": "ada", "password": PASSWORD,
            "transport": "bearer",
        });
        let response = client.post(server.url("/api/v1/set-up")).json(&command).send().await.expect("an answer");
        let done = Answer::of(response).await.expect(201);
        let mut installation = Self {
            tenant: text(&done["tenant"]["id"]),
            token: String::new(),
            member_role: String::new(),
            server,
            folder,
            client,
        };
        installation.sign_in().await;
        let roles = installation.get(&installation.path("/roles")).await.expect(200);
        let roles = roles["roles"].as_array().expect("roles").clone();
        let role = roles.iter().find(|role| role["name"] == "Member").expect("the role Member");
        installation.member_role = text(&role["id"]);
        installation
    }

    pub(crate) async fn sign_in(&mut self) {
        let command = json!({ "login": "ada", "password": PASSWORD, "transport": "bearer" });
        let session = self.post_as_nobody("/api/v1/sessions", &command).await.expect(201);
        self.token = text(&session["token"]);
    }

    pub(crate) fn data(&self) -> &Path {
        self.folder.path()
    }

    /// A path below the tenant.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/api/v1/tenants/{}{rest}", self.tenant)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.client.get(self.server.url(path)).bearer_auth(&self.token);
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(self.server.url(path)).bearer_auth(&self.token).json(body);
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn post_as_nobody(&self, path: &str, body: &Value) -> Answer {
        let request = self.client.post(self.server.url(path)).json(body);
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub(crate) fn person(&self, email: &str) -> Value {
        json!({ "name": email, "via": "mail", "email": email, "roles": [self.member_role] })
    }

    pub(crate) async fn invite(&self, people: Vec<Value>) -> Answer {
        self.post(&self.path("/invitations"), &json!({ "people": people, "send": "now" })).await
    }

    /// The member with this address, once `wanted` says so; at most ten seconds.
    pub(crate) async fn member_when(&self, email: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..200 {
            let page = self.get(&self.path("/members")).await.expect(200);
            let members = page["members"].as_array().expect("members").clone();
            if let Some(member) = members.into_iter().find(|member| member["email"] == email) {
                if wanted(&member) {
                    return member;
                }
                last = member;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{email} never got there: {last}");
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
