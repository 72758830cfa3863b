//! `organization`: people who are added with a password, or invited by mail or by a link that somebody hands over; and all
//! that is done to a member afterwards.

mod departments;
mod imports;

use chrono::TimeDelta;
use membership_testkit::{
    Adapter, Bed,
    bed::{PASSWORD, TEMPORARY},
};
use serde_json::{Value, json};

use super::{INVITATION, Walk, by_mail, fault, label, token_in, token_of, written};
use crate::{
    fixture::Api,
    house::{text, texts},
};

/// Proves ORG-9, ORG-10, ORG-13, ORG-18, ORG-19, ORG-20, ORG-21, ORG-22, ORG-23, ORG-25, ORG-26, ORG-27, ORG-29, ORG-30,
/// ORG-31, ORG-34, ORG-35, ORG-36, ORG-37, ORG-38, ORG-39, ORG-40, ORG-41, ORG-42 and ORG-43; and, as far as no page is
/// needed, ORG-11 in part, ORG-12 in part, ORG-15 in part, ORG-16 in part, ORG-17 in part, ORG-24 in part, ORG-28 in part,
/// ORG-32 in part, ORG-33 in part.
#[tokio::test]
async fn an_organization() {
    let walk = Walk::begin("organization", "Foundry", "ola@example.org").await;
    // The tree of departments comes first: it is walked in a tenant of its own.
    members_are_searched(&walk).await;
    members_are_added_with_a_password(&walk).await;
    without_a_mail_server_links_are_left().await;
    members_are_invited_by_hand(&walk).await;
    a_link_can_be_bound_to_an_address(&walk).await;
    a_link_is_good_for_three_days(&walk).await;
    members_are_invited_by_mail(&walk).await;
    imports::members_are_imported(&walk).await;
    members_are_edited_and_shown(&walk).await;
    members_are_given_links_to_another_password(&walk).await;
    whoever_has_not_joined_is_invited_again(&walk).await;
    whoever_has_not_joined_is_removed_directly(&walk).await;
    what_a_member_has_goes_to_others(&walk).await;
    members_are_disabled_and_enabled(&walk).await;
    assert_eq!(walk.api.bed.violations().await.unwrap(), []);
}

impl Walk {
    /// The administrator adds somebody with a temporary password: the answer.
    async fn added(&self, name: &str, username: &str, roles: &[&str]) -> Value {
        let mut ids = Vec::new();
        for role in roles {
            ids.push(self.role(role).await);
        }
        let body = json!({ "name": name, "username": username, "password": TEMPORARY, "roles": ids });
        self.post(&self.administrator().await, "/members", &body).await.done()
    }

    /// The same, and the person signs in and chooses another password: the id, and the session's token.
    async fn settled(&self, name: &str, username: &str) -> (String, String) {
        let id = text(&self.added(name, username, &["Member"]).await["id"]);
        let login = json!({ "login": username, "password": TEMPORARY, "transport": "bearer" });
        let first = text(&self.api.post("/api/v1/sessions", &login).send().await.done()["token"]);
        let change = json!({ "current": TEMPORARY, "new": PASSWORD });
        let changed = self.api.post("/api/v1/me/password", &change).by(&first).send().await.done();
        (id, text(&changed["token"]))
    }

    /// The administrator invites somebody by a link: the entry's id, and the link's token.
    async fn handed_over(&self, name: &str) -> (String, String) {
        let invited = self.invited(&json!({ "name": name, "via": "link" }), "Member").await;
        (text(&invited["member"]["id"]), token_of(&text(&invited["link"])))
    }

    /// The names of the members that `query` finds, in order of the alphabet.
    async fn named(&self, query: &str) -> Vec<String> {
        let found = self.members(&self.administrator().await, query).await;
        let mut names: Vec<String> = found.iter().map(|member| text(&member["name"])).collect();
        names.sort();
        names
    }
}

