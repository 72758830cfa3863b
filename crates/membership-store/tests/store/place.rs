//! Where the databases of the tests are: a temporary file, and a schema of its own on the server that
//! `MEMBERSHIP_TEST_POSTGRES` names.

use std::{env, sync::Arc};

use membership_store::{Database, Options};
use membership_testkit::{Adapter, Failure};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tempfile::TempDir;

/// A database that nobody else uses.
pub(crate) struct Place {
    pub(crate) url: String,
    _directory: Option<TempDir>,
}

impl Place {
    /// SQLite, in a file.
    pub(crate) fn sqlite() -> Result<Self, Failure> {
        let directory = TempDir::with_prefix("membership-store-")?;
        let url = format!("sqlite://{}?mode=rwc", directory.path().join("membership.db").display());
        Ok(Self { url, _directory: Some(directory) })
    }

    /// PostgreSQL, if there is a server.
    pub(crate) async fn postgres() -> Result<Option<Self>, Failure> {
        let Ok(server) = env::var("MEMBERSHIP_TEST_POSTGRES") else {
            assert_ne!(env::var("MEMBERSHIP_TEST_REQUIRE").as_deref(), Ok("1"), "MEMBERSHIP_TEST_POSTGRES is not set");
            println!("skipped: MEMBERSHIP_TEST_POSTGRES names no server");
            return Ok(None);
        };
        let mut options = ConnectOptions::new(server.clone());
        let connection = sea_orm::Database::connect(options.max_connections(1).sqlx_logging(false).to_owned()).await?;
        let name = "SELECT 'test_' || replace(gen_random_uuid()::text, '-', '') AS name";
        let name = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, name)).await?;
        let schema: String = name.ok_or("no name")?.try_get("", "name")?;
        connection.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await?;
        connection.close().await?;
        let separator = if server.contains('?') { '&' } else { '?' };
        Ok(Some(Self { url: format!("{server}{separator}options[search_path]={schema}"), _directory: None }))
    }

    /// One on each database that there is.
    pub(crate) async fn each() -> Result<Vec<Self>, Failure> {
        Ok([Self::sqlite()?].into_iter().chain(Self::postgres().await?).collect())
    }

    /// A connection of one's own, which is not the store's.
    pub(crate) async fn aside(&self) -> Result<DatabaseConnection, Failure> {
        let mut options = ConnectOptions::new(self.url.clone());
        Ok(sea_orm::Database::connect(options.max_connections(1).sqlx_logging(false).to_owned()).await?)
    }

    /// Opens it as it is.
    pub(crate) async fn open(&self) -> Result<Arc<Database>, Failure> {
        Ok(Database::open_with(&self.url, Options { sqlite_readers: 4, postgres_connections: 12 }).await?)
    }

    /// Opens it and brings it to the newest schema.
    pub(crate) async fn ready(&self) -> Result<Arc<Database>, Failure> {
        let database = self.open().await?;
        database.migrate().await?;
        Ok(database)
    }

    /// The ports of an empty database, which keep this place.
    pub(crate) async fn adapter(self) -> Result<Adapter, Failure> {
        let database = self.ready().await?;
        let database = Arc::into_inner(database).ok_or("the database is shared")?;
        Ok(Adapter::of(database).keeping(self))
    }
}
