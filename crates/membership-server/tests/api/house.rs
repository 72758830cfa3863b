//! A tenant by a preset, and people in it who hold this or that.

use membership_core::{
    invitation::invite::{Invite, Invitee, Reach, Sending},
    role::assign::Wanted,
    tenant::Presets,
};
use membership_testkit::{Adapter, Bed, bed::Asked};
use poem::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Api, Ask};

/// The presets that ship.
pub(crate) const PRESETS: [&str; 4] = ["organization", "streaming-app", "livestream-account", "portal-tenant"];

/// An id that nothing has.
pub(crate) const NOTHING: &str = "0197c0de-0000-7000-8000-00000000dead";

impl Api {
    /// A server whose tenant was made by `preset`.
    pub(crate) async fn by_preset(preset: &str) -> Self {
        let presets = Presets::shipped(preset, Vec::new()).unwrap();
        Self::over(Bed::altered(Adapter::in_memory(), |parts| parts.presets = presets).await.unwrap())
    }

    pub(crate) fn put(&self, path: impl Into<String>, body: &Value) -> Ask<'_> {
        self.ask(Method::PUT, path).json(body)
    }

    pub(crate) fn delete(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask(Method::DELETE, path)
    }

    /// Something that is done by its address alone.
    pub(crate) fn act(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    /// An enabled member of the tenant in these roles: its id, and a token of its.
    pub(crate) async fn person(&self, username: &str, roles: &[&str]) -> (String, String) {
        let person = self.bed.added(username, roles).await.unwrap();
        (person.member.id.to_string(), self.sign_in(username).await)
    }

    /// An enabled member who holds exactly `permissions`, by a role that is made for it: its id, and a token of its.
    pub(crate) async fn holder(&self, username: &str, permissions: &[&str]) -> (String, String) {
        let role = format!("Role of {username}");
        self.bed.define_role(&role, permissions, &[]).await.unwrap();
        self.person(username, &[&role]).await
    }

    /// Somebody who is invited by mail, at once, and has not joined.
    pub(crate) async fn invited_as(&self, email: &str, role: &str) -> Asked {
        let assignments = vec![Wanted::role(self.bed.role(role).await.unwrap())];
        let (name, reach, departments) = ("Ann Example".into(), Reach::Mail(email.to_owned()), Vec::new());
        let people = vec![Invitee { name, reach, assignments, departments, language: None }];
        let (tenant, send) = (self.bed.tenant.id, Some(Sending::Now));
        let (assignments, departments) = (Vec::new(), Vec::new());
        let invite = Invite { tenant, people, assignments, departments, send, validity: None };
        self.bed.invite_one(invite).await.unwrap()
    }

    /// The id of the role that is called `name`.
    pub(crate) async fn role(&self, name: &str) -> String {
        self.bed.role(name).await.unwrap().to_string()
    }

    /// The administrator makes a role: its address.
    pub(crate) async fn defined(&self, root: &str, name: &str, permissions: &[&str], includes: &[&str]) -> String {
        let body = json!({ "name": name, "permissions": permissions, "includes": includes });
        let made = self.post(self.tenant("/roles"), &body).by(root).send().await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.headers["location"].to_str().unwrap().to_owned()
    }

    /// Whether whoever has `token` may, at this moment.
    pub(crate) async fn may(&self, token: &str, permission: &str) -> bool {
        let reply = self.get(self.tenant(&format!("/check?permission={permission}"))).by(token).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["allowed"].as_bool().unwrap()
    }

    /// Every permission that the tenant's applications have, in order.
    pub(crate) async fn every_permission(&self, token: &str) -> Vec<String> {
        let reply = self.get(self.tenant("/applications")).by(token).send().await.json();
        let applications = reply["applications"].as_array().unwrap();
        let named = applications.iter().flat_map(|application| application["permissions"].as_array().unwrap());
        named.map(|named| text(&named["permission"])).collect()
    }

    /// All that is stored of the tenant, to see that nothing has changed.
    pub(crate) async fn everything(&self) -> String {
        format!("{:?}", self.bed.world(self.bed.tenant.id).await.unwrap())
    }
}

/// The text of a JSON string.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The texts of a JSON list.
pub(crate) fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}
