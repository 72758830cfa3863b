//! What administrators do with scripts, beside what the walks do: several members at once, departments moved by hand, the drawer, roles,
//! the audit, the settings; and what is not theirs to do.

mod lists;
mod outsiders;
mod records;
mod rights;

use serde_json::{Value, json};

use super::{Browser, Scripts};
use crate::installation::{Answer, Installation, PASSWORD, text};

/// What is handed over with an account that somebody else has made.
const TEMPORARY: &str = "four words for a start";

/// An administrator who is signed in at a desk.
struct Desk {
    installation: Installation,
    ada: Browser,
}

impl Desk {
    async fn new(settings: &[(&str, &str)]) -> Option<Self> {
        let ada = Browser::at_a_desk(Scripts::On).await?;
        let installation = Installation::new(settings).await;
        ada.enters(&installation, "ada", PASSWORD).await;
        Some(Self { installation, ada })
    }

    async fn go(&self, page: &str) {
        self.ada.go(&self.installation, &self.installation.page(page)).await;
    }

    /// Through the API, what a test begins with.
    async fn prepared(&self, path: &str, body: &Value) -> Value {
        let Answer { status, body } = self.installation.post(&self.installation.path(path), body).await;
        assert!(status.is_success(), "{path}: {body}");
        body
    }

    /// Somebody who was added in these roles, whose password is still the temporary one: the member's id.
    async fn added(&self, name: &str, username: &str, roles: &[&str]) -> String {
        let mut ids = Vec::new();
        for role in roles {
            ids.push(self.role(role).await);
        }
        let person = json!({ "name": name, "username": username, "password": TEMPORARY, "roles": ids });
        text(&self.prepared("/members", &person).await["id"])
    }

    /// Somebody who was added in these roles, and has chosen a password: the member's id.
    async fn settled(&self, name: &str, username: &str, roles: &[&str]) -> String {
        let id = self.added(name, username, roles).await;
        let login = json!({ "login": username, "password": TEMPORARY, "transport": "bearer" });
        let first = self.installation.post_as_nobody("/api/v1/sessions", &login).await.expect(201);
        let change = json!({ "current": TEMPORARY, "new": PASSWORD });
        let request = self.installation.client.post(self.installation.server.url("/api/v1/me/password"));
        let changed = request.bearer_auth(text(&first["token"])).json(&change).send().await.expect("an answer");
        assert!(changed.status().is_success(), "{changed:?}");
        id
    }

    async fn role(&self, name: &str) -> String {
        let roles = self.installation.get(&self.installation.path("/roles")).await.expect(200);
        let roles = roles["roles"].as_array().expect("roles").clone();
        text(&roles.iter().find(|role| role["name"] == name).expect("a role")["id"])
    }

    /// A department below the first one: its id.
    async fn department(&self, name: &str) -> String {
        let all = self.installation.get(&self.installation.path("/departments")).await.expect(200);
        let body = json!({ "name": name, "parent": all["departments"][0]["id"] });
        text(&self.prepared("/departments", &body).await["id"])
    }

    /// The address that the browser is at, from the path on.
    async fn address(&self) -> String {
        let address = self.ada.driver.current_url().await.expect("an address");
        address.as_str().trim_start_matches(&self.installation.server.base).to_owned()
    }

    /// Waits until the address is as `wanted`.
    async fn at(&self, wanted: impl Fn(&str) -> bool + Send + Sync) {
        for _ in 0..super::PATIENCE {
            if wanted(&self.address().await) {
                return;
            }
            tokio::time::sleep(super::MOMENT).await;
        }
        panic!("it never gets there: {}", self.address().await);
    }

    /// Where the focus is: what `element` says of itself.
    async fn focused(&self) -> String {
        self.ada.driver.active_element().await.expect("a focus").text().await.expect("its words")
    }
}
