//! Roles: named sets of permissions. What products call a group, a role or a privilege level is this one thing.

pub mod permission;

use serde::{Deserialize, Serialize};

use crate::{
    id::{RoleId, TenantId},
    name::DisplayName,
};
pub use permission::{Permission, PermissionSet};

/// A role of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its identifier.
    pub id: RoleId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What people call it; unique in the tenant.
    pub name: DisplayName,
    /// What it allows.
    pub permissions: PermissionSet,
    /// The tenant administrator's role: every tenant has one, and it can be neither deleted nor narrowed.
    pub administrator: bool,
}
