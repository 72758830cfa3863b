//! `streaming-app`: the team of a streaming application. Members are in groups; whoever has an account joins at once, and
//! everybody else is invited.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use membership_core::outbox::{Content, Letter};
use membership_testkit::bed::{PASSWORD, TEMPORARY};
use serde_json::{Value, json};

use super::{INVITATION, Person, Walk, by_mail, fault, label, token_in, token_of, written};
use crate::{
    fixture::Ask,
    house::{text, texts},
};

/// Proves APP-1, APP-2, APP-7, APP-8, APP-10, APP-11, APP-12, APP-13, APP-14, APP-15, APP-16, APP-19, APP-20, APP-21,
/// APP-26, APP-27, APP-30 and APP-31; and, as far as no page is needed, APP-3 in part, APP-4 in part, APP-6 in part,
/// APP-9 in part, APP-17 in part, APP-22 in part, APP-23 in part, APP-24 in part, APP-28 in part, APP-29 in part.
#[tokio::test]
async fn a_streaming_application() {
    let walk = Walk::begin("streaming-app", "Harbour Live", "ada@example.org").await;
    unauthorized_persons_are_kept_out(&walk).await;
    an_account_is_needed(&walk).await;
    addresses_have_rules(&walk).await;
    a_member_is_in_a_group(&walk).await;
    up_to_ten_at_once(&walk).await;
    accounts_are_looked_for(&walk).await;
    whoever_has_an_account_is_a_member(&walk).await;
    whoever_has_none_is_invited(&walk).await;
    the_team_grows(&walk).await;
    assert_eq!(walk.api.bed.violations().await.unwrap(), []);
}

/// Every operation of the tenant, with ids that are there and a body that would do something.
fn operations<'a>(walk: &'a Walk, role: &str) -> Vec<(String, Ask<'a>)> {
    let here = walk.here.rsplit('/').next().unwrap();
    let mut found = Vec::new();
    for (method, path, operation) in walk.api.operations() {
        if path.contains("{tenant}") {
            let path = path.replace("{tenant}", here).replace("{member}", &walk.own).replace("{role}", role);
            let ask = walk.api.ask(method, format!("{path}?permission=application:settings.view"));
            let example = operation.pointer("/requestBody/content/application~1json/example");
            let ask = if let Some(example) = example { ask.json(example) } else { ask };
            found.push((text(&operation["operationId"]), ask));
        }
    }
    assert!(found.len() > 40);
    found
}

/// Security comes first: whoever is no member neither sees nor changes anything, nor does whoever is not signed in.
async fn unauthorized_persons_are_kept_out(walk: &Walk) {
    let eve = walk.known_elsewhere("Eve", "eve@example.org").await;
    let ada = walk.administrator().await;
    let (before, role) = (walk.get(&ada, "/audit?limit=1").await, walk.role("Visitor").await);
    for (name, ask) in operations(walk, &role) {
        assert_eq!(ask.send().await.problem(), (401, "sign-in-required".into()), "{name}");
    }
    for (name, ask) in operations(walk, &role) {
        let operators = ["suspendTenant", "resumeTenant", "readdressRepresentative"].contains(&name.as_str());
        let refused = if operators { (403, "operator-only".into()) } else { (404, "tenant-unknown".into()) };
        assert_eq!(ask.by(&eve).send().await.problem(), refused, "{name}");
    }
    assert_eq!(walk.get(&ada, "/audit?limit=1").await, before);
}

/// The service is for people who have an account.
async fn an_account_is_needed(walk: &Walk) {
    let login = json!({ "login": "cleo@example.org", "password": PASSWORD, "transport": "bearer" });
    let refused = walk.api.post("/api/v1/sessions", &login).send().await;
    assert_eq!(refused.problem(), (401, "sign-in-failed".into()));
    assert_eq!(walk.api.get("/api/v1/me").send().await.problem(), (401, "sign-in-required".into()));
}

