//! Group commit: commands that arrive together run one after another, each as a savepoint of one transaction, and share
//! its way to the disk. A durable commit of its own for each would cost a wait for the disk each.
//!
//! - A [`Turn`] is the right to write, held by one command at a time, in the order of arrival.
//! - A turn that is committed waits for the transaction around it; nobody is told "done" before that is on disk.
//! - A turn that is dropped takes back its own savepoint and nothing else.
//! - Whoever ends a turn commits the transaction, unless others wait and it is neither long nor overdue: then the next
//!   one will.
//!
//! What must not stop half-way, such as beginning and committing, runs in a task of its own, so that a caller who gives
//! up cannot leave the connection between two states.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use membership_core::store::StoreError;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard, oneshot},
};

/// Most commands of one transaction.
const LONGEST: usize = 64;
/// How long the first command of a transaction may wait for its commit because others go before that.
const PATIENCE: Duration = Duration::from_millis(50);

type Done = Result<(), StoreError>;

/// The one connection that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    options: Arc<ConnectOptions>,
    state: Arc<Mutex<State>>,
    /// How many wait for a turn. Each of them takes it, come what may: see [`Writer::turn`].
    waiting: Arc<AtomicUsize>,
    runtime: Handle,
}

#[derive(Default)]
struct State {
    connection: Option<DatabaseConnection>,
    batch: Option<Batch>,
    closed: bool,
}

/// A transaction with the commands in it that wait for its commit.
struct Batch {
    transaction: DatabaseTransaction,
    /// Whether a command has begun in it.
    marked: bool,
    /// When the first turn in it ended.
    since: Option<Instant>,
    done: Vec<oneshot::Sender<Done>>,
}

/// The right to write, until it is committed or dropped.
pub(crate) struct Turn {
    writer: Writer,
    state: Option<OwnedMutexGuard<State>>,
}

impl Writer {
    pub(crate) async fn open(options: ConnectOptions) -> Result<Self, DbErr> {
        let connection = sea_orm::Database::connect(options.clone()).await?;
        let state = State { connection: Some(connection), ..State::default() };
        Ok(Self {
            options: Arc::new(options),
            state: Arc::new(Mutex::new(state)),
            waiting: Arc::default(),
            runtime: Handle::current(),
        })
    }

    /// Waits for the turn.
    pub(crate) async fn turn(&self) -> Result<Turn, StoreError> {
        self.turn_asking(None).await.map(|(turn, _)| turn)
    }

    /// Waits for the turn, and asks `question` on the same way. A caller who stops waiting gets the turn all the same,
    /// and drops it at once.
    pub(crate) async fn turn_asking(
        &self,
        question: Option<Statement>,
    ) -> Result<(Turn, Vec<QueryResult>), StoreError> {
        let writer = self.clone();
        let turn = self.runtime.spawn(async move {
            writer.waiting.fetch_add(1, Ordering::AcqRel);
            let mut state = Arc::clone(&writer.state).lock_owned().await;
            writer.waiting.fetch_sub(1, Ordering::AcqRel);
            let answer = state.begin(&writer.options, question).await?;
            Ok((Turn { writer, state: Some(state) }, answer))
        });
        turn.await.unwrap_or_else(|stopped| Err(unavailable(stopped)))
    }

    /// Ends a turn: commits the transaction, or leaves that to the next who waits.
    fn pass_on(&self, mut state: OwnedMutexGuard<State>) {
        let has_room = state.batch.as_mut().is_some_and(Batch::has_room);
        if !has_room || self.waiting.load(Ordering::Acquire) == 0 {
            self.runtime.spawn(async move { state.commit().await });
        }
    }

    #[cfg(test)]
    pub(crate) async fn watch(&self, watch: impl Fn(&sea_orm::metric::Info<'_>) + Send + Sync + 'static) {
        if let Some(connection) = &mut self.state.lock().await.connection {
            connection.set_metric_callback(watch);
        }
    }

    /// Closes the connection once nobody writes.
    pub(crate) async fn close(&self) {
        let mut state = self.state.lock().await;
        state.closed = true;
        state.commit().await;
        if let Some(connection) = state.connection.take() {
            let _closed = connection.close().await;
        }
    }
}

impl Batch {
    /// Takes the database's one right to write at once: a transaction that read first could not take it any more.
    async fn begin(connection: &DatabaseConnection) -> Result<Self, DbErr> {
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let transaction = connection.begin_with_options(immediate).await?;
        Ok(Self { transaction, marked: false, since: None, done: Vec::new() })
    }

