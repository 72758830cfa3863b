//! Ending memberships, and handing over what was held.

use chrono::TimeDelta;
use membership_core::{
    link::{Link, Purpose},
    member::Member,
    tenant::{Policy, Preset, Presets},
};
use membership_testkit::{Adapter, Bed, bed::PASSWORD};
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

impl Api {
    /// A server whose tenant has the standard rules but for what `alter` changes.
    pub(crate) async fn with_policy(alter: impl FnOnce(&mut Policy)) -> Self {
        let shipped = Presets::shipped("organization", Vec::new()).unwrap();
        let mut preset: Preset = shipped.standard().clone();
        alter(&mut preset.policy);
        let presets = Presets::new(preset, []);
        Self::over(Bed::altered(Adapter::in_memory(), |parts| parts.presets = presets).await.unwrap())
    }

    async fn remove(&self, by: &str, whom: &str, heirs: &Value) -> Reply {
        self.post(self.member(whom, "/remove"), heirs).by(by).send().await
    }

    async fn enabled(&self, username: &str) -> Member {
        self.bed.added(username, &["Member"]).await.unwrap().member
    }

    /// The token of the link by which `member` can leave.
    fn leaving(&self, member: &Member) -> Value {
        let (tenant, subject) = (member.tenant.as_uuid(), member.id.as_uuid());
        let link = Link { purpose: Purpose::Leaving, tenant, subject, generation: 1 };
        json!({ "token": self.bed.membership.links().token(&link) })
    }
}

