//! The audit: who did what, before and after, and who may read it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

impl Api {
    async fn audit(&self, token: &str, query: &str) -> Reply {
        self.get(self.tenant(&format!("/audit{query}"))).by(token).send().await
    }

    /// The names of the records that `query` finds.
    async fn recorded(&self, token: &str, query: &str) -> Vec<String> {
        let reply = self.audit(token, query).await;
        assert_eq!(reply.status, 200, "{query}: {}", reply.text);
        records(&reply.json()).iter().map(|record| text(&record["name"])).collect()
    }
}

fn records(page: &Value) -> Vec<Value> {
    page["records"].as_array().unwrap().clone()
}

fn revisions(page: &Value) -> Vec<u64> {
    records(page).iter().map(|record| record["revision"].as_u64().unwrap()).collect()
}

/// Every change is in the audit, without gaps, with who made it, in which request, and about what; an edit with before and
/// after; a request's id is the one that its answer had.
// Part of I-41.
#[tokio::test]
async fn the_audit_tells_who_did_what() {
    let api = Api::start().await;
    let root = api.root().await;
    let address = api.defined(&root, "Reporter", &["workspace:reports.view"], &[]).await;
    let body = json!({ "name": "Chief reporter", "permissions": ["workspace:reports.export"], "includes": [] });
    let edited = api.put(&address, &body).by(&root).send().await;
    let page = api.audit(&root, "?order=oldest").await.json();
    assert_eq!(revisions(&page), (1..=records(&page).len() as u64).collect::<Vec<_>>());
    let last = records(&page).pop().unwrap();
    assert_eq!(last["name"], "role.edited");
    assert_eq!(last["actor"], format!("account:{}", api.bed.administrator.id));
    assert_eq!(last["request"], edited.headers["x-request-id"].to_str().unwrap());
    assert_eq!(last["object"], address.rsplit('/').next().unwrap());
    assert_eq!(
        (&last["body"]["before"]["role"]["name"], &last["body"]["role"]["name"]),
        (&json!("Reporter"), &json!("Chief reporter")),
        "{last}"
    );
    assert_eq!(last["body"]["before"]["role"]["permissions"], json!(["workspace:reports.view"]));
    assert_eq!(last["body"]["role"]["permissions"], json!(["workspace:reports.export"]));
    assert_eq!(text(&last["hash"]).len(), 64);
    let newest = api.audit(&root, "?limit=1").await.json();
    assert_eq!(records(&newest), [last], "newest first unless told otherwise");
}

/// Pages make the whole audit, in both orders, each record once.
#[tokio::test]
async fn pages_make_the_whole_audit() {
    let api = Api::start().await;
    let root = api.root().await;
    for n in 0..5 {
        api.invited_as(&format!("person{n}@example.org"), "Member").await;
    }
    let whole = revisions(&api.audit(&root, "?order=oldest&limit=200").await.json());
    for (order, expected) in [("oldest", whole.clone()), ("newest", whole.iter().rev().copied().collect())] {
        for limit in [1, 2, 3, 200] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = api.audit(&root, &format!("?order={order}&limit={limit}{cursor}")).await.json();
                assert!(records(&page).len() <= limit);
                seen.extend(revisions(&page));
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{order} {limit}");
        }
    }
}

/// The audit is searched by thing, by actor, by name, and by time.
#[tokio::test]
async fn the_audit_is_searched() {
    let api = Api::start().await;
    let root = api.root().await;
    let began = api.bed.clock.now();
    let ann = api.invited_as("ann@example.org", "Member").await;
    api.bed.clock.advance(TimeDelta::seconds(10));
    let token = api.bed.token(&ann.invitation);
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await;
    api.bed.clock.advance(TimeDelta::seconds(10));
    api.defined(&root, "Reporter", &[], &[]).await;
    let role = api.role("Reporter").await;

    let of_ann = api.recorded(&root, &format!("?order=oldest&object={}", ann.member.id)).await;
    assert_eq!(of_ann, ["member.invited", "invitation.accepted"]);
    assert_eq!(api.recorded(&root, &format!("?object={role}")).await, ["role.defined"]);
    assert_eq!(api.recorded(&root, &format!("?object={NOTHING}")).await, [""; 0]);
    assert_eq!(api.recorded(&root, "?actor=anonymous").await, ["invitation.accepted"]);
    let own = api.bed.administrator.id;
    let by_root = api.recorded(&root, &format!("?actor={own}")).await;
    assert_eq!(by_root, ["role.defined", "member.invited"]);
    assert_eq!(api.recorded(&root, &format!("?actor=account:{own}")).await, by_root);
    assert_eq!(api.recorded(&root, "?name=invitation").await, ["invitation.accepted"]);
    assert_eq!(api.recorded(&root, "?name=role.defined").await, ["role.defined"]);
    assert_eq!(api.recorded(&root, "?name=role.def").await, [""; 0], "a name or its first word, and nothing between");
    assert_eq!(api.recorded(&root, "?name=%25").await, [""; 0], "nothing is a wildcard");
    let at = |seconds| (began + TimeDelta::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let between = format!("?from={}&before={}", at(10), at(20));
    assert_eq!(api.recorded(&root, &between).await, ["invitation.accepted"], "from is in it, before is not");
    let both = format!("?object={}&actor=anonymous", ann.member.id);
    assert_eq!(api.recorded(&root, &both).await, ["invitation.accepted"], "all of it applies");
}

#[tokio::test]
async fn faults_of_the_query_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    let bad = "?object=x&actor=root&from=yesterday&before=2026-03-02&order=random&limit=0&cursor=%00";
    let expected = [
        ("/object", "identifier-malformed"),
        ("/actor", "actor-malformed"),
        ("/from", "moment-malformed"),
        ("/before", "moment-malformed"),
        ("/order", "order-unknown"),
        ("/cursor", "cursor-malformed"),
        ("/limit", "limit-out-of-range"),
    ];
    let mut found = api.audit(&root, bad).await.faults();
    let mut expected = expected.map(|(place, code)| (place.to_owned(), code.to_owned()));
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    let unescaped = api.audit(&root, "?from=2026-03-02T09:00:00+00:00").await;
    assert_eq!(unescaped.faults(), [("/from".into(), "moment-malformed".into())]);
    assert_eq!(api.audit(&root, "?from=2026-03-02T09:00:00%2B00:00").await.status, 200);
}

