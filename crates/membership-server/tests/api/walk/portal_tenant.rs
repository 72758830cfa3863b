//! `portal-tenant`: a tenant of a portal with four applications, whose administrators are looked after by one who represents
//! the tenant.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::outbox::{Content, Letter};
use serde_json::{Value, json};

use super::{INVITATION, Person, Walk, by_mail, fault, token_in, written};
use crate::house::{text, texts};

/// Proves TEN-2, TEN-3, TEN-5, TEN-6, TEN-7, TEN-8, TEN-14, TEN-16, TEN-17, TEN-19, TEN-22 and TEN-23; and, as far as no page
/// is needed, TEN-1 in part, TEN-4 in part, TEN-15 in part, TEN-18 in part, TEN-20 in part, TEN-21 in part.
#[tokio::test]
async fn a_tenant_of_a_portal() {
    let walk = Walk::begin("portal-tenant", "Quayside", "tia@example.org").await;
    at_first_there_is_the_administrator(&walk).await;
    the_top_level_tenant_is_reachable(&walk).await;
    authority_is_read_before_inviting(&walk).await;
    let pam = members_are_invited(&walk).await;
    roles_are_changed(&walk, &pam).await;
    // Here the second factors of each member would be seen and switched; they are not walked.
    let ann = there_is_nobody_to_choose(&walk, &pam).await;
    the_first_administrators_address_is_changed(&walk).await;
    another_administrator_takes_over(&walk, &pam, &ann).await;
    invitations_are_resent(&walk).await;
    members_are_deleted(&walk).await;
    assert_eq!(walk.api.bed.violations().await.unwrap(), []);
}

/// At first there is the administrator and nobody else, who neither changes nor deletes that own entry.
async fn at_first_there_is_the_administrator(walk: &Walk) {
    let tia = walk.administrator().await;
    let listed = walk.members(&tia, "").await;
    assert_eq!((listed.len(), &listed[0]["id"]), (1, &json!(walk.own)));
    assert_eq!((&listed[0]["email"], &listed[0]["representative"]), (&json!("tia@example.org"), &json!(true)));
    let entry = format!("/members/{}", walk.own);
    for changes in [
        json!({ "name": "Another" }),
        json!({ "email": "another@example.org" }),
        json!({ "roles": [walk.role("Viewer").await] }),
    ] {
        let refused = walk.patch(&tia, &entry, &changes).await;
        assert_eq!(refused.problem(), (403, "member-is-self".into()), "{changes}");
    }
    let refused = walk.post(&tia, &format!("{entry}/remove"), &json!({})).await;
    assert_eq!(refused.problem(), (403, "member-is-self".into()));
    assert_eq!(walk.members(&tia, "").await, listed);
}

/// The members of the top-level tenant are within reach of whoever is a member there, and being somebody in one of the two
/// tenants gives nothing in the other. The icon in the bar is the page's.
async fn the_top_level_tenant_is_reachable(walk: &Walk) {
    let api = &walk.api;
    let top = walk.here.rsplit('/').next().unwrap();
    let below = json!({
        "name": "Quayside Cameras", "preset": "portal-tenant", "parent": top,
        "administrator": by_mail("Cid", "cid@example.org"),
    });
    let below = walk.made(&below).await;
    let cid = walk.joins_by(&walk.letter().await, "Cid").await;
    let line = async |by: &str| -> Vec<(String, bool)> {
        let seen = api.get(&below).by(by).send().await.done();
        let lineage = seen["lineage"].as_array().unwrap().iter();
        lineage.map(|one| (text(&one["name"]), one["member"] == true)).collect()
    };
    let names = |member| [("Quayside".to_owned(), member), ("Quayside Cameras".to_owned(), true)];
    assert_eq!(line(&cid.token).await, names(false));
    let tia = walk.administrator().await;
    for (by, place) in [(&cid.token, walk.at("/members")), (&tia, below.clone()), (&tia, format!("{below}/members"))] {
        assert_eq!(api.get(&place).by(by).send().await.problem(), (404, "tenant-unknown".into()), "{place}");
    }

    let roles = api.get(format!("{below}/roles")).by(&cid.token).send().await.done()["roles"].clone();
    let viewer = roles.as_array().unwrap().iter().find(|role| role["name"] == "Viewer").unwrap()["id"].clone();
    let body = json!({ "people": [by_mail("Tia", "tia@example.org")], "roles": [viewer] });
    api.post(format!("{below}/invitations"), &body).by(&cid.token).send().await.done();
    let token = token_in(&walk.letter().await);
    for step in ["accept", "join"] {
        walk.step_by(&tia, step, &token).await.done();
    }
    assert_eq!(line(&tia).await, names(true));
    assert_eq!(walk.addresses(&tia, "").await, ["tia@example.org"], "and there she manages the members");
    let refused = api.get(format!("{below}/members")).by(&tia).send().await;
    assert_eq!(refused.problem(), (403, "permission-missing".into()), "here she is a viewer");
}

