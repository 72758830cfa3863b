//! The same to many members at once.

use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

impl Api {
    async fn many(&self, by: &str, body: &Value) -> Reply {
        self.post(self.tenant("/members/bulk"), body).by(by).send().await
    }
}

/// Each member has a result of its own, in the order of the request: what is refused is what the operation on that member
/// would have answered, and stands in nobody's way.
// Part of TEN-1.
#[tokio::test]
async fn each_has_a_result_of_its_own() {
    let api = Api::start().await;
    let root = api.root().await;
    let (ann, bob) = (api.enabled_id("ann").await, api.enabled_id("bob").await);
    let waiting = api.bed.invite("waiting@example.org").await.unwrap().member.id.to_string();
    let representative = api.bed.member.id.to_string();
    let members = [&ann, &NOTHING.to_owned(), &waiting, &representative, &bob, &ann];
    let mut asked = 0;
    for (action, codes) in [
        (
            "disable",
            [
                None,
                Some("member-unknown"),
                Some("member-not-joined"),
                Some("member-is-self"),
                None,
                Some("member-already-disabled"),
            ],
        ),
        (
            "enable",
            [
                None,
                Some("member-unknown"),
                Some("member-not-joined"),
                Some("member-is-self"),
                None,
                Some("member-already-enabled"),
            ],
        ),
        (
            "reinvite",
            [
                Some("invitation-joined"),
                Some("member-unknown"),
                None,
                Some("invitation-joined"),
                Some("invitation-joined"),
                Some("invitation-joined"),
            ],
        ),
        ("remove", [None, Some("member-unknown"), None, Some("member-is-self"), None, Some("member-removed")]),
    ] {
        let reply = api.many(&root, &json!({ "members": members, "action": action })).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let results = reply.json()["results"].as_array().unwrap().clone();
        assert_eq!(results.len(), members.len());
        for (row, (result, code)) in results.iter().zip(codes).enumerate() {
            assert_eq!((&result["member"], &result["ok"]), (&json!(members[row]), &json!(code.is_none())), "{action}");
            assert_eq!(result["problem"]["code"].as_str(), code, "{action} {row}");
            asked += 1;
            if code.is_some() {
                // The operation on one member says the same, word for word. Disabling and enabling are at another state by now.
                let one = api.member(members[row], &format!("/{action}"));
                let alone = if action == "remove" { api.post(one, &json!({})) } else { api.act(one) };
                let alone = alone.by(&root).send().await;
                let told = result["problem"].as_object().unwrap();
                assert_eq!(told.len(), 5);
                for field in told.keys().filter(|_| row < 5) {
                    assert_eq!(told[field], alone.json()[field], "{action} {row} {field}");
                }
            }
        }
    }
    assert_eq!(asked, 24);
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// What goes by link has to be handed over, so the new links are shown, this once; what members held goes to the heirs that are
/// named for all.
#[tokio::test]
async fn links_and_heirs_are_for_all() {
    let api = Api::start().await;
    let root = api.root().await;
    let role = api.role("Member").await;
    let body =
        json!({ "people": [{ "name": "Bob", "via": "link" }, { "name": "Eve", "via": "link" }], "roles": [role] });
    let invited = api.post(api.tenant("/invitations"), &body).by(&root).send().await.json();
    let waiting: Vec<String> = (0..2).map(|row| text(&invited["invited"][row]["member"]["id"])).collect();
    let again = api.many(&root, &json!({ "members": waiting, "action": "reinvite" })).await.json();
    for row in 0..2 {
        let link = json!({ "token": text(&again["results"][row]["link"]).rsplit('/').next().unwrap() });
        let opened = api.post("/api/v1/invitation/open", &link).send().await.json();
        assert_eq!((&opened["name"], &opened["stage"]), (&body["people"][row]["name"], &json!("invited")));
    }
    let (ann, bob, heir) =
        (api.enabled_id("ann").await, api.enabled_id("bob").await, api.bed.added("heir", &["Member"]).await);
    let heir = heir.unwrap().member;
    for (n, id) in [&ann, &bob].into_iter().enumerate() {
        let world = api.bed.world(api.bed.tenant.id).await.unwrap();
        let member = world.members.iter().find(|member| member.id.to_string() == **id).unwrap();
        api.bed.custodian().put(member.id, &format!("kind{n}"), 2);
    }
    let body = json!({ "members": [ann, bob], "action": "remove", "heirs": { "kind0": heir.id.to_string() } });
    let results = api.many(&root, &body).await.json()["results"].clone();
    assert!(results[0]["transfer"].is_string());
    assert_eq!(results[1]["problem"]["code"], "invalid-input", "nobody is named for what this one holds");
    assert!(text(&results[1]["problem"]["detail"]).contains("kind1"), "{results}");
    api.bed.carry().await.unwrap();
    assert_eq!(api.bed.custodian().held_by(heir.id), [("kind0".to_owned(), 2)].into());
}

/// What is wrong with the call as a whole is refused as a whole, and nothing is done to anybody.
#[tokio::test]
async fn a_call_that_makes_no_sense_is_refused() {
    let api = Api::start().await;
    let root = api.root().await;
    let ann = api.enabled_id("ann").await;
    let (_, reader) = api.person("reader", &["Member"]).await;
    let before = api.everything().await;
    let nobody = api.many(&root, &json!({ "members": [], "action": "disable" })).await;
    assert_eq!(nobody.problem(), (422, "members-missing".into()));
    let many = api.many(&root, &json!({ "members": vec![&ann; 201], "action": "disable" })).await;
    assert_eq!(many.problem(), (422, "members-too-many".into()));
    assert!(text(&many.json()["detail"]).contains("at most 200"));
    for action in ["disable", "enable", "reinvite"] {
        let body = json!({ "members": [ann], "action": action, "heir": ann, "heirs": { "files": ann } });
        let expected = [("/heir", "heir-not-asked"), ("/heirs", "heir-not-asked")];
        let faults = api.many(&root, &body).await.faults();
        assert_eq!(faults, expected.map(|(place, code)| (place.to_owned(), code.to_owned())), "{action}");
    }
    let unknown = api.many(&root, &json!({ "members": [ann], "action": "promote" })).await;
    assert_eq!(unknown.faults(), [("/action".into(), "value-unfit".into())]);
    for (action, lacking) in [("disable", "manage"), ("enable", "manage"), ("remove", "manage"), ("reinvite", "invite")]
    {
        let denied = api.many(&reader, &json!({ "members": [ann, NOTHING], "action": action })).await;
        assert_eq!(denied.problem(), (403, "permission-missing".into()), "{action}: once, and about nobody");
        assert!(text(&denied.json()["detail"]).contains(&format!("members.{lacking}")), "{}", denied.text);
    }
    let whole = json!({ "members": vec![NOTHING; 200], "action": "disable" });
    let results = api.many(&root, &whole).await.json()["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 200, "two hundred are not too many");
    assert_eq!(api.everything().await, before);
}

/// A key that was not made for it is told so, whoever its maker is, as the operation on one member tells it.
#[tokio::test]
async fn a_key_hears_of_its_scope() {
    let api = Api::start().await;
    let root = api.root().await;
    let ann = api.enabled_id("ann").await;
    let (_, member) = api.person("reader", &["Member"]).await;
    let before = api.bed.world(api.bed.tenant.id).await.unwrap().members;
    let (of_root, _) = api.key_for(&root, &["membership:members.read"]).await;
    let (of_member, _) = api.key_for(&member, &["workspace:tasks.view"]).await;
    for (key, action, lacking) in
        [(&of_root, "disable", "manage"), (&of_member, "disable", "manage"), (&of_member, "enable", "manage")]
    {
        let many = api.many(key, &json!({ "members": [ann, NOTHING], "action": action })).await;
        assert_eq!(many.problem(), (403, "scope-too-small".into()), "{action}: {}", many.text);
        assert!(text(&many.json()["detail"]).contains(&format!("members.{lacking}")), "{}", many.text);
        let alone = api.act(api.member(&ann, &format!("/{action}"))).by(key).send().await;
        assert_eq!(many.but_request_id(), alone.but_request_id(), "{action}");
    }
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().members, before);
    let both = json!({ "members": [ann, NOTHING], "action": "reinvite" });
    let (invites, _) = api.key_for(&root, &["membership:members.invite"]).await;
    for key in [&of_root, &invites] {
        assert_eq!(api.many(key, &both).await.problem(), (403, "not-by-api-key".into()), "once, and about nobody");
    }
    let (manages, _) = api.key_for(&root, &["membership:members.manage"]).await;
    let tried = api.many(&manages, &json!({ "members": [ann], "action": "disable" })).await;
    assert_eq!(tried.json()["results"][0]["problem"]["code"], "member-above-own", "the call itself is let in");
}

impl Api {
    async fn enabled_id(&self, username: &str) -> String {
        self.bed.added(username, &["Member"]).await.unwrap().member.id.to_string()
    }
}
