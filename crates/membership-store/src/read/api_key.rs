//! The keys of programs.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use membership_core::{
    account::ApiKey,
    id::{ApiKeyId, TenantId},
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Select};

use crate::{
    fault::fault,
    moment::Moment,
    table::api_key::{Column, Entity},
};

pub(crate) async fn api_key<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: ApiKeyId,
) -> Result<Option<ApiKey>, StoreError> {
    let row = Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    row.map(ApiKey::try_from).transpose()
}

/// Those of a tenant that are good, newest first: few enough to be sorted here.
pub(crate) async fn good_api_keys<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<Vec<ApiKey>, StoreError> {
    let rows = good(tenant, now).all(db).await.map_err(fault)?;
    let mut keys: Vec<ApiKey> = rows.into_iter().map(ApiKey::try_from).collect::<Result<_, _>>()?;
    keys.sort_by_key(|key| Reverse(key.id));
    Ok(keys)
}

pub(crate) async fn count_of_good_api_keys<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    good(tenant, now).count(db).await.map_err(fault)
}

fn good(tenant: TenantId, now: DateTime<Utc>) -> Select<Entity> {
    Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::EndsAt.gt(Moment::from(now)))
}
