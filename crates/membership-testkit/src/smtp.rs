//! An SMTP server for tests: it keeps what it is given, and it lies where it is told to.
//!
//! It runs inside the test, on a free port of 127.0.0.1, and is strict: a client that breaks the rules of RFC 5321 or
//! sends lines that RFC 5322 forbids is refused. It ends when it is dropped.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use membership_testkit::smtp::{Lie, Sink, Stage};
//!
//! let sink = Sink::start().await?;
//! sink.lie_once(Stage::Recipient, Lie::Say("451 4.2.1 come back later"));
//! println!("send mail to {}", sink.address());
//! assert!(sink.messages().is_empty());
//! # Ok(())
//! # }
//! ```

mod conversation;
mod identity;
mod lie;
mod received;
mod wire;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

pub use identity::Identity;
pub use lie::{Lie, Stage};
pub use received::Received;

use lie::Script;

/// The running server.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: AbortHandle,
}

/// What kind of server it is when it does not lie.
#[derive(Debug, Default)]
pub struct Manners {
    /// Whether it speaks TLS, and with which certificate.
    pub security: Security,
    /// Who must sign in before sending: user and password. Offered only where the connection is encrypted.
    pub user: Option<(String, String)>,
    /// Whether it takes addresses beyond ASCII.
    pub smtputf8: bool,
}

/// Whether a server speaks TLS.
#[derive(Debug, Default)]
pub enum Security {
    /// It does not.
    #[default]
    Plain,
    /// It offers STARTTLS and takes no mail before it.
    StartTls(Identity),
    /// From the first byte.
    Tls(Identity),
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    manners: Manners,
    script: Mutex<Script>,
    messages: watch::Sender<Vec<Received>>,
    heard: Mutex<Vec<String>>,
    connections: AtomicUsize,
}

impl Sink {
    /// A plain server with good manners.
    pub async fn start() -> io::Result<Self> {
        Self::with(Manners::default()).await
    }

    /// A server with these manners.
    pub async fn with(manners: Manners) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            manners,
            script: Mutex::default(),
            messages: watch::Sender::default(),
            heard: Mutex::default(),
            connections: AtomicUsize::new(0),
        });
        let listener = tokio::spawn(listen(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self { address, shared, listener })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it took so far, oldest first.
    pub fn messages(&self) -> Vec<Received> {
        self.shared.messages.borrow().clone()
    }

    /// Waits until it has taken `count` messages, ten seconds at most, and returns what it has.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let mut messages = self.shared.messages.subscribe();
        let enough = messages.wait_for(|messages| messages.len() >= count);
        // Too few after ten seconds is for the caller to notice: it knows how many there should be.
        drop(timeout(Duration::from_secs(10), enough).await);
        self.messages()
    }

    /// Forgets what it took.
    pub fn clear(&self) {
        self.shared.messages.send_modify(Vec::clear);
    }

    /// Every line that a client said outside of messages, in the order of their arrival.
    pub fn heard(&self) -> Vec<String> {
        held(&self.shared.heard).clone()
    }

    /// How many connections were made so far.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// Lies at this stage from now on.
    pub fn lie(&self, stage: Stage, lie: Lie) {
        held(&self.shared.script).always(stage, lie);
    }

    /// Lies the next time that this stage is reached.
    pub fn lie_once(&self, stage: Stage, lie: Lie) {
        held(&self.shared.script).once(stage, lie);
    }

    /// Lies no more.
    pub fn be_honest(&self) {
        held(&self.shared.script).clear();
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

impl Shared {
    fn lie_at(&self, stage: Stage) -> Option<Lie> {
        held(&self.script).next(stage)
    }

    fn hear(&self, line: &str) {
        held(&self.heard).push(line.to_owned());
    }

    fn keep(&self, message: Received) {
        self.messages.send_modify(|messages| messages.push(message));
    }
}

/// A test that panics while it holds the lock is over anyway; another one should not fail for it.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with the listener, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let number = shared.connections.fetch_add(1, Ordering::SeqCst);
                connections.spawn(serve(stream, number, Arc::clone(&shared)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, number: usize, shared: Arc<Shared>) {
    // A client that hangs up, or a lie that does, ends the conversation; there is nobody left to tell.
    drop(conversation::hold(stream, number, &shared).await);
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
