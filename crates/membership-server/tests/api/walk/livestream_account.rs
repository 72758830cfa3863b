//! `livestream-account`: an account that its authorized signer shares. An invitation is made first and sent in a second
//! step, and each privilege opens one section of the product.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use super::{INVITATION, Walk, by_mail, fault, label, token_in};
use crate::house::{text, texts};

/// Proves ACC-1, ACC-3, ACC-4, ACC-5, ACC-6, ACC-7, ACC-11, ACC-12, ACC-13, ACC-14, ACC-15, ACC-16, ACC-17, ACC-18 and
/// ACC-19; and, as far as no page is needed, ACC-8 in part, ACC-9 in part, ACC-10 in part, APP-17 in part.
#[tokio::test]
async fn a_livestream_account() {
    let walk = Walk::begin("livestream-account", "Deep Sea Live", "sam@example.org").await;
    a_new_invitation_has_name_and_address(&walk).await;
    it_is_followed_until_completed(&walk).await;
    a_role_is_chosen(&walk).await;
    privileges_are_those_of_the_role(&walk).await;
    the_signer_adds_privileges(&walk).await;
    it_is_revoked_and_made_again(&walk).await;
    whoever_has_an_account_is_asked_too(&walk).await;
    assert_eq!(walk.api.bed.violations().await.unwrap(), []);
}

/// What the signer sees of an invitation: the word with its colour, and since when.
async fn tracked(walk: &Walk, id: &str) -> (Value, Value) {
    let shown = walk.get(&walk.administrator().await, &format!("/invitations/{id}")).await;
    (shown["stage_label"].clone(), shown["time"].clone())
}

fn invitation_in(invited: &Value) -> String {
    text(&invited["invitation"]["id"])
}

/// The signer invites other people into the account: with a name and an address, by mail.
async fn a_new_invitation_has_name_and_address(walk: &Walk) {
    let sam = walk.administrator().await;
    let own = walk.get(&sam, &format!("/members/{}", walk.own)).await;
    assert_eq!(texts(&own["role_names"]), ["Authorized Signer"]);
    let role = walk.role("Livestream Operator").await;
    for (person, place, code) in [
        (json!({ "via": "mail", "email": "una@example.org" }), "name", "field-missing"),
        (by_mail("", "una@example.org"), "name", "name-empty"),
        (json!({ "name": "Una", "via": "mail" }), "email", "address-empty"),
        (by_mail("Una", ""), "email", "address-empty"),
    ] {
        let refused = walk.post(&sam, "/invitations", &json!({ "people": [person], "roles": [role] })).await;
        assert_eq!(refused.faults(), fault(&format!("/people/0/{place}"), code), "{}", refused.text);
    }
    let by_hand = json!({ "people": [{ "name": "Una", "via": "link" }], "roles": [role] });
    assert_eq!(walk.post(&sam, "/invitations", &by_hand).await.problem(), (403, "links-not-allowed".into()));
    assert_eq!(walk.addresses(&sam, "").await, ["sam@example.org"]);
}

