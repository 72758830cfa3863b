//! Finding members in the list: by state, by role, by what somebody half remembers.

use chrono::TimeDelta;
use membership_core::{member::edit::Changes, role::assign::Wanted};
use serde_json::{Value, json};

use crate::{
    fixture::Api,
    house::{NOTHING, text},
};

/// The answer to a query for members.
async fn page(api: &Api, by: &str, query: &str) -> Value {
    let reply = api.get(api.tenant(&format!("/members{query}"))).by(by).send().await;
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    reply.json()
}

fn names(page: &Value) -> Vec<String> {
    page["members"].as_array().unwrap().iter().map(|member| text(&member["name"])).collect()
}

/// Somebody with this name is invited by mail.
async fn invite(api: &Api, by: &str, name: &str, email: &str) -> Value {
    let person = json!({ "name": name, "via": "mail", "email": email, "roles": [api.role("Member").await] });
    let reply = api.post(api.tenant("/invitations"), &json!({ "people": [person] })).by(by).send().await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    // Of two that are made in the same millisecond nobody knows which is the newer one.
    api.bed.clock.advance(TimeDelta::milliseconds(1));
    reply.json()["invited"][0].clone()
}

/// Proves ORG-10: the list filters by the three states, "to be added" being whoever has not joined, whatever the invitation
/// has come to; and beneath that by the state of the invitation at this very moment.
#[tokio::test]
async fn the_list_is_filtered_by_state() {
    let api = Api::start().await;
    let root = api.root().await;
    let away = api.bed.added("away", &["Member"]).await.unwrap().member;
    api.act(api.member(away.id, "/disable")).by(&root).send().await;
    let gone = api.bed.added("gone", &["Member"]).await.unwrap().member;
    api.post(api.member(gone.id, "/remove"), &json!({})).by(&root).send().await;
    for name in ["Invited", "Rejected", "Revoked", "Expired"] {
        invite(&api, &root, name, &format!("{name}@example.org")).await;
    }
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    let of = |name: &str| {
        let member = world.members.iter().find(|member| member.name.as_str() == name).unwrap().id;
        world.invitations.iter().find(|invitation| invitation.member == member).unwrap().clone()
    };
    let token = json!({ "token": api.bed.token(&of("Rejected")) });
    assert_eq!(api.post("/api/v1/invitation/reject", &token).send().await.status, 200);
    api.act(api.tenant(&format!("/invitations/{}/revoke", of("Revoked").id))).by(&root).send().await;
    api.bed.clock.advance(TimeDelta::hours(71));
    let root = api.root().await;
    api.act(api.tenant(&format!("/invitations/{}/resend", of("Invited").id))).by(&root).send().await;
    api.bed.clock.advance(TimeDelta::hours(1));
    let root = &root;
    let listed = async |query: &str| {
        let mut names = names(&page(&api, root, query).await);
        names.sort();
        names
    };
    assert_eq!(listed("?status=not-joined").await, ["Expired", "Invited", "Rejected", "Revoked"]);
    assert_eq!(listed("?status=enabled").await, ["Root"]);
    assert_eq!(listed("?status=disabled").await, ["away Example"]);
    assert_eq!(listed("?status=removed").await, ["gone Example"]);
    assert_eq!(listed("").await.len(), 6, "the removed ones only when asked for");
    for stage in ["invited", "rejected", "revoked", "expired"] {
        assert_eq!(listed(&format!("?stage={stage}")).await.join(" ").to_lowercase(), stage);
        assert_eq!(listed(&format!("?stage={stage}&status=enabled")).await, [""; 0]);
    }
    assert_eq!(listed("?stage=ready").await, [""; 0]);
    let shown = page(&api, root, "?stage=expired").await;
    assert_eq!(shown["members"][0]["status_label"], json!({ "word": "To be added", "tone": "amber" }));
    let member = &shown["members"][0];
    assert_eq!(
        (&member["invitation"]["stage_label"]["word"], &member["invitation"]["stage_label"]["tone"]),
        (&json!("Expired"), &json!("red"))
    );
    assert_eq!(member["time"], member["invitation"]["expired_at"]);
}

