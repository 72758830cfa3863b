//! Roles, applications, and the table of the ones against the others.

use chrono::{DateTime, Utc};
use membership_core::{Authority, id::RoleId, role};
use poem_openapi::Object;
use uuid::Uuid;

/// A role: a named set of permissions.
#[derive(Object)]
pub(crate) struct Role {
    /// Its identifier.
    id: Uuid,
    /// What people call it; unique in the tenant.
    name: String,
    /// What it allows by itself, each as `application:object.action`.
    permissions: Vec<String>,
    /// The roles that it includes: it allows what they allow.
    includes: Vec<Uuid>,
    /// The tenant administrator's role: it holds everything, always, and can be neither edited nor deleted.
    administrator: bool,
    /// When it last changed.
    changed_at: DateTime<Utc>,
}

/// A role, by its name alone.
#[derive(Object)]
pub(crate) struct NamedRole {
    /// Its identifier.
    id: Uuid,
    /// What people call it.
    name: String,
}

/// One of the products that a tenant uses.
#[derive(Object)]
pub(crate) struct Application {
    /// Its key: the part of its permissions before the colon.
    key: String,
    /// What people call it.
    name: String,
    /// What can be allowed in it.
    permissions: Vec<NamedPermission>,
}

/// Something that can be allowed.
#[derive(Object)]
pub(crate) struct NamedPermission {
    /// As `application:object.action`.
    permission: String,
    /// What people call it.
    name: String,
}

/// The table of authority: which role gives what in which application.
#[derive(Object)]
pub(crate) struct AuthorityTable {
    /// The roles, by name.
    roles: Vec<NamedRole>,
    /// The applications.
    applications: Vec<ApplicationAuthority>,
}

/// One application's part of the table.
#[derive(Object)]
struct ApplicationAuthority {
    /// Its key.
    key: String,
    /// What people call it.
    name: String,
    /// What can be allowed in it.
    permissions: Vec<PermissionAuthority>,
}

/// One row of the table.
#[derive(Object)]
struct PermissionAuthority {
    /// As `application:object.action`.
    permission: String,
    /// What people call it.
    name: String,
    /// The roles that give it, by themselves or by what they include. No other role does.
    roles: Vec<Uuid>,
}

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        Self {
            id: role.id.as_uuid(),
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            includes: role.includes.into_iter().map(RoleId::as_uuid).collect(),
            administrator: role.administrator,
            changed_at: role.changed_at,
        }
    }
}

impl NamedRole {
    pub(crate) const fn new(id: RoleId, name: String) -> Self {
        Self { id: id.as_uuid(), name }
    }
}

impl From<&role::Application> for Application {
    fn from(application: &role::Application) -> Self {
        Self {
            key: application.key.clone(),
            name: application.name.to_string(),
            permissions: application.permissions.iter().map(NamedPermission::from).collect(),
        }
    }
}

impl From<&role::NamedPermission> for NamedPermission {
    fn from(named: &role::NamedPermission) -> Self {
        Self { permission: named.permission.to_string(), name: named.name.to_string() }
    }
}

impl AuthorityTable {
    /// The table of `applications` against `roles`.
    pub(crate) fn of(applications: &[role::Application], roles: &[Authority]) -> Self {
        let row = |named: &role::NamedPermission| PermissionAuthority {
            permission: named.permission.to_string(),
            name: named.name.to_string(),
            roles: roles
                .iter()
                .filter(|row| row.gives.contains(&named.permission))
                .map(|row| row.role.id.as_uuid())
                .collect(),
        };
        let part = |application: &role::Application| ApplicationAuthority {
            key: application.key.clone(),
            name: application.name.to_string(),
            permissions: application.permissions.iter().map(row).collect(),
        };
        Self {
            roles: roles.iter().map(|row| NamedRole::new(row.role.id, row.role.name.to_string())).collect(),
            applications: applications.iter().map(part).collect(),
        }
    }
}
