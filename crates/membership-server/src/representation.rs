//! How the domain's things look in JSON. The types here are not the domain's: a field that is renamed there must not
//! change what programs out there read.

mod member;
mod person;
mod words;

pub(crate) use member::{Invitation, Member};
pub(crate) use person::{Account, Session, SignedIn, Transport};
pub(crate) use words::{DeliveryState, InvitationStage, MemberStatus, Send, TenantStatus, Via};

use chrono::{DateTime, Utc};
use membership_core::{role, tenant};
use poem_openapi::Object;
use uuid::Uuid;

/// A tenant: one customer's closed world of members and roles.
#[derive(Object)]
pub(crate) struct Tenant {
    /// Its identifier.
    pub(crate) id: Uuid,
    /// What people call it.
    pub(crate) name: String,
    /// Whether it can be used.
    pub(crate) status: TenantStatus,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
}

/// A role: a named set of permissions.
#[derive(Object)]
pub(crate) struct Role {
    /// Its identifier.
    id: Uuid,
    /// What people call it; unique in the tenant.
    name: String,
    /// What it allows, each as `application:object.action`.
    permissions: Vec<String>,
    /// The tenant administrator's role, which can be neither deleted nor narrowed.
    administrator: bool,
}

impl From<tenant::Tenant> for Tenant {
    fn from(tenant: tenant::Tenant) -> Self {
        Self {
            id: tenant.id.as_uuid(),
            name: tenant.name.to_string(),
            status: tenant.status.into(),
            created_at: tenant.created_at,
        }
    }
}

impl From<role::Role> for Role {
    fn from(role: role::Role) -> Self {
        Self {
            id: role.id.as_uuid(),
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            administrator: role.administrator,
        }
    }
}