/// The list filters by role: whoever was given it, until a moment or for good.
#[tokio::test]
async fn the_list_is_filtered_by_role() {
    let api = Api::start().await;
    let root = api.root().await;
    api.bed.added("ann", &["Member"]).await.unwrap();
    api.bed.clock.advance(TimeDelta::milliseconds(1));
    api.bed.added("bob", &["Member", "Member manager"]).await.unwrap();
    let role = api.role("Member manager").await;
    assert_eq!(names(&page(&api, &root, &format!("?role={role}")).await), ["bob Example"]);
    assert_eq!(names(&page(&api, &root, &format!("?role={role}&status=disabled")).await), [""; 0]);
    let members = page(&api, &root, &format!("?role={}", api.role("Member").await)).await;
    assert_eq!(names(&members), ["bob Example", "ann Example"], "newest first");
    assert_eq!(names(&page(&api, &root, &format!("?role={NOTHING}")).await), [""; 0]);
}

/// Proves ORG-9: members are found loosely, by a part of the name or of the username, without accents or capitals, each word
/// anywhere; and, where nobody is called so, by one typo.
#[tokio::test]
async fn members_are_found_loosely() {
    let api = Api::start().await;
    let root = api.root().await;
    for (name, email) in [
        ("Ann Johnson", "ann@example.org"),
        ("Jörg Müller", "jm@example.org"),
        ("Ann Miller", "miller@company.example"),
    ] {
        invite(&api, &root, name, email).await;
    }
    api.bed.added("quick.fox", &["Member"]).await.unwrap();
    for (q, found, near) in [
        ("ohns", &["Ann Johnson"][..], false),
        ("muller", &["Jörg Müller"], false),
        ("M%C3%9CLLER+j%C3%B6rg", &["Jörg Müller"], false),
        ("ann", &["Ann Miller", "Ann Johnson"], false),
        ("ann+mill", &["Ann Miller"], false),
        ("company", &["Ann Miller"], false),
        ("quick", &["quick.fox Example"], false),
        ("jonhson", &["Ann Johnson"], true),
        ("jonhson+an", &["Ann Johnson"], true),
        ("quikc", &["quick.fox Example"], true),
        ("nobody", &[], true),
        ("xyz", &[], false),
    ] {
        let answer = page(&api, &root, &format!("?q={q}")).await;
        assert_eq!(names(&answer), found, "{q}");
        assert_eq!(answer["near"], near, "{q}");
    }
    assert_eq!(names(&page(&api, &root, "?q=ann&status=enabled").await), [""; 0]);
    assert_eq!(names(&page(&api, &root, "?q=").await).len(), 5, "nothing was typed");
    assert_eq!(names(&page(&api, &root, "?q=+++").await).len(), 5);
}

/// Signs mean themselves and nobody is called so; and what is too long for anybody's name is refused.
// Part of A90.
#[tokio::test]
async fn signs_are_no_wildcards() {
    let api = Api::start().await;
    let root = api.root().await;
    invite(&api, &root, "Ann Johnson", "ann@example.org").await;
    for q in ["%25", "_", "%5C", "%25%25%25", "*", "'", "%22", "-"] {
        let answer = page(&api, &root, &format!("?q={q}")).await;
        assert_eq!((names(&answer).len(), answer.get("next_cursor")), (0, None), "{q}");
    }
    assert_eq!(names(&page(&api, &root, "?q=%25ann%25").await), ["Ann Johnson"], "beside letters they only separate");
    assert_eq!(names(&page(&api, &root, "?q=ohn_on").await), [""; 0]);
    for (q, code) in [("a".repeat(257), "search-too-long"), ("a+b+c+d+e+f+g+h+i".to_owned(), "search-too-many-words")] {
        let reply = api.get(api.tenant(&format!("/members?q={q}&limit=0"))).by(&root).send().await;
        assert_eq!(reply.problem(), (422, "invalid-input".into()));
        let expected = [("/q", code), ("/limit", "limit-out-of-range")];
        assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }
    let (_, blind) = api.holder("blind", &["workspace:tasks.view"]).await;
    for query in ["?q=%25", "?q=ann", ""] {
        let reply = api.get(api.tenant(&format!("/members{query}"))).by(&blind).send().await;
        assert_eq!(reply.problem(), (403, "permission-missing".into()), "{query}");
    }
}

