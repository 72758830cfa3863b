//! Which member holds which role.

use sea_orm::entity::prelude::*;

use crate::table::{member, role};

#[expect(clippy::struct_field_names, reason = "they are the columns' names")]
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_role")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) member_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) role_id: Uuid,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    #[sea_orm(
        belongs_to = "member::Entity",
        from = "(Column::TenantId, Column::MemberId)",
        to = "(member::Column::TenantId, member::Column::Id)"
    )]
    Member,
    #[sea_orm(
        belongs_to = "role::Entity",
        from = "(Column::TenantId, Column::RoleId)",
        to = "(role::Column::TenantId, role::Column::Id)"
    )]
    Role,
}

impl ActiveModelBehavior for ActiveModel {}
