//! A tenant's rules: planned, looked at, and only then changed.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::text,
};

impl Api {
    async fn policy(&self, token: &str) -> Value {
        let reply = self.get(self.tenant("/policy")).by(token).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    async fn plan(&self, token: &str, policy: &Value) -> Reply {
        self.post(self.tenant("/policy/plan"), &json!({ "policy": policy })).by(token).send().await
    }

    async fn apply(&self, token: &str, policy: &Value, plan: &Value) -> Reply {
        self.put(self.tenant("/policy"), &json!({ "policy": policy, "plan": plan })).by(token).send().await
    }
}

fn changed(policy: &Value, changes: &Value) -> Value {
    let mut policy = policy.clone();
    for (field, value) in changes.as_object().unwrap() {
        policy[field] = value.clone();
    }
    policy
}

/// New rules are planned first: whom they touch is told before they touch anybody, and what is applied is exactly what was
/// looked at.
#[tokio::test]
async fn a_policy_is_planned_and_then_applied() {
    let api = Api::start().await;
    let root = api.root().await;
    let before = api.policy(&root).await;
    let inside = api.invited_as("inside@example.org", "Member").await.member.id.to_string();
    let outside = api.invited_as("outside@elsewhere.example", "Member").await.member.id.to_string();
    let everything = api.everything().await;

    let wanted =
        changed(&before, &json!({ "allowed_domains": ["Example.ORG", "example.org"], "links_allowed": false }));
    let plan = api.plan(&root, &wanted).await;
    assert_eq!(plan.status, 200, "{}", plan.text);
    let plan = plan.json();
    assert_eq!(plan["before"], before);
    assert_eq!(plan["after"]["allowed_domains"], json!(["example.org"]), "as it will be kept");
    let touched = json!([{ "member": outside, "name": "Ann Example", "how": "address-not-allowed" }]);
    assert_eq!((&plan["count"], &plan["touched"]), (&json!(1), &touched), "and not {inside}");
    assert_eq!(text(&plan["plan"]).len(), 64);
    assert_eq!(api.everything().await, everything, "planning changes nothing");
    assert_eq!(api.plan(&root, &wanted).await.json(), plan, "the same question has the same answer");

    let applied = api.apply(&root, &wanted, &plan["plan"]).await;
    assert_eq!((applied.status, &applied.json()), (200, &plan["after"]), "{}", applied.text);
    assert_eq!(api.policy(&root).await, plan["after"]);
    let resend = |invitation: &str| {
        let path = api.tenant(&format!("/invitations/{invitation}/resend"));
        api.act(path).by(&root).send()
    };
    let world = api.bed.world(api.bed.tenant.id).await.unwrap();
    for (member, status) in [(&inside, 200), (&outside, 422)] {
        let invitation = world.invitations.iter().find(|one| one.member.to_string() == *member).unwrap();
        let reply = resend(&invitation.id.to_string()).await;
        assert_eq!(reply.status, status, "what the plan said: {}", reply.text);
    }
    let again = api.plan(&root, &wanted).await.json();
    assert_eq!((&again["count"], &again["before"]), (&json!(0), &again["after"]));
}

/// A plan is good for what it was made of: rules that have changed, other people who are touched, other rules than were
/// planned are refused, and nothing changes.
#[tokio::test]
async fn a_plan_that_is_out_of_date_is_refused() {
    let api = Api::start().await;
    let root = api.root().await;
    let before = api.policy(&root).await;
    let wanted = changed(&before, &json!({ "allowed_domains": ["example.org"] }));
    let plan = api.plan(&root, &wanted).await.json()["plan"].clone();
    let outdated = (409, "plan-outdated".to_owned());

    let more = changed(&wanted, &json!({ "links_allowed": false }));
    assert_eq!(api.apply(&root, &more, &plan).await.problem(), outdated, "not what was planned");
    assert_eq!(api.apply(&root, &wanted, &json!("0".repeat(64))).await.problem(), outdated);
    api.invited_as("outside@elsewhere.example", "Member").await;
    assert_eq!(api.apply(&root, &wanted, &plan).await.problem(), outdated, "somebody else is touched");
    assert_eq!(api.policy(&root).await, before);

    let plan = api.plan(&root, &wanted).await.json()["plan"].clone();
    let other = changed(&before, &json!({ "max_people_per_call": 20 }));
    let first = api.plan(&root, &other).await.json()["plan"].clone();
    assert_eq!(api.apply(&root, &other, &first).await.status, 200);
    assert_eq!(api.apply(&root, &wanted, &plan).await.problem(), outdated, "the rules were others");
    assert_eq!(api.policy(&root).await, other);
    for bad in ["", "9f", "no plan at all", &"g".repeat(64)] {
        let reply = api.apply(&root, &wanted, &json!(bad)).await;
        assert_eq!(reply.faults(), [("/plan".into(), "plan-malformed".into())], "{bad}");
    }
}

/// Everything that can be wrong with rules, all of it at once, each at its place.
#[tokio::test]
async fn faults_of_a_policy_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    let before = api.policy(&root).await;
    let mut wanted = changed(
        &before,
        &json!({
            "invitation_validity_seconds": 3_599, "enrolment_window_seconds": 2_592_001, "max_people_per_call": 0,
            "allowed_domains": ["example.org", "no domain", "@example.org"],
        }),
    );
    wanted["words"]["member"]["enabled"] = json!({ "word": "", "tone": "green" });
    wanted["words"]["invitation"]["joined"] = json!({ "word": "a\u{1b}[31mb", "tone": "green" });
    let expected = [
        ("/policy/invitation_validity_seconds", "validity-out-of-range"),
        ("/policy/enrolment_window_seconds", "validity-out-of-range"),
        ("/policy/words/member/enabled/word", "name-empty"),
        ("/policy/words/invitation/joined/word", "name-unprintable"),
        ("/policy/max_people_per_call", "people-per-call-out-of-range"),
        ("/policy/allowed_domains/1", "address-domain-invalid"),
        ("/policy/allowed_domains/2", "address-domain-invalid"),
    ];
    let expected = expected.map(|(place, code)| (place.to_owned(), code.to_owned()));
    assert_eq!(api.plan(&root, &wanted).await.faults(), expected);
    assert_eq!(api.apply(&root, &wanted, &json!("9f".repeat(32))).await.faults(), expected);
    for people in [101, 255, 256, 65_535] {
        let many = changed(&before, &json!({ "max_people_per_call": people }));
        let faults = api.plan(&root, &many).await.faults();
        assert_eq!(faults, [("/policy/max_people_per_call".into(), "people-per-call-out-of-range".into())], "{people}");
    }
    let mut state = before.clone();
    state["words"]["member"]["gone"] = json!({ "word": "Gone", "tone": "red" });
    assert_eq!(api.plan(&root, &state).await.faults(), [("/policy/words/member/gone".into(), "field-unknown".into())]);
    assert_eq!(api.policy(&root).await, before);
}

