//! The schema comes about once, whoever asks for it and however many at the same time.

use membership_core::store::StoreError;
use membership_store::{Database, SchemaError};
use membership_testkit::{Adapter, Bed, Failure};
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::place::Place;

#[tokio::test(flavor = "multi_thread")]
async fn migrating_is_done_once() -> Result<(), Failure> {
    for place in Place::each().await? {
        let database = place.open().await?;
        assert_eq!(database.pending_migrations().await?, ["0001-tables"]);
        database.ping().await?;
        database.migrate().await?;
        database.migrate().await?;
        assert_eq!(database.pending_migrations().await?, [""; 0]);
        database.close().await;
        assert!(database.ping().await.is_err());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_may_migrate_at_once() -> Result<(), Failure> {
    for place in Place::each().await? {
        let mut servers = JoinSet::new();
        for _ in 0..8 {
            let database = place.open().await?;
            servers.spawn(async move { database.migrate().await.map(|()| database) });
        }
        let mut databases = Vec::new();
        while let Some(migrated) = servers.join_next().await {
            databases.push(migrated??);
        }
        let one = databases.pop().and_then(std::sync::Arc::into_inner).ok_or("no database")?;
        let bed = Bed::over(Adapter::of(one)).await?;
        bed.join("ann@example.org").await?;
        assert_eq!(bed.violations().await?, []);
    }
    Ok(())
}

/// A database that another version made, such as a build from before the first release, is refused by name; nothing is
/// changed in it.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_version_is_refused() -> Result<(), Failure> {
    for place in Place::each().await? {
        let aside = place.aside().await?;
        place.ready().await?.close().await;
        aside.execute_unprepared("UPDATE seaql_migrations SET version = '0001-first-tables'").await?;
        let database = place.open().await?;
        for refused in [database.pending_migrations().await.err(), database.migrate().await.err()] {
            let Some(SchemaError::Foreign { detail }) = &refused else { panic!("{refused:?}") };
            assert!(detail.contains("0001-first-tables"), "{detail}");
            let told = refused.map(|refused| refused.to_string()).unwrap_or_default();
            assert!(told.contains("make a new database"), "{told}");
        }
        let tables = aside.execute_unprepared("UPDATE seaql_migrations SET version = '0001-tables'").await?;
        assert_eq!(tables.rows_affected(), 1);
        assert_eq!(database.pending_migrations().await?, [""; 0]);
    }
    Ok(())
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    let refused = Database::open("sqlite::memory:").await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable { detail }) if detail.contains("name a file")));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_unavailable_and_its_password_is_not_told() {
    for url in
        ["sqlite:///no/such/directory/hunter2.db?mode=rwc", "postgres://me:hunter2@:/nowhere", "nonsense:hunter2"]
    {
        match Database::open(url).await {
            Err(StoreError::Unavailable { detail }) => assert!(!detail.contains("hunter2"), "{detail}"),
            other => panic!("{url}: {other:?}"),
        }
    }
}