/// An invitation that was made is READY and can be sent; it is ACCEPTED when the person begins to sign up, which looking at
/// the link is not, and COMPLETED when the person has joined.
async fn it_is_followed_until_completed(walk: &Walk) {
    let sam = walk.administrator().await;
    let invited = walk.invited(&by_mail("Una", "una@example.org"), "Livestream Operator").await;
    let id = invitation_in(&invited);
    assert_eq!(tracked(walk, &id).await, (label("READY", "amber"), walk.now()));
    assert_eq!((walk.letters().await, invited["invitation"].get("sent_at")), (Vec::new(), None));

    walk.pass(TimeDelta::hours(1));
    let sent = walk.act(&sam, &format!("/invitations/{id}/send")).await.done();
    assert!(sent.get("link").is_none(), "it goes by mail");
    assert_eq!(tracked(walk, &id).await, (label("SENT", "amber"), walk.now()));
    let again = walk.act(&sam, &format!("/invitations/{id}/send")).await;
    assert_eq!(again.problem(), (409, "invitation-already-sent".into()));
    let letter = walk.letter().await;
    assert_eq!(letter.to.as_str(), "una@example.org");
    let token = token_in(&letter);

    let sent_at = walk.now();
    walk.pass(TimeDelta::hours(1));
    assert_eq!(walk.step("open", &token).await.done()["tenant"], "Deep Sea Live");
    assert_eq!(tracked(walk, &id).await, (label("SENT", "amber"), sent_at), "machines look at links too");
    assert_eq!(walk.get(&sam, &format!("/invitations/{id}")).await["opened_at"], walk.now());
    walk.step("accept", &token).await.done();
    assert_eq!(tracked(walk, &id).await, (label("ACCEPTED", "amber-green"), walk.now()));
    walk.pass(TimeDelta::hours(1));
    walk.registers(&json!({ "token": token, "name": "Una" })).await;
    assert_eq!(tracked(walk, &id).await, (label("COMPLETED", "green"), walk.now()));

    // And all of them at once, each where it stands.
    let waiting = walk.invited(&by_mail("Rob", "rob@example.org"), "Content Creator").await;
    let begun = walk.invited(&by_mail("Abe", "abe@example.org"), "Content Creator").await;
    walk.act(&sam, &format!("/invitations/{}/send", invitation_in(&begun))).await.done();
    walk.step("accept", &token_in(&walk.letter().await)).await.done();
    for (stage, word, people) in [
        ("ready", label("READY", "amber"), vec!["rob@example.org"]),
        ("accepted", label("ACCEPTED", "amber-green"), vec!["abe@example.org"]),
        ("joined", label("COMPLETED", "green"), vec!["una@example.org", "sam@example.org"]),
    ] {
        assert_eq!(walk.addresses(&sam, &format!("?stage={stage}")).await, people, "{stage}");
        let listed = walk.members(&sam, &format!("?stage={stage}")).await;
        assert!(listed.iter().all(|member| member["invitation"]["stage_label"] == word), "{stage}");
    }
    for invitation in [waiting, begun] {
        walk.act(&sam, &format!("/invitations/{}/revoke", invitation_in(&invitation))).await.done();
    }
}

/// The default roles, of which one at least has to be chosen, and the privileges of each.
async fn a_role_is_chosen(walk: &Walk) {
    let sam = walk.administrator().await;
    let mut body = json!({ "people": [by_mail("Joe", "joe@example.org")] });
    let refused = walk.post(&sam, "/invitations", &body).await;
    assert_eq!(refused.faults(), fault("/people/0/roles", "roles-missing"));
    body["people"][0]["assignments"] = json!([{ "permission": "livestream:blogs.open" }]);
    let refused = walk.post(&sam, "/invitations", &body).await;
    assert_eq!(refused.faults(), fault("/people/0/assignments", "roles-missing"), "a single privilege is no role");

    let operator = ["Stream Viewer", "Stream Log", "Currently Streaming", "Breakout Explorer"];
    let creator = ["Events", "Breakouts", "Breakout Explorer", "Subdomains", "Blogs"];
    let manager = ["Payments", "Platform", "Analytics", "All Attendance", "All Usage", "VoD Profiles"];
    let more = ["Pipelines", "Distributions", "Comments", "Monetization", "Activity Log"];
    let all = [&operator[..], &creator, &manager, &more].concat();
    for (role, privileges) in [
        ("Livestream Operator", &operator[..]),
        ("Content Creator", &creator),
        ("General Manager", &manager),
        ("Super Admin", &all),
    ] {
        let expected: BTreeSet<String> = privileges.iter().map(|&privilege| privilege.to_owned()).collect();
        assert_eq!(privileges_of(walk, role).await, expected, "{role}");
    }
}

