//! Lists, tenants, and who one is.

use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use crate::fixture::Api;

/// Pages are bounded, and together they are the whole list, newest first, each member once.
// Part of A91.
#[tokio::test]
async fn pages_make_the_whole_list() {
    let api = Api::start().await;
    let root = api.root().await;
    for n in 0..6 {
        api.bed.invite(&format!("person{n}@example.org")).await.unwrap();
        api.bed.clock.advance(chrono::TimeDelta::seconds(1));
    }
    let whole = api.get(api.tenant("/members")).by(&root).send().await.json();
    let ids = |page: &Value| -> Vec<Value> {
        page["members"].as_array().unwrap().iter().map(|member| member["id"].clone()).collect()
    };
    assert_eq!(ids(&whole).len(), 7);
    assert!(whole.get("next_cursor").is_none());
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = api.get(api.tenant(&format!("/members?limit=3{cursor}"))).by(&root).send().await.json();
        assert!(ids(&page).len() <= 3);
        seen.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, ids(&whole));
    assert_eq!(whole["members"][0]["email"], "person5@example.org", "newest first");
    let filtered = api.get(api.tenant("/members?status=enabled")).by(&root).send().await.json();
    assert_eq!(filtered["members"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn faults_of_a_query_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    let members = api.get(api.tenant("/members?limit=201&status=gone&cursor=%00")).by(&root).send().await;
    assert_eq!(members.problem(), (422, "invalid-input".into()));
    let expected = [("/status", "status-unknown"), ("/limit", "limit-out-of-range"), ("/cursor", "cursor-malformed")];
    assert_eq!(members.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    for limit in ["0", "-1", "", "1e2", "ten", "+%2B1", "99999999999999999999"] {
        let reply = api.get(api.tenant(&format!("/members?limit={limit}"))).by(&root).send().await;
        assert_eq!(reply.faults()[0].1, "limit-out-of-range", "{limit}");
    }
}

#[tokio::test]
async fn the_operator_makes_tenants() {
    let api = Api::start().await;
    let root = api.root().await;
    let body = json!({ "name": "Other Ltd", "administrator": { "name": "Other", "via": "link" } });
    let made = api.post("/api/v1/tenants", &body).by(&root).send().await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["tenant"]["status"], "setting-up");
    assert_eq!(made.json()["administrator"]["representative"], true);
    let location = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(location, format!("/api/v1/tenants/{}", made.json()["tenant"]["id"].as_str().unwrap()));
    assert_eq!(api.get(&location).by(&root).send().await.status, 404, "the operator is no member of it");

    let token = made.json()["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await.status, 200);
    let body = json!({
        "token": token, "name": "Other", "username": "other", "password": PASSWORD, "transport": "bearer",
    });
    assert_eq!(api.post("/api/v1/invitation/register", &body).send().await.status, 201);
    let other = api.sign_in("other").await;
    let seen = api.get(&location).by(&other).send().await.json();
    assert_eq!(seen["tenant"]["status"], "active");
    assert_eq!(seen["permissions"].as_array().unwrap().len(), 17, "seven of member management, ten of the workspace");

    let body = json!({ "name": " ", "administrator": { "name": "", "via": "mail", "email": "nobody" } });
    let reply = api.post("/api/v1/tenants", &body).by(&root).send().await;
    let places: Vec<String> = reply.faults().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/name", "/administrator/name", "/administrator/email"]);
}

#[tokio::test]
async fn a_second_set_up_is_refused() {
    let api = Api::start().await;
    let link = membership_core::link::Link {
        purpose: membership_core::link::Purpose::SetUp,
        tenant: uuid::Uuid::nil(),
        subject: uuid::Uuid::nil(),
        generation: 1,
    };
    let body = json!({
        "token": api.bed.membership.links().token(&link), "tenant": "T", "name": "N", "username": "eve",
        "password": PASSWORD, "transport": "bearer",
    });
    assert_eq!(api.post("/api/v1/set-up", &body).send().await.problem(), (410, "set-up-done".into()));
}

/// Proves TEN-2: at first there is the administrator, and nobody else.
#[tokio::test]
async fn one_sees_a_member_and_who_one_is() {
    let api = Api::start().await;
    let root = api.root().await;
    let members = api.get(api.tenant("/members")).by(&root).send().await.json();
    let members = members["members"].as_array().unwrap();
    assert_eq!((members.len(), &members[0]["representative"]), (1, &json!(true)));
    let me = api.get("/api/v1/me").by(&root).send().await.json();
    assert_eq!((&me["operator"], &me["places"][0]["status"]), (&json!(true), &json!("enabled")));
    let path = api.tenant(&format!("/members/{}", me["places"][0]["member"].as_str().unwrap()));
    let member = api.get(path).by(&root).send().await.json();
    assert_eq!((&member["name"], &member["representative"]), (&json!("Root"), &json!(true)));
    let roles = api.get(api.tenant("/roles")).by(&root).send().await.json();
    let names: Vec<&str> =
        roles["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Administrator", "Member", "Member manager"]);
}
