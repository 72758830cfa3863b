//! A client that costs next to nothing, so that the server gets what there is: one connection, one request at a time.

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};

pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Wire {
    pub(crate) async fn connect(port: u16, token: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        let bearer = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        let head = format!("Host: localhost:{port}\r\nContent-Type: application/json\r\n{bearer}");
        Self { stream: BufReader::new(stream), head }
    }

    /// The same, as if it came from `address` through a proxy.
    pub(crate) fn forwarded_for(self, address: &str) -> Self {
        let head = format!("{}X-Forwarded-For: {address}\r\n", self.head);
        Self { head, ..self }
    }

    /// Posts `body` and gives the status.
    pub(crate) async fn post(&mut self, path: &str, body: &str) -> u16 {
        let length = body.len();
        let request = format!("POST {path} HTTP/1.1\r\n{}Content-Length: {length}\r\n\r\n{body}", self.head);
        self.stream.get_mut().write_all(request.as_bytes()).await.expect("a request");
        self.answer().await
    }

    /// Gets `path` and gives the status.
    pub(crate) async fn get(&mut self, path: &str) -> u16 {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.head);
        self.stream.get_mut().write_all(request.as_bytes()).await.expect("a request");
        self.answer().await
    }

    async fn answer(&mut self) -> u16 {
        let mut status = 0;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.expect("a line");
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).and_then(|code| code.parse().ok()).expect("a status");
            }
            let lower = line.to_ascii_lowercase();
            if let Some(rest) = lower.strip_prefix("content-length:") {
                length = rest.trim().parse().expect("a length");
            }
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.expect("a body");
        status
    }
}
