//! What an upload may be: a workbook, a text, a part of a form, under whatever name.

use poem::http::Method;
use serde_json::json;

use super::table::xlsx;
use crate::fixture::Api;

const FORM: &str = "multipart/form-data; boundary=the-boundary";

/// A form with a field before the file.
fn form(name: &str, kind: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--the-boundary\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--the-boundary\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
    );
    [head.as_bytes(), file, b"\r\n--the-boundary--\r\n"].concat()
}

/// A browser's form carries the file as well as a body of its own does.
#[tokio::test]
async fn a_form_carries_a_workbook() {
    let api = Api::start().await;
    let root = api.root().await;
    let file = xlsx(&[&["Name", "Roles", "How to join"], &["Ann", "Member", "link"]]);
    let address = api.tenant("/imports");
    let body = form("C:\\\\Users\\\\root\\\\staff.xlsx", super::XLSX, &file);
    let reply = api.ask(Method::POST, &address).raw(FORM, body).by(&root).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert_eq!((&reply.json()["file"], &reply.json()["plan"]["create"]), (&json!("staff.xlsx"), &json!(1)));

    for (kind, body) in [
        (
            FORM,
            b"--the-boundary\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n--the-boundary--\r\n".to_vec(),
        ),
        (FORM, form("a.xlsx", super::XLSX, &file)[..300].to_vec()),
        (FORM, Vec::new()),
        ("multipart/form-data", form("a.xlsx", super::XLSX, &file)),
    ] {
        let reply = api.ask(Method::POST, &address).raw(kind, body).by(&root).send().await;
        assert_eq!(reply.problem(), (400, "request-malformed".into()), "{}", reply.text);
    }
}

/// A text in whatever charset it declares; a file is called what its sender calls it, wherever that stands, without a path.
#[tokio::test]
async fn a_text_is_read_in_its_charset_and_keeps_its_name() {
    let api = Api::start().await;
    let root = api.root().await;
    let (plain, cyrillic) = (b"Name;Roles;How to join\nAnn;Member;link\n".to_vec(), b"\xC0\xED\xED\xE0".to_vec());
    let cyrillic = [b"Name;Roles;How to join\n".as_slice(), &cyrillic, b";Member;link\n"].concat();
    for (kind, header, query, body, file, name) in [
        ("text/csv", "", "", plain.clone(), "table", "Ann"),
        ("application/vnd.ms-excel", "attachment; filename=\"../a b.csv\"", "", plain.clone(), "a b.csv", "Ann"),
        ("text/csv", "attachment; filename=a.csv", "?file=c.csv", plain.clone(), "c.csv", "Ann"),
        ("application/octet-stream", "attachment; filename*=UTF-8''%C3%9C.csv", "", plain, "Ü.csv", "Ann"),
        ("text/csv; charset=windows-1251", "", "", cyrillic, "table", "Анна"),
    ] {
        let ask = api.ask(Method::POST, api.tenant(&format!("/imports{query}"))).raw(kind, body).by(&root);
        let reply = if header.is_empty() { ask } else { ask.header("content-disposition", header) }.send().await;
        assert_eq!(reply.status, 201, "{kind}: {}", reply.text);
        assert_eq!(reply.json()["file"], file);
        let rows = api.rows(&root, reply.json()["id"].as_str().unwrap(), "").await;
        assert_eq!((&rows[0]["cells"][0]["text"], &rows[0]["does"]), (&json!(name), &json!("create")));
    }
}

/// The list of imports has what was uploaded, newest first; what is deleted is gone.
#[tokio::test]
async fn imports_are_listed_and_deleted() {
    let api = Api::start().await;
    let root = api.root().await;
    let first = api.planned(&root, &[&["Ann", "Member", "", "", "link"]]).await;
    api.bed.clock.advance(chrono::TimeDelta::seconds(1));
    let second = api.planned(&root, &[&["Bob", "Member", "", "", "link"]]).await;
    let list = api.get(api.tenant("/imports")).by(&root).send().await.json();
    let ids: Vec<_> = list["imports"].as_array().unwrap().iter().map(|import| import["id"].clone()).collect();
    assert_eq!(ids, [second["id"].clone(), first["id"].clone()]);
    let address = api.import(first["id"].as_str().unwrap(), "");
    assert_eq!(api.delete(&address).by(&root).send().await.status, 204);
    for reply in [api.get(&address).by(&root).send().await, api.delete(&address).by(&root).send().await] {
        assert_eq!(reply.problem(), (404, "import-unknown".into()));
    }
}
