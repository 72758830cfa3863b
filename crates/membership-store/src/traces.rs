//! Traces: counted under the lock of the rows that are counted in, so that a hundred at once are a hundred, whichever process
//! counts. On SQLite whoever has the turn to write has every lock; on PostgreSQL rows are locked in the order of their
//! keys, so that no two wait for each other.

mod sweep;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::{ApiKeyId, SessionId},
    store::StoreError,
    traces::{Pace, TraceKey, Traces, Tries},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, IntoActiveModel, Order, QueryFilter, Set,
    sea_query::{Expr, LockType, OnConflict, Query},
};

use crate::{
    Database,
    fault::{corrupt, fault},
    moment::Moment,
    table::{api_key, session, trace_pace, trace_tries},
};

#[async_trait]
impl Traces for Database {
    async fn pace(&self, paces: &[Pace], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        if paces.is_empty() {
            return Ok(None);
        }
        let hold = self.hold().await?;
        let paid = paid(hold.db()?, paces, now).await?;
        let (mut next, mut free) = (BTreeMap::new(), None);
        for pace in paces {
            let paid = paid.get(pace.key.as_bytes().as_slice()).copied().map(DateTime::try_from).transpose();
            match pace.step(paid.map_err(|error| damaged("trace_pace", pace.key, error))?, now) {
                Ok(paid) => drop(next.insert(pace.key, Moment::from(paid))),
                Err(moment) => free = Some(free.map_or(moment, |free: DateTime<Utc>| Ord::max(free, moment))),
            }
        }
        if free.is_none() {
            pay(hold.db()?, next).await?;
            hold.commit().await?;
        }
        Ok(free)
    }

    async fn tried(&self, tries: &[Tries], now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tries = tries.to_vec();
        tries.sort_by_key(|tries| tries.key);
        let hold = self.hold().await?;
        for tries in tries {
            if !count(hold.db()?, tries, now.into()).await? {
                return Ok(false);
            }
        }
        hold.commit().await?;
        Ok(true)
    }

    async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError> {
        let known = trace_tries::Entity::find().filter(trace_tries::Column::Key.is_in(sorted(keys)));
        let known = known.all(self.reading()).await.map_err(fault)?;
        let known: BTreeMap<Vec<u8>, i64> = known.into_iter().map(|row| (row.key, row.tries)).collect();
        let made = |key: &TraceKey| {
            let tries = known.get(key.as_bytes().as_slice()).copied().unwrap_or(0);
            u32::try_from(tries).map_err(|_| damaged("trace_tries", *key, format_args!("{tries} is out of range")))
        };
        keys.iter().map(made).collect()
    }

    async fn forgive(&self, keys: &[TraceKey]) -> Result<(), StoreError> {
        use trace_tries::{Column::Key, Entity};
        if keys.is_empty() {
            return Ok(());
        }
        let mut those = Query::select();
        those.column(Key).from(Entity).and_where(Key.is_in(sorted(keys))).order_by(Key, Order::Asc);
        let forgotten = Entity::delete_many().filter(Key.in_subquery(those.lock(LockType::Update).take()));
        let hold = self.hold().await?;
        forgotten.exec(hold.db()?).await.map_err(fault)?;
        hold.commit().await
    }

    async fn session_used(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError> {
        use session::Column::{Id, UsedAt};
        let used = session::ActiveModel { used_at: Set(now.into()), ..Default::default() };
        let used = session::Entity::update_many().set(used).filter(Id.eq(session.as_uuid()));
        let hold = self.hold().await?;
        used.filter(UsedAt.lt(Moment::from(now))).exec(hold.db()?).await.map_err(fault)?;
        hold.commit().await
    }

    async fn api_key_used(&self, key: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError> {
        use api_key::Column::{Id, UsedAt};
        let used = api_key::ActiveModel { used_at: Set(Some(now.into())), ..Default::default() };
        let used = api_key::Entity::update_many().set(used).filter(Id.eq(key.as_uuid()));
        let hold = self.hold().await?;
        let earlier = UsedAt.is_null().or(UsedAt.lt(Moment::from(now)));
        used.filter(earlier).exec(hold.db()?).await.map_err(fault)?;
        hold.commit().await
    }

    async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        let hold = self.hold().await?;
        let swept = sweep::all(hold.db()?, now.into(), old.into(), limit.into()).await?;
        hold.commit().await?;
        Ok(swept)
    }
}

/// Until when what stands under each of `paces` is paid for, as far as that is known. On PostgreSQL the rows are locked from
/// now on; those that are new are there, paid until `now`, which is the same as not at all.
async fn paid<C: ConnectionTrait>(
    db: &C,
    paces: &[Pace],
    now: DateTime<Utc>,
) -> Result<BTreeMap<Vec<u8>, Moment>, StoreError> {
    use trace_pace::{Column, Entity, Model};
    let keys = sorted(paces.iter().map(|pace| &pace.key));
    let rows = match db.get_database_backend() {
        DbBackend::Postgres => {
            let new = keys.into_iter().map(|key| Model { key, paid: now.into() }.into_active_model());
            let mut or_as_it_is = OnConflict::column(Column::Key);
            or_as_it_is.value(Column::Paid, Expr::col((Entity, Column::Paid)));
            Entity::insert_many(new).on_conflict(or_as_it_is).exec_with_returning(db).await
        }
        DbBackend::Sqlite | DbBackend::MySql | _ => Entity::find().filter(Column::Key.is_in(keys)).all(db).await,
    };
    Ok(rows.map_err(fault)?.into_iter().map(|row| (row.key, row.paid)).collect())
}

async fn pay<C: ConnectionTrait>(db: &C, paid: BTreeMap<TraceKey, Moment>) -> Result<(), StoreError> {
    use trace_pace::{Column, Entity, Model};
    let rows = paid.into_iter().map(|(key, paid)| Model { key: key.as_bytes().to_vec(), paid }.into_active_model());
    let mut or_replace = OnConflict::column(Column::Key);
    or_replace.update_column(Column::Paid);
    Entity::insert_many(rows).on_conflict(or_replace).exec_without_returning(db).await.map_err(fault).map(drop)
}

/// Counts one more, unless there were the most already.
async fn count<C: ConnectionTrait>(db: &C, tries: Tries, now: Moment) -> Result<bool, StoreError> {
    use trace_tries::{Column, Entity, Model};
    if tries.most == 0 {
        return Ok(false);
    }
    let first = Model { key: tries.key.as_bytes().to_vec(), tries: 1, tried_at: now }.into_active_model();
    let made = || Expr::col((Entity, Column::Tries));
    let mut or_one_more = OnConflict::column(Column::Key);
    or_one_more
        .value(Column::Tries, made().add(1))
        .update_column(Column::TriedAt)
        .action_and_where(made().lt(i64::from(tries.most)));
    let counted = Entity::insert(first).on_conflict(or_one_more).exec_without_returning(db).await;
    Ok(counted.map_err(fault)? == 1)
}

/// The bytes of `keys`, each once, in their order.
fn sorted<'a>(keys: impl IntoIterator<Item = &'a TraceKey>) -> BTreeSet<Vec<u8>> {
    keys.into_iter().map(|key| key.as_bytes().to_vec()).collect()
}

fn damaged(table: &str, key: TraceKey, why: impl Display) -> StoreError {
    corrupt(table, format_args!("{:02x?}", key.as_bytes()), why)
}
