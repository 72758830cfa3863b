//! Roles: named sets of permissions. What products call a group, a role or a privilege level is this one thing.

pub mod assign;
pub mod assignment;
pub mod catalogue;
pub mod check;
pub mod define;
pub mod delete;
pub mod explain;
pub mod permission;
pub mod preview;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use assignment::{Assignment, Assignments, Grant};
pub use catalogue::Catalogue;
pub use permission::{Permission, PermissionSet};

use crate::{
    id::{RoleId, TenantId},
    name::DisplayName,
    refusal::refusals,
};

refusals! {
    /// Why a role is not found.
    #[derive(Copy)]
    pub enum RoleUnknown {
        /// The tenant has none with this id. The id is not told: one of another tenant is answered as one that nobody has.
        InTenant = Absent "role-unknown" ("there is no such role in this tenant", "choose one of the tenant's roles");
    }
}

/// A role of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its identifier.
    pub id: RoleId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What people call it; unique in the tenant.
    pub name: DisplayName,
    /// What it allows by itself.
    pub permissions: PermissionSet,
    /// Roles of the same tenant that it includes: it allows what they allow. Never in a circle.
    pub includes: BTreeSet<RoleId>,
    /// The tenant administrator's role: every tenant has one, it holds every permission of the tenant's applications,
    /// and it can be neither edited nor deleted.
    pub administrator: bool,
    /// When it last changed.
    pub changed_at: DateTime<Utc>,
}

/// One of the products that a tenant uses, with all that can be allowed in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// Its key: the part of its permissions before the colon.
    pub key: String,
    /// What people call it.
    pub name: DisplayName,
    /// What can be allowed in it.
    pub permissions: Vec<NamedPermission>,
}

/// A permission and what people call it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedPermission {
    /// The permission.
    pub permission: Permission,
    /// What people call it.
    pub name: DisplayName,
}

/// All that access in a tenant is decided by, beside its members: what a [`Catalogue`] is compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Access {
    /// The tenant's applications, member management itself among them.
    pub applications: Vec<Application>,
    /// Its roles, by name.
    pub roles: Vec<Role>,
}
