//! SQLite: one connection that writes, a few that read. Write-ahead logging lets them read while it writes.

mod group;

use std::time::Duration;

use sea_orm::{
    ConnectOptions, DatabaseConnection, DbErr,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

pub(crate) use group::{Turn, Writer};

/// How long a writer waits for one of another process.
const BUSY: Duration = Duration::from_secs(10);
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
                .pragma("temp_store", "MEMORY");
            more(options)
        });
    options
}
