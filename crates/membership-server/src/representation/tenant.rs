//! Tenants.

use chrono::{DateTime, Utc};
use membership_core::{directory, id::TenantId, tenant};
use membership_web::logo_of;
use poem_openapi::Object;
use uuid::Uuid;

use super::TenantStatus;

/// A tenant: one customer's closed world of members and roles.
#[derive(Object)]
pub(crate) struct Tenant {
    /// Its identifier.
    pub(crate) id: Uuid,
    /// What people call it.
    pub(crate) name: String,
    /// Whether it can be used.
    pub(crate) status: TenantStatus,
    /// Its colour, like `#1f6feb`, if it has one of its own.
    #[oai(skip_serializing_if_is_none)]
    colour: Option<String>,
    /// Where its logo is at this server, if it has one. Another logo is at another path.
    #[oai(skip_serializing_if_is_none)]
    logo: Option<String>,
    /// The preset that it was made by. What has become of the preset since makes no difference to the tenant.
    preset: String,
    /// The tenant above it, if there is one. Nothing is inherited from it.
    #[oai(skip_serializing_if_is_none)]
    parent: Option<Uuid>,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
}

/// A tenant in the line from the top.
#[derive(Object)]
pub(crate) struct Ancestor {
    /// Its identifier.
    id: Uuid,
    /// What people call it.
    name: String,
    /// Whether one is a member there, so that one can go there.
    member: bool,
}

impl From<tenant::Tenant> for Tenant {
    fn from(tenant: tenant::Tenant) -> Self {
        Self {
            id: tenant.id.as_uuid(),
            name: tenant.name.to_string(),
            status: tenant.status.into(),
            colour: tenant.branding.colour.map(|colour| colour.to_string()),
            logo: logo_of(&tenant),
            preset: tenant.preset,
            parent: tenant.parent.map(TenantId::as_uuid),
            created_at: tenant.created_at,
        }
    }
}

impl From<(directory::Ancestor, bool)> for Ancestor {
    fn from((ancestor, member): (directory::Ancestor, bool)) -> Self {
        Self { id: ancestor.id.as_uuid(), name: ancestor.name, member }
    }
}
