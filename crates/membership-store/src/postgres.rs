//! PostgreSQL: a transaction for each command, which holds the row of its scope.

use std::time::Duration;

use membership_core::{
    audit::Head,
    store::{Scope, StoreError},
};
use sea_orm::{
    ColumnTrait, ConnectOptions, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter,
    QuerySelect, Statement, sea_query::LockType,
};

use crate::{fault::fault, table::audit_head};

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

/// Locks `scope` until the transaction ends, and says where its audit ends; `None` if it has not begun. Readers, and
/// rows that refer to this one, are not held up.
pub(crate) async fn lock(transaction: &DatabaseTransaction, scope: Scope) -> Result<Option<Head>, StoreError> {
    if let Some(head) = lock_row(transaction, scope).await? {
        return Ok(Some(head));
    }
    // There is no row to lock yet. Whoever comes second here finds the row of whoever came first.
    let key = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT pg_advisory_xact_lock($1)",
        [advisory_key(scope).into()],
    );
    transaction.execute_raw(key).await.map_err(fault)?;
    lock_row(transaction, scope).await
}

async fn lock_row(transaction: &DatabaseTransaction, scope: Scope) -> Result<Option<Head>, StoreError> {
    let row = audit_head::Entity::find()
        .filter(audit_head::Column::ScopeId.eq(scope.id()))
        .lock(LockType::NoKeyUpdate)
        .one(transaction)
        .await
        .map_err(fault)?;
    row.map(Head::try_from).transpose()
}

/// A number for the scope. Two scopes with the same number wait for each other, and nothing worse.
fn advisory_key(scope: Scope) -> i64 {
    let (high, low) = scope.id().as_u64_pair();
    (high ^ low).cast_signed()
}