/// Members are searched loosely by name and username, and the list is filtered by three states.
async fn members_are_searched(walk: &Walk) {
    let ola = walk.administrator().await;
    walk.added("Ann Johnson", "trumpet", &["Member"]).await;
    let zoe = walk.added("Zoë Müller", "zmueller", &["Member"]).await;
    walk.act(&ola, &format!("/members/{}/disable", text(&zoe["id"]))).await.done();
    let person = json!({ "name": "Ready", "via": "link" });
    let later = json!({ "people": [person], "roles": [walk.role("Member").await], "send": "later" });
    walk.post(&ola, "/invitations", &later).await.done();
    walk.handed_over("Waiting").await;
    let (rejected, revoked) = (walk.handed_over("Rejected").await, walk.handed_over("Revoked").await);
    walk.step("reject", &rejected.1).await.done();
    let invitation = walk.get(&ola, &format!("/members/{}", revoked.0)).await["invitation"]["id"].clone();
    walk.act(&ola, &format!("/invitations/{}/revoke", text(&invitation))).await.done();

    for (typed, found) in [
        ("johnson", &["Ann Johnson"][..]),
        ("JOHN", &["Ann Johnson"]),
        ("trump", &["Ann Johnson"]),
        ("muller", &["Zoë Müller"]),
        ("zmuel", &["Zoë Müller"]),
        ("jonhson", &["Ann Johnson"]),
        ("xylophone", &[]),
    ] {
        assert_eq!(walk.named(&format!("?q={typed}")).await, found, "{typed}");
    }
    let asked = ["Ready", "Rejected", "Revoked", "Waiting"];
    for (status, word, names) in [
        ("not-joined", label("To be added", "amber"), &asked[..]),
        ("enabled", label("Enabled", "green"), &["Ann Johnson", "First"]),
        ("disabled", label("Disabled", "red"), &["Zoë Müller"]),
    ] {
        assert_eq!(walk.named(&format!("?status={status}")).await, names, "{status}");
        let listed = walk.members(&ola, &format!("?status={status}")).await;
        assert!(listed.iter().all(|member| member["status_label"] == word), "{status}");
    }
    assert_eq!(walk.named("?status=disabled&q=johnson").await, [""; 0], "both count");
    walk.pass(TimeDelta::days(4));
    assert_eq!(walk.named("?status=not-joined&stage=expired").await, ["Waiting"]);
    assert_eq!(walk.named("?status=not-joined").await, asked, "whatever the invitation has come to");
}

/// Somebody is added in two steps: name and roles, then username, password and perhaps an address. The member is there at
/// once, and replaces the password at the first sign-in.
async fn members_are_added_with_a_password(walk: &Walk) {
    let ola = walk.administrator().await;
    walk.pass(TimeDelta::minutes(1));
    let roles = [walk.role("Member").await, walk.role("Member manager").await];
    let body = json!({
        "name": "Ben Baker", "username": "bbaker", "password": TEMPORARY, "email": "ben@example.org", "roles": roles,
    });
    walk.post(&ola, "/members", &body).await.done();
    let top = walk.members(&ola, "").await[0].clone();
    assert_eq!((&top["username"], &top["status_label"]), (&json!("bbaker"), &label("Enabled", "green")));
    assert_eq!((&top["email"], top["roles"].as_array().unwrap().len()), (&json!("ben@example.org"), 2));
    assert_eq!(walk.letters().await, [], "the administrator tells the person");
    let again = walk.post(&ola, "/members", &body).await;
    assert_eq!(again.problem(), (409, "username-taken".into()));
    let without = walk.added("Eve Eaton", "eve", &["Member"]).await;
    assert_eq!((&without["status"], without.get("email")), (&json!("enabled"), None));

    let login = json!({ "login": "bbaker", "password": TEMPORARY, "transport": "bearer" });
    let ben = text(&walk.api.post("/api/v1/sessions", &login).send().await.done()["token"]);
    let me = walk.api.get("/api/v1/me").by(&ben).send().await.done();
    assert_eq!(texts(&me["owes"]), ["new-password"]);
    for path in ["", "/members", "/roles"] {
        let refused = walk.api.get(walk.at(path)).by(&ben).send().await;
        assert_eq!(refused.problem(), (403, "password-change-required".into()), "{path}");
    }
    let change = json!({ "current": TEMPORARY, "new": PASSWORD });
    let changed = walk.api.post("/api/v1/me/password", &change).by(&ben).send().await.done();
    let fresh = text(&changed["token"]);
    assert_eq!(walk.get(&fresh, "").await["tenant"]["name"], "Foundry");
    assert!(walk.may(&fresh, "workspace:tasks.edit").await && walk.may(&fresh, "membership:members.invite").await);
    assert_eq!(walk.api.post("/api/v1/sessions", &login).send().await.problem(), (401, "sign-in-failed".into()));
}

