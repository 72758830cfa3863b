//! Disabling means now: two hundred at once, by every door, over the real server and its database.

use std::{
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::installation::{Installation, PASSWORD, text};

const TEMPORARY: &str = "four words for a start";
const AT_ONCE: usize = 200;

/// How somebody asks: by which credential, for what.
#[derive(Clone)]
struct Door {
    method: Method,
    url: String,
    credential: (header::HeaderName, String),
    body: Option<Value>,
}

impl Door {
    /// Whether it was opened.
    async fn opens(&self, client: &Client) -> bool {
        let request = client.request(self.method.clone(), &self.url).header(&self.credential.0, &self.credential.1);
        let request = match &self.body {
            Some(body) => request.json(body),
            None => request,
        };
        request.send().await.expect("an answer").status().is_success()
    }
}

/// A manager who was added directly and has chosen a password: the member's id and a bearer token.
async fn manager(installation: &Installation) -> (String, String) {
    let roles = installation.get(&installation.path("/roles")).await.expect(200);
    let roles = roles["roles"].as_array().expect("roles").clone();
    let manager = roles.iter().find(|role| role["name"] == "Member manager").expect("the role");
    let person = json!({ "name": "Mia", "username": "mia", "password": TEMPORARY, "roles": [manager["id"]] });
    let added = installation.post(&installation.path("/members"), &person).await.expect(201);
    let sign_in = json!({ "login": "mia", "password": TEMPORARY, "transport": "bearer" });
    let first = installation.post_as_nobody("/api/v1/sessions", &sign_in).await.expect(201);
    let change = json!({ "current": TEMPORARY, "new": PASSWORD });
    let request = installation.client.post(installation.server.url("/api/v1/me/password"));
    let response = request.bearer_auth(text(&first["token"])).json(&change).send().await.expect("an answer");
    assert!(response.status().is_success(), "{response:?}");
    let changed: Value = serde_json::from_str(&response.text().await.expect("a body")).expect("JSON");
    let member = text(&added["id"]);
    (member, text(&changed["token"]))
}

fn doors(installation: &Installation, bearer: &str) -> Vec<Door> {
    let url = |path: &str| installation.server.url(&installation.path(path));
    let bearer = (header::AUTHORIZATION, format!("Bearer {bearer}"));
    let cookie = (header::COOKIE, format!("membership={}", bearer.1.trim_start_matches("Bearer ")));
    let get = |url: String, credential: &(header::HeaderName, String)| Door {
        method: Method::GET,
        url,
        credential: credential.clone(),
        body: None,
    };
    let person = installation.person("not an address");
    let bulk = json!({ "members": ["00000000-0000-0000-0000-000000000000"], "action": "enable" });
    let post = |url: String, body: Value| Door { method: Method::POST, body: Some(body), ..get(url, &bearer) };
    vec![
        get(url(""), &bearer),
        get(url("/members"), &bearer),
        get(url("/roles"), &bearer),
        get(url("/authority"), &bearer),
        get(url("/check?permission=membership:members.read"), &bearer),
        get(url("/explanation?permission=membership:members.read"), &bearer),
        get(url("/who-may?permission=membership:members.read"), &bearer),
        get(url("/transfers"), &bearer),
        post(url("/checks"), json!({ "questions": [{ "permission": "membership:members.read" }] })),
        post(url("/members/bulk"), bulk),
        post(url("/invitations"), json!({ "people": [person] })),
        get(url("/members"), &cookie),
        get(installation.server.url(&format!("/welcome/{}", installation.tenant)), &cookie),
    ]
}

/// Proves A49 and I-34 in part: 200 requests at once, by bearer token, by cookie, through the API and the pages; of those
/// that begin after the disabling call has answered, none succeeds; nor does one after the member is enabled again.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_in_after_disabling_has_answered() {
    let installation = Installation::new(&[]).await;
    let (member, token) = manager(&installation).await;
    let doors = doors(&installation, &token);
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let mut opened = 0;
    for door in &doors {
        opened += usize::from(door.opens(&client).await);
    }
    assert_eq!(opened, doors.len() - 1, "every door is open, but for the one with a bad address in it");

    let over = Arc::new(AtomicBool::new(false));
    let mut asking = JoinSet::new();
    for n in 0..AT_ONCE {
        let (door, client, over) = (doors[n % doors.len()].clone(), client.clone(), Arc::clone(&over));
        asking.spawn(async move {
            let mut successes = Vec::new();
            let mut asked = 0_u32;
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                if door.opens(&client).await {
                    successes.push(begun);
                }
                asked += 1;
            }
            (successes, asked)
        });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    installation.post(&installation.path(&format!("/members/{member}/disable")), &json!({})).await.expect(200);
    let answered = Instant::now();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    installation.post(&installation.path(&format!("/members/{member}/enable")), &json!({})).await.expect(200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    over.store(true, Ordering::Relaxed);
    let (mut before, mut after, mut asked) = (0, 0, 0);
    while let Some(done) = asking.join_next().await {
        let (successes, times) = done.expect("a client");
        asked += times;
        for begun in successes {
            if begun > answered { after += 1 } else { before += 1 }
        }
    }
    assert!(before >= 100 && asked > before + 200, "the race was run: {before} before, {asked} in all");
    assert_eq!(after, 0, "{after} requests that began after the answer succeeded");
}
