//! Several servers on one PostgreSQL.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use tokio::task::JoinSet;

use super::{installation::Installation, process::Server};

/// A fresh database on the server that tests were given, or why there is none.
fn database() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(server) = std::env::var("MEMBERSHIP_TEST_POSTGRES") else {
        assert!(std::env::var_os("MEMBERSHIP_TEST_REQUIRE").is_none(), "MEMBERSHIP_TEST_POSTGRES is not set");
        eprintln!("skipped: MEMBERSHIP_TEST_POSTGRES is not set; `cargo xtask test` sets it");
        return None;
    };
    let name = format!("e2e_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let created =
        std::process::Command::new("psql").args([&server, "-qc", &format!("create database {name}")]).status();
    assert!(created.is_ok_and(|status| status.success()), "psql could not make a database");
    let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
    Some(format!("{base}/{name}"))
}

/// Proves A9 over several processes: sixteen people race to use one link through two servers, and exactly one joins.
#[tokio::test]
async fn one_link_joins_once_through_two_servers() {
    let Some(url) = database() else { return };
    let installation = Installation::new(&[("MEMBERSHIP_DATABASE_URL", &url)]).await;
    let key = std::fs::read_to_string(installation.data().join("data/link.key")).expect("the key");
    let folder = tempfile::tempdir().expect("a folder");
    let second =
        Server::start(folder.path(), &[("MEMBERSHIP_DATABASE_URL", &url), ("MEMBERSHIP_KEY__CURRENT", key.trim())]);

    let person = json!({ "name": "Carol", "via": "link", "roles": [installation.member_role] });
    let invited = installation.invite(vec![person]).await.expect(201);
    let token =
        invited["invited"][0]["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a token").to_owned();
    installation.post_as_nobody("/api/v1/invitation/accept", &json!({ "token": token })).await.expect(200);

    let mut racers = JoinSet::new();
    for racer in 0..16 {
        let base = if racer % 2 == 0 { &installation.server.base } else { &second.base };
        let body = json!({
            "token": token, "name": "Carol", "username": format!("carol{racer}"),
            "password": "a sentence of several words", "transport": "bearer",
        });
        let request = installation.client.post(format!("{base}/api/v1/invitation/register")).json(&body);
        racers.spawn(async move { request.send().await.expect("an answer").status().as_u16() });
    }
    let mut statuses = racers.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201, "{statuses:?}");
    assert!(statuses[1..].iter().all(|status| *status == 410 || *status == 503), "{statuses:?}");
}
