//! A flood of sign-ins: what it costs, and whom it keeps waiting.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use membership_auth::{Argon2Hasher, Bounds};
use membership_server::{Check, Metrics, Readiness, Site};
use membership_store::Database;
use membership_testkit::{Adapter, Bed, bed::PASSWORD};
use membership_web::{Edge, Shell};
use poem::{
    Route, Server,
    listener::{Acceptor as _, Listener as _, TcpListener},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const AT_ONCE: usize = 500;

/// A server at a port of this machine, with real hashes and a real database, behind a proxy on the same machine.
async fn serve(url: &str) -> SocketAddr {
    let database = Arc::into_inner(Database::open(url).await.unwrap()).unwrap();
    database.migrate().await.unwrap();
    let hasher = Arc::new(Argon2Hasher::new(Bounds::default()));
    let bed = Bed::altered(Adapter::of(database), |parts| parts.passwords = hasher).await.unwrap();
    let clock = bed.clock.clone();
    let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), vec!["127.0.0.0/8".parse().unwrap()]);
    let readiness: Readiness = Arc::new(|| Box::pin(async { vec![Check { part: "database", fault: None }] }));
    let site = Site { edge: edge.clone(), readiness, metrics: Metrics::new().ok() };
    let shell = Shell::new(edge, site.mount(Route::new()));
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(shell));
    address
}

/// The whole answer.
async fn exchange(server: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Somebody at `client` signs in.
async fn sign_in(server: SocketAddr, login: &str, client: &str) -> String {
    let body = json!({ "login": login, "password": PASSWORD, "transport": "bearer" }).to_string();
    let request = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nhost: members.example.org\r\nconnection: close\r\nx-forwarded-for: {client}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(server, &request).await
}

/// How long `/livez` and `/readyz` take, again and again until `over`.
async fn health(server: SocketAddr, over: Arc<AtomicBool>) -> Vec<Duration> {
    let mut took = Vec::new();
    while !over.load(Ordering::SeqCst) {
        for path in ["/livez", "/readyz"] {
            let asked = Instant::now();
            let request = format!("GET {path} HTTP/1.1\r\nhost: members.example.org\r\nconnection: close\r\n\r\n");
            assert_eq!(status(&exchange(server, &request).await), 200);
            took.push(asked.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    took
}

/// The most memory that this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Proves A60: of 500 who sign in at the same moment, from 500 addresses, as many are served as the machine has room for, and the
/// rest are told to come back; from one address thirty at most. The memory grows by less
/// than 200 MiB, and the health is told within 100 ms, 99 times of 100.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_sign_ins() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&format!("sqlite://{}?mode=rwc", folder.path().join("membership.db").display())).await;
    assert_eq!(status(&sign_in(server, "root", "192.0.2.1").await), 201);
    let before = peak();
    let over = Arc::new(AtomicBool::new(false));
    let watch = tokio::spawn(health(server, Arc::clone(&over)));
    for wave in 0..4 {
        let logins: Vec<(String, String)> =
            (0..AT_ONCE).map(|n| (format!("nobody{n}"), format!("198.51.{wave}.{}", n % 256))).collect();
        let answers = join_all(logins.iter().map(|(login, client)| sign_in(server, login, client))).await;
        let (mut served, mut refused) = (0, 0);
        for answer in answers {
            match status(&answer) {
                401 => served += 1,
                503 => {
                    assert!(answer.to_lowercase().contains("retry-after:") && answer.contains("\"busy\""), "{answer}");
                    refused += 1;
                }
                other => panic!("{other}: {answer}"),
            }
        }
        println!("wave {wave}: {served} served, {refused} told to come back");
        assert!(served >= 34 && refused >= 250, "{served} served, {refused} refused");
    }
    over.store(true, Ordering::SeqCst);
    let mut took = watch.await.unwrap();
    took.sort();
    let p99 = took[took.len() * 99 / 100];
    let grown = peak() - before;
    println!("health: {} times, median {:?}, p99 {p99:?}; {grown} KiB more", took.len(), took[took.len() / 2]);
    assert!(took.len() > 100);
    assert!(p99 <= Duration::from_millis(100), "{p99:?}");
    assert!(grown <= 200 * 1024, "{grown} KiB");

    let same: Vec<String> = (0..AT_ONCE).map(|n| format!("nobody{n}")).collect();
    let answers = join_all(same.iter().map(|login| sign_in(server, login, "203.0.113.9"))).await;
    let count = |wanted: u16| answers.iter().filter(|answer| status(answer) == wanted).count();
    let (served, paced, refused) = (count(401), count(429), count(503));
    println!("one address: {served} served, {paced} told to wait, {refused} told to come back");
    assert!(served <= 30 && paced > 0 && served + paced + refused == AT_ONCE, "{served} {paced} {refused}");
    assert_eq!(status(&sign_in(server, "root", "192.0.2.1").await), 201, "and whoever comes after it is in");
}