/// The first step is an address: without accents and spaces, with a name before the @ and a domain behind it, and not one's
/// own.
async fn addresses_have_rules(walk: &Walk) {
    let (ada, visitor) = (walk.administrator().await, walk.role("Visitor").await);
    for (typed, code) in [
        ("andré@example.org", "address-not-ascii"),
        ("andre smith@example.org", "address-has-space"),
        (" andre@example.org", "address-has-space"),
        ("andre", "address-malformed"),
        ("andre@", "address-domain-invalid"),
        ("@example.org", "address-malformed"),
        ("", "address-empty"),
        ("ada@example.org", "address-is-own"),
    ] {
        let body = json!({ "people": [by_mail("Andre", typed)], "roles": [visitor] });
        let refused = walk.post(&ada, "/invitations", &body).await;
        assert_eq!(refused.faults(), fault("/people/0/email", code), "{typed:?}: {}", refused.text);
    }
    let by_hand = json!({ "people": [{ "name": "Andre", "via": "link" }], "roles": [visitor] });
    assert_eq!(walk.post(&ada, "/invitations", &by_hand).await.problem(), (403, "links-not-allowed".into()));
    assert_eq!(walk.addresses(&ada, "").await, ["ada@example.org"]);
    assert_eq!(walk.letters().await, []);
}

/// The default groups: the creator is in the administration; the others are chosen when somebody is invited, one for all,
/// and another one for some. Each may what its group says, and nothing else.
async fn a_member_is_in_a_group(walk: &Walk) {
    let ada = walk.administrator().await;
    let table = walk.get(&ada, "/authority").await;
    let names: Vec<String> = table["roles"].as_array().unwrap().iter().map(|role| text(&role["name"])).collect();
    assert_eq!(names, ["Administration", "Editor", "Media-hub distributor", "Visitor"]);
    let applications = table["applications"].as_array().unwrap().iter();
    let rows = applications.flat_map(|application| application["permissions"].as_array().unwrap());
    let mut everything: Vec<String> = rows.map(|row| text(&row["permission"])).collect();
    everything.sort();
    assert_eq!(walk.held(&ada).await, everything, "full permission on all components");
    let own = walk.get(&ada, &format!("/members/{}", walk.own)).await;
    assert_eq!(texts(&own["role_names"]), ["Administration"], "whoever creates the application");

    let lone = json!({ "people": [by_mail("Vera", "vera@example.org")] });
    let refused = walk.post(&ada, "/invitations", &lone).await;
    assert_eq!(refused.faults(), fault("/people/0/roles", "roles-missing"), "nobody is in no group");
    let team = invite_the_team(walk, &ada).await;

    let within = |applications: &[&str]| -> Vec<String> {
        let inside = |one: &&String| applications.contains(&one.split(':').next().unwrap());
        everything.iter().filter(inside).cloned().collect()
    };
    let editor = within(&["channels", "media", "vtvhub"]);
    let views: Vec<String> = editor.iter().filter(|one| one.rsplit('.').next() == Some("view")).cloned().collect();
    for (email, group) in
        [("vera@example.org", views), ("edgar@example.org", editor.clone()), ("dora@example.org", within(&["vtvhub"]))]
    {
        let Person { token, id } = &team[email];
        assert_eq!(walk.held(token).await, group, "{email}");
        let questions: Vec<Value> = everything.iter().map(|one| json!({ "permission": one })).collect();
        let answers = walk.post(token, "/checks", &json!({ "questions": questions })).await.done();
        let expected: Vec<bool> = everything.iter().map(|one| group.contains(one)).collect();
        assert_eq!(answers["answers"], json!(expected), "{email}");
        nothing_beyond_the_group(walk, token).await;
        let none = walk.patch(&ada, &format!("/members/{id}"), &json!({ "roles": [] })).await;
        assert_eq!(none.faults(), fault("/roles", "roles-missing"), "nor is anybody put into none");
    }
    let may_add = walk.get(&ada, "/who-may?permission=membership:members.invite").await;
    let who: Vec<String> = may_add["members"].as_array().unwrap().iter().map(|one| text(&one["email"])).collect();
    assert_eq!(who, ["ada@example.org"], "only the administration adds members");
}

