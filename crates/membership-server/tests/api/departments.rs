//! Departments: the tree, who belongs where, and what is held for a part of it.

mod belonging;
mod dissolution;
mod head;
mod rights;

use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Ask, Reply},
    house::{NOTHING, text},
};

/// A tenant with departments: Sales (North and South below it) and Finance, below the first one, which has the tenant's name.
struct Company {
    api: Api,
    /// A token of the representative administrator.
    by: String,
    root: String,
    sales: String,
    north: String,
    south: String,
    finance: String,
    /// A role that gives one thing of a product.
    worker: String,
}

impl Company {
    async fn new() -> Self {
        let api = Api::start().await;
        let by = api.root().await;
        let worker = api.bed.define_role("Worker", &["workspace:tasks.view"], &[]).await.unwrap().id.to_string();
        let root = api.bed.root().unwrap().to_string();
        let none = String::new;
        let company = Self { api, by, worker, root, sales: none(), north: none(), south: none(), finance: none() };
        let sales = company.made("Sales", &company.root).await;
        let (north, south) = (company.made("North", &sales).await, company.made("South", &sales).await);
        let finance = company.made("Finance", &company.root).await;
        Self { sales, north, south, finance, ..company }
    }

    /// The address of a department, or of something below it; of all of them, if nothing is named.
    fn at(&self, rest: &str) -> String {
        self.api.tenant(&format!("/departments{rest}"))
    }

    fn of(&self, department: &str, rest: &str) -> String {
        self.at(&format!("/{department}{rest}"))
    }

    async fn create(&self, by: &str, name: &str, parent: &str) -> Reply {
        self.api.post(self.at(""), &json!({ "name": name, "parent": parent })).by(by).send().await
    }

    /// The administrator makes a department: its id.
    async fn made(&self, name: &str, parent: &str) -> String {
        text(&self.create(&self.by, name, parent).await.good()["id"])
    }

    async fn rename(&self, by: &str, department: &str, name: &str) -> Reply {
        self.api.patch(self.of(department, ""), &json!({ "name": name })).by(by).send().await
    }

    async fn relocate(&self, by: &str, department: &str, parent: &str) -> Reply {
        self.api.post(self.of(department, "/move"), &json!({ "parent": parent })).by(by).send().await
    }

    async fn delete(&self, by: &str, department: &str) -> Reply {
        self.api.delete(self.of(department, "")).by(by).send().await
    }

    /// The tree as whoever has the token sees it: each department with its members and all people, where they are shown.
    async fn tree(&self, by: &str) -> Vec<String> {
        let reply = self.api.get(self.at("")).by(by).send().await.good();
        let rows = reply["departments"].as_array().unwrap().iter();
        let row = |row: &Value| match (row.get("members"), row.get("people")) {
            (Some(members), Some(people)) => format!("{} {members}/{people}", text(&row["name"])),
            (members, people) => {
                assert_eq!((members, people), (None, None));
                text(&row["name"])
            }
        };
        rows.map(row).collect()
    }

    /// The body that adds somebody who is a worker, in these departments.
    fn addition(&self, username: &str, departments: &[&str]) -> Value {
        json!({
            "name": username, "username": username, "password": membership_testkit::bed::TEMPORARY,
            "roles": [self.worker], "departments": departments,
        })
    }

    /// The administrator adds somebody who is a worker, in these departments: the id.
    async fn added(&self, username: &str, departments: &[&str]) -> String {
        let body = self.addition(username, departments);
        text(&self.api.post(self.api.tenant("/members"), &body).by(&self.by).send().await.good()["id"])
    }

    /// Somebody who is a worker everywhere, belongs to `within`, and holds `role` for it alone: the id, and a token.
    async fn head(&self, username: &str, role: &str, within: &str) -> (String, String) {
        let (id, token) = self.api.person(username, &["Worker"]).await;
        let limited = json!({ "role": self.api.role(role).await, "department": within });
        let body = json!({ "roles": [self.worker], "assignments": [limited], "departments": [within] });
        self.edit(&id, &body).await.good();
        (id, token)
    }

    /// The administrator edits a member.
    async fn edit(&self, member: &str, body: &Value) -> Reply {
        self.ask(Method::PATCH, &format!("/members/{member}")).json(body).by(&self.by).send().await
    }

