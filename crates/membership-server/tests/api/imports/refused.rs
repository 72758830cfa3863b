//! What is refused of imports, each with its code, and nothing done.

use membership_core::{department::Position, import::MOST_KEPT};
use poem::http::Method;
use serde_json::json;

use super::table::xlsx;
use crate::{
    fixture::Api,
    house::{NOTHING, text},
};

/// A file that cannot be read, or is no table of people, is refused with what is wrong, and nothing of it is kept.
#[tokio::test]
async fn a_file_that_is_no_table_is_refused() {
    let api = Api::start().await;
    let root = api.root().await;
    let csv = |text: &str| ("text/csv", text.as_bytes().to_vec());
    let compound = [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 4_096]].concat();
    let cases = [
        (csv(""), "file-empty"),
        (csv("\n\n \n"), "file-empty"),
        (csv("Name,Roles\n"), "file-without-rows"),
        (csv("Vorname,Nachname\nAnn,Example\n"), "header-unknown"),
        (csv("Roles\nMember\n"), "header-incomplete"),
        (csv("Name,E-mial\nAnn,ann@example.org\n"), "column-unclear"),
        (csv("Name,Name\nAnn,Ann\n"), "column-repeated"),
        (csv("Name\n\"Ann\n"), "workbook-damaged"),
        (("text/csv; charset=klingon", b"Name\n\xFF\xFE\n".to_vec()), "charset-unknown"),
        (("text/csv", b"Name\nAnn\x00\x01\x02\n".to_vec()), "file-not-a-table"),
        ((super::XLSX, compound), "workbook-other-format"),
        ((super::XLSX, b"PK\x03\x04 and nothing else".to_vec()), "workbook-damaged"),
        (csv(&format!("Name\n{}\n", "x".repeat(40_000))), "cell-too-long"),
    ];
    for ((kind, body), code) in cases {
        let reply = api.ask(Method::POST, api.tenant("/imports")).raw(kind, body).by(&root).send().await;
        assert_eq!(reply.problem(), (422, code.into()), "{}", reply.text);
        assert!(text(&reply.json()["advice"]).len() > 5);
    }
    let json = api.post(api.tenant("/imports"), &json!({})).by(&root).send().await;
    assert_eq!(json.problem(), (415, "media-type-unsupported".into()));
    let list = api.get(api.tenant("/imports")).by(&root).send().await.json();
    assert_eq!(list, json!({ "imports": [] }), "nothing of them is kept");
}

/// More rows than a table may have are refused however they come, and so are more imports than are kept.
#[tokio::test]
async fn there_is_a_most_of_everything() {
    let api = Api::start().await;
    let root = api.root().await;
    let rows = format!("Name\n{}", "x\n".repeat(100_001));
    let reply = api.ask(Method::POST, api.tenant("/imports")).raw("text/csv", rows).by(&root).send().await;
    assert_eq!(reply.problem(), (422, "rows-too-many".into()));
    for _ in 0..MOST_KEPT {
        api.planned(&root, &[&["Ann", "Member", "", "", "link"]]).await;
    }
    let reply = api.upload(xlsx(&[&["Name"], &["Ann"]])).by(&root).send().await;
    assert_eq!(reply.problem(), (429, "imports-too-many".into()));
}

