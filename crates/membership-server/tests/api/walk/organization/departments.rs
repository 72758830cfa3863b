//! Departments: the first thing that the product is about.

use serde_json::{Value, json};

use super::super::{Walk, by_mail, label, token_of};
use crate::house::{text, texts};

/// Proves ORG-2, ORG-3, ORG-4, ORG-5, ORG-6, ORG-7, ORG-8, ORG-12, ORG-32 and ORG-33; and, as far as no page is needed,
/// ORG-1 in part, ORG-11 in part, ORG-17 in part and ORG-22 in part.
#[tokio::test]
async fn an_organization_has_departments() {
    let walk = Walk::begin("organization", "Foundry", "ola@example.org").await;
    let root = the_first_one_is_there_from_the_beginning(&walk).await;
    let (casting, north) = the_tree_is_arranged(&walk, &root).await;
    people_come_into_departments(&walk, &casting, &north).await;
    a_member_is_moved_and_shown(&walk, &root, &casting, &north).await;
    a_department_with_members_stays(&walk, &casting, &north).await;
    assert_eq!(walk.api.bed.violations().await.unwrap(), []);
}

impl Walk {
    /// The tree: each department with its depth, how many belong to it, and how many to it and to all below.
    async fn tree(&self) -> Vec<(String, u64, u64, u64)> {
        let rows = self.get(&self.administrator().await, "/departments").await["departments"].clone();
        let number = |row: &Value, field: &str| row[field].as_u64().unwrap();
        let row =
            |row: &Value| (text(&row["name"]), number(row, "depth"), number(row, "members"), number(row, "people"));
        rows.as_array().unwrap().iter().map(row).collect()
    }

    /// The administrator makes a department below `parent`: its id.
    async fn department(&self, name: &str, parent: &str, before: Option<&str>) -> String {
        let mut body = json!({ "name": name, "parent": parent });
        if let Some(before) = before {
            body["before"] = json!(before);
        }
        text(&self.post(&self.administrator().await, "/departments", &body).await.done()["id"])
    }

    async fn deleted(&self, by: &str, department: &str) -> crate::fixture::Reply {
        self.api.delete(self.at(&format!("/departments/{department}"))).by(by).send().await
    }
}

fn row(name: &str, depth: u64, members: u64, people: u64) -> (String, u64, u64, u64) {
    (name.to_owned(), depth, members, people)
}

/// The root is fixed as soon as there is an organization, and called as it is: it has none beside it, and is not deleted. Only
/// the one who represents the organization renames it.
async fn the_first_one_is_there_from_the_beginning(walk: &Walk) -> String {
    assert_eq!(walk.tree().await, [row("Foundry", 1, 1, 1)]);
    let ola = walk.administrator().await;
    let root = text(&walk.get(&ola, "/departments").await["departments"][0]["id"]);
    assert_eq!(walk.deleted(&ola, &root).await.problem(), (409, "department-is-root".into()));
    let at = format!("/departments/{root}");
    let other = walk.joined("Una", "una@example.org", "Administrator").await;
    let name = json!({ "name": "Foundry and daughters" });
    assert_eq!(walk.patch(&other.token, &at, &name).await.problem(), (403, "representative-only".into()));
    walk.patch(&ola, &at, &name).await.done();
    assert_eq!(walk.tree().await, [row("Foundry and daughters", 1, 2, 2)]);
    assert_eq!(walk.get(&ola, "").await["tenant"]["name"], "Foundry", "the organization keeps its own name");
    root
}

/// Departments are added beside others and below them, renamed, and deleted.
async fn the_tree_is_arranged(walk: &Walk, root: &str) -> (String, String) {
    let ola = walk.administrator().await;
    let casting = walk.department("Casting", root, None).await;
    walk.department("Accounts", root, Some(&casting)).await;
    let north = walk.department("North hall", &casting, None).await;
    let spare = walk.department("Spare", &casting, None).await;
    walk.patch(&ola, &format!("/departments/{spare}"), &json!({ "name": "South hall" })).await.done();
    let names = |tree: Vec<(String, u64, u64, u64)>| tree.into_iter().map(|(name, ..)| name).collect::<Vec<_>>();
    let before = ["Foundry and daughters", "Accounts", "Casting", "North hall", "South hall"];
    assert_eq!(names(walk.tree().await), before);
    assert_eq!(walk.deleted(&ola, &spare).await.status, 204);
    assert_eq!(names(walk.tree().await), before[..4]);
    (casting, north)
}

