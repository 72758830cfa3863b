//! How the server behaves towards those who do not.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::{
    installation::{Answer, Installation},
    process,
};

/// Proves A91 in part: half a header does not hold a connection for ever.
#[tokio::test]
async fn half_a_header_is_not_waited_for() {
    let installation = Installation::new(&[]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", installation.server.port)).await.expect("a connection");
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Half").await.expect("half a header");
    let begun = Instant::now();
    let mut rest = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "the connection was still open after 30 seconds");
    assert!(begun.elapsed() >= Duration::from_secs(5), "a slow client is given time: {:?}", begun.elapsed());
}

#[tokio::test]
async fn it_ends_when_asked_to_and_says_that_it_is_alive_until_then() {
    let installation = Installation::new(&[("MEMBERSHIP_METRICS", "true")]).await;
    assert_eq!(installation.get("/livez").await.status, 200);
    assert_eq!(installation.get("/readyz").await.status, 200);
    let metrics = installation.get("/metrics").await.expect(200);
    assert!(metrics.as_str().is_some_and(|text| text.contains("# TYPE ")), "{metrics}");
    let Installation { server, folder, .. } = installation;
    assert!(server.stop().success(), "{}", process::log_text(folder.path()));
}

/// Proves A45 over the wire: no header of a request gets into a link.
#[tokio::test]
async fn links_begin_with_the_configured_address() {
    let installation = Installation::new(&[]).await;
    let person = json!({ "name": "Carol", "via": "link", "roles": [installation.member_role] });
    let body = json!({ "people": [person], "send": "now" });
    let request = installation.client.post(installation.server.url(&installation.path("/invitations")));
    let forged = ["host", "x-forwarded-host", "x-original-url", "forwarded", "x-forwarded-proto"];
    let request = forged.iter().fold(request, |request, name| request.header(*name, "evil.example"));
    let answer = request.bearer_auth(&installation.token).json(&body).send().await.expect("an answer");
    let invited = Answer::of(answer).await.expect(201);
    let link = invited["invited"][0]["link"].as_str().expect("a link").to_owned();
    assert!(link.starts_with(&format!("{}/invitation/", installation.server.base)), "{link}");
}

#[tokio::test]
async fn the_log_is_json_when_asked() {
    let installation = Installation::new(&[("MEMBERSHIP_LOG__FORMAT", "json")]).await;
    installation.get("/livez").await;
    let log = process::log_text(installation.data());
    let line = log.lines().next().unwrap_or_else(|| panic!("nothing was logged"));
    assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
}
