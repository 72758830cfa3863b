//! SQLite: one connection that writes, a few that read. Write-ahead logging lets them read while it writes.

mod group;
pub(crate) mod search;

use std::time::Duration;

use membership_core::store::{Scope, StoreError};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryTrait,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    fault::fault,
    table::audit_head::{self, End},
    transaction::Hold,
};
pub(crate) use group::{Turn, Writer};

/// How long a writer waits for one of another process.
const BUSY: Duration = Duration::from_secs(10);
/// How much of the database a connection keeps in memory, in KiB; a negative number is no number of pages. What a long
/// transaction changes has to fit in, or it is written twice.
const CACHE: &str = "-16384";
/// How many rows the driver's thread reads ahead: a page of members and what belongs to it.
const ROWS: usize = 256;

/// The connection that writes. Every commit is on disk before it is told (synchronous FULL).
pub(crate) fn writing(url: &str) -> ConnectOptions {
    options(url, 1, |options| options)
}

/// Connections that only read.
pub(crate) fn reading(url: &str, most: u32) -> ConnectOptions {
    options(url, most, |options| options.pragma("query_only", "ON"))
}

/// A pool for reading.
pub(crate) async fn readers(url: &str, most: u32) -> Result<DatabaseConnection, DbErr> {
    sea_orm::Database::connect(reading(url, most)).await
}

/// Whoever has the turn has every lock there is. Also tells where the audit of `scope` ends; `None` if it has not begun.
pub(crate) async fn lock(writer: &Writer, scope: Scope) -> Result<(Hold, Option<End>), StoreError> {
    let head = audit_head::Entity::find_by_id(scope.id()).build(DbBackend::Sqlite);
    let (turn, answer) = writer.turn_asking(Some(head)).await?;
    let head = answer.first().map(|row| audit_head::Model::from_query_result(row, "")).transpose().map_err(fault)?;
    Ok((Hold::Sqlite(turn), head.map(End::try_from).transpose()?))
}

fn options(
    url: &str,
    most: u32,
    more: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static,
) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(most)
        .min_connections(1)
        .sqlx_logging(false)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY)
                .row_buffer_size(ROWS)
                // What a savepoint needs to be taken back goes to memory instead of a file.
                .pragma("temp_store", "MEMORY")
                .pragma("cache_size", CACHE);
            more(options)
        });
    options
}