/// The mail server is set up elsewhere; without it nobody is invited by mail, and it is said why.
async fn without_a_mail_server_links_are_left() {
    let quiet = Api::over(Bed::altered(Adapter::in_memory(), |parts| parts.mail_is_on = false).await.unwrap());
    let (root, member) = (quiet.root().await, quiet.role("Member").await);
    let invite = async |person: Value| {
        let body = json!({ "people": [person], "roles": [member] });
        quiet.post(quiet.tenant("/invitations"), &body).by(&root).send().await
    };
    let refused = invite(by_mail("Ann", "ann@example.org")).await;
    assert_eq!(refused.problem(), (503, "mail-not-configured".into()));
    assert!(text(&refused.json()["detail"]).contains("no mail server is configured"), "{}", refused.text);
    assert_eq!(invite(json!({ "name": "Ann", "via": "link" })).await.status, 201);
}

/// Invited by hand: the link is shown this once, whoever has it registers, and until then the member waits to join.
async fn members_are_invited_by_hand(walk: &Walk) {
    let ola = walk.administrator().await;
    let (id, token) = walk.handed_over("Hand").await;
    assert_eq!(walk.letters().await, []);
    let entry = async || walk.get(&ola, &format!("/members/{id}")).await;
    let waiting = entry().await;
    assert_eq!((&waiting["status"], &waiting["time"]), (&json!("not-joined"), &walk.now()));
    assert_eq!(waiting["invitation"]["stage_label"], label("Waiting to join", "amber"));
    let invitation = format!("/invitations/{}", text(&waiting["invitation"]["id"]));
    for path in [format!("/members/{id}"), invitation, "/members".to_owned(), "/audit".to_owned()] {
        assert!(!walk.get(&ola, &path).await.to_string().contains(&token), "{path}");
    }
    let here = walk.here.rsplit('/').next().unwrap().parse().unwrap();
    let stored = format!("{:?}", walk.api.bed.world(here).await.unwrap());
    assert!(stored.contains(&id) && !stored.contains(&token), "nor is it kept");

    let seen = walk.step("open", &token).await.done();
    assert_eq!((&seen["tenant"], &seen["via"], seen.get("email")), (&json!("Foundry"), &json!("link"), None));
    walk.step("accept", &token).await.done();
    assert_eq!(entry().await["invitation"]["stage_label"], label("Waiting to join", "amber"));
    let mut body = json!({ "token": token, "name": "Hand", "password": PASSWORD, "transport": "bearer" });
    let nameless = walk.api.post(format!("{INVITATION}/register"), &body).send().await;
    assert_eq!(nameless.faults(), fault("/username", "username-missing"));
    body["username"] = json!("hand");
    walk.pass(TimeDelta::minutes(1));
    let hand = walk.registers(&json!({ "token": token, "name": "Hand", "username": "hand" })).await;
    assert_eq!(walk.get(&hand.token, "").await["member"], id.as_str());
    let enabled = entry().await;
    assert_eq!((&enabled["status_label"], &enabled["time"]), (&label("Enabled", "green"), &walk.now()));
    body["username"] = json!("second");
    for (step, body) in [("accept", json!({ "token": token })), ("register", body)] {
        let again = walk.api.post(format!("{INVITATION}/{step}"), &body).send().await;
        assert_eq!(again.problem(), (410, "invitation-joined".into()), "{step}: it is for one");
    }
}

