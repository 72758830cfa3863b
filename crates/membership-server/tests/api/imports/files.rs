//! The template, and the formats of files.

use serde_json::json;

use super::table::{column, read, xlsx};
use crate::{fixture::Api, house::text};

/// Proves ORG-26 in part: the template has a column for everything, what there is to choose from, and an example that is left out
/// when it is uploaded as it came; filled in, it makes members.
#[tokio::test]
async fn a_template_is_filled_in() {
    let api = Api::start().await;
    let root = api.root().await;
    api.bed.department("Sales", api.bed.root().unwrap()).await.unwrap();
    for query in ["", "?format=xlsx", "?format=csv"] {
        let reply = api.get(api.tenant(&format!("/imports/template{query}"))).by(&root).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let ending = if query.ends_with("csv") { ".csv" } else { ".xlsx" };
        assert!(reply.headers["content-disposition"].to_str().unwrap().contains(ending));
        let mut lines = read(&reply.bytes);
        assert_eq!(lines[0], ["Name", "Departments", "Roles", "E-mail", "Username", "How to join", "Language"]);
        let empty = api.upload(reply.bytes.clone()).by(&root).send().await;
        assert_eq!(empty.problem(), (422, "file-without-rows".into()), "the example is nobody");
        lines.push(["Ann", "Sales", "Member", "", "", "link", "pt-br"].map(str::to_owned).to_vec());
        let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.iter().map(String::as_str).collect()).collect();
        let filled = xlsx(&lines.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let plan = api.upload(filled).by(&root).send().await.json();
        assert_eq!(plan["plan"]["create"], json!(1), "{plan}");
    }
    let (_, mia) = api.person("mia", &["Member"]).await;
    assert_eq!(api.get(api.tenant("/imports/template")).by(&mia).send().await.problem().0, 403);
    let wrong = api.get(api.tenant("/imports/template?format=ods")).by(&root).send().await;
    assert_eq!(wrong.faults(), [("/format".into(), "format-unknown".into())]);
}

/// The file of a result is called as the upload was, whatever stood in its name; nothing of it gets into a header.
#[tokio::test]
async fn a_result_is_called_as_the_upload_was() {
    let api = Api::start().await;
    let root = api.root().await;
    let table = "Name,Roles,How to join\nAnn,Member,link\n";
    let address = api.tenant("/imports?file=%C3%9Cbersicht%20%22%0D%0ASet-Cookie:%20a=b.csv");
    let import = api.ask(poem::http::Method::POST, address).raw("text/csv", table).by(&root).send().await.json();
    let reply = api.get(api.import(&text(&import["id"]), "/result?format=csv")).by(&root).send().await;
    assert_eq!(column(&read(&reply.bytes), "Result"), ["would create"]);
    let name = reply.headers["content-disposition"].to_str().unwrap();
    assert!(name.is_ascii() && name.contains("filename*=UTF-8''%C3%9Cbersicht"), "{name}");
    assert!(!reply.headers.contains_key("set-cookie"));
}
