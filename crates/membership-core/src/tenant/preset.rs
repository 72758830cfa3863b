//! Presets: what a new tenant starts with, as data. Creating a tenant copies its preset, so that a later preset changes
//! no tenant silently.

use serde::{Deserialize, Serialize};

use super::Policy;
use crate::{
    id::{RoleId, TenantId},
    name::{DisplayName, NameFault},
    ports::Entropy,
    role::{Permission, PermissionSet, Role},
};

/// What a new tenant starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name, such as `standard`.
    pub name: String,
    /// The tenant administrator's role, held by whoever founds the tenant.
    pub administrator: PresetRole,
    /// The other roles.
    pub roles: Vec<PresetRole>,
    /// The rules.
    pub policy: Policy,
}

/// One role of a preset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresetRole {
    /// What people call it.
    pub name: DisplayName,
    /// What it allows.
    pub permissions: PermissionSet,
}

impl Preset {
    /// An administrator who may do everything, a manager who looks after members, and a member who may see the list.
    pub fn standard() -> Result<Self, NameFault> {
        let role = |name, permissions: &[Permission]| {
            DisplayName::parse(name).map(|name| PresetRole { name, permissions: permissions.iter().cloned().collect() })
        };
        Ok(Self {
            name: "standard".into(),
            administrator: role("Tenant administrator", &Permission::OWN)?,
            roles: vec![
                role(
                    "Member manager",
                    &[Permission::MEMBERS_READ, Permission::MEMBERS_INVITE, Permission::MEMBERS_MANAGE],
                )?,
                role("Member", &[Permission::MEMBERS_READ])?,
            ],
            policy: Policy::default(),
        })
    }

    /// The roles of a new tenant, the administrator's first.
    pub fn roles_for(
        &self,
        tenant: TenantId,
        now: chrono::DateTime<chrono::Utc>,
        entropy: &dyn Entropy,
    ) -> (Role, Vec<Role>) {
        let role = |preset: &PresetRole, administrator| Role {
            id: RoleId::new(now, entropy),
            tenant,
            name: preset.name.clone(),
            permissions: preset.permissions.clone(),
            administrator,
        };
        (role(&self.administrator, true), self.roles.iter().map(|preset| role(preset, false)).collect())
    }
}
