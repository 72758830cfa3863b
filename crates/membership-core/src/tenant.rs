//! Tenants: one customer's closed world. The tenant is the consistency boundary: under its lock every rule over the
//! whole of it is an ordinary `if`.

pub mod branding;
pub mod change_policy;
pub mod create;
pub mod edit;
pub mod policy;
pub mod preset;
pub mod representative;
pub mod set_up;
pub mod suspend;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use branding::Branding;
pub use policy::{Policy, Validity};
pub use preset::{Preset, Presets};

use crate::{
    id::{CatalogueId, TenantId, TreeId},
    name::DisplayName,
};

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its identifier.
    pub id: TenantId,
    /// What people call it.
    pub name: DisplayName,
    /// Whether it can be used.
    pub status: TenantStatus,
    /// The tenant above it, if there is one. Nothing is inherited: it only shows where the tenant belongs.
    pub parent: Option<TenantId>,
    /// What it looks like to those whom it invites.
    pub branding: Branding,
    /// The name of the preset that it was made by.
    pub preset: String,
    /// Its rules, copied from the preset when it was made.
    pub policy: Policy,
    /// The present state of its applications and roles.
    pub catalogue: CatalogueId,
    /// The present state of its departments.
    pub tree: TreeId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Whether a tenant can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantStatus {
    /// Its first administrator has not joined yet.
    SettingUp,
    /// In use.
    Active,
    /// Closed for everybody until it is resumed.
    Suspended,
}

impl TenantStatus {
    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SettingUp => "setting-up",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}
