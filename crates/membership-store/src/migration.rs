//! The steps that bring a database to the schema of this version. A step that was released is never edited; the next
//! change is the next step.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, MigratorTrait, SchemaManager};

/// All steps, in order.
pub(crate) struct Migrator;

struct FirstTables;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(FirstTables)]
    }
}

impl MigrationName for FirstTables {
    fn name(&self) -> &'static str {
        "0001-first-tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for FirstTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        connection.execute_unprepared(include_str!("migration/first_tables.sql")).await.map(drop)
    }
}