/// An import is carried out as it was looked at, once, and one at a time.
#[tokio::test]
async fn an_import_is_started_once_and_as_it_was_planned() {
    let api = Api::start().await;
    let root = api.root().await;
    let one = api.planned(&root, &[&["Ann", "Member", "", "", "link"], &["Bob", "Membre", "", "", "link"]]).await;
    let two = api.planned(&root, &[&["Cy", "Member", "", "", "link"]]).await;
    let (first, second) = (text(&one["id"]), text(&two["id"]));
    let start = async |id: &str, digest: &serde_json::Value, mode: &str| {
        let body = json!({ "digest": digest, "mode": mode });
        api.post(api.import(id, "/start"), &body).by(&root).send().await
    };
    assert_eq!(start(&first, &two["digest"], "row-by-row").await.problem(), (409, "plan-is-another".into()));
    assert_eq!(start(&first, &one["digest"], "all-or-nothing").await.problem(), (409, "rows-refused".into()));
    assert_eq!(start(&first, &one["digest"], "some").await.faults(), [("/mode".into(), "value-unfit".into())]);
    assert_eq!(start(NOTHING, &one["digest"], "row-by-row").await.problem(), (404, "import-unknown".into()));
    let cancel = async |id: &str| api.act(api.import(id, "/cancel")).by(&root).send().await;
    assert_eq!(cancel(&first).await.problem(), (409, "import-not-running".into()));

    assert_eq!(start(&first, &one["digest"], "row-by-row").await.status, 202);
    assert_eq!(start(&first, &one["digest"], "row-by-row").await.problem(), (409, "import-started".into()));
    assert_eq!(start(&second, &two["digest"], "row-by-row").await.problem(), (409, "import-running".into()));
    let again = api.act(api.import(&first, "/plan")).by(&root).send().await;
    assert_eq!(again.problem(), (409, "import-started".into()));
    let gone = api.delete(api.import(&first, "")).by(&root).send().await;
    assert_eq!(gone.problem(), (409, "import-started".into()), "{}", gone.text);

    let cancelled = cancel(&first).await;
    assert_eq!((cancelled.status, &cancelled.json()["ending"]["how"]), (200, &json!("cancelled")));
    assert_eq!(cancelled.json()["ending"]["by"], api.bed.member.id.to_string());
    assert_eq!(api.names(&root).await, ["Root"], "it was cancelled before its first batch");
    let result = api.get(api.import(&first, "/result")).by(&root).send().await.bytes;
    assert_eq!(super::table::column(&super::table::read(&result), "Result"), ["not done", "not done"]);
    assert_eq!(start(&second, &two["digest"], "all-or-nothing").await.status, 202);
    assert_eq!(api.bed.carry_out(api.which(&second)).await.unwrap().done().create, 1);
}

/// A plan that would come out otherwise by now is not carried out; the refusal says what has moved, and names the rows. Planned
/// again, it is.
#[tokio::test]
async fn a_plan_that_is_outdated_is_planned_again() {
    let api = Api::start().await;
    let root = api.root().await;
    let table = xlsx(&[&["Name", "Roles", "Departments", "How to join"], &["Ann", "Member", "Sales", "link"]]);
    let sales = api.bed.department("Sales", api.bed.root().unwrap()).await.unwrap();
    let plan = api.upload(table).by(&root).send().await.json();
    let id = text(&plan["id"]);
    let below = api.bed.department("Trade", api.bed.root().unwrap()).await.unwrap();
    let place = Position { parent: below.id, before: None };
    api.bed.membership.relocate_department(&api.bed.as_administrator(), api.bed.place(sales.id), place).await.unwrap();
    api.bed
        .membership
        .rename_department(&api.bed.as_administrator(), api.bed.place(sales.id), "Verkauf")
        .await
        .unwrap();
    let start = json!({ "digest": plan["digest"], "mode": "row-by-row" });
    let reply = api.post(api.import(&id, "/start"), &start).by(&root).send().await;
    assert_eq!(reply.problem(), (409, "plan-outdated".into()), "{}", reply.text);
    assert!(text(&reply.json()["detail"]).contains("departments"), "{}", reply.text);
    assert_eq!(reply.faults(), [("/rows/2".into(), "row-moved".into())]);
    let again = api.act(api.import(&id, "/plan")).by(&root).send().await.json();
    assert_eq!((&again["plan"]["refuse"], again["digest"] == plan["digest"]), (&json!(1), false));
    assert_eq!(api.names(&root).await, ["Root"]);
}
