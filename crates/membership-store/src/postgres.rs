//! PostgreSQL: a transaction for each command, which holds the row of its scope.

pub(crate) mod search;

use std::time::Duration;

use membership_core::store::{Scope, StoreError};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait,
    QueryFilter, QuerySelect, Statement, TransactionTrait, sea_query::LockType,
};

use crate::{
    fault::fault,
    read,
    table::audit_head::{self, End},
    transaction::Hold,
};

/// A connection that was idle for longer is tried before it is used.
const IDLE: Duration = Duration::from_secs(30);

pub(crate) fn options(url: &str, most: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(most)
        .min_connections(1)
        .sqlx_logging(false)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire_if_idle_for(IDLE);
    options
}

/// A transaction that has locked `scope`, and where the scope's audit ends; `None` if it has not begun. Readers, and rows
/// that refer to the locked one, are not held up.
pub(crate) async fn lock(pool: &DatabaseConnection, scope: Scope) -> Result<(Hold, Option<End>), StoreError> {
    let transaction = pool.begin().await.map_err(fault)?;
    let mut head = lock_row(&transaction, scope).await?;
    if head.is_none() {
        // There is no row to lock yet. Whoever comes second here finds the row of whoever came first.
        lock_number(&transaction, number_of(scope)).await?;
        head = lock_row(&transaction, scope).await?;
    }
    if let Scope::Account(account) = scope {
        // Its row too: some change single columns of it without the scope.
        read::hold_account(&transaction, account).await?;
    }
    Ok((Hold::Postgres(transaction), head))
}

/// Waits for a number until whoever has it ends the transaction.
pub(crate) async fn lock_number<C: ConnectionTrait>(db: &C, number: i64) -> Result<(), StoreError> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    let lock = Statement::from_sql_and_values(DbBackend::Postgres, sql, [number.into()]);
    db.execute_raw(lock).await.map_err(fault).map(drop)
}

async fn lock_row(transaction: &DatabaseTransaction, scope: Scope) -> Result<Option<End>, StoreError> {
    let row = audit_head::Entity::find()
        .filter(audit_head::Column::ScopeId.eq(scope.id()))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await
        .map_err(fault)?;
    row.map(End::try_from).transpose()
}

/// A number for the scope. Two scopes with the same number wait for each other, and nothing worse.
fn number_of(scope: Scope) -> i64 {
    let (high, low) = scope.id().as_u64_pair();
    (high ^ low).cast_signed()
}
