//! Who belongs where: counts after each step, and lists of a part.

use serde_json::{Value, json};

use super::Company;
use crate::house::{NOTHING, text};

/// Proves ORG-12, and ORG-1 in part: a person is in several departments, one of them the primary one, and holds several roles; is
/// counted once in each department and in all above, whatever is done.
#[tokio::test]
async fn everybody_is_counted_once_wherever() {
    let company = Company::new().await;
    let Company { api, by, root, sales, north, south, finance, worker, .. } = &company;
    let member = api.role("Member").await;
    let mut body = company.addition("ann", &[south, north]);
    body["roles"] = json!([worker, member]);
    let ann = api.post(api.tenant("/members"), &body).by(by).send().await.good();
    assert_eq!((&ann["departments"], ann["roles"].as_array().unwrap().len()), (&json!([south, north]), 2));
    let ann = text(&ann["id"]);
    let tree = async |expected: [&str; 5], why: &str| assert_eq!(company.tree(by).await, expected, "{why}");
    tree(["Example Ltd 1/2", "Sales 0/1", "North 1/1", "South 1/1", "Finance 0/0"], "ann").await;
    company.added("bob", &[north, finance, sales]).await;
    tree(["Example Ltd 1/3", "Sales 1/2", "North 2/2", "South 1/1", "Finance 1/1"], "bob").await;
    let cyd = company.added("cyd", &[]).await;
    tree(["Example Ltd 2/4", "Sales 1/2", "North 2/2", "South 1/1", "Finance 1/1"], "cyd, said to be nowhere").await;
    let shown = api.get(api.member(&cyd, "")).by(by).send().await.good();
    assert_eq!(shown["departments"], json!([root]));

    company.relocate(by, north, finance).await.good();
    tree(["Example Ltd 2/4", "Sales 1/2", "South 1/1", "Finance 1/2", "North 2/2"], "North is moved").await;
    company.edit(&ann, &json!({ "departments": [north, south] })).await.good();
    let shown = api.get(api.member(&ann, "")).by(by).send().await.good();
    assert_eq!(shown["departments"], json!([north, south]), "the first is the primary one");
    company.edit(&ann, &json!({ "departments": [north] })).await.good();
    tree(["Example Ltd 2/4", "Sales 1/1", "South 0/0", "Finance 1/2", "North 2/2"], "ann has left South").await;
    api.act(api.member(&ann, "/disable")).by(by).send().await.good();
    tree(["Example Ltd 2/4", "Sales 1/1", "South 0/0", "Finance 1/2", "North 2/2"], "she is disabled").await;
    let gone = api.post(api.member(&ann, "/remove"), &json!({})).by(by).send().await.good();
    assert_eq!(gone["member"]["departments"], json!([]));
    tree(["Example Ltd 2/3", "Sales 1/1", "South 0/0", "Finance 1/1", "North 1/1"], "she is removed").await;
    company.is_sound().await;
}

/// What is wrong with somebody's departments is told at its place, and nothing is done.
#[tokio::test]
async fn faults_of_departments_stand_where_they_were_typed() {
    let company = Company::new().await;
    let Company { api, by, north, south, .. } = &company;
    let ann = company.added("ann", &[north]).await;
    let before = api.everything().await;
    let nothing = json!(NOTHING);
    let many: Vec<Value> = vec![json!(north); 33];
    for (departments, place, code) in [
        (json!([south, NOTHING]), "/departments/1", "department-unknown"),
        (json!([south, north, south]), "/departments/2", "department-repeated"),
        (json!(many), "/departments", "departments-too-many"),
        (json!(["no id"]), "/departments/0", "value-unfit"),
    ] {
        let mut addition = company.addition("bob", &[]);
        addition["departments"] = departments.clone();
        let added = api.post(api.tenant("/members"), &addition).by(by).send().await;
        let edited = company.edit(&ann, &json!({ "departments": departments })).await;
        let person = json!({ "name": "Cyd", "via": "link" });
        let all = json!({ "people": [person], "roles": [company.worker], "departments": departments });
        let all = api.post(api.tenant("/invitations"), &all).by(by).send().await;
        for reply in [added, edited, all] {
            assert_eq!(reply.faults(), [(place.to_owned(), code.to_owned())], "{}", reply.text);
        }
        let person = json!({ "name": "Cyd", "via": "link", "departments": departments });
        let one = json!({ "people": [person], "roles": [company.worker] });
        let one = api.post(api.tenant("/invitations"), &one).by(by).send().await;
        assert_eq!(one.faults(), [(format!("/people/0{place}"), code.to_owned())]);
    }
    let none = company.edit(&ann, &json!({ "departments": [] })).await;
    assert_eq!(none.faults(), [("/departments".into(), "departments-missing".into())]);
    let given =
        json!({ "roles": [company.worker], "assignments": [{ "role": company.worker, "department": nothing }] });
    assert_eq!(company.edit(&ann, &given).await.faults(), [("/assignments/0".into(), "department-unknown".into())]);
    let here = json!({ "role": company.worker, "department": north });
    let twice = json!({ "roles": [company.worker], "assignments": [here, here] });
    assert_eq!(company.edit(&ann, &twice).await.faults(), [("/assignments/1".into(), "assignment-repeated".into())]);
    assert_eq!(api.everything().await, before);
}

