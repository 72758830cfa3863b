//! Listening, with a deadline for everything that the other end could leave half done.
//!
//! hyper reads a request's header for as long as it takes, so a client that sends half a header holds a connection for
//! ever; a few thousand of those hold the server. The stream itself ends such a connection: it knows when a header
//! began, and that an answer is what a header leads to. How long a handler takes is the [shell's](crate::Shell) affair.

mod connection;

use std::{io, sync::Arc, time::Duration};

use poem::{
    http::uri::Scheme,
    listener::{Acceptor, TcpAcceptor},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{net::TcpListener, sync::Semaphore};

pub use connection::Connection;

/// How long a connection may do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From the first byte of a header to its last. Also from the opening of a connection to its first request.
    pub header: Duration,
    /// From an answer to the next request. Longer than a handler may take.
    pub idle: Duration,
    /// How long the other end may take none of an answer.
    pub write: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { header: Duration::from_secs(10), idle: Duration::from_mins(1), write: Duration::from_secs(30) }
    }
}

/// An acceptor whose connections end by themselves, and of which only so many are open at once.
pub struct Deadlines {
    inner: TcpAcceptor,
    places: Arc<Semaphore>,
    patience: Patience,
}

impl Deadlines {
    /// Listens on `listener`, with at most `max_connections` open at once. Others wait in the system's queue.
    pub fn new(listener: TcpListener, max_connections: usize, patience: Patience) -> io::Result<Self> {
        let inner = TcpAcceptor::from_tokio(listener)?;
        Ok(Self { inner, places: Arc::new(Semaphore::new(max_connections)), patience })
    }
}

impl Acceptor for Deadlines {
    type Io = Connection;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.inner.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Connection, LocalAddr, RemoteAddr, Scheme)> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(io::Error::other)?;
        loop {
            match self.inner.accept().await {
                Ok((stream, local, remote, scheme)) => {
                    stream.set_nodelay(true)?;
                    return Ok((Connection::new(stream, self.patience, place), local, remote, scheme));
                }
                Err(error) => {
                    // Out of file descriptors, say: asking again at once would only spin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "listen_tests.rs"]
mod tests;
