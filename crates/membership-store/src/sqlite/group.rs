//! Group commit: commands that arrive together run one after another, each as a savepoint of one transaction, and share
//! its way to the disk. A durable commit of its own for each would cost a wait for the disk each.
//!
//! - A [`Turn`] is the right to write, held by one command at a time, in the order of arrival.
//! - A turn that is committed waits for the transaction around it; nobody is told "done" before that is on disk.
//! - A turn that is dropped takes back its own savepoint and nothing else.
//! - Whoever ends a turn commits the transaction, unless others wait and it is neither long nor overdue: then the next
//!   one will.
//!
//! What must not stop half-way, such as the statement that begins a savepoint, runs in a task of its own, so that a
//! caller who gives up cannot leave the connection between two states.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use membership_core::store::StoreError;
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
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
}

/// A transaction with the commands in it that wait for its commit.
struct Batch {
    transaction: DatabaseTransaction,
    /// When the first turn in it ended.
    since: Option<Instant>,
    done: Vec<oneshot::Sender<Done>>,
}

/// The right to write, until it is committed or dropped.
pub(crate) struct Turn {
    writer: Writer,
    held: Option<Held>,
}

struct Held {
    savepoint: DatabaseTransaction,
    state: OwnedMutexGuard<State>,
}

impl Writer {
    pub(crate) async fn open(options: ConnectOptions) -> Result<Self, DbErr> {
        let connection = sea_orm::Database::connect(options.clone()).await?;
        let state = State { connection: Some(connection), batch: None };
        Ok(Self {
            options: Arc::new(options),
            state: Arc::new(Mutex::new(state)),
            waiting: Arc::default(),
            runtime: Handle::current(),
        })
    }

    /// Waits for the turn. A caller who stops waiting gets it all the same, and drops it at once.
    pub(crate) async fn turn(&self) -> Result<Turn, StoreError> {
        let writer = self.clone();
        self.to_the_end(async move {
            writer.waiting.fetch_add(1, Ordering::AcqRel);
            let mut state = Arc::clone(&writer.state).lock_owned().await;
            writer.waiting.fetch_sub(1, Ordering::AcqRel);
            let savepoint = state.savepoint(&writer.options).await?;
            Ok(Turn { writer, held: Some(Held { savepoint, state }) })
        })
        .await
    }

    /// Runs `work` to its end, even if nobody waits for it any more.
    async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.runtime.spawn(work).await.unwrap_or_else(|stopped| Err(unavailable(stopped)))
    }

    /// Ends a turn: commits the transaction, or leaves that to the next who waits.
    async fn pass_on(&self, mut state: OwnedMutexGuard<State>) {
        let has_room = state.batch.as_mut().is_some_and(Batch::has_room);
        if !has_room || self.waiting.load(Ordering::Acquire) == 0 {
            state.commit().await;
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
        Ok(Self { transaction, since: None, done: Vec::new() })
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
    async fn savepoint(&mut self, options: &ConnectOptions) -> Result<DatabaseTransaction, StoreError> {
        match self.begin(options).await {
            Ok(savepoint) => Ok(savepoint),
            Err(error) => Err(self.give_up(error).await),
        }
    }

    async fn begin(&mut self, options: &ConnectOptions) -> Result<DatabaseTransaction, DbErr> {
        let batch = match self.batch.take() {
            Some(batch) => batch,
            None => Batch::begin(self.connected(options).await?).await?,
        };
        // Within a transaction, another begins as a savepoint.
        self.batch.insert(batch).transaction.begin().await
    }

    async fn connected(&mut self, options: &ConnectOptions) -> Result<&DatabaseConnection, DbErr> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
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
    /// Where to read and write; `None` once the turn is over.
    pub(crate) fn savepoint(&self) -> Result<&DatabaseTransaction, StoreError> {
        self.held.as_ref().map(|held| &held.savepoint).ok_or_else(|| unavailable("the transaction is over"))
    }

    /// Returns once everything that was written in this turn is on disk.
    pub(crate) async fn commit(mut self) -> Done {
        let Some(Held { savepoint, mut state }) = self.held.take() else {
            return Err(unavailable("the transaction is over"));
        };
        let writer = self.writer.clone();
        let released = self.writer.to_the_end(async move {
            if let Err(error) = savepoint.commit().await {
                return Err(state.give_up(error).await);
            }
            let (done, told) = oneshot::channel();
            if let Some(batch) = &mut state.batch {
                batch.done.push(done);
            }
            writer.pass_on(state).await;
            Ok(told)
        });
        released.await?.await.unwrap_or_else(|gone| Err(unavailable(gone)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(Held { savepoint, mut state }) = self.held.take() else { return };
        let writer = self.writer.clone();
        self.writer.runtime.spawn(async move {
            match savepoint.rollback().await {
                Ok(()) => writer.pass_on(state).await,
                Err(error) => drop(state.give_up(error).await),
            }
        });
    }
}

fn unavailable(why: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable { detail: why.to_string() }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
