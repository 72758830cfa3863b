//! What a crash leaves behind.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

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

/// Waits until everybody who was invited has a letter; at most two minutes.
async fn every_letter_arrives(sink: &Sink, members: &[Value]) {
    let invited: BTreeSet<&str> = members.iter().filter_map(|member| member["email"].as_str()).collect();
    let mut missing = invited.len();
    for _ in 0..240 {
        let letters = sink.messages();
        let reached: BTreeSet<&str> = letters.iter().flat_map(|letter| letter.to.iter().map(String::as_str)).collect();
        missing = invited.difference(&reached).count();
        if missing == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("{missing} of {} people never got their letter", invited.len());
}

/// Nothing that was answered is lost at `kill -9`, nothing is half done, and every letter that is owed goes out.
#[tokio::test]
async fn what_was_answered_survives_kill_9() {
    let sink = Sink::start().await.expect("a sink");
    // So that another worker takes over soon what the killed one had in its hands.
    let mut settings = mail_to(&sink);
    settings.push(("MEMBERSHIP_MAIL__SMTP__TIMEOUT_SECONDS", "1".into()));
    settings.push(("MEMBERSHIP_MAIL__LEASE_SECONDS", "10".into()));
    let installation = Installation::new(&borrowed(&settings)).await;
    let (installation, answered) = invite_until_killed(installation, 10_000).await;
    assert!(answered.len() > 10, "only {} invitations before the crash", answered.len());

    let Installation { server, folder, client, token, tenant, member_role } = installation;
    let server = server.restart(folder.path());
    let installation = Installation { server, folder, client, token, tenant, member_role };
    let members = addresses(&installation).await;
    for email in &answered {
        assert!(members.iter().any(|member| member["email"] == *email), "{email} was answered and is lost");
    }
    // Those that were committed but not answered count too: a member without a letter would be half done.
    every_letter_arrives(&sink, &members).await;
    installation.server.kill();
    let (status, stdout, stderr) = process::run(installation.folder.path(), &["doctor"], &[]);
    assert!(status.success(), "{stdout}{stderr}");
}
