//! Durable invitations over HTTP on SQLite, beside what the same disk gives to one commit per fsync.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use serde_json::json;
use tokio::task::JoinSet;

use crate::{installation::Installation, wire::Wire};

const CLIENTS: usize = 32;
const TIME: Duration = Duration::from_secs(10);

pub(crate) async fn measure() {
    let installation = Installation::new(&[("MEMBERSHIP_LOG__FILTER", "warn")]).await;
    println!("durable invitations on SQLite, synchronous=FULL, {CLIENTS} clients over HTTP");
    for (via, people) in [("link", 1), ("mail", 1), ("mail", 10)] {
        // Before and after, because a disk's fsync changes its mind from minute to minute.
        let before = commits_per_second(installation.data()).await;
        let rate = invitations_per_second(&installation, via, people).await;
        let after = commits_per_second(installation.data()).await;
        let bare = f64::midpoint(before, after);
        println!(
            "  by {via}, {people:>2} in a call: {rate:>7.0}/s; one commit per fsync: {bare:>5.0}/s ({before:.0}, {after:.0}); ratio {:.1}",
            rate / bare
        );
    }
}

/// Rows a second, one row a commit, one commit an fsync, on the same disk with the same settings.
async fn commits_per_second(folder: &Path) -> f64 {
    let path = folder.join("bare.db");
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await.expect("a database");
    for statement in [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)",
    ] {
        database.execute_unprepared(statement).await.expect("a statement");
    }
    let begun = Instant::now();
    let mut rows = 0;
    while begun.elapsed() < Duration::from_secs(3) {
        database.execute_unprepared("INSERT INTO t (text) VALUES ('somebody@example.org')").await.expect("a row");
        rows += 1;
    }
    let rate = f64::from(rows) / begun.elapsed().as_secs_f64();
    database.close().await.expect("the end");
    rate
}

async fn invitations_per_second(installation: &Installation, via: &'static str, people: usize) -> f64 {
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut wire = Wire::connect(installation.server.port, &installation.token).await;
        let (path, role) = (installation.path("/invitations"), installation.member_role.clone());
        clients.spawn(async move {
            let mut invited = 0_u32;
            for call in 0.. {
                if begun.elapsed() >= TIME {
                    break;
                }
                let person = |n: usize| {
                    let email = format!("{via}{people}x{client}x{call}x{n}@example.org");
                    json!({ "name": "Somebody", "via": via, "email": email, "roles": [role] })
                };
                let list: Vec<_> = (0..people).map(person).collect();
                let status = wire.post(&path, &json!({ "people": list, "send": "now" }).to_string()).await;
                assert_eq!(status, 201);
                invited += u32::try_from(people).unwrap_or_default();
            }
            invited
        });
    }
    let invited: u32 = clients.join_all().await.into_iter().sum();
    f64::from(invited) / begun.elapsed().as_secs_f64()
}