/// Proves A35: the audit is for who may read it, whatever else he or she may; it shows nothing of another tenant, by
/// whatever filter, and to nobody of another tenant; and nothing else shows what is in it.
#[tokio::test]
async fn the_audit_is_for_who_may_read_it() {
    let api = Api::start().await;
    let root = api.root().await;
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let there = format!("/api/v1/tenants/{}/audit", founded.tenant.id);
    let theirs = api.get(&there).by(&other).send().await.json();
    assert!(records(&theirs).len() >= 3);
    for path in [api.tenant("/audit"), there.clone()] {
        let stranger = if path == there { &root } else { &other };
        let reply = api.get(&path).by(stranger).send().await;
        assert_eq!(reply.problem(), (404, "tenant-unknown".into()));
    }

    let own: Vec<String> = membership_core::role::Permission::OWN.iter().map(ToString::to_string).collect();
    let all_but: Vec<&str> = own.iter().map(String::as_str).filter(|name| *name != "membership:audit.read").collect();
    let (_, ann) = api.holder("ann", &all_but).await;
    let (_, amy) = api.holder("amy", &["membership:audit.read"]).await;
    let mut queries = vec![String::new(), "?order=oldest&limit=200".to_owned(), "?actor=anonymous".to_owned()];
    for record in records(&theirs) {
        queries.push(format!("?object={}", text(&record["object"])));
        queries.push(format!("?name={}", text(&record["name"])));
    }
    queries.push(format!("?object={}", founded.member.id));
    queries.push(format!("?actor={}", founded.administrator.id));
    let requests: Vec<String> = records(&theirs).iter().map(|record| text(&record["hash"])).collect();
    for query in queries {
        assert_eq!(api.audit(&ann, &query).await.problem(), (403, "permission-missing".into()));
        let reply = api.audit(&amy, &query).await;
        assert_eq!(reply.status, 200);
        let foreign = founded.tenant.id.to_string();
        assert!(!reply.text.contains(&foreign), "{query} shows another tenant's: {}", reply.text);
        assert!(requests.iter().all(|hash| !reply.text.contains(hash)), "{query}");
    }
}

/// What somebody typed can neither forge a line nor paint the screen of whoever reads: it stands in JSON, escaped, and
/// names with control characters are not taken in the first place.
#[tokio::test]
async fn what_was_typed_is_inert() {
    let api = Api::start().await;
    let root = api.root().await;
    for name in ["a\nb", "a\r\nb", "\u{1b}[31mred", "a\u{0}b", "a\u{2028}b"] {
        let body = json!({ "name": name, "permissions": [], "includes": [] });
        let reply = api.post(api.tenant("/roles"), &body).by(&root).send().await;
        assert_eq!(reply.faults(), [("/name".into(), "name-unprintable".into())], "{name:?}");
    }
    let nasty = r#"","name":"forged"}],"x":[{"#;
    api.defined(&root, nasty, &[], &[]).await;
    let reply = api.audit(&root, "?limit=1").await;
    let page = reply.json();
    assert_eq!(records(&page).len(), 1);
    assert_eq!(page["records"][0]["name"], "role.defined");
    assert_eq!(page["records"][0]["body"]["role"]["name"], nasty);
    assert!(reply.text.chars().all(|letter| !letter.is_control()), "{}", reply.text);
    assert_eq!(reply.headers["content-type"].to_str().unwrap().split(';').next(), Some("application/json"));
}