    fn ask(&self, method: Method, rest: &str) -> Ask<'_> {
        self.api.ask(method, self.api.tenant(rest))
    }

    /// The names of the members that `query` finds, in order of the alphabet.
    async fn listed(&self, by: &str, query: &str) -> Vec<String> {
        let reply = self.api.get(self.api.tenant(&format!("/members{query}"))).by(by).send().await.good();
        let mut names: Vec<String> =
            reply["members"].as_array().unwrap().iter().map(|member| text(&member["name"])).collect();
        names.sort();
        names
    }

    /// All is as it must be, and as the audit says.
    async fn is_sound(&self) {
        assert_eq!(self.api.bed.violations().await.unwrap(), []);
        let world = self.api.bed.world(self.api.bed.tenant.id).await.unwrap();
        assert_eq!(membership_testkit::bed::differences(&world).unwrap(), Vec::<String>::new());
    }
}

impl Reply {
    /// The answer of something that was done.
    fn good(&self) -> Value {
        assert!(self.status < 300, "{} {}", self.status, self.text);
        self.json()
    }
}

/// Proves ORG-2, ORG-3, ORG-4, ORG-5 and ORG-6: departments are made beside and below others, renamed, put in order, moved and
/// deleted; the first one is there from the beginning, has none beside it and stays.
#[tokio::test]
async fn the_tree_is_shaped() {
    let company = Company::new().await;
    let Company { api, by, root, sales, north, south, finance, .. } = &company;
    assert_eq!(company.tree(by).await, ["Example Ltd 1/1", "Sales 0/0", "North 0/0", "South 0/0", "Finance 0/0"]);
    let beside = json!({ "name": "Purchasing", "parent": root, "before": finance });
    let made = api.post(company.at(""), &beside).by(by).send().await;
    assert_eq!((made.status, &made.json()["parent"]), (201, &json!(root)));
    let purchasing = api.get(made.headers["location"].to_str().unwrap()).by(by).send().await.good();
    for (field, value) in [
        ("id", made.json()["id"].clone()),
        ("name", json!("Purchasing")),
        ("depth", json!(2)),
        ("members", json!(0)),
        ("people", json!(0)),
    ] {
        assert_eq!(purchasing[field], value, "{field}");
    }
    let rows = api.get(company.at("")).by(by).send().await.good()["departments"].clone();
    let line: Vec<(Value, Value)> =
        rows.as_array().unwrap().iter().map(|row| (row["depth"].clone(), row["parent"].clone())).collect();
    let expected = [(1, None), (2, Some(root)), (3, Some(sales)), (3, Some(sales)), (2, Some(root)), (2, Some(root))];
    assert_eq!(line, expected.map(|(depth, parent)| (json!(depth), json!(parent))));

    for taken in ["sales", "ＳＡＬＥＳ", " Sales "] {
        assert_eq!(company.create(by, taken, root).await.problem(), (409, "department-name-taken".into()), "{taken}");
    }
    assert_eq!(company.create(by, " ", root).await.faults(), [("/name".into(), "name-empty".into())]);
    assert_eq!(company.rename(by, north, "SOUTH").await.problem(), (409, "department-name-taken".into()));
    assert_eq!(company.rename(by, north, "Far north").await.good()["name"], "Far north");
    let first = json!({ "parent": sales, "before": north });
    api.post(company.of(south, "/move"), &first).by(by).send().await.good();
    let elsewhere = json!({ "parent": root, "before": north });
    let refused = api.post(company.of(south, "/move"), &elsewhere).by(by).send().await;
    assert_eq!(refused.problem(), (409, "department-not-there".into()));
    assert_eq!(company.relocate(by, south, finance).await.good()["parent"], json!(finance));
    let names = ["Example Ltd 1/1", "Sales 0/0", "Far north 0/0", "Purchasing 0/0", "Finance 0/0", "South 0/0"];
    assert_eq!(company.tree(by).await, names);
    for (moved, to, code) in [
        (sales, north, "department-circle"),
        (sales, sales, "department-circle"),
        (root, finance, "department-is-root"),
        (sales, &NOTHING.to_owned(), "department-unknown"),
        (&NOTHING.to_owned(), sales, "department-unknown"),
    ] {
        assert_eq!(company.relocate(by, moved, to).await.code(), code);
    }
    assert_eq!(company.delete(by, root).await.problem(), (409, "department-is-root".into()));
    let beside_root = api.post(company.at(""), &json!({ "name": "Second" })).by(by).send().await;
    assert_eq!(beside_root.faults(), [("/parent".into(), "field-missing".into())]);
    assert_eq!(company.tree(by).await, names, "nothing of that has happened");

    let (gone, purchasing) = (company.of(south, ""), text(&purchasing["id"]));
    for department in [south, &purchasing] {
        assert_eq!(company.delete(by, department).await.status, 204);
        assert_eq!(company.delete(by, department).await.problem(), (404, "department-unknown".into()));
    }
    assert_eq!(api.get(&gone).by(by).send().await.problem(), (404, "department-unknown".into()));
    assert_eq!(company.tree(by).await, [names[0], names[1], names[2], names[4]]);
    company.is_sound().await;
}

