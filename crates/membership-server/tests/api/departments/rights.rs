//! What is held for a department counts there and below, and is told so wherever rights are told.

use serde_json::{Value, json};

use super::Company;
use crate::house::{NOTHING, text, texts};

const MANAGE: &str = "membership:members.manage";

/// A right for a department counts there and below it: one question, many, why, and who else.
#[tokio::test]
async fn a_right_for_a_department_counts_there() {
    let company = Company::new().await;
    let Company { api, by, root, sales, north, finance, .. } = &company;
    let (head, by_head) = company.head("head", "Member manager", sales).await;
    let role = api.role("Member manager").await;
    let get = async |by: &str, query: String| api.get(api.tenant(&query)).by(by).send().await.good();
    for (department, may) in [
        (None, false),
        (Some(root.as_str()), false),
        (Some(finance), false),
        (Some(sales), true),
        (Some(north), true),
        (Some(NOTHING), false),
        (Some("no-id"), false),
    ] {
        let over = department.map(|department| format!("&department={department}")).unwrap_or_default();
        let of = format!("permission={MANAGE}&member={head}{over}");
        for token in [by, &by_head] {
            assert_eq!(get(token, format!("/check?{of}")).await, json!({ "allowed": may }), "{over}");
            let explained = get(token, format!("/explanation?{of}")).await;
            let through = json!({ "role": role, "department": sales, "through": ["Member manager"] });
            let elsewhere = json!({ "fact": "elsewhere", "role": role, "department": sales });
            let because = if may { ("because", through) } else { ("missing", elsewhere) };
            assert_eq!(explained[because.0], because.1, "{over}");
        }
        let who = get(by, format!("/who-may?permission={MANAGE}{over}")).await;
        let mut who: Vec<String> = who["members"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
        who.sort();
        let expected: &[&str] = if may { &["Root", "head Example"] } else { &["Root"] };
        assert_eq!(who, expected, "{over}");
        let seen = get(&by_head, format!("/who-may?permission={MANAGE}{over}")).await;
        assert_eq!(seen["members"].as_array().unwrap().len(), usize::from(may), "of those whom the head can see");
    }
    let asked = |department: &str| json!({ "permission": MANAGE, "department": department });
    let questions = json!({ "questions": [asked(sales), asked(finance), { "permission": MANAGE }, asked(north)] });
    let answers = api.post(api.tenant("/checks"), &questions).by(&by_head).send().await.good();
    assert_eq!(answers["answers"], json!([true, false, false, true]));
}

/// What is held for departments stands beside what is held in the whole tenant, each department once; and in the member's entry.
#[tokio::test]
async fn limited_rights_are_told_beside_the_others() {
    let company = Company::new().await;
    let Company { api, by, sales, north, finance, worker, .. } = &company;
    let seen = api.get(api.tenant("")).by(by).send().await.good();
    assert_eq!(seen["limited_permissions"], json!([]));
    let (head, by_head) = company.head("head", "Member manager", sales).await;
    let until = "2040-01-01T00:00:00+00:00";
    let assignments = json!([
        { "role": api.role("Member").await, "department": sales },
        { "permission": MANAGE, "department": sales, "until": until },
        { "permission": "workspace:files.share", "department": finance },
        { "permission": "workspace:files.share", "department": north },
    ]);
    let given = json!({ "roles": [worker], "assignments": assignments });
    let mut entry = company.edit(&head, &given).await.good()["assignments"].as_array().unwrap().clone();
    let mut expected = assignments.as_array().unwrap().clone();
    expected.push(json!({ "role": worker }));
    for list in [&mut entry, &mut expected] {
        list.sort_by_key(Value::to_string);
    }
    assert_eq!(entry, expected);
    let seen = api.get(api.tenant("")).by(&by_head).send().await.good();
    assert_eq!(texts(&seen["permissions"]), ["workspace:tasks.view"]);
    let limited = seen["limited_permissions"].as_array().unwrap();
    let held = |department: &str| {
        let rows: Vec<&Value> = limited.iter().filter(|row| row["department"] == department).collect();
        assert_eq!(rows.len(), 1, "each department once: {limited:?}");
        let mut held = texts(&rows[0]["permissions"]);
        held.sort();
        held
    };
    assert_eq!(limited.len(), 3);
    assert_eq!(
        (held(finance), held(north)),
        (vec!["workspace:files.share".into()], vec!["workspace:files.share".into()])
    );
    assert!(held(sales).contains(&MANAGE.to_owned()) && held(sales).contains(&"workspace:tasks.view".to_owned()));
    company.is_sound().await;
}

/// Proves A17 in part: whoever was invited for a department joins no more once the one who invited has lost it; nothing is granted
/// meanwhile, and nothing else instead.
#[tokio::test]
async fn an_invitation_lapses_with_the_inviters_department() {
    let company = Company::new().await;
    let Company { api, by, sales, north, finance, worker, .. } = &company;
    let (head, by_head) = company.head("head", "Member manager", sales).await;
    let person = json!({ "name": "Ann", "via": "link", "departments": [north] });
    let body = json!({ "people": [person], "roles": [worker] });
    let invited = api.post(api.tenant("/invitations"), &body).by(&by_head).send().await.good()["invited"][0].clone();
    let token = json!({ "token": text(&invited["link"]).rsplit('/').next().unwrap() });
    let gives = async |department: &str| {
        let limited = json!({ "role": api.role("Member manager").await, "department": department });
        company.edit(&head, &json!({ "roles": [worker], "assignments": [limited] })).await.good();
    };
    gives(finance).await;
    let refused = api.post("/api/v1/invitation/accept", &token).send().await;
    assert_eq!(refused.problem(), (409, "invitation-held".into()));
    let ann = api.get(api.member(text(&invited["member"]["id"]), "")).by(by).send().await.good();
    assert_eq!((&ann["status"], &ann["departments"]), (&json!("not-joined"), &json!([north])));
    gives(sales).await;
    api.post("/api/v1/invitation/accept", &token).send().await.good();
}