/// Pages go on as they began: those of a search by the same search, those of what is almost so by that.
#[tokio::test]
async fn pages_of_a_search_go_on() {
    let api = Api::start().await;
    let root = api.root().await;
    for n in 0..5 {
        invite(&api, &root, "Ann Johnson", &format!("person{n}@example.org")).await;
    }
    invite(&api, &root, "Somebody Else", "else@example.org").await;
    for (q, near) in [("johnson", false), ("jonhson", true)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        for round in 0.. {
            let answer = page(&api, &root, &format!("?q={q}&limit=2{cursor}")).await;
            assert_eq!(answer["near"], near, "{q} {round}");
            seen.extend(answer["members"].as_array().unwrap().iter().map(|member| text(&member["email"])));
            match answer["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let expected: Vec<String> = (0..5).rev().map(|n| format!("person{n}@example.org")).collect();
        assert_eq!(seen, expected, "{q}: each once, newest first");
        for elsewhere in ["/members?limit=2", "/who-may?permission=workspace:tasks.view"] {
            let reply = api.get(api.tenant(&format!("{elsewhere}{cursor}"))).by(&root).send().await;
            let expected = if near { Some("cursor-malformed") } else { None };
            assert_eq!(reply.faults().first().map(|(_, code)| code.as_str()), expected, "{elsewhere}");
        }
    }
    for cursor in ["AAAA", "%2B", "AZfA3gAAcACAAAAAAAAAAgI", "AZfA3gAAcACAAAAAAAAAAgEB"] {
        let reply = api.get(api.tenant(&format!("/members?q=johnson&cursor={cursor}"))).by(&root).send().await;
        assert_eq!(reply.faults(), [("/cursor".into(), "cursor-malformed".into())], "{cursor}");
    }
}

/// Every fault of a query is told at its place.
#[tokio::test]
async fn a_query_is_read_strictly() {
    let api = Api::start().await;
    let root = api.root().await;
    let query = "?status=gone&stage=lost&role=Member&factor=sms&mail=queued&held=perhaps&limit=x&cursor=%00";
    let reply = api.get(api.tenant(&format!("/members{query}"))).by(&root).send().await;
    let expected = [
        ("/status", "status-unknown"),
        ("/stage", "stage-unknown"),
        ("/role", "identifier-malformed"),
        ("/factor", "factor-unknown"),
        ("/mail", "mail-unknown"),
        ("/held", "value-not-boolean"),
        ("/limit", "limit-out-of-range"),
        ("/cursor", "cursor-malformed"),
    ];
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
}

/// The list filters by second factor, where who has not joined has none, and by what became of the newest invitation mail.
#[tokio::test]
async fn the_list_is_filtered_by_factor_and_mail() {
    let api = Api::start().await;
    let root = &api.root().await;
    let ann = api.bed.join("ann@example.org").await.unwrap().member;
    let on = api.put(api.member(ann.id, "/second-factor"), &json!({ "on": true })).by(root).send().await;
    assert_eq!(on.status, 200, "{}", on.text);
    invite(&api, root, "Waiting", "waiting@example.org").await;
    let listed = async |query: &str| {
        let mut names = names(&page(&api, root, query).await);
        names.sort();
        names
    };
    for (query, expected) in [
        ("?factor=none", &["Root", "Waiting"][..]),
        ("?factor=any", &["Ann Example"]),
        ("?factor=email", &["Ann Example"]),
        ("?factor=app", &[]),
        ("?factor=passkey", &[]),
        ("?mail=waiting", &["Waiting"]),
        ("?mail=cancelled", &["Ann Example"]),
        ("?mail=sent", &[]),
        ("?mail=failed", &[]),
        ("?mail=waiting&factor=none&status=not-joined&q=wait", &["Waiting"]),
        ("?mail=waiting&factor=any", &[]),
    ] {
        assert_eq!(listed(query).await, expected, "{query}");
    }
}

/// The list can be of those alone whose invitation is on hold, because whoever sent it is disabled now; each of them says so.
#[tokio::test]
async fn the_list_is_of_those_on_hold() {
    let api = Api::start().await;
    let root = &api.root().await;
    let nina = api.bed.join("nina@example.org").await.unwrap();
    let administrator = Wanted::role(api.bed.role("Administrator").await.unwrap());
    let changes = Changes { assignments: Some(vec![administrator]), ..Changes::default() };
    let (operator, ninas) = (api.bed.as_administrator(), api.bed.target(&nina.member));
    api.bed.membership.edit_member(&operator, ninas, changes).await.unwrap();
    let command = api.bed.invitation_to("held@example.org").await.unwrap();
    let held = api.bed.membership.invite(&api.bed.as_member(&nina), command).await.unwrap().remove(0).member;
    invite(&api, root, "Waiting", "waiting@example.org").await;
    let says = async || api.get(api.member(held.id, "")).by(root).send().await.json()["held"].clone();
    assert_eq!((names(&page(&api, root, "?held=true").await), says().await), (Vec::new(), json!(false)));

    api.bed.membership.disable_member(&operator, ninas).await.unwrap();
    assert_eq!(
        (names(&page(&api, root, "?held=true").await), says().await),
        (vec![held.name.to_string()], json!(true))
    );
    assert_eq!(names(&page(&api, root, "?held=false").await).len(), 4);
}
