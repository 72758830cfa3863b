//! Offers to become the representative administrator.

use membership_core::{
    id::{NominationId, TenantId},
    store::StoreError,
    tenant::representative::Nomination,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::{
    fault::fault,
    table::nomination::{Column, Entity},
};

pub(crate) async fn nomination<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: NominationId,
) -> Result<Option<Nomination>, StoreError> {
    let row = Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    row.map(Nomination::try_from).transpose()
}

/// The one of the tenant that was not answered.
pub(crate) async fn open_nomination<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
) -> Result<Option<Nomination>, StoreError> {
    let open = Entity::find().filter(Column::TenantId.eq(tenant.as_uuid())).filter(Column::Answer.is_null());
    open.one(db).await.map_err(fault)?.map(Nomination::try_from).transpose()
}
