//! Imports: a table goes up, its plan is looked at, it is carried out, and its result comes down.

mod access;
mod export;
mod files;
mod hostile;
mod progress;
mod refused;
pub(crate) mod table;
mod uploads;

use membership_core::import::start::ImportOf;
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Ask},
    house::text,
};
use table::{XLSX, xlsx};

impl Api {
    /// An upload of `table`, called `people.xlsx`.
    pub(crate) fn upload(&self, table: impl Into<Vec<u8>>) -> Ask<'_> {
        self.ask(Method::POST, self.tenant("/imports?file=people.xlsx")).raw(XLSX, table)
    }

    /// The plan of a workbook with these rows below a header, uploaded by whoever has `token`.
    async fn planned(&self, token: &str, rows: &[&[&str]]) -> Value {
        let reply = self.upload(xlsx(&[&[HEADER], rows].concat())).by(token).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()
    }

    /// Starts a planned import row by row and carries it out; the import when it is over.
    async fn carried_out(&self, token: &str, import: &Value) -> Value {
        let id = text(&import["id"]);
        let body = json!({ "digest": import["digest"], "mode": "row-by-row" });
        let reply = self.post(self.import(&id, "/start"), &body).by(token).send().await;
        assert_eq!((reply.status, &reply.json()["status"]), (202, &json!("running")), "{}", reply.text);
        self.bed.carry_out(self.which(&id)).await.unwrap();
        self.get(self.import(&id, "")).by(token).send().await.json()
    }

    /// The address of an import, or of something below it.
    fn import(&self, id: &str, rest: &str) -> String {
        self.tenant(&format!("/imports/{id}{rest}"))
    }

    fn which(&self, id: &str) -> ImportOf {
        ImportOf { tenant: self.bed.tenant.id, import: id.parse().unwrap() }
    }

    /// The rows of an import that do this, as its maker sees them.
    async fn rows(&self, token: &str, id: &str, query: &str) -> Vec<Value> {
        let reply = self.get(self.import(id, &format!("/rows{query}"))).by(token).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["rows"].as_array().unwrap().clone()
    }

    /// What the tenant calls its members, in order.
    async fn names(&self, token: &str) -> Vec<String> {
        let members = self.get(self.tenant("/members?limit=200")).by(token).send().await.json();
        let mut names: Vec<String> = members["members"].as_array().unwrap().iter().map(|m| text(&m["name"])).collect();
        names.sort();
        names
    }
}

/// The titles that most tables here have.
const HEADER: &[&str] = &["Name", "Roles", "E-mail", "Username", "How to join", "Phone"];

/// Proves ORG-26, ORG-27 and ORG-28: a workbook goes up, its plan is shown row by row, it is carried out, and the people are
/// members.
#[tokio::test]
async fn a_workbook_is_planned_and_carried_out() {
    let api = Api::start().await;
    let root = api.root().await;
    let rows: &[&[&str]] = &[
        &["Ann", "Member", "ann@example.org", "", "", "555-0100"],
        &["Bob", "Membre", "bob@example"],
        &["Cy", "Member", "", "cy.fox"],
        &[],
        &["Di", "Member", "", "", "link"],
    ];
    let reply = api.upload(xlsx(&[&[HEADER], rows].concat())).by(&root).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let import = reply.json();
    let id = text(&import["id"]);
    assert_eq!(reply.headers["location"], api.import(&id, ""));
    assert_eq!(import["status"], "planned");
    assert_eq!(import["unread"], json!(["Phone"]));
    let totals = json!({ "rows": 4, "create": 3, "change": 0, "unchanged": 0, "refuse": 1, "mails": 1 });
    assert_eq!(import["plan"], totals);
    assert_eq!(api.names(&root).await, ["Root"], "nothing is done");

    let rows = api.rows(&root, &id, "").await;
    let told: Vec<_> = rows.iter().map(|row| (row["number"].clone(), text(&row["does"]))).collect();
    let expected = [(2, "create"), (3, "refuse"), (4, "create"), (6, "create")];
    assert_eq!(told, expected.map(|(number, does)| (json!(number), does.to_owned())));
    assert_eq!(rows[0]["way"], "mail");
    assert_eq!(rows[0]["cells"][5], json!({ "title": "Phone", "text": "555-0100" }));
    let faults = rows[1]["faults"].as_array().unwrap();
    let codes: Vec<_> = faults.iter().map(|fault| (text(&fault["column"]), text(&fault["code"]))).collect();
    assert!(codes.contains(&("roles".into(), "role-name-unknown".into())), "{codes:?}");
    assert_eq!(codes.len(), 2, "every reason at once: {codes:?}");
    assert!(faults.iter().all(|fault| !text(&fault["reason"]).is_empty() && !text(&fault["fix"]).is_empty()));

    let done = api.carried_out(&root, &import).await;
    assert_eq!((&done["status"], &done["ending"]["how"]), (&json!("ended"), &json!("done")));
    assert_eq!(done["done"], totals);
    assert_eq!(api.names(&root).await, ["Ann", "Cy", "Di", "Root"]);
    let rows = api.rows(&root, &id, "?does=create").await;
    let links: Vec<bool> = rows.iter().map(|row| row["link"].is_string()).collect();
    assert_eq!(links, [false, true, true], "those who join by a link get one to hand over");
    assert!(rows.iter().all(|row| row["member"].is_string() && row["done"] == true));
}

