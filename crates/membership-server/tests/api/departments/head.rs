//! The head of a department, through everything that can be done to somebody.

use poem::http::Method;
use serde_json::{Value, json};

use super::Company;
use crate::{fixture::Reply, house::text};

/// A company whose Sales has a head, and people inside of it, outside of it, and in both.
struct Headed {
    company: Company,
    /// The head's entry, and token.
    head: (String, String),
    inside: String,
    outside: String,
    both: String,
}

impl Headed {
    async fn new() -> Self {
        let company = Company::new().await;
        let head = company.head("head", "Member manager", &company.sales).await;
        let (north, finance) = (company.north.as_str(), company.finance.as_str());
        let inside = company.added("inside", &[north]).await;
        let outside = company.added("outside", &[finance]).await;
        let both = company.added("both", &[north, finance]).await;
        Self { company, head, inside, outside, both }
    }

    /// The head asks for something.
    async fn ask(&self, method: Method, rest: &str, body: Option<&Value>) -> Reply {
        let ask = self.company.ask(method, rest).by(&self.head.1);
        match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        }
    }

    /// The same, for what becomes of it: a code, or nothing if it was done.
    async fn code(&self, method: Method, rest: &str, body: Option<&Value>) -> String {
        let reply = self.ask(method, rest, body).await;
        if reply.status < 300 { String::new() } else { reply.code() }
    }

    /// Somebody who is invited by a link to `departments` and has not joined: the entry, and the invitation.
    async fn pending(&self, departments: &[&str]) -> (String, String) {
        let Company { api, by, worker, .. } = &self.company;
        let person = json!({ "name": "pending", "via": "link", "departments": departments });
        let body = json!({ "people": [person], "roles": [worker] });
        let invited = api.post(api.tenant("/invitations"), &body).by(by).send().await.good()["invited"][0].clone();
        (text(&invited["member"]["id"]), text(&invited["invitation"]["id"]))
    }
}

/// Proves A22 in part and A23 in part: whoever manages a department does to those who belong to it, and to nothing else, what can be
/// done to a member; sees those who belong to another one too, without acting on them; and is told nothing of all others.
#[tokio::test]
async fn a_head_acts_on_the_people_of_the_department() {
    let headed = Headed::new().await;
    let Headed { company, head, inside, outside, both } = &headed;
    let (edit, none, on) = (json!({ "name": "renamed" }), json!({}), json!({ "on": true }));
    let operations = [
        (Method::GET, "", None, ""),
        (Method::PATCH, "", Some(&edit), ""),
        (Method::POST, "/disable", None, ""),
        (Method::POST, "/enable", None, ""),
        (Method::POST, "/password-link", None, ""),
        (Method::PUT, "/second-factor", Some(&on), "address-not-proved"),
        (Method::POST, "/reinvite", None, "invitation-joined"),
        (Method::GET, "/holdings", None, ""),
        (Method::POST, "/remove", Some(&none), ""),
    ];
    for (method, rest, body, done) in operations {
        let of = |member: &str| format!("/members/{member}{rest}");
        let before = company.api.everything().await;
        let name = format!("{method} {rest}");
        let refused = headed.code(method.clone(), &of(outside), body).await;
        assert_eq!(refused, "member-unknown", "{name} outside");
        assert_eq!(refused, headed.code(method.clone(), &of(crate::house::NOTHING), body).await, "as of nobody");
        // An invitation that is over is over for everybody who sees it.
        let seen = match (rest, method == Method::GET && rest.is_empty()) {
            ("/reinvite", _) => "invitation-joined",
            (_, true) => "",
            _ => "other-departments",
        };
        assert_eq!(headed.code(method.clone(), &of(both), body).await, seen, "{name} both");
        let own = headed.code(method.clone(), &of(&head.0), body).await;
        let expected = if seen == "other-departments" { "member-is-self" } else { seen };
        assert_eq!(own, expected, "{name} own");
        assert_eq!(company.api.everything().await, before, "{name}");
        assert_eq!(headed.code(method, &of(inside), body).await, done, "{name} inside");
    }
    company.is_sound().await;
}

