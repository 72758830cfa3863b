//! Limits on guessing, as somebody at the other end of a line meets them.

use std::sync::Arc;

use membership_server::{Check, Metrics, Readiness, Site};
use membership_testkit::{Bed, bed::PASSWORD};
use membership_web::{Edge, Shell};
use poem::{
    Route, Server,
    listener::{Acceptor as _, Listener as _, TcpListener},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::fixture::Api;

/// A server at a port of this machine.
async fn serve(trusted: &[&str]) -> std::net::SocketAddr {
    let bed = Bed::new().await.unwrap();
    let clock = bed.clock.clone();
    let trusted = trusted.iter().map(|network| network.parse().unwrap()).collect();
    let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), trusted);
    let readiness: Readiness = Arc::new(|| Box::pin(async { vec![Check { part: "database", fault: None }] }));
    let site = Site { edge: edge.clone(), readiness, metrics: Metrics::new().ok() };
    let shell = Shell::new(edge, site.mount(Route::new()));
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(shell));
    address
}

/// The status of an attempt to sign in as somebody else each time.
async fn attempt(server: std::net::SocketAddr, n: usize, headers: &str) -> u16 {
    let body = json!({ "login": format!("nobody{n}"), "password": PASSWORD, "transport": "bearer" });
    status(server, "/api/v1/sessions", headers, &body).await
}

async fn status(server: std::net::SocketAddr, path: &str, headers: &str, body: &Value) -> u16 {
    let body = body.to_string();
    let mut stream = TcpStream::connect(server).await.unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: members.example.org\r\nconnection: close\r\ncontent-type: application/json\r\n"
    );
    let request = format!("{head}{headers}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Proves A46: what a client may try is counted by its own address, whatever headers it sends; only behind a configured
/// proxy by the one that this proxy names, the last; and no header names a user.
#[tokio::test]
async fn a_client_is_counted_by_its_own_address() {
    let headers: [fn(usize) -> String; 4] = [
        |n| format!("x-forwarded-for: 198.51.100.{n}\r\n"),
        |n| format!("forwarded: for=198.51.100.{n}\r\n"),
        |n| format!("x-real-ip: 198.51.100.{n}\r\ntrue-client-ip: 198.51.100.{n}\r\n"),
        |n| format!("x-forwarded-user: root\r\nremote-user: root\r\nx-user: root{n}\r\n"),
    ];
    for header in headers {
        let server = serve(&[]).await;
        for n in 0..30 {
            assert_eq!(attempt(server, n, &header(n)).await, 401);
        }
        assert_eq!(attempt(server, 30, &header(30)).await, 429, "{}", header(30));
    }
    let server = serve(&["127.0.0.0/8"]).await;
    for n in 0..40 {
        assert_eq!(attempt(server, n, &format!("x-forwarded-for: 198.51.100.{n}\r\n")).await, 401);
    }
    // What stands before the last address is the client's own word.
    let planted = |n: usize| format!("x-forwarded-for: 203.0.113.{n}, 192.0.2.7\r\n");
    for n in 40..70 {
        assert_eq!(attempt(server, n, &planted(n)).await, 401);
    }
    assert_eq!(attempt(server, 70, &planted(70)).await, 429);
    assert_eq!(attempt(server, 71, "x-forwarded-for: 192.0.2.8\r\n").await, 401);
}

/// Who tries too often is told when it may be tried again, and by then it may; and that somebody does not exist makes no
/// difference.
// Part of A48 and A64.
#[tokio::test]
async fn a_limit_says_when_it_is_over() {
    let api = Api::start().await;
    let mut told = Vec::new();
    for login in ["root", "nobody"] {
        let body = json!({ "login": login, "password": "wrong horse battery staple", "transport": "bearer" });
        for _ in 0..10 {
            let reply = api.post("/api/v1/sessions", &body).send().await;
            assert_eq!(reply.problem(), (401, "sign-in-failed".into()));
        }
        let reply = api.post("/api/v1/sessions", &body).send().await;
        assert_eq!(reply.problem(), (429, "tried-too-often".into()));
        assert_eq!(reply.headers["retry-after"], "10");
        told.push(reply.but_request_id());
    }
    assert_eq!(told[0], told[1]);
    let right = json!({ "login": "root", "password": PASSWORD, "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &right).send().await.status, 429);
    api.bed.clock.advance(chrono::TimeDelta::seconds(10));
    assert_eq!(api.post("/api/v1/sessions", &right).send().await.status, 201);
}

/// Both steps of signing in by a passkey are counted for the client: whoever asks for nothing but first steps is stopped as well.
#[tokio::test]
async fn a_client_begins_only_so_many_sign_ins_by_passkey() {
    let server = serve(&[]).await;
    let (begin, finish) = ("/api/v1/sessions/passkey/ceremonies", "/api/v1/sessions/passkey");
    let wrong = json!({ "state": "AAAA", "credential": {}, "transport": "bearer" });
    for _ in 0..15 {
        assert_eq!(status(server, begin, "", &json!({})).await, 200);
        assert_eq!(status(server, finish, "", &wrong).await, 401);
    }
    assert_eq!(status(server, begin, "", &json!({})).await, 429);
    assert_eq!(status(server, finish, "", &wrong).await, 429);
    assert_eq!(attempt(server, 0, "").await, 401, "a password is counted apart");
}
