//! The steps that bring a database to the schema of this version. A step that was released is never edited; the next
//! change is the next step.

use membership_core::store::StoreError;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

use crate::fault::fault;

/// All steps, in order.
pub(crate) struct Migrator;

struct Tables;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(Tables)]
    }
}

/// Why the schema is not that of this version.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// Another version made the database: a newer one, or a build from before the first release.
    #[error(
        "this database was made by another version, or by a development build from before the first release: use the \
         version that made it, or make a new database ({detail})"
    )]
    Foreign {
        /// Which steps were made that this version does not know.
        detail: String,
    },
    /// The database could not be looked at or changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Migrator {
    /// The names of the steps that are still to be made.
    pub(crate) async fn pending<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, SchemaError> {
        match Self::get_pending_migrations_read_only(db).await {
            Ok(pending) => Ok(pending.iter().map(|step| step.name().to_owned()).collect()),
            // All that is told like this is a step that was made and is unknown here.
            Err(DbErr::Custom(detail)) => Err(SchemaError::Foreign { detail }),
            Err(error) => Err(fault(error).into()),
        }
    }
}

impl MigrationName for Tables {
    fn name(&self) -> &'static str {
        "0001-tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Tables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("migration/first_tables.sql")).await?;
        let only_here = match connection.get_database_backend() {
            DbBackend::Postgres => include_str!("migration/only_postgres.sql"),
            DbBackend::Sqlite | DbBackend::MySql | _ => include_str!("migration/only_sqlite.sql"),
        };
        connection.execute_unprepared(only_here).await.map(drop)
    }
}
