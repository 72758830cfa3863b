//! Who belongs where: what stands in each member's own row too.

use membership_core::{id::DepartmentId, member::Member};
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_department")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) department_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) member_id: Uuid,
    /// Whether the member belongs to others too.
    pub(crate) several: bool,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The rows that say where `member` belongs.
pub(crate) fn of(member: &Member) -> impl Iterator<Item = Model> {
    let (tenant_id, member_id) = (member.tenant.as_uuid(), member.id.as_uuid());
    let several = member.departments.all().len() > 1;
    let departments = member.departments.all().iter().copied().map(DepartmentId::as_uuid);
    departments.map(move |department_id| Model { tenant_id, department_id, member_id, several })
}