/// Proves ORG-29 and ORG-30: the result comes down as a workbook with the reason at each row that failed; what is red in that very
/// file is mended, it goes up again, and only that is done.
#[tokio::test]
async fn a_result_is_mended_and_uploaded_again() {
    let api = Api::start().await;
    let root = api.root().await;
    let rows: &[&[&str]] = &[
        &["Ann", "Member", "ann@example.org", "", "", "=1+1"],
        &["Bob", "Membre", "bob@example.org"],
        &["Cy", "Member", "", "cy.fox"],
    ];
    let import = api.planned(&root, rows).await;
    let result = api.import(&text(&import["id"]), "/result");
    let before = table::read(&api.get(&result).by(&root).send().await.bytes);
    assert_eq!(table::column(&before, "Result"), ["would create", "would be refused", "would create"]);

    api.carried_out(&root, &import).await;
    let reply = api.get(&result).by(&root).send().await;
    assert_eq!(reply.headers["content-type"], XLSX);
    let name = "attachment; filename=\"people-result.xlsx\"; filename*=UTF-8''people-result.xlsx";
    assert_eq!(reply.headers["content-disposition"], name);
    assert_eq!(reply.headers["cache-control"], "no-store, no-transform", "links to hand over are in it");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    let mut after = table::read(&reply.bytes);
    let titles = [HEADER, &["Result", "Reason", "Fix", "Link", "Link expires"]].concat();
    assert_eq!(after[0], titles);
    assert_eq!(table::column(&after, "Name"), ["Ann", "Bob", "Cy"]);
    assert_eq!(table::column(&after, "Phone"), ["=1+1", "", ""], "columns of one's own come back as they were");
    assert_eq!(table::column(&after, "Result"), ["created", "refused", "created"]);
    let (reasons, fixes) = (table::column(&after, "Reason"), table::column(&after, "Fix"));
    assert!(reasons[1].starts_with("Roles: ") && reasons[1].contains("Membre"), "{reasons:?}");
    assert!(fixes[1].contains("Member") && reasons[0].is_empty() && fixes[0].is_empty(), "{fixes:?}");
    let links = table::column(&after, "Link");
    assert!(links[0].is_empty() && links[2].starts_with("https://members.example.org/"), "{links:?}");
    assert!(table::column(&after, "Link expires")[2].ends_with('Z'));

    after[2][1] = "Member".to_owned();
    let rows: Vec<Vec<&str>> = after.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let again = api.upload(xlsx(&rows)).by(&root).send().await.json();
    let plan = json!({ "rows": 3, "create": 1, "change": 0, "unchanged": 2, "refuse": 0, "mails": 1 });
    assert_eq!(again["plan"], plan, "{again}");
    assert_eq!(api.carried_out(&root, &again).await["done"], plan);
    assert_eq!(api.names(&root).await, ["Ann", "Bob", "Cy", "Root"]);
    let result = api.get(api.import(&text(&again["id"]), "/result?format=csv")).by(&root).send().await;
    assert!(result.text.starts_with('\u{feff}') && result.text.contains("unchanged"), "{}", result.text);
}

/// Pages of rows follow one another; a query that asks for nothing there is says so.
#[tokio::test]
async fn rows_come_in_pages() {
    let api = Api::start().await;
    let root = api.root().await;
    let names: Vec<String> = (0..7).map(|n| format!("Person {n}")).collect();
    let rows: Vec<Vec<&str>> = names
        .iter()
        .enumerate()
        .map(|(n, name)| vec![name.as_str(), if n % 3 == 1 { "None" } else { "Member" }, "", "", "link"])
        .collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let id = text(&api.planned(&root, &rows).await["id"]);
    let mut found = Vec::new();
    let mut query = "?does=create&limit=2".to_owned();
    loop {
        let page = api.get(api.import(&id, &format!("/rows{query}"))).by(&root).send().await.json();
        found.extend(page["rows"].as_array().unwrap().iter().map(|row| row["number"].as_u64().unwrap()));
        let Some(next) = page["next"].as_u64() else { break };
        query = format!("?does=create&limit=2&after={next}");
    }
    assert_eq!(found, [2, 4, 5, 7, 8]);
    let wrong = api.get(api.import(&id, "/rows?does=delete&limit=0&after=x")).by(&root).send().await;
    let faults = [("/does", "verdict-unknown"), ("/after", "position-malformed"), ("/limit", "limit-out-of-range")];
    assert_eq!(wrong.faults(), faults.map(|(place, code)| (place.to_owned(), code.to_owned())), "{}", wrong.text);
}
