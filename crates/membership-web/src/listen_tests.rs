use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use poem::{Route, Server, get, handler, post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use super::*;

const SHORT: Patience = Patience {
    header: Duration::from_millis(300),
    idle: Duration::from_millis(900),
    write: Duration::from_millis(300),
};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

#[handler]
async fn slow() -> &'static str {
    tokio::time::sleep(SHORT.header * 2).await;
    "slow"
}

#[handler]
async fn quick(body: poem::Body) -> poem::Result<String> {
    Ok(format!("quick {}", body.into_string().await?))
}

#[handler]
fn huge() -> Vec<u8> {
    vec![b'x'; 64 << 20]
}

async fn start(max_connections: usize) -> io::Result<Running> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let acceptor = Deadlines::new(listener, max_connections, SHORT)?;
    let routes = Route::new().at("/slow", get(slow)).at("/quick", post(quick)).at("/huge", get(huge));
    let (stop, stopped) = oneshot::channel::<()>();
    let signal = async move {
        let _ = stopped.await;
    };
    let serving = Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(routes, signal, None);
    Ok(Running { address, stop, server: tokio::spawn(serving) })
}

/// Sends `parts` with a pause before each, and reads until the other end closes.
async fn talk(address: SocketAddr, parts: &[(u64, &str)]) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    for (pause, part) in parts {
        tokio::time::sleep(Duration::from_millis(*pause)).await;
        stream.write_all(part.as_bytes()).await?;
    }
    let mut answer = Vec::new();
    // A connection that is cut may be reset: what came before is what counts.
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Half a header, a header that trickles in, and a connection that says nothing are all ended.
// Part of A91.
#[tokio::test]
async fn half_a_header_does_not_hold_a_connection() {
    let running = start(10).await.unwrap();
    let mut trickle = vec![(0, "GET /slow HTTP/1.1\r\nHost: a\r\n")];
    trickle.extend([(100, "X-A: 1\r\n"); 8]);
    for parts in [vec![], vec![(0, "GET /slow HT")], trickle] {
        let started = Instant::now();
        let answer = talk(running.address, &parts).await.unwrap_or_default();
        assert!(!answer.contains("200 OK"), "{answer}");
        assert!(started.elapsed() < Duration::from_secs(3), "{parts:?} held on for {:?}", started.elapsed());
    }
}

/// A handler may take longer than a header may, and the deadline of a header does not follow the body.
#[tokio::test]
async fn slow_handlers_and_bodies_are_not_cut() {
    let running = start(10).await.unwrap();
    let answer = talk(running.address, &[(0, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")]).await.unwrap();
    assert!(answer.contains("200 OK") && answer.ends_with("slow"), "{answer}");
    let head = "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
    let answer = talk(running.address, &[(0, head), (400, "bo"), (400, "dy")]).await.unwrap();
    assert!(answer.ends_with("quick body"), "{answer}");
}

/// One connection serves several requests, and ends when it is idle for too long.
#[tokio::test]
async fn a_connection_is_kept_until_it_is_idle() {
    let running = start(10).await.unwrap();
    let request = "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let started = Instant::now();
    let answer = talk(running.address, &[(0, request), (500, request), (500, request)]).await.unwrap();
    assert_eq!(answer.matches("200 OK").count(), 3, "{answer}");
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn who_does_not_read_is_cut_off() {
    let running = start(1).await.unwrap();
    let mut stuck = TcpStream::connect(running.address).await.unwrap();
    stuck.write_all(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // The only place is free again once the stuck connection is gone.
    let answer = talk(running.address, &[(0, "POST /quick HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")]).await;
    assert!(answer.unwrap().contains("200 OK"));
}

#[tokio::test]
async fn connections_beyond_the_limit_wait() {
    let running = start(1).await.unwrap();
    let request = "POST /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let address = running.address;
    let first = TcpStream::connect(address).await.unwrap();
    let second = tokio::spawn(async move { talk(address, &[(0, request)]).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished());
    drop(first);
    assert!(second.await.unwrap().unwrap().contains("200 OK"));
}

#[tokio::test]
async fn http2_is_not_spoken() {
    let running = start(10).await.unwrap();
    let answer = talk(running.address, &[(0, "PR"), (50, "I * HTTP/2.0\r\n\r\nSM\r\n\r\n")]).await.unwrap_or_default();
    assert_eq!(answer, "");
    let posted = "POST /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let (head, tail) = posted.split_at(1);
    assert!(talk(running.address, &[(0, head), (50, tail)]).await.unwrap().contains("200 OK"));
}

/// A request that has begun is answered, and then the server ends.
#[tokio::test]
async fn shutting_down_lets_requests_finish() {
    let running = start(10).await.unwrap();
    let address = running.address;
    let begun = tokio::spawn(async move { talk(address, &[(0, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")]).await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    running.stop.send(()).unwrap();
    assert!(begun.await.unwrap().unwrap().ends_with("slow"));
    tokio::time::timeout(Duration::from_secs(5), running.server).await.unwrap().unwrap().unwrap();
}