/// A person is added, or invited by link or by mail, with name, departments and roles.
async fn people_come_into_departments(walk: &Walk, casting: &str, north: &str) {
    let ola = walk.administrator().await;
    let roles = [walk.role("Member").await, walk.role("Member manager").await];
    let body = json!({
        "name": "Ben", "username": "ben", "password": membership_testkit::bed::TEMPORARY, "roles": roles,
        "departments": [north, casting],
    });
    let ben = walk.post(&ola, "/members", &body).await.done();
    assert_eq!((&ben["departments"], ben["roles"].as_array().unwrap().len()), (&json!([north, casting]), 2));
    let tree = [
        row("Foundry and daughters", 1, 2, 3),
        row("Accounts", 2, 0, 0),
        row("Casting", 2, 1, 1),
        row("North hall", 3, 1, 1),
    ];
    assert_eq!(walk.tree().await, tree, "one person, in two of them");

    for person in [json!({ "name": "Hand", "via": "link" }), by_mail("Mel", "mel@example.org")] {
        let mut person = person;
        person["departments"] = json!([north]);
        let body = json!({ "people": [person], "roles": [roles[0]] });
        let invited = walk.post(&ola, "/invitations", &body).await.done()["invited"][0].clone();
        assert_eq!(invited["member"]["departments"], json!([north]));
        match invited["link"].as_str() {
            Some(link) => {
                walk.step("accept", &token_of(link)).await.done();
                walk.registers(&json!({ "token": token_of(link), "name": "Hand", "username": "hand" })).await;
            }
            None => drop(walk.joins_by(&walk.letter().await, "Mel").await),
        }
    }
    assert_eq!(walk.tree().await[2..], [row("Casting", 2, 1, 3), row("North hall", 3, 3, 3)]);
    assert_eq!(walk.named(&format!("?department={casting}")).await, ["Ben"]);
    assert_eq!(walk.named(&format!("?department={casting}&below=true")).await, ["Ben", "Hand", "Mel"]);
}

/// Edit changes name, address, departments and roles; the details show all that there is to know.
async fn a_member_is_moved_and_shown(walk: &Walk, root: &str, casting: &str, north: &str) {
    let mel = walk.members(&walk.administrator().await, "?q=mel").await[0].clone();
    let entry = format!("/members/{}", text(&mel["id"]));
    walk.pass(chrono::TimeDelta::hours(1));
    walk.api.sign_in("mel@example.org").await;
    let signed_in = walk.now();
    let ola = walk.administrator().await;
    let changes = json!({
        "name": "Mel Miller", "email": "miller@foundry.example", "departments": [casting, root],
        "roles": [walk.role("Member manager").await],
    });
    walk.patch(&ola, &entry, &changes).await.done();
    let shown = walk.get(&ola, &entry).await;
    for (field, value) in [
        ("name", json!("Mel Miller")),
        ("email", json!("miller@foundry.example")),
        ("departments", json!([casting, root])),
        ("role_names", json!(["Member manager"])),
        ("status_label", label("Enabled", "green")),
        ("joined_at", mel["joined_at"].clone()),
        ("last_signed_in_at", signed_in),
        ("creator_name", json!("First")),
        ("invitation_email", json!("mel@example.org")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    assert_eq!(walk.members(&ola, "?q=hand").await[0]["username"], "hand");
    let primary = walk.get(&ola, &format!("/departments/{}", texts(&shown["departments"])[0])).await;
    assert_eq!(primary["name"], "Casting");
    assert_eq!(walk.named(&format!("?department={north}")).await, ["Ben", "Hand"]);
}

/// A department with members is deleted once they are moved or gone; or all of it goes to another one in one step that was looked
/// at before.
async fn a_department_with_members_stays(walk: &Walk, casting: &str, north: &str) {
    let ola = walk.administrator().await;
    for department in [casting, north] {
        assert_eq!(walk.deleted(&ola, department).await.problem(), (409, "department-in-use".into()));
    }
    let ids: Vec<String> =
        walk.members(&ola, &format!("?department={north}")).await.iter().map(|one| text(&one["id"])).collect();
    for id in &ids {
        walk.patch(&ola, &format!("/members/{id}"), &json!({ "departments": [casting] })).await.done();
    }
    assert_eq!(walk.deleted(&ola, north).await.status, 204);
    let accounts = text(&walk.get(&ola, "/departments").await["departments"][1]["id"]);
    let at = format!("/departments/{casting}/dissolution");
    let plan = walk.post(&ola, &format!("{at}/plan"), &json!({ "into": accounts })).await.done();
    let mut people: Vec<String> =
        plan["people"].as_array().unwrap().iter().map(|person| text(&person["name"])).collect();
    people.sort();
    assert_eq!(people, ["Ben", "Hand", "Mel Miller"], "whom it will move is told before");
    walk.post(&ola, &at, &json!({ "into": accounts, "digest": plan["digest"] })).await.done();
    assert_eq!(walk.tree().await, [row("Foundry and daughters", 1, 3, 5), row("Accounts", 2, 3, 3)]);
}