/// A visitor by default; an editor and a distributor by what is said of each. All of them register.
async fn invite_the_team(walk: &Walk, ada: &str) -> BTreeMap<&'static str, Person> {
    let (visitor, editor) = (walk.role("Visitor").await, walk.role("Editor").await);
    let distributor = walk.role("Media-hub distributor").await;
    let mut people = [("Vera", "vera@example.org"), ("Edgar", "edgar@example.org"), ("Dora", "dora@example.org")]
        .map(|(name, email)| by_mail(name, email));
    people[1]["roles"] = json!([editor]);
    people[2]["roles"] = json!([distributor]);
    let body = json!({ "people": people, "roles": [visitor] });
    let invited = walk.post(ada, "/invitations", &body).await.done();
    for (row, role) in [&visitor, &editor, &distributor].into_iter().enumerate() {
        assert_eq!(invited["invited"][row]["member"]["roles"], json!([role]));
    }
    let mut team = BTreeMap::new();
    for letter in walk.letters().await {
        let (email, group) = match letter.to.as_str() {
            "vera@example.org" => ("vera@example.org", "Visitor"),
            "edgar@example.org" => ("edgar@example.org", "Editor"),
            "dora@example.org" => ("dora@example.org", "Media-hub distributor"),
            other => panic!("a letter to {other}"),
        };
        assert_eq!(roles_in(&letter), [group]);
        team.insert(email, walk.joins_by(&letter, "Somebody").await);
    }
    assert_eq!(team.len(), 3);
    team
}

/// The roles that a letter names.
fn roles_in(letter: &Letter) -> &[String] {
    let Content::Invitation { roles, .. } = &letter.content else { panic!("not an invitation: {letter:?}") };
    roles
}

/// Whoever lacks the right neither sees members, invitations and audit nor changes anything of the application.
async fn nothing_beyond_the_group(walk: &Walk, token: &str) {
    /// What every member may know of the place where it is, whatever its group, and of its own keys; and going away.
    const EVERYBODY: [&str; 11] = [
        "getTenant",
        "getPolicy",
        "listApplications",
        "getAuthority",
        "listRoles",
        "getRole",
        "check",
        "checkMany",
        "explain",
        "leaveTenant",
        "listApiKeys",
    ];
    let before = walk.get(&walk.administrator().await, "/audit?limit=1").await;
    let role = walk.role("Visitor").await;
    for (name, ask) in operations(walk, &role).into_iter().filter(|(name, _)| !EVERYBODY.contains(&name.as_str())) {
        let (status, code) = ask.by(token).send().await.problem();
        let expected = match name.as_str() {
            "suspendTenant" | "resumeTenant" | "readdressRepresentative" => (403, "operator-only"),
            "nominate" | "withdrawNomination" | "nameHeirs" => (403, "representative-only"),
            // Nobody was asked.
            "getNomination" | "acceptNomination" | "declineNomination" => (404, "nomination-unknown"),
            // A key for what one does not hold; and nobody has any.
            "makeApiKey" => (403, "scope-exceeds-own"),
            "getApiKey" | "revokeApiKey" => (404, "api-key-unknown"),
            _ => (403, "permission-missing"),
        };
        assert_eq!((status, code.as_str()), expected, "{name}");
    }
    assert_eq!(walk.get(&walk.administrator().await, "/audit?limit=1").await, before);
}

/// The second step is to invite: several people at once, and ten at most.
async fn up_to_ten_at_once(walk: &Walk) {
    let (ada, visitor) = (walk.administrator().await, walk.role("Visitor").await);
    let before = walk.addresses(&ada, "").await;
    let people = |count: usize| -> Value {
        let people = (0..count).map(|n| by_mail(&format!("Extra {n}"), &format!("extra{n}@example.org")));
        json!({ "people": people.collect::<Vec<_>>(), "roles": [visitor] })
    };
    let refused = walk.post(&ada, "/invitations", &people(11)).await;
    assert_eq!(refused.problem(), (422, "people-too-many".into()));
    assert!(text(&refused.json()["detail"]).contains("at most 10"), "{}", refused.text);
    assert_eq!((walk.addresses(&ada, "").await, walk.letters().await), (before, Vec::new()), "not one of them");
    walk.pass(TimeDelta::minutes(1));
    let invited = walk.post(&ada, "/invitations", &people(10)).await.done();
    assert_eq!(invited["invited"].as_array().unwrap().len(), 10);
    assert_eq!(walk.letters().await.len(), 10);
}

