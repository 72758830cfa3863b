//! Presets: what a new tenant starts with, as data. Creating a tenant copies its preset, so that a later preset changes
//! no tenant silently.

mod read;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

pub use read::{PresetError, PresetFault};

use super::Policy;
use crate::{
    id::{RoleId, TenantId},
    name::DisplayName,
    ports::Entropy,
    role::{Access, Application, PermissionSet, Role},
};

/// What a new tenant starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its name, such as `organization`.
    pub name: String,
    /// What it is for, in a sentence.
    pub summary: String,
    /// The applications, member management itself among them, with all that can be allowed.
    pub applications: Vec<Application>,
    /// What the tenant administrator's role is called. It holds every permission of every application.
    pub administrator: DisplayName,
    /// The other roles.
    pub roles: Vec<PresetRole>,
    /// The rules.
    pub policy: Policy,
}

/// One role of a preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetRole {
    /// What people call it.
    pub name: DisplayName,
    /// What it allows by itself.
    pub permissions: PermissionSet,
    /// The roles of the same preset that it includes, by name.
    pub includes: Vec<DisplayName>,
}

/// The presets that an installation offers: those that ship, and the operator's.
#[derive(Debug, Clone)]
pub struct Presets {
    standard: Preset,
    others: BTreeMap<String, Preset>,
}

impl Presets {
    /// `standard` where nobody says which, and `others`. Of two with one name the last counts.
    pub fn new(standard: Preset, others: impl IntoIterator<Item = Preset>) -> Self {
        let others = others.into_iter().map(|preset| (preset.name.clone(), preset));
        let others = others.filter(|(name, _)| *name != standard.name).collect();
        Self { standard, others }
    }

    /// The one that counts where nobody says which.
    pub const fn standard(&self) -> &Preset {
        &self.standard
    }

    /// The one that is called `name`.
    pub fn get(&self, name: &str) -> Option<&Preset> {
        if self.standard.name == name { Some(&self.standard) } else { self.others.get(name) }
    }

    /// All of them, the standard one first.
    pub fn iter(&self) -> impl Iterator<Item = &Preset> {
        std::iter::once(&self.standard).chain(self.others.values())
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|preset| preset.name.as_str())
    }
}

impl Preset {
    /// The applications and roles of a new tenant, and which of the roles is the administrator's.
    pub(crate) fn access_for(&self, tenant: TenantId, now: DateTime<Utc>, entropy: &dyn Entropy) -> (Access, RoleId) {
        let everything = self.applications.iter().flat_map(|application| &application.permissions);
        let administrator = Role {
            id: RoleId::new(now, entropy),
            tenant,
            name: self.administrator.clone(),
            permissions: everything.map(|named| named.permission.clone()).collect(),
            includes: [].into(),
            administrator: true,
            changed_at: now,
        };
        let mut ids = BTreeMap::from([(&self.administrator, administrator.id)]);
        ids.extend(self.roles.iter().map(|role| (&role.name, RoleId::new(now, entropy))));
        let id = administrator.id;
        let others = self.roles.iter().filter_map(|role| {
            Some(Role {
                id: *ids.get(&role.name)?,
                tenant,
                name: role.name.clone(),
                permissions: role.permissions.clone(),
                includes: role.includes.iter().filter_map(|name| ids.get(name).copied()).collect(),
                administrator: false,
                changed_at: now,
            })
        });
        let mut roles: Vec<Role> = std::iter::once(administrator.clone()).chain(others).collect();
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        (Access { applications: self.applications.clone(), roles }, id)
    }
}