/// Proves ORG-7: the first department is the representative's to rename, and not another administrator's, nor a program's.
#[tokio::test]
async fn the_first_department_is_renamed_by_the_representative() {
    let company = Company::new().await;
    let Company { api, by, root, .. } = &company;
    let (_, other) = api.person("other", &["Administrator"]).await;
    let key = json!({ "name": "A program", "scope": ["membership:departments.manage"], "seconds": 3_600 });
    let key = text(&api.post(api.tenant("/api-keys"), &key).by(by).send().await.good()["secret"]);
    for (token, name) in [(&other, "By a person"), (&key, "By a program")] {
        assert_eq!(company.rename(token, root, "Mine").await.problem(), (403, "representative-only".into()));
        company.create(token, name, root).await.good();
    }
    assert_eq!(company.rename(by, root, "Headquarters").await.good()["name"], "Headquarters");
    assert_eq!(company.tree(by).await[0], "Headquarters 2/2");
    company.is_sound().await;
}

/// At most 32 departments stand one below the other, by whatever way they come there.
#[tokio::test]
async fn the_tree_is_32_deep() {
    let company = Company::new().await;
    let Company { by, root, sales, .. } = &company;
    let mut lowest = company.root.clone();
    for depth in 2..=31 {
        lowest = company.made(&format!("Level {depth}"), &lowest).await;
    }
    let too_deep = (409, "departments-too-deep".to_owned());
    assert_eq!(company.relocate(by, sales, &lowest).await.problem(), too_deep, "North and South are below it");
    let last = company.made("Level 32", &lowest).await;
    assert_eq!(company.create(by, "Level 33", &last).await.problem(), too_deep);
    assert_eq!(company.relocate(by, &lowest, root).await.status, 200);
    company.is_sound().await;
}

/// Proves ORG-8: a department to which somebody belongs, or is invited, below which there is another, or for which something was
/// given, stays; the refusal counts what is in the way, until all of it is moved or gone.
#[tokio::test]
async fn a_department_in_use_stays() {
    let company = Company::new().await;
    let Company { api, by, sales, south, finance, .. } = &company;
    let ann = company.added("ann", &[south, finance]).await;
    let person = json!({ "name": "Bob", "via": "mail", "email": "bob@example.org", "departments": [south] });
    let invited = json!({ "people": [person], "roles": [company.worker] });
    let bob = api.post(api.tenant("/invitations"), &invited).by(by).send().await.good()["invited"][0].clone();
    assert_eq!(bob["member"]["departments"], json!([south]));
    let bob = text(&bob["member"]["id"]);
    let (head, _) = company.head("head", "Member manager", south).await;
    let refusal = async |department: &str| {
        let refused = company.delete(by, department).await;
        assert_eq!(refused.problem(), (409, "department-in-use".into()), "{}", refused.text);
        text(&refused.json()["detail"])
    };
    let told = refusal(south).await;
    assert!(told.contains("2 members and 1 who are invited; 0 departments") && told.contains("1 roles"), "{told}");
    let told = refusal(sales).await;
    assert!(told.contains("0 members and 0 who are invited; 2 departments") && told.contains("0 roles"), "{told}");

    company.edit(&ann, &json!({ "departments": [finance] })).await.good();
    assert!(refusal(south).await.contains("1 members and 1 who"));
    api.post(api.member(&bob, "/remove"), &json!({})).by(by).send().await.good();
    company.edit(&head, &json!({ "departments": [finance] })).await.good();
    assert!(refusal(south).await.contains("0 members and 0 who are invited; 0 departments are below it, and 1 roles"));
    company.edit(&head, &json!({ "roles": [company.worker] })).await.good();
    assert_eq!(company.delete(by, south).await.status, 204);
    let late = json!({ "departments": [south] });
    assert_eq!(company.edit(&ann, &late).await.faults(), [("/departments/0".into(), "department-unknown".into())]);
    company.is_sound().await;
}
