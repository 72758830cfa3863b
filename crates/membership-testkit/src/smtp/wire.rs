//! The line between server and client: lines in, replies out, and lies.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

/// Longest command line (RFC 5321, 4.5.3.1.4, with room for AUTH).
const MAX_COMMAND: usize = 2048;
/// Longest message.
pub(super) const MAX_MESSAGE: usize = 16 << 20;

/// What both a plain and an encrypted connection are.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// A connection with what was read ahead.
pub(super) struct Wire {
    stream: Box<dyn Stream>,
    ahead: Vec<u8>,
}

/// A message as it came, or why it cannot be one.
pub(super) enum Body {
    Whole(Vec<u8>),
    Broken(&'static str),
}

impl Wire {
    pub(super) fn plain(stream: TcpStream) -> io::Result<Self> {
        // Without this a small answer waits for the client's delayed acknowledgement: 40 ms for each message.
        stream.set_nodelay(true)?;
        Ok(Self { stream: Box::new(stream), ahead: Vec::new() })
    }

    /// What was read ahead was said in the clear, so it is forgotten (RFC 3207, 4.2).
    pub(super) async fn encrypted(self, acceptor: &TlsAcceptor) -> io::Result<Self> {
        let stream = acceptor.accept(self.stream).await?;
        Ok(Self { stream: Box::new(stream), ahead: Vec::new() })
    }

    /// The next line without its CR LF.
    pub(super) async fn line(&mut self) -> io::Result<String> {
        let end = self.find(b"\r\n", MAX_COMMAND).await?;
        let line: Vec<u8> = self.ahead.drain(..end + 2).take(end).collect();
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    /// The message up to the dot on a line of its own.
    pub(super) async fn body(&mut self) -> io::Result<Body> {
        // The line break before the message belongs to the command, and still marks the beginning of a line.
        self.ahead.splice(0..0, *b"\r\n");
        let end = self.find(b"\r\n.\r\n", MAX_MESSAGE).await?;
        let stuffed: Vec<u8> = self.ahead.drain(..end + 5).take(end + 2).skip(2).collect();
        Ok(unstuff(&stuffed))
    }

    /// Where `pattern` begins, reading on until it is there.
    async fn find(&mut self, pattern: &[u8], most: usize) -> io::Result<usize> {
        let mut seen = 0;
        loop {
            let rest = self.ahead.get(seen..).unwrap_or_default();
            if let Some(index) = rest.windows(pattern.len()).position(|window| window == pattern) {
                return Ok(seen + index);
            }
            seen = self.ahead.len().saturating_sub(pattern.len() - 1);
            if self.ahead.len() > most {
                return Err(io::Error::other("the client sends more than anybody takes"));
            }
            if self.stream.read_buf(&mut self.ahead).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Says one or several lines, each without its CR LF.
    pub(super) async fn say(&mut self, lines: &str) -> io::Result<()> {
        let mut reply = lines.replace('\n', "\r\n");
        reply.push_str("\r\n");
        self.send(reply.as_bytes()).await
    }

    pub(super) async fn drip(&mut self, lines: &str, pause: Duration) -> io::Result<()> {
        for byte in lines.replace('\n', "\r\n").bytes().chain(*b"\r\n") {
            sleep(pause).await;
            self.send(&[byte]).await?;
        }
        Ok(())
    }

    /// Says the same until the client hangs up.
    pub(super) async fn repeat(&mut self, bytes: &[u8]) -> io::Result<()> {
        loop {
            self.send(bytes).await?;
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// Waits until the client hangs up.
    pub(super) async fn wait_for_end(&mut self) -> io::Result<()> {
        let mut ignored = [0; 4096];
        while self.stream.read(&mut ignored).await? > 0 {}
        Ok(())
    }
}

/// Takes the dots out that RFC 5321, 4.5.2 puts in, and looks whether the lines are lines.
fn unstuff(stuffed: &[u8]) -> Body {
    let mut message = Vec::with_capacity(stuffed.len());
    for line in stuffed.split_inclusive(|byte| *byte == b'\n') {
        let Some(text) = line.strip_suffix(b"\r\n") else { return Body::Broken("a line that ends with LF alone") };
        if text.contains(&b'\r') || text.contains(&0) {
            return Body::Broken("a bare CR or a NUL");
        }
        if text.len() > 998 {
            return Body::Broken("a line of more than 998 bytes");
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
    Body::Whole(message)
}
