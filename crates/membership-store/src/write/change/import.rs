//! Changes of imports. Whoever comes second finds the import or its block no longer as it was, and touches nothing.

use membership_core::id::{ImportId, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

use super::super::script::Script;
use crate::table::{
    import::{ActiveModel, Column, Entity, Model},
    import_block,
};

/// The import as it is now, if it has had this `status`.
pub(super) fn replace(script: &mut Script, row: Model, status: &str) {
    let (tenant, id) = (row.tenant_id, row.id);
    let changed =
        ActiveModel { status: Set(row.status), ended_at: Set(row.ended_at), body: Set(row.body), ..Default::default() };
    let which = Entity::update_many().set(changed).filter(Column::TenantId.eq(tenant)).filter(Column::Id.eq(id));
    script.change(&which.filter(Column::Status.eq(status)), Some(1));
}

/// What became of a block, if that was not said before.
pub(super) fn outcomes(script: &mut Script, tenant: TenantId, import: ImportId, block: u32, text: String) {
    use import_block::Column::{Block, ImportId, Outcomes, TenantId};
    let done = import_block::ActiveModel { outcomes: Set(Some(text)), ..Default::default() };
    let which = import_block::Entity::update_many()
        .set(done)
        .filter(TenantId.eq(tenant.as_uuid()))
        .filter(ImportId.eq(import.as_uuid()))
        .filter(Block.eq(i64::from(block)));
    script.change(&which.filter(Outcomes.is_null()), Some(1));
}
