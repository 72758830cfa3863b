//! Import: many people at once, from a workbook.

use membership_core::import::{ImportState, start::ImportOf};
use poem::http::Method;
use serde_json::{Value, json};

use super::super::Walk;
use crate::{
    fixture::Reply,
    house::text,
    imports::table::{XLSX, column, read, xlsx},
};

impl Walk {
    async fn uploaded(&self, by: &str, lines: &[Vec<String>]) -> Value {
        let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
        let file = xlsx(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let ask = self.api.ask(Method::POST, self.at("/imports?file=people.xlsx")).raw(XLSX, file);
        ask.by(by).send().await.done()
    }

    async fn file(&self, by: &str, path: &str) -> Vec<Vec<String>> {
        let reply: Reply = self.api.get(self.at(path)).by(by).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        read(&reply.bytes)
    }

    /// Starts what was planned, and lets the server's worker do it.
    async fn carried_out(&self, by: &str, plan: &Value) -> Value {
        let at = format!("/imports/{}", text(&plan["id"]));
        let start = json!({ "digest": plan["digest"], "mode": "row-by-row" });
        self.post(by, &format!("{at}/start"), &start).await.done();
        let tenant = text(&plan["tenant"]).parse().unwrap();
        let which = ImportOf { tenant, import: text(&plan["id"]).parse().unwrap() };
        let bed = &self.api.bed;
        let step = async || bed.membership.advance_import(&bed.as_system(), which).await.unwrap().unwrap();
        while !matches!(step().await.state, ImportState::Ended { .. }) {}
        self.get(by, &at).await
    }
}

/// The template is downloaded, filled in, uploaded; what it would do is shown; the people are made, each in the way that stands in
/// the row; the result has a reason where one was not, and the mended file does the rest.
pub(super) async fn members_are_imported(walk: &Walk) {
    let ola = walk.administrator().await;
    let mut lines = walk.file(&ola, "/imports/template").await;
    assert_eq!(lines[0], ["Name", "Departments", "Roles", "E-mail", "Username", "How to join", "Language"]);
    for row in [
        ["Imke", "", "Member", "imke@example.org", "", "", "de"],
        ["Ivar", "", "Membre", "", "", "link", ""],
        ["Isa", "", "Member; Administrator", "", "isa.imported", "", ""],
    ] {
        lines.push(row.map(str::to_owned).to_vec());
    }
    let plan = walk.uploaded(&ola, &lines).await;
    assert_eq!((&plan["plan"]["create"], &plan["plan"]["refuse"]), (&json!(2), &json!(1)), "{plan}");
    assert_eq!(walk.members(&ola, "?q=imke").await, Vec::<Value>::new(), "nothing is done");
    let done = walk.carried_out(&ola, &plan).await;
    assert_eq!((&done["done"]["create"], &done["done"]["mails"]), (&json!(2), &json!(1)), "{done}");

    let letter = walk.letter().await;
    let imke = walk.joins_by(&letter, "Imke").await;
    let entry = walk.get(&ola, &format!("/members/{}", imke.id)).await;
    assert_eq!((&entry["email"], &entry["language"]), (&json!("imke@example.org"), &json!("de")));
    let result = format!("/imports/{}/result", text(&plan["id"]));
    let mut lines = walk.file(&ola, &result).await;
    assert_eq!(column(&lines, "Result"), ["created", "refused", "created"]);
    assert!(column(&lines, "Reason")[1].contains("Membre"));
    let link = column(&lines, "Link")[2].clone();
    let token = link.rsplit('/').next().unwrap();
    let chosen = json!({ "token": token, "new": "seven wet stones in a row" });
    assert_eq!(walk.api.post("/api/v1/passwords/reset", &chosen).send().await.status, 204, "{link}");
    let login = json!({ "login": "isa.imported", "password": "seven wet stones in a row", "transport": "bearer" });
    let isa = text(&walk.api.post("/api/v1/sessions", &login).send().await.done()["token"]);
    assert!(walk.may(&isa, "membership:members.manage").await);

    let role = lines[0].iter().position(|title| title == "Roles").unwrap();
    lines[2][role] = "Member".to_owned();
    let again = walk.uploaded(&ola, &lines).await;
    assert_eq!((&again["plan"]["create"], &again["plan"]["unchanged"]), (&json!(1), &json!(2)), "{again}");
    walk.carried_out(&ola, &again).await;
    assert_eq!(walk.members(&ola, "?q=ivar").await.len(), 1);
}
