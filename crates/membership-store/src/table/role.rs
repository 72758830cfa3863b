//! Roles.

use std::collections::BTreeSet;

use membership_core::{
    id::{RoleId, TenantId},
    role::Role,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// A JSON list of words.
    pub(crate) permissions: String,
    pub(crate) administrator: bool,
    pub(crate) changed_at: Moment,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Role> for Model {
    fn from(role: &Role) -> Self {
        Self {
            tenant_id: role.tenant.as_uuid(),
            id: role.id.as_uuid(),
            name: role.name.to_string(),
            permissions: serde_json::to_string(&role.permissions).unwrap_or_default(),
            administrator: role.administrator,
            changed_at: role.changed_at.into(),
        }
    }
}

impl Model {
    /// The role, which includes `includes`.
    pub(crate) fn into_role(self, includes: BTreeSet<RoleId>) -> Result<Role, StoreError> {
        let at = Row::new("role", self.id);
        Ok(Role {
            id: RoleId::from_uuid(self.id),
            tenant: TenantId::from_uuid(self.tenant_id),
            name: at.name(&self.name)?,
            permissions: serde_json::from_str(&self.permissions).map_err(|error| at.corrupt(error))?,
            includes,
            administrator: self.administrator,
            changed_at: at.moment(self.changed_at)?,
        })
    }
}