    /// Marks where the next command begins, from where on nobody takes back what the one before it wrote.
    async fn mark(&mut self, question: Option<Statement>) -> Result<Vec<QueryResult>, DbErr> {
        let mark = if self.marked { "RELEASE command; SAVEPOINT command" } else { "SAVEPOINT command" };
        let mark = match question {
            Some(question) => Statement { sql: format!("{mark}; {}", question.sql), ..question },
            None => Statement::from_string(DbBackend::Sqlite, mark),
        };
        let answer = self.transaction.query_all_raw(mark).await?;
        self.marked = true;
        Ok(answer)
    }

    /// Takes back all since the mark.
    async fn back_to_mark(&self) -> Result<(), DbErr> {
        let back = Statement::from_string(DbBackend::Sqlite, "ROLLBACK TO command");
        self.transaction.execute_raw(back).await.map(drop)
    }

    /// Whether another turn may be had before the commit.
    fn has_room(&mut self) -> bool {
        let since = self.since.get_or_insert_with(Instant::now);
        self.done.len() < LONGEST && since.elapsed() < PATIENCE
    }

    fn tell(done: Vec<oneshot::Sender<Done>>, outcome: &Done) {
        for waiting in done {
            // Whoever does not wait any more does not hear it.
            let _gone = waiting.send(outcome.clone());
        }
    }
}

impl State {
    async fn begin(
        &mut self,
        options: &ConnectOptions,
        question: Option<Statement>,
    ) -> Result<Vec<QueryResult>, StoreError> {
        match self.begin_or_join(options, question).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.give_up(error).await),
        }
    }

    async fn begin_or_join(
        &mut self,
        options: &ConnectOptions,
        question: Option<Statement>,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => Batch::begin(self.connected(options).await?).await?,
        };
        self.batch.insert(batch).mark(question).await
    }

    async fn connected(&mut self, options: &ConnectOptions) -> Result<&DatabaseConnection, DbErr> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None if self.closed => return Err(DbErr::Custom("it was closed".to_owned())),
            None => sea_orm::Database::connect(options.clone()).await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Brings the transaction to the disk, and tells everybody in it.
    async fn commit(&mut self) {
        let Some(Batch { transaction, done, .. }) = self.batch.take() else { return };
        let outcome = match transaction.commit().await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.give_up(error).await),
        };
        Batch::tell(done, &outcome);
    }

    /// Undoes the whole transaction and tells everybody in it. SQLite ends a transaction by itself when the disk is full
    /// or fails, and then the driver's count of savepoints is wrong; so the connection goes too, and the next
    /// transaction opens another.
    async fn give_up(&mut self, error: DbErr) -> StoreError {
        tracing::error!(%error, "a transaction was given up");
        let error = unavailable(error);
        if let Some(Batch { transaction, done, .. }) = self.batch.take() {
            drop(transaction);
            Batch::tell(done, &Err(error.clone()));
        }
        if let Some(connection) = self.connection.take() {
            let _closed = connection.close().await;
        }
        error
    }
}

impl Turn {
    /// Where to read and write; an error once the turn is over.
    pub(crate) fn db(&self) -> Result<&DatabaseTransaction, StoreError> {
        let batch = self.state.as_ref().and_then(|state| state.batch.as_ref());
        batch.map(|batch| &batch.transaction).ok_or_else(|| unavailable("the transaction is over"))
    }

    /// Returns once everything that was written in this turn is on disk.
    pub(crate) async fn commit(mut self) -> Done {
        let (done, told) = oneshot::channel();
        if let Some(mut state) = self.state.take() {
            if let Some(batch) = &mut state.batch {
                batch.done.push(done);
            }
            self.writer.pass_on(state);
        }
        told.await.unwrap_or_else(|gone| Err(unavailable(gone)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(mut state) = self.state.take() else { return };
        let writer = self.writer.clone();
        self.writer.runtime.spawn(async move {
            if let Some(batch) = &state.batch
                && let Err(error) = batch.back_to_mark().await
            {
                state.give_up(error).await;
            }
            writer.pass_on(state);
        });
    }
}

fn unavailable(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable { detail: why.to_string() }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
