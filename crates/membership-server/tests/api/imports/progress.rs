//! How far an import is, told as it goes over a real connection.

use std::time::Duration;

use membership_server::{Metrics, Workers};
use membership_testkit::TypedTable;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    net::{TcpStream, tcp::OwnedReadHalf},
    time::timeout,
};

use super::hostile::serve;
use crate::{fixture::Api, house::text};

/// Events as they come, and the connection that they come by.
struct Events {
    lines: Lines<BufReader<OwnedReadHalf>>,
    _writer: tokio::net::tcp::OwnedWriteHalf,
}

impl Events {
    async fn of(server: std::net::SocketAddr, path: &str, token: &str) -> Self {
        let (reader, mut writer) = TcpStream::connect(server).await.unwrap().into_split();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n");
        writer.write_all(head.as_bytes()).await.unwrap();
        let mut lines = BufReader::new(reader).lines();
        let first = lines.next_line().await.unwrap().unwrap();
        assert_eq!(first, "HTTP/1.1 200 OK");
        Self { lines, _writer: writer }
    }

    /// The next event, or nothing when the stream is over; at most ten seconds.
    async fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let line = timeout(Duration::from_secs(10), self.lines.next_line()).await.expect("no event").unwrap()?;
            if let Some(event) = line.strip_prefix("event: ").or_else(|| line.strip_prefix("event:")) {
                event.trim().clone_into(&mut name);
            } else if let Some(data) = line.strip_prefix("data:") {
                return Some((name, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

async fn large(api: &Api) -> membership_core::import::Import {
    let mut table = TypedTable::new(&["Name", "Roles", "How to join"], std::iter::empty());
    (0..3_000).for_each(|n| table.push(vec![format!("Person {n}"), "Member".into(), "link".into()]));
    api.bed.planned(&table).await.unwrap()
}

/// Whoever follows an import is told when it begins, as it goes, and that it is over, which is the end; the server's own worker
/// carries it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_is_followed_to_its_end() {
    let api = Api::start().await;
    let root = api.root().await;
    let (server, edge) = serve(&api).await;
    let workers = Workers::start(&edge, None, api.bed.adapter.traces.clone(), &Metrics::new().unwrap());
    let import = large(&api).await;
    let mut events = Events::of(server, &api.import(&import.id.to_string(), "/progress"), &root).await;
    let (name, first) = events.next().await.unwrap();
    assert_eq!((name.as_str(), &first["status"], &first["rows"]), ("progress", &json!("planned"), &json!(3_000)));

    let start = json!({ "digest": import.digest, "mode": "row-by-row" });
    let address = api.import(&import.id.to_string(), "/start");
    assert_eq!(api.post(address, &start).by(&root).send().await.status, 202);
    let (mut done, mut last) = (0, None);
    while let Some((name, event)) = events.next().await {
        let now = event["rows_done"].as_u64().unwrap();
        assert!(now >= done && last != Some("ended".to_owned()), "{event}");
        (done, last) = (now, Some(name));
        if last.as_deref() == Some("ended") {
            assert_eq!((&event["how"], &event["status"]), (&json!("done"), &json!("ended")));
        }
    }
    assert_eq!((done, last.as_deref()), (3_000, Some("ended")));
    workers.stop().await;
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().members.len(), 3_001);
}

/// Whoever may not see the import any more is told nothing more of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_loses_access_hears_no_more() {
    let api = Api::start().await;
    let (server, _) = serve(&api).await;
    let root = api.root().await;
    let import = large(&api).await;
    let path = api.import(&import.id.to_string(), "/progress");
    let (max, manager) = api.person("max", &["Member manager"]).await;
    let mut events = Events::of(server, &path, &manager).await;
    assert!(events.next().await.is_some());
    assert_eq!(api.act(api.member(&max, "/disable")).by(&root).send().await.status, 200);
    assert_eq!(events.next().await, None, "shut out of the tenant");

    let mut events = Events::of(server, &path, &root).await;
    assert!(events.next().await.is_some());
    assert_eq!(api.delete("/api/v1/sessions/current").by(&root).send().await.status, 204);
    assert_eq!(events.next().await, None, "signed out");
    let late = api.get(api.import(&text(&json!(import.id.to_string())), "/progress")).by(&root).send().await;
    assert_eq!(late.problem().0, 401);
}