/// Proves X-6 in part: invitations are good for three days unless the tenant says otherwise, within 1 hour and 30 days.
#[tokio::test]
async fn a_tenant_says_how_long_links_are_good() {
    let api = Api::start().await;
    let first = api.policy(&api.root().await).await;
    assert_eq!(first["invitation_validity_seconds"], 3 * 86_400);
    assert_eq!(first["enrolment_window_seconds"], 86_400);
    for seconds in [3_600, 3 * 86_400, 2_592_000] {
        let root = api.root().await;
        let wanted = changed(&first, &json!({ "invitation_validity_seconds": seconds }));
        let plan = api.plan(&root, &wanted).await.json();
        assert_eq!(api.apply(&root, &wanted, &plan["plan"]).await.status, 200);
        let invited = api.invited_as(&format!("after{seconds}@example.org"), "Member").await;
        let body = json!({ "token": api.bed.token(&invited.invitation) });
        api.bed.clock.advance(TimeDelta::seconds(seconds) - TimeDelta::microseconds(1));
        assert_eq!(api.post("/api/v1/invitation/open", &body).send().await.json()["stage"], "invited", "{seconds}");
        api.bed.clock.advance(TimeDelta::microseconds(1));
        let late = api.post("/api/v1/invitation/accept", &body).send().await;
        assert_eq!(late.problem(), (410, "invitation-expired".into()), "{seconds}");
    }
}

/// A tenant's own words are what its members read.
#[tokio::test]
async fn a_tenant_has_words_of_its_own() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut wanted = api.policy(&root).await;
    wanted["words"]["member"]["disabled"] = json!({ "word": "On leave", "tone": "grey" });
    let plan = api.plan(&root, &wanted).await.json();
    assert_eq!(plan["count"], 0, "words touch nobody");
    assert_eq!(api.apply(&root, &wanted, &plan["plan"]).await.json()["words"], wanted["words"]);
    let words = api.get(api.tenant("")).by(&root).send().await.json()["words"].clone();
    assert_eq!(words["member"]["disabled"], json!({ "word": "On leave", "tone": "grey" }));
    assert_eq!(words["member"]["not-joined"]["word"], "To be added", "what the preset says stays");
}

/// Every member may read the rules; whoever lacks the permission plans and changes none.
#[tokio::test]
async fn rules_are_for_who_may_manage_the_tenant() {
    let api = Api::start().await;
    let root = api.root().await;
    let others = ["membership:members.manage", "membership:roles.manage", "membership:audit.read"];
    let (_, ann) = api.holder("ann", &others).await;
    let policy = api.policy(&ann).await;
    let plan = api.plan(&root, &policy).await.json();
    let missing = (403, "permission-missing".to_owned());
    assert_eq!(api.plan(&ann, &policy).await.problem(), missing);
    let refused = api.apply(&ann, &policy, &plan["plan"]).await;
    assert_eq!(refused.problem(), missing);
    assert!(text(&refused.json()["detail"]).contains("membership:tenant.manage"));
    let (_, tom) = api.holder("tom", &["membership:tenant.manage"]).await;
    assert_eq!(api.apply(&tom, &policy, &plan["plan"]).await.status, 200);
}
