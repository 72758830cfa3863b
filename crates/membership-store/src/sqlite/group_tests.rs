//! What becomes of a batch when the ground gives way: SQLite ends a transaction by itself, the disk is full, a command
//! panics.

use std::time::Duration;

use membership_testkit::Failure;
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::sleep};

use super::*;
use crate::sqlite;

struct Ground {
    writer: Writer,
    reader: DatabaseConnection,
    _directory: TempDir,
}

impl Ground {
    async fn new() -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let url = format!("sqlite://{}?mode=rwc", directory.path().join("ground.db").display());
        let writer = Writer::open(sqlite::writing(&url)).await?;
        let turn = writer.turn().await?;
        turn.db()?.execute_unprepared("CREATE TABLE line (text text NOT NULL)").await?;
        turn.commit().await?;
        Ok(Self { writer, reader: sqlite::readers(&url, 1).await?, _directory: directory })
    }

    /// Two commands in one batch: the first is done and waits for the commit; the second has the turn.
    async fn two(&self) -> Result<(JoinHandle<Done>, Turn), Failure> {
        let first = self.writer.turn().await?;
        let writer = self.writer.clone();
        let second = tokio::spawn(async move { writer.turn().await });
        sleep(Duration::from_millis(50)).await;
        insert(&first, "first").await?;
        let first = tokio::spawn(first.commit());
        Ok((first, second.await??))
    }

    async fn lines(&self) -> Result<Vec<String>, Failure> {
        let rows = self.reader.query_all_raw(statement("SELECT text FROM line ORDER BY rowid")).await?;
        Ok(rows.iter().map(|row| row.try_get("", "text")).collect::<Result<_, _>>()?)
    }

    /// The next command goes its way, whatever happened before.
    async fn goes_on(&self) -> Result<(), Failure> {
        let turn = self.writer.turn().await?;
        insert(&turn, "next").await?;
        turn.commit().await?;
        assert_eq!(self.lines().await?.pop().as_deref(), Some("next"));
        Ok(())
    }
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

async fn insert(turn: &Turn, text: &str) -> Result<(), Failure> {
    turn.db()?.execute_unprepared(&format!("INSERT INTO line VALUES ('{text}')")).await?;
    Ok(())
}

fn is_unavailable(done: &Done) -> bool {
    matches!(done, Err(StoreError::Unavailable { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_sqlite_ended_is_told_to_all_in_it() -> Result<(), Failure> {
    for dropped in [true, false] {
        let ground = Ground::new().await?;
        let (first, second) = ground.two().await?;
        // As SQLite does by itself on a disk that is full or fails.
        second.db()?.execute_unprepared("ROLLBACK").await?;
        if dropped {
            drop(second);
        } else {
            assert!(is_unavailable(&second.commit().await));
        }
        assert!(is_unavailable(&first.await?), "it was undone, and must not be told that it was done");
        assert_eq!(ground.lines().await?, [""; 0]);
        ground.goes_on().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing_that_was_told() -> Result<(), Failure> {
    let ground = Ground::new().await?;
    ground.goes_on().await?;
    let (first, second) = ground.two().await?;
    second.db()?.execute_unprepared("PRAGMA max_page_count = 20").await?;
    let full = insert(&second, &"x".repeat(1_000_000)).await;
    assert!(full.is_err_and(|error| error.to_string().contains("full")));
    drop(second);
    let told = first.await?.is_ok();
    let lines = ground.lines().await?;
    assert_eq!(lines.iter().any(|line| line == "first"), told, "what was told is what is there");
    ground.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_loses_only_itself() -> Result<(), Failure> {
    let ground = Ground::new().await?;
    let (first, second) = ground.two().await?;
    let panicked = tokio::spawn(async move {
        insert(&second, "second").await?;
        assert!(second.state.is_none(), "as a defect would");
        Ok::<(), Failure>(())
    });
    assert!(panicked.await.is_err_and(|error| error.is_panic()));
    first.await??;
    assert_eq!(ground.lines().await?, ["first"]);
    ground.goes_on().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_writer_finishes_first() -> Result<(), Failure> {
    let ground = Ground::new().await?;
    let (first, second) = ground.two().await?;
    let writer = ground.writer.clone();
    let closed = tokio::spawn(async move { writer.close().await });
    insert(&second, "second").await?;
    second.commit().await?;
    first.await??;
    closed.await?;
    assert_eq!(ground.lines().await?, ["first", "second"]);
    assert!(ground.writer.turn().await.is_err());
    Ok(())
}
