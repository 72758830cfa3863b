//! What a crash leaves behind.

use std::{sync::Arc, time::Duration};

use membership_testkit::smtp::Sink;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    installation::Installation,
    main_job::{borrowed, mail_to},
    process,
};

/// Every address whose invitation was answered with 201 before the server was killed in the middle of it all.
async fn invite_until_killed(installation: Installation, rounds: usize) -> (Installation, Vec<String>) {
    let shared = Arc::new(installation);
    let mut clients = JoinSet::new();
    for client in 0..16 {
        let installation = Arc::clone(&shared);
        clients.spawn(async move {
            let mut answered = Vec::new();
            for round in 0..rounds {
                let email = format!("p{client}x{round}@example.org");
                let body = json!({ "people": [installation.person(&email)], "send": "now" });
                let request = installation.client.post(installation.server.url(&installation.path("/invitations")));
                match request.bearer_auth(&installation.token).json(&body).send().await {
                    Ok(answer) if answer.status() == 201 => answered.push(email),
                    Ok(_) | Err(_) => break,
                }
            }
            answered
        });
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let id = shared.server.id().to_string();
    std::process::Command::new("kill").args(["-9", &id]).status().expect("kill");
    let answered = clients.join_all().await.concat();
    let installation = Arc::into_inner(shared).expect("no client is left");
    (installation, answered)
}

async fn addresses(installation: &Installation) -> Vec<Value> {
    let mut members = Vec::new();
    let mut path = installation.path("/members?limit=200");
    loop {
        let page = installation.get(&path).await.expect(200);
        members.extend(page["members"].as_array().expect("members").clone());
        let Some(cursor) = page["next_cursor"].as_str() else { return members };
        path = installation.path(&format!("/members?limit=200&cursor={cursor}"));
    }
}

/// Nothing that was answered is lost at `kill -9`, nothing is half done, and every letter that is owed goes out.
#[tokio::test]
async fn what_was_answered_survives_kill_9() {
    let sink = Sink::start().await.expect("a sink");
    let settings = mail_to(&sink);
    let installation = Installation::new(&borrowed(&settings)).await;
    let (installation, answered) = invite_until_killed(installation, 10_000).await;
    assert!(answered.len() > 50, "only {} invitations before the crash", answered.len());

    let Installation { server, folder, client, token, tenant, member_role } = installation;
    let server = server.restart(folder.path());
    let installation = Installation { server, folder, client, token, tenant, member_role };
    let members = addresses(&installation).await;
    for email in &answered {
        assert!(members.iter().any(|member| member["email"] == *email), "{email} was answered and is lost");
    }
    // Those that were committed but not answered count too: a member without a letter would be half done.
    let owed = members.len() - 1;
    let letters = tokio::time::timeout(Duration::from_secs(60), sink.wait_for(owed)).await.expect("all letters");
    assert!(letters.len() >= owed);
    installation.server.kill();
    let (status, stdout, stderr) = process::run(installation.folder.path(), &["doctor"], &[]);
    assert!(status.success(), "{stdout}{stderr}");
}