/// What a role gives, as the table of authority says, in order.
async fn given_by(walk: &Walk, role: &str) -> Vec<String> {
    let (table, id) = (walk.get(&walk.administrator().await, "/authority").await, walk.role(role).await);
    let applications = table["applications"].as_array().unwrap().iter();
    let rows = applications.flat_map(|application| application["permissions"].as_array().unwrap());
    let given: BTreeSet<String> =
        rows.filter(|row| texts(&row["roles"]).contains(&id)).map(|row| text(&row["permission"])).collect();
    given.into_iter().collect()
}

/// Before anybody is invited, there is a table of roles against permissions for each of the four applications.
async fn authority_is_read_before_inviting(walk: &Walk) {
    let tia = walk.administrator().await;
    let table = walk.get(&tia, "/authority").await;
    let names =
        |list: &Value| -> Vec<String> { list.as_array().unwrap().iter().map(|one| text(&one["name"])).collect() };
    assert_eq!(names(&table["roles"]), ["Auditor", "Installer", "Operator", "Tenant administrator", "Viewer"]);
    assert_eq!(
        names(&table["applications"])[1..],
        [
            "Service Management Portal",
            "Device Management System",
            "Integrated Video Management System",
            "Cloud Video Recorder"
        ]
    );
    for (permission, roles) in [
        ("video:live.view", &["Installer", "Operator", "Tenant administrator", "Viewer"][..]),
        ("recorder:recordings.delete", &["Tenant administrator"]),
        ("portal:billing.view", &["Auditor", "Tenant administrator"]),
        ("devices:devices.delete", &["Installer", "Tenant administrator"]),
    ] {
        for role in names(&table["roles"]) {
            let gives = given_by(walk, &role).await.contains(&permission.to_owned());
            assert_eq!(gives, roles.contains(&role.as_str()), "{role} {permission}");
        }
    }
    assert_eq!(walk.members(&tia, "").await.len(), 1, "nobody is invited yet");
}

/// Whoever is invited registers by what the mail says.
async fn members_are_invited(walk: &Walk) -> Person {
    let tia = walk.administrator().await;
    let operator = walk.role("Operator").await;
    let by_hand = json!({ "people": [{ "name": "Pam", "via": "link" }], "roles": [operator] });
    assert_eq!(walk.post(&tia, "/invitations", &by_hand).await.problem(), (403, "links-not-allowed".into()));
    let invited = walk.invited(&by_mail("Pam", "pam@example.org"), "Operator").await;
    assert_eq!(invited["member"]["status"], "not-joined");
    let letter = walk.letter().await;
    let Content::Invitation { tenant, inviter, roles, .. } = &letter.content else { panic!("{letter:?}") };
    assert_eq!((letter.to.as_str(), tenant.as_str()), ("pam@example.org", "Quayside"));
    assert_eq!((inviter.as_deref(), roles.as_slice()), (Some("First"), ["Operator".to_owned()].as_slice()));
    let pam = walk.joins_by(&letter, "Pam").await;
    assert_eq!(walk.get(&tia, &format!("/members/{}", pam.id)).await["status"], "enabled");
    assert_eq!(walk.held(&pam.token).await, given_by(walk, "Operator").await, "what the table said");
    pam
}

/// The role of a member can be changed, and one's own not.
async fn roles_are_changed(walk: &Walk, pam: &Person) {
    let tia = walk.administrator().await;
    let (installer, own) = (walk.role("Installer").await, format!("/members/{}", walk.own));
    let changed = walk.patch(&tia, &format!("/members/{}", pam.id), &json!({ "roles": [installer] })).await.done();
    assert_eq!(changed["roles"], json!([installer]));
    assert_eq!(walk.held(&pam.token).await, given_by(walk, "Installer").await, "at once");
    for roles in [json!([installer]), json!([walk.role("Tenant administrator").await, installer])] {
        let refused = walk.patch(&tia, &own, &json!({ "roles": roles })).await;
        assert_eq!(refused.problem(), (403, "member-is-self".into()));
    }
}