/// What a role allows, by the names of the sections; and nothing else of any application.
async fn privileges_of(walk: &Walk, role: &str) -> BTreeSet<String> {
    let (table, id) = (walk.get(&walk.administrator().await, "/authority").await, walk.role(role).await);
    let applications = table["applications"].as_array().unwrap().iter();
    let rows = applications.flat_map(|application| application["permissions"].as_array().unwrap());
    let given = rows.filter(|row| texts(&row["roles"]).contains(&id));
    given.map(|row| text(&row["name"])).collect()
}

/// Whoever has joined has exactly the privileges of the role, as it is at that time and from then on; and the signer is
/// warned where a role has changed since the invitation went out.
async fn privileges_are_those_of_the_role(walk: &Walk) {
    let sam = walk.administrator().await;
    let carl = walk.joined("Carl", "carl@example.org", "Content Creator").await;
    let by_role = ["blogs", "breakout-explorer", "breakouts", "events", "subdomains"];
    let expected = by_role.map(|section| format!("livestream:{section}.open"));
    assert_eq!(walk.held(&carl.token).await, expected);

    let asked = walk.invited(&by_mail("Cora", "cora@example.org"), "Content Creator").await;
    let id = invitation_in(&asked);
    walk.act(&sam, &format!("/invitations/{id}/send")).await.done();
    let letter = walk.letter().await;
    let changed = async || walk.get(&sam, &format!("/invitations/{id}")).await["roles_changed"].clone();
    assert_eq!(changed().await, json!(false));
    walk.pass(TimeDelta::hours(1));
    let role = format!("/roles/{}", walk.role("Content Creator").await);
    let before = walk.get(&sam, &role).await;
    let edited = json!({ "name": "Content Creator", "permissions": ["livestream:blogs.open"], "includes": [] });
    walk.put(&sam, &role, &edited).await.done();
    assert_eq!(changed().await, json!(true));
    assert_eq!(walk.held(&carl.token).await, ["livestream:blogs.open"], "at once");
    let cora = walk.joins_by(&letter, "Cora").await;
    assert_eq!(walk.held(&cora.token).await, ["livestream:blogs.open"], "as the role is when she joins");
    let restored =
        json!({ "name": "Content Creator", "permissions": before["permissions"], "includes": before["includes"] });
    walk.put(&sam, &role, &restored).await.done();
    for person in [carl, cora] {
        assert_eq!(walk.held(&person.token).await, expected);
    }
}

/// Single privileges beside the role are the signer's to give, when inviting and later; and nobody else's, whatever role
/// that is.
async fn the_signer_adds_privileges(walk: &Walk) {
    let sam = walk.administrator().await;
    let mut person = by_mail("Olga", "olga@example.org");
    person["roles"] = json!([walk.role("Livestream Operator").await]);
    person["assignments"] = json!([{ "permission": "livestream:payments.open" }]);
    let asked = walk.post(&sam, "/invitations", &json!({ "people": [person] })).await.done()["invited"][0].clone();
    walk.act(&sam, &format!("/invitations/{}/send", invitation_in(&asked))).await.done();
    let olga = walk.joins_by(&walk.letter().await, "Olga").await;
    assert!(walk.may(&olga.token, "livestream:payments.open").await);
    assert!(walk.may(&olga.token, "livestream:stream-log.open").await);
    assert!(!walk.may(&olga.token, "livestream:analytics.open").await);

    let more = json!({
        "roles": person["roles"],
        "assignments": [{ "permission": "livestream:payments.open" }, { "permission": "livestream:analytics.open" }],
    });
    let entry = format!("/members/{}", olga.id);
    walk.patch(&sam, &entry, &more).await.done();
    assert!(walk.may(&olga.token, "livestream:analytics.open").await);
    walk.patch(&sam, &entry, &json!({ "roles": person["roles"] })).await.done();
    assert_eq!(walk.held(&olga.token).await.len(), 4, "those of the role");

    let sue = walk.joined("Sue", "sue@example.org", "Super Admin").await;
    let invite = json!({ "people": [by_mail("Joe", "joe@example.org")], "roles": person["roles"] });
    for refused in [
        walk.post(&sue.token, "/invitations", &invite).await,
        walk.patch(&sue.token, &entry, &more).await,
        walk.patch(&olga.token, &entry, &more).await,
    ] {
        assert_eq!(refused.problem(), (403, "permission-missing".into()), "only the signer");
    }
}