/// A link that is bound to an address is for the owner of that address, who has proved it.
async fn a_link_can_be_bound_to_an_address(walk: &Walk) {
    let mut person = json!({ "name": "Bound", "via": "link", "email": "bound@example.org" });
    let invited = walk.invited(&person, "Member").await;
    let token = token_of(&text(&invited["link"]));
    let (other, owner) = (
        walk.known_elsewhere("Other", "other@example.org").await,
        walk.known_elsewhere("Bound", "bound@example.org").await,
    );
    let refused = walk.step_by(&other, "accept", &token).await;
    assert_eq!(refused.problem(), (403, "invitation-address-mismatch".into()));
    walk.step_by(&owner, "accept", &token).await.done();
    assert_eq!(walk.step_by(&owner, "join", &token).await.done()["status"], "enabled");
    person["email"] = json!("stranger@example.org");
    let token = token_of(&text(&walk.invited(&person, "Member").await["link"]));
    walk.step("accept", &token).await.done();
    let body =
        json!({ "token": token, "name": "S", "username": "stranger", "password": PASSWORD, "transport": "bearer" });
    let unproved = walk.api.post(format!("{INVITATION}/register"), &body).send().await;
    assert_eq!(unproved.status, 403, "a link that was handed over proves no address: {}", unproved.text);
}

/// A link is good for three days. Then another can be made, good for three days more; and whenever one is made, the one before
/// is dead.
async fn a_link_is_good_for_three_days(walk: &Walk) {
    let (id, first) = walk.handed_over("Slow").await;
    let reinvite = format!("/members/{id}/reinvite");
    walk.pass(TimeDelta::days(3) - TimeDelta::microseconds(1));
    assert_eq!(walk.step("open", &first).await.done()["stage"], "invited");
    walk.pass(TimeDelta::microseconds(1));
    assert_eq!(walk.step("accept", &first).await.problem(), (410, "invitation-expired".into()));
    let ola = walk.administrator().await;
    assert_eq!(walk.get(&ola, &format!("/members/{id}")).await["invitation"]["stage_label"], label("Expired", "red"));

    let second = token_of(&text(&walk.act(&ola, &reinvite).await.done()["link"]));
    assert_eq!(walk.step("accept", &first).await.problem(), (410, "link-superseded".into()));
    walk.pass(TimeDelta::days(2));
    let ola = walk.administrator().await;
    let third = token_of(&text(&walk.act(&ola, &reinvite).await.done()["link"]));
    assert_eq!(walk.step("accept", &second).await.problem(), (410, "link-superseded".into()), "before its time too");
    walk.pass(TimeDelta::days(3) - TimeDelta::microseconds(1));
    walk.step("accept", &third).await.done();
    walk.registers(&json!({ "token": third, "name": "Slow", "username": "slow" })).await;
}

/// Invited by mail: the address is needed, and the mail goes at once. Its link shows the organization; whoever says yes
/// registers, or signs in with the account that there is.
async fn members_are_invited_by_mail(walk: &Walk) {
    let ola = walk.administrator().await;
    let body = json!({ "people": [{ "name": "Mel", "via": "mail" }], "roles": [walk.role("Member").await] });
    let refused = walk.post(&ola, "/invitations", &body).await;
    assert_eq!(refused.faults(), fault("/people/0/email", "address-empty"));
    let kim = walk.known_elsewhere("Kim", "kim@example.org").await;
    for (name, email, has_account) in [("Mel", "mel@example.org", false), ("Kim", "kim@example.org", true)] {
        let invited = walk.invited(&by_mail(name, email), "Member").await;
        assert_eq!((&invited["member"]["status"], invited.get("link")), (&json!("not-joined"), None));
        let letter = walk.letter().await;
        assert_eq!((letter.to.as_str(), letter.to_name.as_str()), (email, name));
        let token = token_in(&letter);
        let seen = walk.step("open", &token).await.done();
        assert_eq!((&seen["tenant"], &seen["inviter"]), (&json!("Foundry"), &json!("First")));
        assert_eq!((&seen["stage"], &seen["has_account"]), (&json!("invited"), &json!(has_account)));
        walk.step("accept", &token).await.done();
        if has_account {
            let body = json!({ "token": token, "name": name, "password": PASSWORD, "transport": "bearer" });
            let second = walk.api.post(format!("{INVITATION}/register"), &body).send().await;
            assert_eq!(second.problem(), (409, "account-exists".into()));
            walk.step_by(&kim, "join", &token).await.done();
        } else {
            walk.registers(&json!({ "token": token, "name": name })).await;
        }
        assert_eq!(walk.get(&ola, &format!("/members/{}", text(&invited["member"]["id"]))).await["status"], "enabled");
    }
    let me = walk.api.get("/api/v1/me").by(&kim).send().await.done();
    assert_eq!(me["places"].as_array().unwrap().len(), 2);
}

