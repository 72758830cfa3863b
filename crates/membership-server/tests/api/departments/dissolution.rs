//! Dissolving a department into another one: looked at first, then done, or not.

use serde_json::{Value, json};

use super::Company;
use crate::{
    fixture::Reply,
    house::{NOTHING, text, texts},
};

impl Company {
    async fn plan(&self, by: &str, department: &str, into: &str) -> Reply {
        let path = self.of(department, "/dissolution/plan");
        self.api.post(path, &json!({ "into": into })).by(by).send().await
    }

    async fn dissolve(&self, by: &str, department: &str, into: &str, digest: &Value) -> Reply {
        let body = json!({ "into": into, "digest": digest });
        self.api.post(self.of(department, "/dissolution"), &body).by(by).send().await
    }
}

/// Somebody who belonged to what is dissolved: who, to what before, and to what after.
type Moved = (String, Vec<String>, Vec<String>);

fn moved(member: &str, from: &[&String], to: &[&String]) -> Moved {
    let ids = |of: &[&String]| of.iter().map(ToString::to_string).collect();
    (member.to_owned(), ids(from), ids(to))
}

/// Who is moved by `plan`.
fn people(plan: &Value) -> Vec<Moved> {
    let people = plan["people"].as_array().unwrap().iter();
    let mut people: Vec<Moved> =
        people.map(|person| (text(&person["member"]), texts(&person["from"]), texts(&person["to"]))).collect();
    people.sort();
    people
}

/// Proves ORG-8, A17 in part and A23 in part: a department is dissolved into another in one step, with everybody who belongs to it
/// or is invited to it, all below it, and an end of what was given for it, as it was planned.
#[tokio::test]
async fn a_department_is_dissolved_as_planned() {
    let company = Company::new().await;
    let Company { api, by, sales, north, finance, .. } = &company;
    let ann = company.added("ann", &[sales]).await;
    let bob = company.added("bob", &[north, sales, finance]).await;
    let (head, by_head) = company.head("head", "Member manager", sales).await;
    let invited = api.bed.invite("pending@example.org").await.unwrap();
    let pending = invited.member.id.to_string();
    company.edit(&pending, &json!({ "departments": [sales] })).await.good();
    let before = api.everything().await;
    let plan = company.plan(by, sales, finance).await.good();
    assert_eq!((&plan["department"]["name"], &plan["into"]["name"]), (&json!("Sales"), &json!("Finance")));
    let mut expected = vec![
        moved(&ann, &[sales], &[finance]),
        // The primary one first, the others in the order in which they were made; none twice.
        moved(&bob, &[north, sales, finance], &[north, finance]),
        moved(&head, &[sales], &[finance]),
        moved(&pending, &[sales], &[finance]),
    ];
    expected.sort();
    assert_eq!(people(&plan), expected);
    let below: Vec<&Value> = plan["below"].as_array().unwrap().iter().map(|department| &department["name"]).collect();
    assert_eq!(below, ["North", "South"]);
    let given = json!([{ "role": api.role("Member manager").await, "department": sales }]);
    assert_eq!(plan["ended"], json!([{ "member": head, "name": "head Example", "assignments": given }]));
    assert_eq!(company.plan(by, sales, finance).await.good(), plan, "the same as long as nothing changes");
    assert_eq!(api.everything().await, before, "a plan changes nothing");

    assert_eq!(company.dissolve(by, sales, finance, &plan["digest"]).await.good(), plan, "done as planned");
    assert_eq!(company.dissolve(by, sales, finance, &plan["digest"]).await.code(), "department-unknown");
    let tree = ["Example Ltd 1/5", "Finance 4/4", "North 1/1", "South 0/0"];
    assert_eq!(company.tree(by).await, tree);
    let held = api.get(api.member(&head, "")).by(by).send().await.good();
    assert_eq!((&held["departments"], &held["roles"]), (&json!([finance]), &json!([company.worker])));
    let refused = api.get(company.at("")).by(&by_head).send().await;
    assert_eq!(refused.problem(), (403, "permission-missing".into()), "it was given for Sales, and not for Finance");

    // Whoever was invited to what is gone joins the other.
    let token = api.bed.token(&invited.invitation);
    api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await.good();
    api.bed.membership.register(&api.bed.as_anybody(), api.bed.registration(&token)).await.unwrap();
    let joined = api.get(api.member(&pending, "")).by(by).send().await.good();
    assert_eq!((&joined["status"], &joined["departments"]), (&json!("enabled"), &json!([finance])));
    assert_eq!(company.tree(by).await, tree);
    company.is_sound().await;
}

