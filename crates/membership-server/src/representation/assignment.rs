//! What a member is given.

use chrono::{DateTime, SubsecRound as _, Utc};
use membership_core::{
    id::{DepartmentId, RoleId},
    role::{
        self, Assignments, Grant,
        assign::{Wanted, WantedGrant},
    },
};
use poem_openapi::Object;
use serde::{Deserialize, Deserializer, de::Error as _};
use uuid::Uuid;

/// Something that a member is given: either a role or a single permission.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assignment {
    /// One of the tenant's roles: whatever it allows at the moment of asking.
    #[oai(skip_serializing_if_is_none)]
    role: Option<Uuid>,
    /// A single permission beside the roles, as `application:object.action`.
    #[oai(skip_serializing_if_is_none)]
    permission: Option<String>,
    /// It counts for this department and all below it; absent if it is for the whole tenant.
    #[oai(skip_serializing_if_is_none)]
    department: Option<Uuid>,
    /// It counts before this moment; absent if it is for good.
    #[oai(skip_serializing_if_is_none)]
    #[serde(default, deserialize_with = "moment")]
    until: Option<DateTime<Utc>>,
}

impl Assignment {
    /// All of `assignments`, in their order.
    pub(crate) fn all(assignments: &Assignments) -> Vec<Self> {
        assignments.iter().map(Self::from).collect()
    }

    /// What is wanted, if it is one thing.
    pub(crate) fn wanted(self) -> Option<Wanted> {
        let what = match (self.role, self.permission) {
            (Some(role), None) => WantedGrant::Role(RoleId::from_uuid(role)),
            (None, Some(permission)) => WantedGrant::Permission(permission),
            (None, None) | (Some(_), Some(_)) => return None,
        };
        Some(Wanted { what, within: self.department.map(DepartmentId::from_uuid), until: self.until })
    }
}

impl From<&role::Assignment> for Assignment {
    fn from(held: &role::Assignment) -> Self {
        let (role, permission) = match &held.grant {
            Grant::Role(role) => (Some(role.as_uuid()), None),
            Grant::Permission(permission) => (None, Some(permission.to_string())),
        };
        Self { role, permission, department: held.within.map(DepartmentId::as_uuid), until: held.until }
    }
}

/// A moment as RFC 3339 writes it: of a year with four digits, and no finer than any store keeps.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| D::Error::custom("a moment was expected"))?;
    Ok(Some(moment.to_utc().trunc_subsecs(6)))
}
