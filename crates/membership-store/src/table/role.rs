//! Roles.

use membership_core::{
    id::{RoleId, TenantId},
    role::Role,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::table::Row;

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
        }
    }
}

impl TryFrom<Model> for Role {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("role", row.id);
        Ok(Self {
            id: RoleId::from_uuid(row.id),
            tenant: TenantId::from_uuid(row.tenant_id),
            name: at.name(&row.name)?,
            permissions: serde_json::from_str(&row.permissions).map_err(|error| at.corrupt(error))?,
            administrator: row.administrator,
        })
    }
}