/// Proves A22 in part: the same of those who have not joined, by the invitation and by the entry.
#[tokio::test]
async fn a_head_acts_on_the_invitations_of_the_department() {
    let headed = Headed::new().await;
    let company = &headed.company;
    let (north, finance) = (company.north.as_str(), company.finance.as_str());
    for (departments, seen, acted) in [
        (&[north][..], "", ""),
        (&[finance], "invitation-unknown", "invitation-unknown"),
        (&[north, finance], "", "other-departments"),
    ] {
        let (entry, invitation) = headed.pending(departments).await;
        let of = |rest: &str| format!("/invitations/{invitation}{rest}");
        assert_eq!(headed.code(Method::GET, &of(""), None).await, seen, "{departments:?}");
        for act in ["/resend", "/revoke"] {
            assert_eq!(headed.code(Method::POST, &of(act), None).await, acted, "{act} {departments:?}");
        }
        let again = headed.code(Method::POST, &format!("/members/{entry}/reinvite"), None).await;
        assert_eq!(again, acted.replace("invitation-unknown", "member-unknown"), "{departments:?}");
    }
    company.is_sound().await;
}

/// Proves A22 in part and A23 in part: many at once, as one by one; lists, questions and explanations show no more.
#[tokio::test]
async fn a_head_sees_the_people_of_the_department() {
    let headed = Headed::new().await;
    let Headed { company, head, inside, outside, both } = &headed;
    let Company { finance, .. } = company;
    assert_eq!(company.listed(&head.1, "").await, ["both", "head Example", "inside"]);
    let elsewhere = headed.ask(Method::GET, &format!("/members?department={finance}&below=true"), None).await;
    assert_eq!(elsewhere.problem(), (404, "department-unknown".into()), "who belongs there too is not told");
    assert_eq!(company.listed(&head.1, "?q=outside").await, [""; 0]);
    assert_eq!(company.tree(&head.1).await, ["Example Ltd", "Sales 1/3", "North 2/2", "South 0/0"]);
    let shown = async |department: &str| headed.ask(Method::GET, &format!("/departments/{department}"), None).await;
    assert_eq!(shown(finance).await.problem(), (404, "department-unknown".into()));
    assert_eq!(shown(&company.root).await.good().get("people"), None, "it is only on the way");

    for action in ["disable", "enable", "reinvite", "remove"] {
        let body = json!({ "members": [outside, both, inside], "action": action });
        let reply = headed.ask(Method::POST, "/members/bulk", Some(&body)).await.good();
        let results: Vec<&str> = reply["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|result| result["problem"]["code"].as_str().unwrap_or_default())
            .collect();
        let joined = "invitation-joined";
        let expected = if action == "reinvite" { [joined; 2] } else { ["other-departments", ""] };
        assert_eq!(results, ["member-unknown", expected[0], expected[1]], "{action}");
    }
    for (member, known) in [(outside, false), (both, true), (&company.api.bed.member.id.to_string(), false)] {
        let query = format!("permission=workspace:tasks.view&member={member}");
        let allowed = headed.ask(Method::GET, &format!("/check?{query}"), None).await.good();
        assert_eq!(allowed["allowed"], known);
        let explained = headed.ask(Method::GET, &format!("/explanation?{query}"), None).await.good();
        assert_eq!(explained["missing"]["fact"] == "member", !known);
        let questions = json!({ "questions": [{ "permission": "workspace:tasks.view", "member": member }] });
        let answers = headed.ask(Method::POST, "/checks", Some(&questions)).await.good();
        assert_eq!(answers["answers"], json!([known]));
    }
    let who = headed.ask(Method::GET, "/who-may?permission=workspace:tasks.view", None).await.good();
    let mut names: Vec<String> = who["members"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
    names.sort();
    assert_eq!(names, ["both", "head Example"], "those who are enabled and in sight; inside was removed");
    for (rest, code) in [("/audit", "permission-missing"), ("/transfers", "other-departments")] {
        assert_eq!(headed.code(Method::GET, rest, None).await, code, "what is of the whole tenant");
    }
}

/// Proves A22 in part and A23 in part: a head puts people into the department alone, gives what the head holds for the department
/// alone, and moves what is below it alone.
#[tokio::test]
async fn a_head_brings_nobody_and_nothing_elsewhere() {
    let headed = Headed::new().await;
    let Headed { company, head, inside, outside, both } = &headed;
    let Company { api, by, root, sales, north, south, finance, worker } = company;
    let manager = api.role("Member manager").await;
    let other = "other-departments";
    let edit =
        async |member: &str, body: Value| headed.code(Method::PATCH, &format!("/members/{member}"), Some(&body)).await;
    for (member, to, code) in [
        (inside, json!([finance]), other),
        (inside, json!([north, root]), other),
        (inside, json!([south, north]), ""),
        (both, json!([north]), other),
        (outside, json!([north]), "member-unknown"),
    ] {
        assert_eq!(edit(member, json!({ "departments": to })).await, code, "{to}");
    }
    for (within, code) in [
        (None, "grant-exceeds-own"),
        (Some(root), "grant-exceeds-own"),
        (Some(finance), "grant-exceeds-own"),
        (Some(sales), ""),
        (Some(north), ""),
    ] {
        let mut given = json!({ "role": manager });
        if let Some(within) = within {
            given["department"] = json!(within);
        }
        let body = json!({ "roles": [worker], "assignments": [given] });
        assert_eq!(edit(inside, body).await, code, "{within:?}");
    }
    for (departments, code) in [(json!([finance]), other), (json!([south, finance]), other), (json!([south]), "")] {
        let person = json!({ "name": "New", "via": "link", "departments": departments });
        let body = json!({ "people": [person], "roles": [worker] });
        assert_eq!(headed.code(Method::POST, "/invitations", Some(&body)).await, code, "{departments}");
        let mut body = company.addition("new", &[]);
        body["departments"] = departments.clone();
        assert_eq!(headed.code(Method::POST, "/members", Some(&body)).await, code, "{departments}");
    }
    let mut unsaid = company.addition("unsaid", &[]);
    let added = headed.ask(Method::POST, "/members", Some(&unsaid)).await.good();
    assert_eq!(added["departments"], json!([sales]), "the only one that the head may add to");

    company.create(&head.1, "East", sales).await.good();
    assert_eq!(company.create(&head.1, "East", root).await.code(), other);
    for (moved, to, code) in [
        (sales, finance, other),
        (sales, root, other),
        (finance, sales, other),
        (north, root, other),
        (north, finance, other),
        (north, south, ""),
    ] {
        let reply = company.relocate(&head.1, moved, to).await;
        assert_eq!(if reply.status < 300 { String::new() } else { reply.code() }, code);
    }
    assert_eq!(company.delete(&head.1, sales).await.code(), other);
    assert_eq!(company.rename(&head.1, finance, "Mine").await.code(), other);
    company.rename(&head.1, sales, "Sale").await.good();

    let two = json!([{ "role": manager, "department": sales }, { "role": manager, "department": finance }]);
    let body = json!({ "roles": [worker], "assignments": two });
    api.patch(api.member(&head.0, ""), &body).by(by).send().await.good();
    unsaid["username"] = json!("unsaid2");
    let refused = headed.ask(Method::POST, "/members", Some(&unsaid)).await;
    assert_eq!(refused.faults(), [("/departments".into(), "departments-missing".into())], "one of two has to be named");
    company.is_sound().await;
}

/// Proves A22 in part: whose address is taken is not told to a head who does not see that member, and is to one who does.
#[tokio::test]
async fn a_head_is_not_told_whose_an_address_is() {
    let headed = Headed::new().await;
    let Headed { company, inside, outside, .. } = &headed;
    let Company { north, worker, .. } = company;
    for (member, email) in [(inside, "in@example.org"), (outside, "out@example.org")] {
        company.edit(member, &json!({ "email": email })).await.good();
    }
    let other = company.added("other", &[north]).await;
    let edited = async |email: &str| {
        let reply = headed.ask(Method::PATCH, &format!("/members/{other}"), Some(&json!({ "email": email }))).await;
        assert_eq!(reply.status, 409, "{}", reply.text);
        reply.text
    };
    let told = async |email: &str| {
        let person = json!({ "name": "New", "via": "mail", "email": email, "departments": [north] });
        let body = json!({ "people": [person], "roles": [worker] });
        let invited = headed.ask(Method::POST, "/invitations", Some(&body)).await;
        let text = format!("{}{}", invited.text, edited(email).await);
        (invited.faults(), text.contains(inside.as_str()), text.contains(outside.as_str()))
    };
    let place = "/people/0/email".to_owned();
    assert_eq!(told("in@example.org").await, (vec![(place.clone(), "address-already-member".into())], true, false));
    assert_eq!(told("out@example.org").await, (vec![(place, "address-taken".into())], false, false));
}