/// An invitation can be taken back, before it is accepted and after it too, until the person has joined; and the same person
/// can be invited again, however much later.
async fn it_is_revoked_and_made_again(walk: &Walk) {
    let sam = walk.administrator().await;
    let act = async |verb: &str, id: &str| walk.act(&sam, &format!("/invitations/{id}/{verb}")).await;
    let mut ids = Vec::new();
    for name in ["ready", "unsent", "invited", "accepted", "joined"] {
        let invited = walk.invited(&by_mail(name, &format!("{name}@example.org")), "General Manager").await;
        ids.push(invitation_in(&invited));
    }
    let [ready, unsent, invited, accepted, joined] = &ids[..] else { panic!("five") };
    let mut tokens = Vec::new();
    for id in [invited, accepted, joined] {
        act("send", id).await.done();
        tokens.push(token_in(&walk.letter().await));
    }
    for token in &tokens[1..] {
        walk.step("accept", token).await.done();
    }
    walk.registers(&json!({ "token": tokens[2], "name": "Joined" })).await;
    act("send", unsent).await.done();

    for id in [ready, unsent, invited, accepted] {
        assert_eq!(act("revoke", id).await.done()["stage"], "revoked");
        assert_eq!(tracked(walk, id).await, (label("REVOKED", "grey"), walk.now()));
        assert_eq!(act("revoke", id).await.problem(), (410, "invitation-revoked".into()));
    }
    assert_eq!(walk.letters().await, [], "a mail that had not gone out does not");
    assert_eq!(act("send", ready).await.problem(), (410, "invitation-revoked".into()));
    assert_eq!(act("revoke", joined).await.problem(), (410, "invitation-joined".into()));
    for step in ["accept", "reject"] {
        assert_eq!(walk.step(step, &tokens[0]).await.problem(), (410, "invitation-revoked".into()));
    }
    let registration = json!({ "token": tokens[1], "name": "Late", "password": PASSWORD, "transport": "bearer" });
    let late = walk.api.post(format!("{INVITATION}/register"), &registration).send().await;
    assert_eq!(late.problem(), (410, "invitation-revoked".into()));

    walk.pass(TimeDelta::days(40));
    let sam = walk.administrator().await;
    for (id, name) in [(ready, "ready"), (unsent, "unsent"), (invited, "invited"), (accepted, "accepted")] {
        walk.act(&sam, &format!("/invitations/{id}/resend")).await.done();
        let letter = walk.letter().await;
        assert_eq!(letter.to.as_str(), format!("{name}@example.org"));
        let person = walk.joins_by(&letter, name).await;
        assert!(walk.may(&person.token, "livestream:payments.open").await);
        assert_eq!(tracked(walk, id).await.0, label("COMPLETED", "green"));
    }
    for token in &tokens[..2] {
        assert_eq!(walk.step("open", token).await.problem(), (410, "link-superseded".into()));
    }
}

/// Nobody joins without being asked, and the signer cannot tell who has an account elsewhere.
async fn whoever_has_an_account_is_asked_too(walk: &Walk) {
    walk.known_elsewhere("Known", "known@example.org").await;
    let mut answers = Vec::new();
    for email in ["known@example.org", "never@example.org"] {
        let mut line = walk.invited(&by_mail("Somebody", email), "General Manager").await;
        for (part, field) in [("member", "id"), ("invitation", "id"), ("invitation", "member")] {
            line[part][field] = json!(null);
        }
        assert_eq!(line["member"]["status"], "not-joined");
        answers.push(line.to_string().replace(email, "…"));
    }
    assert_eq!(answers[0], answers[1]);
    let known = walk.api.sign_in("known@example.org").await;
    assert_eq!(walk.api.get(walk.at("")).by(&known).send().await.problem(), (404, "tenant-unknown".into()));
}
