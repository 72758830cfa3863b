//! The database: which one it is, its connections, its schema.

use std::sync::Arc;

use async_trait::async_trait;
use membership_core::store::{Scope, Store, StoreError, Tx};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, TransactionTrait};
use sea_orm_migration::MigratorTrait as _;

use crate::{
    fault::fault,
    migration::{Migrator, SchemaError},
    postgres,
    sqlite::{self, Writer},
    transaction::{Hold, Transaction},
};

/// How many connections there are at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Connections of SQLite that only read; there is always one more, which writes.
    pub sqlite_readers: u32,
    /// Connections to PostgreSQL.
    pub postgres_connections: u32,
}

/// A database: the ports [`Store`], [`Directory`](membership_core::directory::Directory),
/// [`Outbox`](membership_core::outbox::Outbox), [`Traces`](membership_core::traces::Traces) and
/// [`Imports`](membership_core::import::Imports).
pub struct Database {
    kind: Kind,
}

enum Kind {
    Sqlite { readers: DatabaseConnection, writer: Writer },
    Postgres { pool: DatabaseConnection },
}

/// The number of the lock that migrations take: the letters "members".
const MIGRATION: i64 = 0x6d_65_6d_62_65_72_73;

impl Default for Options {
    fn default() -> Self {
        Self { sqlite_readers: 4, postgres_connections: 16 }
    }
}

impl Database {
    /// Connects to `sqlite://path?mode=rwc` or `postgres://user@host/database`. Changes nothing: see
    /// [`migrate`](Self::migrate).
    pub async fn open(url: &str) -> Result<Arc<Self>, StoreError> {
        Self::open_with(url, Options::default()).await
    }

    /// Like [`open`](Self::open), with a number of connections of one's own.
    pub async fn open_with(url: &str, options: Options) -> Result<Arc<Self>, StoreError> {
        let opened = match url.split_once(':') {
            Some(("sqlite", path)) if path.contains(":memory:") => {
                Err(DbErr::Custom("each connection would have a memory of its own; name a file".to_owned()))
            }
            Some(("sqlite", _)) => Self::open_sqlite(url, options).await,
            Some(("postgres" | "postgresql", _)) => Self::open_postgres(url, options).await,
            _ => Err(DbErr::Custom("its address begins neither with sqlite: nor with postgres:".to_owned())),
        };
        // An address can hold a password, and these errors quote it.
        let unreachable = |error: DbErr| StoreError::Unavailable {
            detail: format!("the database cannot be opened: {}", error.to_string().replace(url, "(its address)")),
        };
        Ok(Arc::new(Self { kind: opened.map_err(unreachable)? }))
    }

    async fn open_sqlite(url: &str, options: Options) -> Result<Kind, DbErr> {
        // The writer comes first: it makes the file where that is wanted.
        let writer = Writer::open(sqlite::writing(url)).await?;
        Ok(Kind::Sqlite { readers: sqlite::readers(url, options.sqlite_readers).await?, writer })
    }

    async fn open_postgres(url: &str, options: Options) -> Result<Kind, DbErr> {
        let options = postgres::options(url, options.postgres_connections);
        Ok(Kind::Postgres { pool: sea_orm::Database::connect(options).await? })
    }

    /// Brings the schema to this version, all steps in one transaction. Several processes may do so at once: one does
    /// the work, the others wait.
    pub async fn migrate(&self) -> Result<(), SchemaError> {
        let hold = self.hold().await?;
        let db = hold.db()?;
        if db.get_database_backend() == DbBackend::Postgres {
            postgres::lock_number(db, MIGRATION).await?;
        }
        if !Migrator::pending(db).await?.is_empty() {
            Migrator::up(db, None).await.map_err(fault)?;
        }
        Ok(hold.commit().await?)
    }

    /// The names of the steps that [`migrate`](Self::migrate) would make.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, SchemaError> {
        Migrator::pending(self.reading()).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.reading().ping().await.map_err(fault)
    }

    /// Closes all connections, once the transactions that are under way have ended.
    pub async fn close(&self) {
        match &self.kind {
            Kind::Sqlite { readers, writer } => {
                writer.close().await;
                let _closed = readers.close_by_ref().await;
            }
            Kind::Postgres { pool } => {
                let _closed = pool.close_by_ref().await;
            }
        }
    }

    /// Where to read without a lock.
    pub(crate) const fn reading(&self) -> &DatabaseConnection {
        match &self.kind {
            Kind::Sqlite { readers, .. } => readers,
            Kind::Postgres { pool } => pool,
        }
    }

    /// A transaction to write in: on SQLite the turn to write, on PostgreSQL one that has locked nothing yet.
    pub(crate) async fn hold(&self) -> Result<Hold, StoreError> {
        match &self.kind {
            Kind::Sqlite { writer, .. } => Ok(Hold::Sqlite(writer.turn().await?)),
            Kind::Postgres { pool } => Ok(Hold::Postgres(pool.begin().await.map_err(fault)?)),
        }
    }
}

#[async_trait]
impl Store for Database {
    async fn begin(&self, scope: Scope) -> Result<Box<dyn Tx>, StoreError> {
        let (hold, end) = match &self.kind {
            Kind::Sqlite { writer, .. } => sqlite::lock(writer, scope).await?,
            Kind::Postgres { pool } => postgres::lock(pool, scope).await?,
        };
        Ok(Box::new(Transaction::new(scope, end, hold)))
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            Kind::Sqlite { .. } => "SQLite",
            Kind::Postgres { .. } => "PostgreSQL",
        };
        f.debug_struct("Database").field("kind", &kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
