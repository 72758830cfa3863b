//! What new tenants can start with.

use membership_core::tenant::preset;
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};

use super::Chapter;
use crate::{
    answer::Answer,
    caller::Caller,
    representation::{Application, Policy},
};

/// The presets of the installation.
#[derive(Object)]
struct PresetList {
    /// The configured one first, the others by name.
    presets: Vec<Preset>,
}

/// What a new tenant starts with.
#[derive(Object)]
struct Preset {
    /// Its name.
    name: String,
    /// What it is for, in a sentence.
    summary: String,
    /// The applications, member management itself among them, with all that can be allowed.
    applications: Vec<Application>,
    /// What the tenant administrator's role is called. It holds every permission of every application.
    administrator: String,
    /// The other roles.
    roles: Vec<PresetRole>,
    /// The rules.
    policy: Policy,
}

/// A role of a preset.
#[derive(Object)]
struct PresetRole {
    /// What people call it.
    name: String,
    /// What it allows by itself, each as `application:object.action`.
    permissions: Vec<String>,
    /// The roles of the same preset that it includes, by name.
    includes: Vec<String>,
}

pub(crate) struct PresetsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Tenants")]
impl PresetsApi {
    /// List the presets
    ///
    /// What new tenants can start with: the presets that ship and those of the operator. Everybody who is signed in may
    /// know them.
    #[expect(clippy::unused_async, reason = "an operation is asynchronous, whether or not it waits for anything")]
    #[oai(path = "/presets", method = "get", operation_id = "listPresets")]
    async fn list(&self, edge: Data<&Edge>, _caller: Caller) -> Answer<Json<PresetList>> {
        let presets = edge.membership().presets().iter().map(Preset::from).collect();
        Ok(Json(PresetList { presets }))
    }
}

impl From<&preset::Preset> for Preset {
    fn from(preset: &preset::Preset) -> Self {
        Self {
            name: preset.name.clone(),
            summary: preset.summary.clone(),
            applications: preset.applications.iter().map(Application::from).collect(),
            administrator: preset.administrator.to_string(),
            roles: preset.roles.iter().map(PresetRole::from).collect(),
            policy: Policy::from(&preset.policy),
        }
    }
}

impl From<&preset::PresetRole> for PresetRole {
    fn from(role: &preset::PresetRole) -> Self {
        Self {
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            includes: role.includes.iter().map(ToString::to_string).collect(),
        }
    }
}
