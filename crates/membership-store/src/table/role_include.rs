//! Which role includes which.

use membership_core::role::Role;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role_include")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) role_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) includes: Uuid,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The rows that say what `role` includes.
pub(crate) fn of(role: &Role) -> impl Iterator<Item = Model> {
    let (tenant_id, role_id) = (role.tenant.as_uuid(), role.id.as_uuid());
    role.includes.iter().map(move |other| Model { tenant_id, role_id, includes: other.as_uuid() })
}
