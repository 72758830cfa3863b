//! Hand-overs with their shares.

use std::collections::BTreeMap;

use membership_core::{
    id::{TenantId, TransferId},
    member::transfer::{Share, Transfer},
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};
use uuid::Uuid;

use crate::{
    fault::fault,
    table::{
        transfer::{self, Column},
        transfer_share,
    },
};

pub(crate) async fn transfer<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: TransferId,
) -> Result<Option<Transfer>, StoreError> {
    Ok(all(db, transfer::Entity::find_by_id((tenant.as_uuid(), id.as_uuid()))).await?.pop())
}

/// Those of the tenant that are not finished, oldest first.
pub(crate) async fn open_transfers<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Vec<Transfer>, StoreError> {
    let open = of(tenant).filter(Column::DueAt.is_not_null());
    all(db, open.order_by_asc(Column::BegunAt).order_by_asc(Column::Id)).await
}

/// All of the tenant.
pub(crate) async fn transfers<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Vec<Transfer>, StoreError> {
    all(db, of(tenant).order_by_asc(Column::Id)).await
}

/// Those of what `members` held.
pub(crate) async fn transfers_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    members: &[Uuid],
) -> Result<Vec<Transfer>, StoreError> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    all(db, of(tenant).filter(Column::MemberId.is_in(members.iter().copied()))).await
}

fn of(tenant: TenantId) -> Select<transfer::Entity> {
    transfer::Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()))
}

/// The hand-overs that `which` selects, in its order.
async fn all<C: ConnectionTrait>(db: &C, which: Select<transfer::Entity>) -> Result<Vec<Transfer>, StoreError> {
    let rows = which.find_also_related(transfer_share::Entity).all(db).await.map_err(fault)?;
    let mut order: Vec<transfer::Model> = Vec::new();
    let mut shares: BTreeMap<Uuid, Vec<transfer_share::Model>> = BTreeMap::new();
    for (row, share) in rows {
        let held = shares.entry(row.id).or_insert_with(|| {
            order.push(row);
            Vec::new()
        });
        held.extend(share);
    }
    let transfers = order.into_iter().map(|row| {
        let mut shares = shares.remove(&row.id).unwrap_or_default();
        shares.sort_by_key(|share| share.position);
        row.into_transfer(shares.into_iter().map(Share::try_from).collect::<Result<_, _>>()?)
    });
    transfers.collect()
}
