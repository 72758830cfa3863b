//! One connection and its deadlines. It speaks HTTP/1.1 and nothing else, so that one set of limits holds for all.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep_until},
};

use super::Patience;

/// What ends a header.
const END: &[u8] = b"\r\n\r\n";
/// What HTTP/2 begins with.
const HTTP2: &[u8] = b"PRI ";
/// An answer that is not the last one, such as `100 Continue`.
const INTERIM: &[u8] = b"HTTP/1.1 1";

/// A connection that ends when the other end stays silent where it should speak.
pub struct Connection {
    stream: TcpStream,
    patience: Patience,
    phase: Phase,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
    /// How many bytes were read that could still be the beginning of HTTP/2; `None` once they cannot.
    preface: Option<usize>,
    _place: OwnedSemaphorePermit,
}

/// Where an HTTP/1.1 exchange stands, as seen from the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Between an answer and the next request.
    Idle,
    /// Within a header, of whose end this many bytes were seen.
    Header { seen: usize },
    /// The header is complete; the answer is not begun.
    Answering,
}

impl Connection {
    pub(super) fn new(stream: TcpStream, patience: Patience, place: OwnedSemaphorePermit) -> Self {
        Self {
            stream,
            patience,
            phase: Phase::Header { seen: 0 },
            reading: Box::pin(sleep_until(Instant::now() + patience.header)),
            writing: None,
            preface: Some(0),
            _place: place,
        }
    }

    fn received(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.refuse_http2(bytes)?;
        let seen = match self.phase {
            Phase::Answering => return Ok(()),
            Phase::Header { seen } => seen,
            Phase::Idle => {
                self.reading.as_mut().reset(Instant::now() + self.patience.header);
                0
            }
        };
        self.phase = follow(seen, bytes);
        Ok(())
    }

    fn refuse_http2(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(seen) = self.preface else { return Ok(()) };
        let wanted = HTTP2.get(seen..).unwrap_or_default();
        let compared = wanted.len().min(bytes.len());
        if bytes.get(..compared) != wanted.get(..compared) {
            self.preface = None;
        } else if compared == wanted.len() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "HTTP/2 is not spoken here"));
        } else {
            self.preface = Some(seen + compared);
        }
        Ok(())
    }

    fn sent(&mut self, cx: &mut Context<'_>, bytes: &[u8]) {
        self.writing = None;
        if !bytes.starts_with(INTERIM) {
            self.phase = Phase::Idle;
            self.reading.as_mut().reset(Instant::now() + self.patience.idle);
            // A reader that is waiting already does not ask again by itself: the deadline has to wake it.
            let _ = self.reading.as_mut().poll(cx);
        }
    }

    fn stalled<T>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let until = Instant::now() + self.patience.write;
        let timer = self.writing.get_or_insert_with(|| Box::pin(sleep_until(until)));
        timer.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// Where the header stands after `bytes`, when `seen` bytes of its end had been seen before.
fn follow(mut seen: usize, bytes: &[u8]) -> Phase {
    for byte in bytes {
        seen = match END.get(seen) {
            Some(next) if next == byte => seen + 1,
            Some(_) | None => usize::from(*byte == b'\r'),
        };
        if seen == END.len() {
            return Phase::Answering;
        }
    }
    Phase::Header { seen }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.stream).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                let received = buf.filled().get(before..).unwrap_or_default();
                Poll::Ready(this.received(received))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => match this.phase {
                Phase::Answering => Poll::Pending,
                Phase::Idle | Phase::Header { .. } => {
                    this.reading.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
                }
            },
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Ready(Ok(written)) => {
                this.sent(cx, bytes);
                Poll::Ready(Ok(written))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => this.stalled(cx),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