/// The third step is the system's: of each address it looks whether there is an account, and that means one that has proved
/// the address.
async fn accounts_are_looked_for(walk: &Walk) {
    let (ada, root) = (walk.administrator().await, walk.api.root().await);
    let ben = walk.known_elsewhere("Ben", "ben@example.org").await;
    let member = walk.api.role("Member").await;
    let claim = json!({
        "name": "Claim", "username": "claim", "password": TEMPORARY, "email": "claimed@example.org", "roles": [member],
    });
    walk.api.post(walk.api.tenant("/members"), &claim).by(&root).send().await.done();
    walk.pass(TimeDelta::minutes(1));
    let people =
        [by_mail("Ben", "ben@example.org"), by_mail("Carl", "carl@example.org"), by_mail("C", "claimed@example.org")];
    let body = json!({ "people": people, "roles": [walk.role("Editor").await] });
    let invited = walk.post(&ada, "/invitations", &body).await.done()["invited"].clone();
    assert_eq!((&invited[0]["member"]["status"], invited[0].get("invitation")), (&json!("enabled"), None));
    for row in [1, 2] {
        let line = &invited[row];
        assert_eq!(
            (&line["member"]["status"], &line["invitation"]["stage"]),
            (&json!("not-joined"), &json!("invited"))
        );
    }
    let letters = walk.letters().await;
    let letter = |to: &str| letters.iter().find(|letter| letter.to.as_str() == to).unwrap();
    assert_eq!((letters.len(), roles_in(letter("carl@example.org"))), (3, ["Editor".to_owned()].as_slice()));
    token_in(letter("claimed@example.org"));

    let Content::BecameMember { leave, .. } = &letter("ben@example.org").content else { panic!("{letters:?}") };
    let link = json!({ "token": token_of(leave) });
    let seen = walk.api.post("/api/v1/leaving/open", &link).send().await.done();
    assert_eq!(seen, json!({ "tenant": "Harbour Live", "name": "Ben", "status": "enabled", "can_leave": true }));
    assert_eq!(walk.get(&ben, "").await["tenant"]["name"], "Harbour Live");
    let left = walk.api.post("/api/v1/leaving", &link).send().await.done();
    assert_eq!(left["member"]["status"], "removed", "in one click");
    assert_eq!(walk.api.get(walk.at("")).by(&ben).send().await.problem(), (404, "tenant-unknown".into()));
    let again = walk.api.post("/api/v1/leaving", &link).send().await;
    assert_eq!(again.problem(), (410, "member-removed".into()), "the path is no longer valid");
}

/// Whoever has an account is a member at once, stands at the top of the list, and is told by a mail that leads to the
/// application.
async fn whoever_has_an_account_is_a_member(walk: &Walk) {
    let (ada, bea) = (walk.administrator().await, walk.known_elsewhere("Bea", "bea@example.org").await);
    walk.pass(TimeDelta::minutes(1));
    let person = by_mail("Bea", "bea@example.org");
    let added = walk.invited(&person, "Editor").await;
    let id = text(&added["member"]["id"]);
    // The message that it was done is the page's.
    let listed = walk.members(&ada, "").await;
    for (field, value) in [
        ("id", &json!(id)),
        ("email", &json!("bea@example.org")),
        ("status_label", &label("Joined", "green")),
        ("time", &walk.now()),
        ("joined_at", &walk.now()),
    ] {
        assert_eq!(&listed[0][field], value, "{field}");
    }
    let records = walk.get(&ada, &format!("/audit?object={id}")).await["records"].clone();
    assert_eq!((records.as_array().unwrap().len(), &records[0]["name"]), (1, &json!("member.admitted")));

    let letter = walk.letter().await;
    assert_eq!(letter.to.as_str(), "bea@example.org");
    let Content::BecameMember { tenant, roles, open, .. } = &letter.content else { panic!("{letter:?}") };
    assert_eq!((tenant.as_str(), roles.as_slice()), ("Harbour Live", ["Editor".to_owned()].as_slice()));
    let here = walk.here.rsplit('/').next().unwrap();
    assert_eq!(*open, format!("https://members.example.org/welcome/{here}"), "the application's own page");
    // Signed in, one is there; in another browser one signs in first, with the account that one has.
    assert_eq!(walk.get(&bea, "").await["member"], id.as_str());
    assert_eq!(walk.api.get(walk.at("")).send().await.problem(), (401, "sign-in-required".into()));
    let elsewhere = walk.api.sign_in("bea@example.org").await;
    assert_eq!(walk.get(&elsewhere, "").await["member"], id.as_str());

    let body = json!({ "people": [person], "roles": [walk.role("Visitor").await] });
    let again = walk.post(&ada, "/invitations", &body).await;
    assert_eq!(again.faults(), fault("/people/0/email", "address-already-member"));
}