/// Lists of one department, with and without what is below it: page by page they are the whole list, newest first, each member
/// once, however many of the departments it belongs to.
#[tokio::test]
async fn members_are_listed_by_department() {
    let company = Company::new().await;
    let Company { api, by, root, sales, north, south, finance, .. } = &company;
    let mut everybody = vec!["Root".to_owned()];
    for n in 0..7 {
        let both = company.added(&format!("both{n}"), &[north, south]).await;
        company.added(&format!("fin{n}"), &[finance]).await;
        everybody.extend([format!("both{n}"), format!("fin{n}")]);
        api.bed.clock.advance(chrono::TimeDelta::seconds(1));
        if n == 6 {
            api.act(api.member(&both, "/disable")).by(by).send().await;
        }
    }
    company.added("top", &[sales]).await;
    everybody.push("top".into());
    everybody.sort();
    let both: Vec<String> = (0..7).map(|n| format!("both{n}")).collect();
    let with_top: Vec<String> = both.iter().cloned().chain(["top".to_owned()]).collect();
    let of = |department: &str, more: &str| format!("?department={department}{more}");
    assert_eq!(company.listed(by, &of(sales, "")).await, ["top"]);
    assert_eq!(company.listed(by, &of(sales, "&below=false")).await, ["top"]);
    assert_eq!(company.listed(by, &of(sales, "&below=true")).await, with_top);
    assert_eq!(company.listed(by, &of(north, "&below=true")).await, both);
    assert_eq!(company.listed(by, &of(root, "")).await, ["Root"]);
    assert_eq!(company.listed(by, &of(root, "&below=true")).await, everybody);
    assert_eq!(company.listed(by, &of(sales, "&below=true&status=disabled")).await, ["both6"]);
    assert_eq!(company.listed(by, &of(sales, "&below=true&q=both3")).await, ["both3"]);
    assert_eq!(company.listed(by, &of(sales, "&below=true&q=fin3")).await, [""; 0]);

    let query = of(sales, "&below=true&limit=3");
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = api.get(api.tenant(&format!("/members{query}{cursor}"))).by(by).send().await.good();
        pages += 1;
        seen.extend(page["members"].as_array().unwrap().iter().map(|member| text(&member["name"])));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let newest_first: Vec<String> = with_top.iter().rev().cloned().collect();
    assert_eq!((pages, seen), (3, newest_first));

    for (query, place, code) in [
        ("?department=sales".to_owned(), "/department", "identifier-malformed"),
        (of(sales, "&below=yes"), "/below", "value-not-boolean"),
        (of(sales, "&below="), "/below", "value-not-boolean"),
    ] {
        let refused = api.get(api.tenant(&format!("/members{query}"))).by(by).send().await;
        assert_eq!(refused.faults(), [(place.to_owned(), code.to_owned())], "{query}");
    }
    let unknown = api.get(api.tenant(&format!("/members{}", of(NOTHING, "")))).by(by).send().await;
    assert_eq!(unknown.problem(), (404, "department-unknown".into()));
    let twice = api.get(api.tenant(&format!("/members{}&department={north}", of(sales, "")))).by(by).send().await;
    assert_eq!(twice.problem(), (400, "query-repeated".into()));
}