/// As long as no other administrator has completed the registration, nobody can be chosen to represent the tenant, and it
/// is said why. Then there is one.
async fn there_is_nobody_to_choose(walk: &Walk, pam: &Person) -> Person {
    let tia = walk.administrator().await;
    let candidates = async || walk.api.get(walk.at("/representative/candidates")).by(&tia).send().await;
    let nominate =
        async |member: &str| walk.post(&tia, "/representative/nomination", &json!({ "member": member })).await;
    let ann = walk.invited(&by_mail("Ann", "ann@example.org"), "Tenant administrator").await;
    let nobody = candidates().await;
    assert_eq!(nobody.problem(), (409, "no-eligible-candidate".into()));
    assert!(text(&nobody.json()["detail"]).starts_with("No tenant administrator available for selection"));
    for (member, code) in [
        (text(&ann["member"]["id"]), "nominee-not-registered"),
        (pam.id.clone(), "nominee-not-administrator"),
        (walk.own.clone(), "nominee-is-representative"),
    ] {
        assert_eq!(nominate(&member).await.problem(), (409, code.into()));
    }
    let ann = walk.joins_by(&walk.letter().await, "Ann").await;
    let found = candidates().await.done()["candidates"].clone();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (1, &json!(ann.id)));
    ann
}

/// Nobody can be chosen either while the present representative has not completed the registration, which is told apart. The
/// address of that one can be changed, and the invitation goes to the new one.
async fn the_first_administrators_address_is_changed(walk: &Walk) {
    let (api, root) = (&walk.api, walk.api.root().await);
    let waiting = json!({
        "name": "Hillside", "preset": "portal-tenant", "administrator": by_mail("Hal", "mistyped@example.org"),
    });
    let there = walk.made(&waiting).await;
    let mut dead = vec![token_in(&walk.letter().await)];
    let nobody = api.get(format!("{there}/representative/candidates")).by(&root).send().await;
    assert_eq!(nobody.problem(), (409, "current-representative-not-registered".into()));
    assert!(text(&nobody.json()["detail"]).starts_with("No tenant administrator available for selection"));

    let readdress = async |email: &str| {
        api.put(format!("{there}/representative/email"), &json!({ "email": email })).by(&root).send().await
    };
    assert_eq!(readdress("hal@").await.faults(), fault("/email", "address-domain-invalid"));
    // Somebody has an account with the first of them: that is no obstacle, and the answers do not differ.
    let mut answers = Vec::new();
    for email in ["pam@example.org", "hal@example.org"] {
        let mut done = readdress(email).await.done();
        assert_eq!(
            (&done["member"]["status"], &done["member"]["representative"]),
            (&json!("not-joined"), &json!(true))
        );
        done["invitation"]["generation"] = json!(0);
        answers.push(done.to_string().replace(email, "…"));
        let letter = walk.letter().await;
        let Content::Invitation { tenant, roles, .. } = &letter.content else { panic!("{letter:?}") };
        assert_eq!((letter.to.as_str(), tenant.as_str()), (email, "Hillside"));
        assert_eq!(roles.as_slice(), ["Tenant administrator"], "invited to become an administrator");
        dead.push(token_in(&letter));
    }
    assert_eq!(answers[0], answers[1]);
    let alive = dead.pop().unwrap();
    for token in dead {
        assert_eq!(walk.step("accept", &token).await.problem(), (410, "link-superseded".into()));
    }
    walk.step("accept", &alive).await.done();
    let hal = walk.registers(&json!({ "token": alive, "name": "Hal" })).await;
    assert_eq!(api.get(&there).by(&hal.token).send().await.done()["tenant"]["status"], "active");
    assert_eq!(readdress("late@example.org").await.problem(), (409, "representative-registered".into()));
}