/// Whoever has none is invited by mail, and stands at the top of the list as such until the person has registered.
async fn whoever_has_none_is_invited(walk: &Walk) {
    let ada = walk.administrator().await;
    walk.pass(TimeDelta::minutes(1));
    let invited = walk.invited(&by_mail("Cleo", "cleo@example.org"), "Visitor").await;
    let first = walk.letter().await;
    let Content::Invitation { tenant, inviter, roles, expires_at, .. } = &first.content else { panic!("{first:?}") };
    assert_eq!((first.to.as_str(), tenant.as_str()), ("cleo@example.org", "Harbour Live"));
    assert_eq!((inviter.as_deref(), roles.as_slice()), (Some("First"), ["Visitor".to_owned()].as_slice()));
    assert_eq!(written(*expires_at), written(walk.api.bed.clock.now() + TimeDelta::days(3)));
    let on_top = async |label: Value| {
        let top = walk.members(&ada, "").await[0].clone();
        assert_eq!((&top["email"], &top["status_label"]), (&json!("cleo@example.org"), &label));
        assert_eq!(top["time"], walk.now());
    };
    on_top(label("Invited", "amber")).await;
    walk.pass(TimeDelta::minutes(1));
    walk.act(&ada, &format!("/invitations/{}/resend", text(&invited["invitation"]["id"]))).await.done();
    on_top(label("Invited", "amber")).await;
    assert_eq!(walk.step("open", &token_in(&first)).await.problem(), (410, "link-superseded".into()));

    let token = token_in(&walk.letter().await);
    let seen = walk.step("open", &token).await.done();
    assert_eq!((&seen["email"], &seen["has_account"]), (&json!("cleo@example.org"), &json!(false)));
    walk.step("accept", &token).await.done();
    assert_eq!(walk.step("join", &token).await.problem(), (401, "sign-in-required".into()), "there is no account");
    let mut body = json!({ "token": token, "name": "Cleo", "password": PASSWORD, "transport": "bearer" });
    let register = format!("{INVITATION}/register");
    for (field, value, code) in
        [("email", "other@example.org", "field-unknown"), ("password", "too short", "password-too-short")]
    {
        let mut wrong = body.clone();
        wrong[field] = json!(value);
        assert_eq!(walk.api.post(&register, &wrong).send().await.faults(), fault(&format!("/{field}"), code));
    }
    walk.pass(TimeDelta::minutes(1));
    body.as_object_mut().unwrap().retain(|key, _| key == "token" || key == "name");
    let cleo = walk.registers(&body).await;
    let me = walk.api.get("/api/v1/me").by(&cleo.token).send().await.done();
    assert_eq!((&me["account"]["email"], &me["account"]["email_proved"]), (&json!("cleo@example.org"), &json!(true)));
    assert_eq!(walk.get(&cleo.token, "").await["tenant"]["name"], "Harbour Live", "signed in, and there");
    on_top(label("Joined", "green")).await;
    for step in ["accept", "reject"] {
        assert_eq!(walk.step(step, &token).await.problem(), (410, "invitation-joined".into()), "a second click");
    }
}

/// Groups can be added later.
async fn the_team_grows(walk: &Walk) {
    let ada = walk.administrator().await;
    let group = json!({ "name": "Subtitler", "permissions": ["media:subtitles.edit"], "includes": [walk.role("Visitor").await] });
    walk.post(&ada, "/roles", &group).await.done();
    let sue = walk.joined("Sue", "sue@example.org", "Subtitler").await;
    assert!(walk.may(&sue.token, "media:subtitles.edit").await && walk.may(&sue.token, "media:videos.view").await);
    assert!(!walk.may(&sue.token, "media:videos.edit").await);
}
