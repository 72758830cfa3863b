//! Forgetting what means nothing any more, in batches that hold nobody up: PostgreSQL passes over rows that somebody has
//! locked at this moment.

use membership_core::store::StoreError;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter,
    sea_query::{Expr, IntoColumnRef, LockBehavior, LockType, Query},
};

use crate::{
    fault::fault,
    moment::Moment,
    table::{api_key, challenge, session, trace_pace, trace_tries},
};

/// Up to `limit` of each kind: paces that are over at `now`, and what ended, or was tried last, before `old`. How many there were.
pub(super) async fn all<C: ConnectionTrait>(db: &C, now: Moment, old: Moment, limit: u64) -> Result<u64, StoreError> {
    use trace_pace::Column::Paid;
    let mut swept = first::<trace_pace::Entity, C>(db, trace_pace::Column::Key, Paid, Paid.lte(now), limit).await?;
    let tried = trace_tries::Column::TriedAt;
    swept += first::<trace_tries::Entity, C>(db, trace_tries::Column::Key, tried, tried.lt(old), limit).await?;
    let ends = session::Column::EndsAt;
    swept += first::<session::Entity, C>(db, session::Column::Id, ends, ends.lt(old), limit).await?;
    let ends = challenge::Column::EndsAt;
    swept += first::<challenge::Entity, C>(db, challenge::Column::Id, ends, ends.lt(old), limit).await?;
    let mut keys = 0;
    for over in [api_key::Column::EndsAt, api_key::Column::RevokedAt] {
        keys += first::<api_key::Entity, C>(db, api_key::Column::Id, over, over.lt(old), limit - keys).await?;
    }
    Ok(swept + keys)
}

/// Deletes the first `limit` rows of which `over` is true, by the column `order`.
async fn first<E: EntityTrait, C: ConnectionTrait>(
    db: &C,
    key: E::Column,
    order: E::Column,
    over: Expr,
    limit: u64,
) -> Result<u64, StoreError> {
    let mut those = Query::select();
    those
        .column(key)
        .from(E::default())
        .and_where(over)
        .order_by((E::default(), order).into_column_ref(), Order::Asc)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let deleted = E::delete_many().filter(key.in_subquery(those)).exec(db).await.map_err(fault)?;
    Ok(deleted.rows_affected)
}