/// What cannot be dissolved is refused when it is planned as when it is to be done, and nothing changes.
#[tokio::test]
async fn what_cannot_be_dissolved_stays() {
    let company = Company::new().await;
    let Company { api, by, root, sales, north, south, finance, .. } = &company;
    let (_, by_head) = company.head("head", "Member manager", sales).await;
    let plan = company.plan(by, sales, finance).await.good();
    let before = api.everything().await;
    let unknown = NOTHING.to_owned();
    for (department, into, status, code) in [
        (sales, north, 409, "department-circle"),
        (sales, sales, 409, "department-circle"),
        (root, north, 409, "department-is-root"),
        (sales, &unknown, 404, "department-unknown"),
        (&unknown, sales, 404, "department-unknown"),
    ] {
        assert_eq!(company.plan(by, department, into).await.problem(), (status, code.into()));
        assert_eq!(company.dissolve(by, department, into, &plan["digest"]).await.problem(), (status, code.into()));
    }
    for (department, into, digest) in
        [(sales, finance, &json!("")), (sales, root, &plan["digest"]), (north, finance, &plan["digest"])]
    {
        assert_eq!(company.dissolve(by, department, into, digest).await.problem(), (409, "plan-outdated".into()));
    }
    let other = (403, "other-departments".to_owned());
    assert_eq!(company.plan(&by_head, sales, finance).await.problem(), other);
    assert_eq!(company.plan(&by_head, north, finance).await.problem(), other);
    assert_eq!(api.everything().await, before);
    let digest = company.plan(&by_head, north, south).await.good()["digest"].clone();
    company.dissolve(&by_head, north, south, &digest).await.good();
    let clash = company.made("SOUTH", finance).await;
    assert_eq!(company.plan(by, sales, finance).await.problem(), (409, "department-name-taken".into()));
    company.delete(by, &clash).await;
    company.plan(by, sales, finance).await.good();
    company.is_sound().await;
}

/// Proves ORG-8 and A23 in part: where anything that a plan touches has changed since, nothing is done: it is planned again.
#[tokio::test]
async fn a_plan_is_outdated_by_what_changes() {
    let company = Company::new().await;
    let Company { api, by, root, sales, south, finance, .. } = &company;
    let ann = company.added("ann", &[sales]).await;
    let limited = json!({ "role": api.role("Member manager").await, "department": sales });
    let mut digest = company.plan(by, sales, finance).await.good()["digest"].clone();
    for step in 0..5 {
        match step {
            0 => drop(company.added("late", &[sales]).await),
            1 => drop(company.edit(&ann, &json!({ "departments": [sales, south] })).await.good()),
            2 => drop(company.rename(by, south, "Deep south").await.good()),
            3 => drop(company.made("Elsewhere", root).await),
            _ => {
                let body = json!({ "roles": [company.worker], "assignments": [limited] });
                drop(company.edit(&ann, &body).await.good());
            }
        }
        let moved = api.everything().await;
        let refused = company.dissolve(by, sales, finance, &digest).await;
        assert_eq!(refused.problem(), (409, "plan-outdated".into()), "{step}");
        assert_eq!(api.everything().await, moved);
        digest = company.plan(by, sales, finance).await.good()["digest"].clone();
    }
    company.dissolve(by, sales, finance, &digest).await.good();
    let tree = ["Example Ltd 1/3", "Finance 2/2", "North 0/0", "Deep south 1/1", "Elsewhere 0/0"];
    assert_eq!(company.tree(by).await, tree);
    company.is_sound().await;
}

/// Proves A23 in part: dissolving gives nobody what the one who does it does not hold over it, moves nobody whom that one may not
/// manage, and ends nothing that that one could not have given.
#[tokio::test]
async fn nobody_gains_by_a_dissolution() {
    let company = Company::new().await;
    let Company { api, sales, north, south, finance, .. } = &company;
    let (_, gardener) = api.holder("gardener", &["membership:departments.manage"]).await;
    company.head("head", "Member manager", sales).await;
    assert_eq!(company.plan(&gardener, finance, sales).await.problem(), (403, "reach-exceeds-own".into()));
    let person = company.added("ann", &[south]).await;
    assert_eq!(company.plan(&gardener, south, north).await.problem(), (403, "permission-missing".into()));
    company.edit(&person, &json!({ "departments": [finance] })).await.good();
    company.plan(&gardener, south, north).await.good();
    let (deputy, _) = company.head("deputy", "Member manager", south).await;
    let (_, keeper) = api.holder("keeper", &["membership:departments.manage", "membership:members.manage"]).await;
    let above = (403, "member-above-own".into());
    assert_eq!(company.plan(&keeper, south, north).await.problem(), above, "whom it would move");
    company.edit(&deputy, &json!({ "departments": [finance] })).await.good();
    let beyond = (403, "grant-exceeds-own".into());
    assert_eq!(company.plan(&keeper, south, north).await.problem(), beyond, "what it would end");
    company.is_sound().await;
}