/// Proves ORG-37, ORG-40, TEN-22, and TEN-21 in part: removed, the person is out of this tenant and off its list; the
/// account stays, and so do its other tenants; the removed can be looked up.
#[tokio::test]
async fn a_removed_member_is_out_and_the_account_stays() {
    let api = Api::start().await;
    let root = api.root().await;
    let ann = api.bed.join("ann@example.org").await.unwrap();
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let there = format!("/api/v1/tenants/{}", founded.tenant.id);
    let roles = api.get(format!("{there}/roles")).by(&other).send().await.json();
    let person =
        json!({ "name": "Ann", "via": "mail", "email": "ann@example.org", "roles": [roles["roles"][1]["id"]] });
    let body = json!({ "people": [person] });
    assert_eq!(api.post(format!("{there}/invitations"), &body).by(&other).send().await.status, 201);
    let world = api.bed.world(founded.tenant.id).await.unwrap();
    let asked = world.invitations.iter().find(|invitation| invitation.address().is_some()).unwrap();
    let (token, link) = (api.sign_in("ann@example.org").await, json!({ "token": api.bed.token(asked) }));
    for step in ["accept", "join"] {
        assert_eq!(api.post(format!("/api/v1/invitation/{step}"), &link).by(&token).send().await.status, 200);
    }

    api.bed.clock.advance(TimeDelta::minutes(1));
    let removed = api.remove(&root, &ann.member.id.to_string(), &json!({})).await.json();
    assert_eq!((&removed["member"]["status"], removed.get("transfer")), (&json!("removed"), None));
    assert_eq!((&removed["member"]["roles"], &removed["member"]["assignments"]), (&json!([]), &json!([])));
    assert_eq!(removed["member"]["time"], removed["member"]["removed_at"]);
    assert_eq!(api.get(api.tenant("")).by(&token).send().await.problem(), (404, "tenant-unknown".into()));
    let list = api.get(api.tenant("/members")).by(&root).send().await;
    assert!(!list.text.contains("ann@example.org"), "{}", list.text);
    let gone = api.get(api.tenant("/members?status=removed")).by(&root).send().await.json();
    assert_eq!(gone["members"][0]["email"], "ann@example.org");
    let audit = api.get(api.tenant(&format!("/audit?object={}", ann.member.id))).by(&root).send().await;
    assert!(audit.text.contains("member.removed") && audit.text.contains("ann@example.org"), "the audit keeps it");
    let again = api.remove(&root, &ann.member.id.to_string(), &json!({})).await;
    assert_eq!(again.problem(), (410, "member-removed".into()));

    let me = api.get("/api/v1/me").by(&api.sign_in("ann@example.org").await).send().await.json();
    assert_eq!(me["places"].as_array().unwrap().len(), 1);
    assert_eq!(
        api.get(&there).by(&token).send().await.status,
        200,
        "the other tenant, with the session that was there"
    );
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Proves ORG-38: whoever has not joined is removed directly, whatever the invitation has come to, and the link is dead; where
/// the policy says so, whoever has joined is disabled first.
#[tokio::test]
async fn whoever_has_not_joined_is_removed_directly() {
    let api = Api::with_policy(|policy| policy.disable_before_remove = true).await;
    let root = api.root().await;
    for stage in ["invited", "accepted", "rejected"] {
        let asked = api.bed.invite(&format!("{stage}@example.org")).await.unwrap();
        let link = json!({ "token": api.bed.token(&asked.invitation) });
        if stage != "invited" {
            let step = if stage == "accepted" { "accept" } else { "reject" };
            assert_eq!(api.post(format!("/api/v1/invitation/{step}"), &link).send().await.status, 200);
        }
        let removed = api.remove(&root, &asked.member.id.to_string(), &json!({})).await;
        assert_eq!(removed.json()["member"]["status"], "removed", "{}", removed.text);
        let late = api.post("/api/v1/invitation/accept", &link).send().await;
        assert_eq!(late.status, 410, "{stage}: {}", late.text);
        assert_eq!(
            api.bed.invite(&format!("{stage}@example.org")).await.unwrap().member.status().as_str(),
            "not-joined"
        );
    }
    let ann = api.enabled("ann").await.id.to_string();
    assert_eq!(api.remove(&root, &ann, &json!({})).await.problem(), (409, "member-not-disabled".into()));
    assert_eq!(api.act(api.member(&ann, "/disable")).by(&root).send().await.status, 200);
    assert_eq!(api.remove(&root, &ann, &json!({})).await.status, 200);
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Proves ORG-39: what the member holds is told before, needs an heir for each kind who is enabled, and is theirs at the end;
/// access ended before anything was handed over; and whoever holds nothing needs nobody.
#[tokio::test]
async fn what_a_member_holds_goes_to_heirs() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, bob, eve) = (api.enabled("ann").await, api.enabled("bob").await, api.enabled("eve").await);
    let token = api.sign_in("ann").await;
    api.bed.custodian().put(ann.id, "video:recordings", 12);
    api.bed.custodian().put(ann.id, "video/drafts", 1);
    let id = ann.id.to_string();
    let held = api.get(api.member(&id, "/holdings")).by(&root).send().await.json();
    let holding = |kind: &str, count: u64| json!({ "kind": kind, "name": format!("{kind}, kept"), "count": count });
    assert_eq!(held["holdings"], json!([holding("video/drafts", 1), holding("video:recordings", 12)]));
    let nothing = api.get(api.member(bob.id, "/holdings")).by(&root).send().await.json();
    assert_eq!(nothing["holdings"], json!([]));

    let away = api.enabled("away").await;
    api.act(api.member(away.id, "/disable")).by(&root).send().await;
    let before = api.everything().await;
    for (heirs, faults) in [
        (json!({}), vec![("/heirs", "heir-missing"), ("/heirs", "heir-missing")]),
        (json!({ "heirs": { "video:recordings": bob.id.to_string() } }), vec![("/heirs", "heir-missing")]),
        (json!({ "heir": away.id.to_string() }), vec![("/heir", "heir-unfit")]),
        (json!({ "heir": id }), vec![("/heir", "heir-unfit")]),
        (json!({ "heir": NOTHING }), vec![("/heir", "heir-unfit")]),
        (
            json!({ "heir": bob.id.to_string(), "heirs": { "video/drafts": NOTHING } }),
            vec![("/heirs/video~1drafts", "heir-unfit")],
        ),
    ] {
        let reply = api.remove(&root, &id, &heirs).await;
        let expected: Vec<_> = faults.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect();
        assert_eq!(reply.faults(), expected, "{heirs}: {}", reply.text);
    }
    assert_eq!(api.everything().await, before, "nothing was changed");

    let heirs = json!({ "heir": bob.id.to_string(), "heirs": { "video/drafts": eve.id.to_string() } });
    let removed = api.remove(&root, &id, &heirs).await.json();
    assert_eq!(removed["member"]["status"], "removed");
    let shares: Vec<_> =
        removed["transfer"]["shares"].as_array().unwrap().iter().map(|one| one["heir"].clone()).collect();
    assert_eq!(shares, [json!(eve.id.to_string()), json!(bob.id.to_string())]);
    assert_eq!(api.get(api.tenant("")).by(&token).send().await.status, 404, "access has ended");
    assert_eq!(api.bed.custodian().held_by(ann.id).len(), 2, "before anything was handed over");
    let heir = api.remove(&root, &bob.id.to_string(), &json!({ "heir": eve.id.to_string() })).await;
    assert_eq!(heir.problem(), (409, "member-is-heir".into()));
    let listed = api.get(api.tenant("/members?status=removed")).by(&root).send().await.json();
    assert_eq!(listed["members"][0]["transfer"], removed["transfer"]);

    api.bed.carry().await.unwrap();
    assert_eq!(api.bed.custodian().held_by(bob.id), [("video:recordings".to_owned(), 12)].into());
    assert_eq!(api.bed.custodian().held_by(eve.id), [("video/drafts".to_owned(), 1)].into());
    let shown = api.get(api.member(&id, "")).by(&root).send().await.json();
    assert!(shown["transfer"]["finished_at"].is_string() && shown["transfer"].get("due_at").is_none(), "{shown}");
    assert!(shown["transfer"]["shares"].as_array().unwrap().iter().all(|share| share["done_at"].is_string()));
    let open = api.get(api.tenant("/transfers")).by(&root).send().await.json();
    assert_eq!(open["transfers"], json!([]));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// A product that is down stops no removal whose holdings are known, hides nothing, and loses nothing: everybody who may see
/// members sees what is left and why, and another heir can be named.
#[tokio::test]
async fn a_hand_over_that_does_not_go_on_is_seen() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, bob, eve) = (api.enabled("ann").await, api.enabled("bob").await, api.enabled("eve").await);
    let id = ann.id.to_string();
    api.bed.custodian().put(ann.id, "files", 3);
    api.bed.custodian().is_down(2);
    let asked = api.get(api.member(&id, "/holdings")).by(&root).send().await;
    assert_eq!(asked.problem(), (503, "custodian-unavailable".into()));
    let heirs = json!({ "heir": bob.id.to_string() });
    assert_eq!(api.remove(&root, &id, &heirs).await.problem(), (503, "custodian-unavailable".into()));

    let removed = api.remove(&root, &id, &heirs).await.json();
    api.bed.custodian().is_down(1);
    api.bed.carry().await.unwrap();
    let open = async || api.get(api.tenant("/transfers")).by(&root).send().await.json()["transfers"].clone();
    let stuck = open().await[0].clone();
    assert_eq!((&stuck["id"], &stuck["attempts"]), (&removed["transfer"]["id"], &json!(1)));
    assert!(text(&stuck["trouble"]).contains("the cabinet is locked"), "{stuck}");
    assert!(stuck["due_at"].is_string() && stuck.get("finished_at").is_none());

    let path = api.tenant(&format!("/transfers/{}/heirs", text(&stuck["id"])));
    let name = async |by: &str, body: Value| api.put(&path, &body).by(by).send().await;
    assert_eq!(name(&root, json!({ "heir": NOTHING })).await.faults(), [("/heir".into(), "heir-unfit".into())]);
    assert_eq!(name(&root, json!({ "heir": id })).await.faults(), [("/heir".into(), "heir-unfit".into())]);
    let (_, deputy) = api.person("deputy", &["Administrator"]).await;
    let reply = name(&deputy, json!({ "heir": eve.id.to_string() })).await;
    assert_eq!(reply.problem(), (403, "representative-only".into()));
    let named = name(&root, json!({ "heirs": { "files": eve.id.to_string() } })).await.json();
    assert_eq!((&named["shares"][0]["heir"], &named["attempts"]), (&json!(eve.id.to_string()), &json!(0)));
    api.bed.carry().await.unwrap();
    assert_eq!(api.bed.custodian().held_by(eve.id), [("files".to_owned(), 3)].into());
    assert_eq!(open().await, json!([]));
    assert_eq!(name(&root, json!({ "heir": bob.id.to_string() })).await.problem(), (410, "transfer-finished".into()));
    let unknown = api.put(api.tenant(&format!("/transfers/{NOTHING}/heirs")), &json!({})).by(&root).send().await;
    assert_eq!(unknown.problem(), (404, "transfer-unknown".into()));
    let (_, blind) = api.holder("blind", &["workspace:tasks.view"]).await;
    let reply = api.get(api.tenant("/transfers")).by(&blind).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Who removes needs the right, and nobody removes those above.
