//! The list of members as a table.

use serde_json::json;

use super::table::{column, read, xlsx};
use crate::fixture::Api;

/// Whoever is listed is exported, by the list's own filters, over as many pages as it takes; and the file as it is imports as nothing
/// to do.
#[tokio::test]
async fn the_list_is_exported_and_imported_again() {
    let api = Api::start().await;
    let root = api.root().await;
    let names: Vec<String> = (0..430).map(|n| format!("Person {n:03}")).collect();
    let rows: Vec<Vec<&str>> = names.iter().map(|name| vec![name.as_str(), "Member", "", "", "link"]).collect();
    let import = api.planned(&root, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).await;
    api.carried_out(&root, &import).await;
    api.person("ann", &["Member manager"]).await;

    let all = api.get(api.tenant("/members/export")).by(&root).send().await;
    assert_eq!(all.status, 200, "{}", all.text);
    let lines = read(&all.bytes);
    let mut exported = column(&lines, "Name");
    exported.sort();
    exported.dedup();
    assert_eq!(exported.len(), 432, "everybody once");
    let again = api.upload(all.bytes).by(&root).send().await.json();
    assert_eq!((&again["plan"]["unchanged"], &again["plan"]["rows"]), (&json!(432), &json!(432)), "{again}");

    for (query, count) in
        [("?status=enabled", 2), ("?q=person%20042", 1), ("?stage=invited&format=csv", 430), ("?q=!!!", 0)]
    {
        let reply = api.get(api.tenant(&format!("/members/export{query}"))).by(&root).send().await;
        assert_eq!(read(&reply.bytes).len(), count + 1, "{query}");
    }
    let wrong = api.get(api.tenant("/members/export?status=gone")).by(&root).send().await;
    assert_eq!(wrong.faults(), [("/status".into(), "status-unknown".into())]);
    let (_, mia) = api.holder("mia", &["membership:members.invite"]).await;
    let refused = api.get(api.tenant("/members/export")).by(&mia).send().await;
    assert_eq!(refused.problem().0, api.get(api.tenant("/members")).by(&mia).send().await.status);
}

/// What looks like a formula goes out as the text that it is, and comes back as it was.
#[tokio::test]
async fn a_name_that_looks_like_a_formula_is_text() {
    let api = Api::start().await;
    let root = api.root().await;
    let import = api.planned(&root, &[&["=HYPERLINK(1)", "Member", "", "", "link"]]).await;
    api.carried_out(&root, &import).await;
    let file = api.get(api.tenant("/members/export")).by(&root).send().await.bytes;
    assert!(column(&read(&file), "Name").contains(&"=HYPERLINK(1)".to_owned()));
    let lines = read(&file);
    let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
    let again = api.upload(xlsx(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>())).by(&root).send().await.json();
    assert_eq!(again["plan"]["unchanged"], json!(2), "{again}");
}