/// A member is edited, and shown in full: the department is walked elsewhere.
async fn members_are_edited_and_shown(walk: &Walk) {
    let ola = walk.administrator().await;
    let invited = walk.invited(&by_mail("Pat", "pat@example.org"), "Member").await;
    let letter = walk.letter().await;
    walk.pass(TimeDelta::hours(1));
    let (pat, activated) = (walk.joins_by(&letter, "Pat").await, walk.now());
    let roles = [walk.role("Member").await, walk.role("Member manager").await];
    let changes = json!({ "name": "Pat Porter", "email": "pat@foundry.example", "roles": roles });
    walk.patch(&ola, &format!("/members/{}", pat.id), &changes).await.done();
    assert!(walk.may(&pat.token, "membership:members.manage").await);
    walk.pass(TimeDelta::hours(1));
    walk.api.sign_in("pat@example.org").await;

    let shown = walk.get(&ola, &format!("/members/{}", pat.id)).await;
    for (field, value) in [
        ("name", json!("Pat Porter")),
        ("email", json!("pat@foundry.example")),
        ("status_label", label("Enabled", "green")),
        ("joined_at", activated),
        ("last_signed_in_at", walk.now()),
        ("creator_name", json!("First")),
        ("invitation_email", json!("pat@example.org")),
        ("created_at", invited["member"]["created_at"].clone()),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    let mut held = texts(&shown["role_names"]);
    held.sort();
    assert_eq!(held, ["Member", "Member manager"]);
    let hand = walk.members(&ola, "?q=hand").await[0].clone();
    assert_eq!(hand["username"], "hand");
}

/// Only who has not joined is invited again: whoever has declined or been too late gets a new link. Who has accepted in time
/// has a day to finish.
async fn whoever_has_not_joined_is_invited_again(walk: &Walk) {
    let (declines, first) = walk.handed_over("Declines").await;
    walk.step("reject", &first).await.done();
    let ola = walk.administrator().await;
    let stage =
        async |by: &str, id: &str| walk.get(by, &format!("/members/{id}")).await["invitation"]["stage_label"].clone();
    assert_eq!(stage(&ola, &declines).await, label("Rejected", "red"));
    assert_eq!(walk.step("accept", &first).await.problem(), (410, "invitation-rejected".into()));
    let link = walk.act(&ola, &format!("/members/{declines}/reinvite")).await.done()["link"].clone();
    walk.step("accept", &token_of(&text(&link))).await.done();
    walk.registers(&json!({ "token": token_of(&text(&link)), "name": "Declines", "username": "declines" })).await;
    let refused = walk.act(&ola, &format!("/members/{declines}/reinvite")).await;
    assert_eq!(refused.problem(), (410, "invitation-joined".into()), "only for who has not joined");

    let (in_time, dallies) = (walk.handed_over("In time").await, walk.handed_over("Dallies").await);
    walk.pass(TimeDelta::days(3) - TimeDelta::microseconds(1));
    for (_, token) in [&in_time, &dallies] {
        walk.step("accept", token).await.done();
    }
    walk.pass(TimeDelta::days(1) - TimeDelta::microseconds(1));
    walk.registers(&json!({ "token": in_time.1, "name": "In time", "username": "in-time" })).await;
    walk.pass(TimeDelta::microseconds(1));
    let body = json!({
        "token": dallies.1, "name": "Dallies", "username": "dallies", "password": PASSWORD, "transport": "bearer",
    });
    let late = walk.api.post(format!("{INVITATION}/register"), &body).send().await;
    assert_eq!(late.problem(), (410, "invitation-expired".into()));
    let ola = walk.administrator().await;
    assert_eq!(stage(&ola, &dallies.0).await, label("Expired", "red"));
    let link = walk.act(&ola, &format!("/members/{}/reinvite", dallies.0)).await.done()["link"].clone();
    assert_eq!(walk.step("open", &token_of(&text(&link))).await.done()["stage"], "invited");
}

/// Who has not joined is removed directly; and where the policy says so, everybody else is disabled first.
async fn whoever_has_not_joined_is_removed_directly(walk: &Walk) {
    let ola = walk.administrator().await;
    let mut policy = walk.get(&ola, "/policy").await;
    policy["disable_before_remove"] = json!(true);
    let set = async |policy: &Value| {
        let plan = walk.post(&ola, "/policy/plan", &json!({ "policy": policy })).await.done()["plan"].clone();
        walk.put(&ola, "/policy", &json!({ "policy": policy, "plan": plan })).await.done();
    };
    set(&policy).await;
    let (id, token) = walk.handed_over("Never").await;
    let gone = walk.post(&ola, &format!("/members/{id}/remove"), &json!({})).await.done();
    assert_eq!((&gone["member"]["status"], gone.get("transfer")), (&json!("removed"), None));
    assert_eq!(walk.step("accept", &token).await.problem(), (410, "invitation-revoked".into()));
    let (id, _) = walk.settled("Joined", "joined").await;
    let remove = format!("/members/{id}/remove");
    assert_eq!(walk.post(&ola, &remove, &json!({})).await.problem(), (409, "member-not-disabled".into()));
    walk.act(&ola, &format!("/members/{id}/disable")).await.done();
    walk.post(&ola, &remove, &json!({})).await.done();
    policy["disable_before_remove"] = json!(false);
    set(&policy).await;
}

/// What a removed member has goes to other members, and the account stays.
async fn what_a_member_has_goes_to_others(walk: &Walk) {
    let (ola, bed) = (walk.administrator().await, &walk.api.bed);
    let lea = walk.known_elsewhere("Lea", "lea@example.org").await;
    walk.invited(&by_mail("Lea", "lea@example.org"), "Member").await;
    let token = token_in(&walk.letter().await);
    for step in ["accept", "join"] {
        walk.step_by(&lea, step, &token).await.done();
    }
    let id = text(&walk.get(&lea, "").await["member"]);
    let (heir, _) = walk.settled("Heir", "heir").await;
    let (away, _) = walk.settled("Away", "away").await;
    walk.act(&ola, &format!("/members/{away}/disable")).await.done();
    for (kind, count) in [("files", 3), ("tasks", 14)] {
        bed.custodian().put(id.parse().unwrap(), kind, count);
    }
    let held = walk.get(&ola, &format!("/members/{id}/holdings")).await["holdings"].clone();
    let counts: Vec<(String, u64)> =
        held.as_array().unwrap().iter().map(|one| (text(&one["kind"]), one["count"].as_u64().unwrap())).collect();
    assert_eq!(counts, [("files".to_owned(), 3), ("tasks".to_owned(), 14)], "before anybody confirms");

    let remove = async |heirs: Value| walk.post(&ola, &format!("/members/{id}/remove"), &heirs).await;
    for (heirs, code) in [
        (json!({}), "heir-missing"),
        (json!({ "heirs": { "files": heir } }), "heir-missing"),
        (json!({ "heir": away }), "heir-unfit"),
        (json!({ "heir": id }), "heir-unfit"),
        (json!({ "heir": bed.member.id.to_string() }), "heir-unfit"),
    ] {
        let refused = remove(heirs.clone()).await;
        assert!(!refused.faults().is_empty() && refused.faults().iter().all(|(_, found)| found == code), "{heirs}");
    }
    assert_eq!(walk.get(&lea, "").await["member"], id.as_str(), "nothing has happened");
    let removed = remove(json!({ "heir": walk.own, "heirs": { "tasks": heir } })).await.done();
    assert_eq!((&removed["member"]["status"], removed["transfer"].get("finished_at")), (&json!("removed"), None));
    assert_eq!(walk.api.get(walk.at("")).by(&lea).send().await.problem(), (404, "tenant-unknown".into()), "at once");
    let open = walk.get(&ola, "/transfers").await["transfers"].clone();
    assert!(open.as_array().unwrap().iter().any(|transfer| transfer["member"] == id.as_str()), "on its way: {open}");
    bed.carry().await.unwrap();
    assert_eq!(walk.get(&ola, "/transfers").await["transfers"], json!([]));
    let listed = walk.members(&ola, "?status=removed&q=lea").await;
    assert_eq!(listed[0]["transfer"]["finished_at"], walk.now());
    let of = |member: &str| bed.custodian().held_by(member.parse().unwrap());
    assert_eq!(of(&walk.own), [("files".to_owned(), 3)].into());
    assert_eq!((of(&heir), of(&id)), ([("tasks".to_owned(), 14)].into(), [].into()));

    // The account signs in as before, and the other organization is where it was.
    let lea = walk.api.sign_in("lea@example.org").await;
    let places = walk.api.get("/api/v1/me").by(&lea).send().await.done()["places"].clone();
    assert_eq!((places.as_array().unwrap().len(), &places[0]["tenant"]["name"]), (1, &json!("Example Ltd")));
    assert_eq!(walk.api.get(walk.api.tenant("")).by(&lea).send().await.status, 200);
    let (nothing, _) = walk.settled("Nothing", "nothing").await;
    let gone = walk.post(&ola, &format!("/members/{nothing}/remove"), &json!({})).await.done();
    assert_eq!(gone["member"]["status"], "removed", "who has nothing needs no heir");
}

/// Whoever has joined is enabled. Disabled, a member is shut out and keeps all it has; enabled again, it is let in as before.
/// "Reset password" makes a link for handing over, good for 24 hours, once, and the newest alone.
async fn members_are_given_links_to_another_password(walk: &Walk) {
    const OTHER: &str = "nine grey herons by the weir";
    let ola = walk.administrator().await;
    let (ida, _) = walk.settled("Ida", "ida").await;
    let mut links = Vec::new();
    for _ in 0..2 {
        let made = walk.act(&ola, &format!("/members/{ida}/password-link")).await.done();
        assert_eq!(made["expires_at"], written(walk.api.bed.clock.now() + TimeDelta::hours(24)));
        links.push(text(&made["link"]).rsplit('/').next().unwrap().to_owned());
    }
    let choose = async |token: &str| {
        let body = json!({ "token": token, "new": OTHER });
        walk.api.post("/api/v1/passwords/reset", &body).send().await
    };
    assert_eq!(choose(&links[0]).await.problem(), (410, "link-superseded".into()));
    assert_eq!(choose(&links[1]).await.status, 204);
    assert_eq!(choose(&links[1]).await.problem(), (410, "link-superseded".into()));
    let login = json!({ "login": "ida", "password": OTHER, "transport": "bearer" });
    assert_eq!(walk.api.post("/api/v1/sessions", &login).send().await.status, 201);
}

async fn members_are_disabled_and_enabled(walk: &Walk) {
    let ola = walk.administrator().await;
    let dan = walk.joined("Dan", "dan@example.org", "Member").await;
    let entry = format!("/members/{}", dan.id);
    let before = walk.get(&ola, &entry).await;
    assert_eq!(before["status_label"], label("Enabled", "green"));
    let member = dan.id.parse().unwrap();
    walk.api.bed.custodian().put(member, "files", 7);
    walk.pass(TimeDelta::minutes(1));
    walk.act(&ola, &format!("{entry}/disable")).await.done();
    let disabled = walk.get(&ola, &entry).await;
    assert_eq!((&disabled["status_label"], &disabled["time"]), (&label("Disabled", "red"), &walk.now()));
    for kept in ["name", "email", "roles", "assignments", "joined_at", "invitation_email"] {
        assert_eq!(disabled[kept], before[kept], "{kept}");
    }
    let again = walk.api.sign_in("dan@example.org").await;
    for token in [&dan.token, &again] {
        for path in ["", "/members", "/check?permission=workspace:files.view"] {
            let refused = walk.api.get(walk.at(path)).by(token).send().await;
            assert_eq!(refused.problem(), (403, "member-disabled".into()), "{path}");
        }
    }
    assert_eq!(walk.api.get("/api/v1/me").by(&again).send().await.status, 200);
    walk.act(&ola, &format!("{entry}/enable")).await.done();
    let fresh = walk.api.sign_in("dan@example.org").await;
    assert!(walk.may(&fresh, "workspace:files.view").await);
    assert_eq!(walk.get(&ola, &entry).await["status_label"], label("Enabled", "green"));
    assert_eq!(walk.api.bed.custodian().held_by(member), [("files".to_owned(), 7)].into());
}