#[tokio::test]
async fn removing_needs_the_right() {
    let api = Api::start().await;
    let ann = api.enabled("ann").await.id.to_string();
    let (_, reader) = api.person("reader", &["Member"]).await;
    let (_, manager) = api.person("manager", &["Member manager"]).await;
    let (above, _) = api.person("above", &["Administrator"]).await;
    for (by, whom, status, code) in [
        (&reader, &ann, 403, "permission-missing"),
        (&manager, &above, 403, "member-above-own"),
        (&manager, &NOTHING.to_owned(), 404, "member-unknown"),
    ] {
        assert_eq!(api.remove(by, whom, &json!({})).await.problem(), (status, code.into()));
        let held = api.get(api.member(whom, "/holdings")).by(by).send().await;
        assert_eq!(held.problem(), (status, code.into()));
    }
}

/// Somebody leaves, signed in: what the person held goes to the representative, or to whom the person names.
#[tokio::test]
async fn a_member_leaves() {
    let api = Api::start().await;
    for (username, named) in [("ann", false), ("bob", true)] {
        let member = api.enabled(username).await;
        let heir = if named { api.enabled("heir").await.id } else { api.bed.member.id };
        api.bed.custodian().put(member.id, "files", 3);
        let token = api.sign_in(username).await;
        let unfit = api.post(api.tenant("/leave"), &json!({ "heir": member.id.to_string() })).by(&token).send().await;
        assert_eq!(unfit.faults(), [("/heir".into(), "heir-unfit".into())]);
        let body = if named { json!({ "heir": heir.to_string() }) } else { json!({}) };
        let left = api.post(api.tenant("/leave"), &body).by(&token).send().await;
        assert_eq!(left.json()["member"]["status"], "removed", "{}", left.text);
        assert_eq!(left.json()["transfer"]["shares"][0]["heir"], heir.to_string());
        let again = api.post(api.tenant("/leave"), &json!({})).by(&token).send().await;
        assert_eq!(again.problem(), (404, "tenant-unknown".into()));
        api.bed.carry().await.unwrap();
        assert_eq!(api.bed.custodian().held_by(heir), [("files".to_owned(), 3)].into());
        assert_eq!(api.get("/api/v1/me").by(&token).send().await.json()["places"], json!([]));
    }
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// A product that does not say what the person holds lets nobody leave for the moment, who is not told which product, nor
/// why. Whoever waits for what another one held stays until that has come.
#[tokio::test]
async fn nobody_leaves_with_what_is_not_known() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, bob) = (api.enabled("ann").await, api.enabled("bob").await);
    let (token, link) = (api.sign_in("ann").await, api.leaving(&ann));
    let leave = async || api.post(api.tenant("/leave"), &json!({})).by(&token).send().await;
    api.bed.custodian().is_down(2);
    for reply in [leave().await, api.post("/api/v1/leaving", &link).send().await] {
        assert_eq!(reply.problem(), (503, "leaving-not-now".into()));
        assert!(!reply.text.contains("cabinet"), "{}", reply.text);
    }

    api.bed.custodian().put(bob.id, "files", 3);
    let heirs = json!({ "heir": ann.id.to_string() });
    assert_eq!(api.remove(&root, &bob.id.to_string(), &heirs).await.status, 200);
    assert_eq!(leave().await.problem(), (409, "member-is-heir".into()));
    api.bed.carry().await.unwrap();
    api.act(api.member(ann.id, "/disable")).by(&root).send().await;
    let again = api.post(api.tenant("/leave"), &json!({})).by(&api.sign_in("ann").await).send().await;
    assert_eq!(again.problem(), (403, "member-disabled".into()));
    assert_eq!(api.post("/api/v1/leaving", &link).send().await.problem(), (403, "member-disabled".into()));
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// Somebody leaves by the link in the letter, signed in or not: it is good for thirty days, once, for that member alone, and
/// for nothing else.
#[tokio::test]
async fn a_member_leaves_by_the_link() {
    let api = Api::start().await;
    let (ann, late) = (api.enabled("ann").await, api.enabled("late").await);
    let link = api.leaving(&ann);
    let open = async |link: &Value| api.post("/api/v1/leaving/open", link).send().await;
    let leave = async |link: &Value| api.post("/api/v1/leaving", link).send().await;
    let before = api.everything().await;
    let seen = open(&link).await.json();
    let expected = json!({ "tenant": "Example Ltd", "name": "ann Example", "status": "enabled", "can_leave": true });
    assert_eq!(seen, expected);
    assert_eq!(api.everything().await, before, "looking changes nothing");
    let representative = api.leaving(&api.bed.member);
    assert_eq!(open(&representative).await.json()["can_leave"], false);
    assert_eq!(leave(&representative).await.problem(), (409, "representative-cannot-leave".into()));

    let token = text(&link["token"]);
    let asked = api.bed.invite("bob@example.org").await.unwrap();
    let mut answers = Vec::new();
    for wrong in [
        token.replace("mbl_", "mbi_"),
        token[..token.len() - 1].to_owned(),
        format!("{token}A"),
        api.bed.token(&asked.invitation),
        api.bed.token(&asked.invitation).replace("mbi_", "mbl_"),
        String::new(),
    ] {
        for reply in [open(&json!({ "token": wrong })).await, leave(&json!({ "token": wrong })).await] {
            assert_eq!(reply.problem(), (404, "link-unknown".into()), "{wrong}");
            answers.push(reply.but_request_id());
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
    assert_eq!(api.post("/api/v1/invitation/open", &link).send().await.status, 404, "a link acts at its purpose alone");

    assert_eq!(leave(&link).await.json()["member"]["status"], "removed");
    assert_eq!(leave(&link).await.problem(), (410, "member-removed".into()));
    assert_eq!(open(&link).await.json()["can_leave"], false);
    let link = api.leaving(&late);
    api.bed.clock.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
    assert_eq!(open(&link).await.status, 200);
    api.bed.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(open(&link).await.problem(), (410, "leaving-link-expired".into()));
    assert_eq!(leave(&link).await.problem(), (410, "leaving-link-expired".into()));
    let body = json!({ "login": "ann", "password": PASSWORD, "transport": "bearer" });
    assert_eq!(api.post("/api/v1/sessions", &body).send().await.status, 201, "the account stays");
    assert_eq!(api.bed.violations().await.unwrap(), []);
}
