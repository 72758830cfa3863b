//! Imports before they are started: kept by whoever reads a table, without the tenant's lock. Each is one statement or a few on
//! rows of its own; on PostgreSQL the import's row is held by whoever writes its blocks, so that no block is written under an
//! import that was planned or started meanwhile.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::{ImportId, TenantId},
    import::{Import, ImportState, Imports, KeptBlock, MOST_KEPT},
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, Iterable, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    Database,
    fault::{corrupt, fault},
    moment::Moment,
    read,
    table::{
        import::{self, Column, Entity, PLANNED, READING, RUNNING},
        import_block,
    },
};

#[async_trait]
impl Imports for Database {
    async fn keep(&self, import: &Import) -> Result<(), StoreError> {
        match import.state {
            ImportState::Reading | ImportState::Planned => {}
            ImportState::Running(_) | ImportState::Ended { .. } => return Err(raced("import_unstarted")),
        }
        let row = import::Model::try_from(import)?;
        let or_replace = OnConflict::columns([Column::TenantId, Column::Id])
            .update_columns(Column::iter().filter(|column| !matches!(column, Column::TenantId | Column::Id)))
            .action_cond_where(is_open())
            .to_owned();
        let hold = self.hold().await?;
        let kept = Entity::insert(import::ActiveModel::from(row)).on_conflict(or_replace);
        // Nothing touched: it is there, and it was started.
        let kept = kept.exec_without_returning(hold.db()?).await.map_err(fault)?;
        if kept == 0 { Err(raced("import_unstarted")) } else { hold.commit().await }
    }

    async fn keep_block(&self, tenant: TenantId, import: ImportId, block: u32, rows: &str) -> Result<(), StoreError> {
        use import_block::Column::{Block, ImportId, Outcomes, Rows, TenantId};
        let columns = [TenantId, ImportId, Block, Rows, Outcomes];
        let mut of_an_import_that_is_read = Query::select();
        of_an_import_that_is_read
            .columns([Column::TenantId, Column::Id])
            .expr(Expr::value(i64::from(block)))
            .expr(Expr::value(rows))
            .expr(Expr::cust("NULL"))
            .from(Entity)
            .cond_where(which(tenant, import).add(read::stands(READING)))
            .lock(LockType::Share);
        let mut keep = Query::insert();
        keep.into_table(import_block::Entity)
            .columns(columns)
            .select_from(of_an_import_that_is_read)
            .map_err(|error| corrupt("import_block", import, error))?
            .on_conflict(OnConflict::columns([TenantId, ImportId, Block]).update_columns([Rows, Outcomes]).to_owned());
        let hold = self.hold().await?;
        let kept = hold.db()?.execute(&keep).await.map_err(fault)?.rows_affected();
        if kept == 1 { hold.commit().await } else { Err(raced("import_reading")) }
    }

    async fn import(&self, tenant: TenantId, import: ImportId) -> Result<Option<Import>, StoreError> {
        read::import(self.reading(), tenant, import).await
    }

    async fn imports(&self, tenant: TenantId) -> Result<Vec<Import>, StoreError> {
        let own = Entity::find().filter(Column::TenantId.eq(tenant.as_uuid()));
        let newest = own.order_by_desc(Column::Id).limit(u64::from(MOST_KEPT));
        newest.all(self.reading()).await.map_err(fault)?.into_iter().map(Import::try_from).collect()
    }

    async fn block(&self, tenant: TenantId, import: ImportId, block: u32) -> Result<Option<KeptBlock>, StoreError> {
        let key = (tenant.as_uuid(), import.as_uuid(), i64::from(block));
        let row = import_block::Entity::find_by_id(key).one(self.reading()).await.map_err(fault)?;
        Ok(row.map(KeptBlock::from))
    }

    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ImportId)>, StoreError> {
        let running = keys().filter(read::stands(RUNNING)).order_by_asc(Column::Id).limit(u64::from(limit));
        let running = running.into_tuple().all(self.reading()).await.map_err(fault)?;
        Ok(running.into_iter().map(|(tenant, id)| (TenantId::from_uuid(tenant), ImportId::from_uuid(id))).collect())
    }

    async fn forget(&self, tenant: TenantId, import: ImportId) -> Result<(), StoreError> {
        let hold = self.hold().await?;
        let those = keys().filter(which(tenant, import)).filter(read::stands(RUNNING).not());
        forget(hold.db()?, those.lock(LockType::Update).into_query()).await?;
        hold.commit().await
    }

    async fn sweep(&self, uploaded: DateTime<Utc>, ended: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        let hold = self.hold().await?;
        let (uploaded, ended) = (Moment::from(uploaded), Moment::from(ended));
        let old = [
            (Column::CreatedAt, is_open().add(Column::CreatedAt.lt(uploaded))),
            (Column::EndedAt, Condition::all().add(Column::EndedAt.lt(ended))),
        ];
        let mut swept = 0;
        for (since, old) in old {
            let first = keys().filter(old).order_by_asc(since).limit(u64::from(limit) - swept);
            let unheld = first.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
            swept += forget(hold.db()?, unheld.into_query()).await?;
        }
        hold.commit().await?;
        Ok(swept)
    }
}

/// Deletes the imports that `those` selects, with their blocks. How many there were.
async fn forget<C: ConnectionTrait>(db: &C, those: SelectStatement) -> Result<u64, StoreError> {
    use import_block::Column::{ImportId, TenantId};
    let rows = db.query_all(&those).await.map_err(fault)?;
    let keys = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    let keys: Vec<(Uuid, Uuid)> = keys.collect::<Result<_, _>>().map_err(fault)?;
    for (tenant, id) in &keys {
        let blocks = import_block::Entity::delete_many().filter(TenantId.eq(*tenant)).filter(ImportId.eq(*id));
        blocks.exec(db).await.map_err(fault)?;
        Entity::delete_by_id((*tenant, *id)).exec(db).await.map_err(fault)?;
    }
    Ok(keys.len() as u64)
}

fn keys() -> sea_orm::Select<Entity> {
    Entity::find().select_only().columns([Column::TenantId, Column::Id])
}

fn which(tenant: TenantId, import: ImportId) -> Condition {
    Condition::all().add(Column::TenantId.eq(tenant.as_uuid())).add(Column::Id.eq(import.as_uuid()))
}

/// Whether it was not started, in so many letters: the index over those knows no other.
fn is_open() -> Condition {
    let constant = |word: &'static str| Expr::Constant(word.into());
    Condition::all().add(Expr::col((Entity, Column::Status)).is_in([constant(READING), constant(PLANNED)]))
}

fn raced(constraint: &str) -> StoreError {
    StoreError::Raced { constraint: constraint.to_owned() }
}