/// The representative asks another administrator, who accepts; nobody else changes who it is, and until then nobody deletes,
/// demotes or disables the representative.
async fn another_administrator_takes_over(walk: &Walk, pam: &Person, ann: &Person) {
    let tia = walk.administrator().await;
    let (own, viewer) = (format!("/members/{}", walk.own), walk.role("Viewer").await);
    let demotion = json!({ "roles": [viewer] });
    for refused in [
        walk.patch(&ann.token, &own, &demotion).await,
        walk.act(&ann.token, &format!("{own}/disable")).await,
        walk.post(&ann.token, &format!("{own}/remove"), &json!({})).await,
    ] {
        assert_eq!(refused.problem(), (409, "member-is-representative".into()));
    }
    let represents = async || text(&walk.get(&ann.token, "/representative").await["email"]);
    let here = walk.here.rsplit('/').next().unwrap();
    let offer = json!({ "member": ann.id });
    let refused = walk.post(&ann.token, "/representative/nomination", &offer).await;
    assert_eq!(refused.problem(), (403, "representative-only".into()));
    walk.post(&tia, "/representative/nomination", &offer).await.done();
    assert_eq!(represents().await, "tia@example.org");
    let letter = walk.letter().await;
    let Content::Nominated { tenant, by, link, expires_at } = &letter.content else { panic!("{letter:?}") };
    assert_eq!((letter.to.as_str(), tenant.as_str(), by.as_str()), ("ann@example.org", "Quayside", "First"));
    assert_eq!(*link, format!("https://members.example.org/welcome/{here}"));
    assert_eq!(written(*expires_at), written(walk.api.bed.clock.now() + TimeDelta::days(3)));

    let accept = "/representative/nomination/accept";
    assert_eq!(walk.act(&pam.token, accept).await.problem(), (404, "nomination-unknown".into()));
    assert_eq!(walk.act(&ann.token, accept).await.done()["representative"], true);
    assert_eq!(represents().await, "ann@example.org");
    let flagged = |members: Vec<Value>| members.iter().filter(|member| member["representative"] == true).count();
    assert_eq!(flagged(walk.members(&ann.token, "").await), 1);
    let mut letters = walk.letters().await;
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    let [to_ann, to_tia] = &letters[..] else { panic!("{letters:?}") };
    told(
        to_ann,
        "ann@example.org",
        &Content::BecameRepresentative { tenant: "Quayside".into(), former: "First".into() },
    );
    told(to_tia, "tia@example.org", &Content::HandedOver { tenant: "Quayside".into(), successor: "Ann".into() });

    let refused = walk.patch(&tia, &format!("/members/{}", ann.id), &demotion).await;
    assert_eq!(refused.problem(), (409, "member-is-representative".into()));
    walk.patch(&ann.token, &own, &json!({ "name": "Tia" })).await.done();
}

fn told(letter: &Letter, to: &str, content: &Content) {
    assert_eq!((letter.to.as_str(), &letter.content), (to, content));
}

/// The mail can be sent again as long as the person has not completed the registration. To be asked before is the page's.
async fn invitations_are_resent(walk: &Walk) {
    let tia = walk.administrator().await;
    let invited = walk.invited(&by_mail("Ned", "ned@example.org"), "Viewer").await;
    let resend = format!("/invitations/{}/resend", text(&invited["invitation"]["id"]));
    let mut dead = vec![token_in(&walk.letter().await)];
    walk.act(&tia, &resend).await.done();
    let letter = walk.letter().await;
    assert_eq!(letter.to.as_str(), "ned@example.org");
    dead.push(token_in(&letter));
    walk.step("accept", &dead[1]).await.done();
    walk.act(&tia, &resend).await.done();
    let letter = walk.letter().await;
    for token in dead {
        for step in ["open", "accept"] {
            assert_eq!(walk.step(step, &token).await.problem(), (410, "link-superseded".into()));
        }
        let body =
            json!({ "token": token, "name": "Ned", "password": "far too long to be guessed", "transport": "bearer" });
        let late = walk.api.post(format!("{INVITATION}/register"), &body).send().await;
        assert_eq!(late.problem(), (410, "link-superseded".into()));
    }
    walk.joins_by(&letter, "Ned").await;
    assert_eq!(walk.act(&tia, &resend).await.problem(), (410, "invitation-joined".into()));
    assert_eq!(walk.letters().await, []);
}

/// A member that is deleted is not on the list any more. The audit keeps the address, and the account stays.
async fn members_are_deleted(walk: &Walk) {
    let tia = walk.administrator().await;
    let vic = walk.joined("Vic", "vic@example.org", "Viewer").await;
    let remove = format!("/members/{}/remove", vic.id);
    assert!(walk.addresses(&tia, "").await.contains(&"vic@example.org".to_owned()));
    assert_eq!(walk.post(&tia, &remove, &json!({})).await.done()["member"]["status"], "removed");
    for query in ["", "?status=enabled", "?q=vic"] {
        assert!(!walk.addresses(&tia, query).await.contains(&"vic@example.org".to_owned()), "{query}");
    }
    assert_eq!(walk.addresses(&tia, "?status=removed").await, ["vic@example.org"]);
    let audit = walk.get(&tia, &format!("/audit?object={}", vic.id)).await["records"].clone();
    assert_eq!((&audit[0]["name"], audit.to_string().contains("vic@example.org")), (&json!("member.removed"), true));
    assert_eq!(walk.post(&tia, &remove, &json!({})).await.problem(), (410, "member-removed".into()));

    assert_eq!(walk.api.get(walk.at("")).by(&vic.token).send().await.problem(), (404, "tenant-unknown".into()));
    let me = walk.api.get("/api/v1/me").by(&walk.api.sign_in("vic@example.org").await).send().await.done();
    assert_eq!((&me["account"]["email"], &me["places"]), (&json!("vic@example.org"), &json!([])));
}
