//! The language that somebody reads: said when people are asked, added or edited, and told with them.

use membership_testkit::bed::TEMPORARY;
use serde_json::{Value, json};

use crate::{fixture::Api, house::text};

#[tokio::test]
async fn a_member_has_a_language() {
    let api = Api::start().await;
    let root = api.root().await;
    let role = api.role("Member").await;
    let body = |language: Value| json!({ "name": "Ann", "username": "ann", "password": TEMPORARY, "roles": [role], "language": language });
    let refused = api.post(api.tenant("/members"), &body(json!("Deutsch"))).by(&root).send().await;
    assert_eq!(refused.faults(), [("/language".into(), "language-malformed".into())]);
    let added = api.post(api.tenant("/members"), &body(json!("PT_br"))).by(&root).send().await.json();
    assert_eq!(added["language"], "pt-BR", "{added}");
    let address = api.member(text(&added["id"]), "");
    let edit = async |changes: Value| {
        let reply = api.patch(&address, &changes).by(&root).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let shown = api.get(&address).by(&root).send().await.json();
        assert_eq!(shown.get("language"), reply.json().get("language"));
        shown.get("language").cloned()
    };
    assert_eq!(edit(json!({ "name": "Ann Other" })).await, Some(json!("pt-BR")), "what is left out stays");
    for none in [Value::Null, json!("")] {
        assert_eq!(edit(json!({ "language": "zh-hant" })).await, Some(json!("zh-Hant")));
        assert_eq!(edit(json!({ "language": none })).await, None);
    }
    let wrong = api.patch(&address, &json!({ "language": "x" })).by(&root).send().await;
    assert_eq!(wrong.faults(), [("/language".into(), "language-malformed".into())]);

    for (language, told) in [(json!("fr"), Some(json!("fr"))), (json!(""), None), (Value::Null, None)] {
        let person = json!({ "name": "Bob", "via": "link", "roles": [role], "language": language });
        let invited = api.post(api.tenant("/invitations"), &json!({ "people": [person] })).by(&root).send().await;
        assert_eq!(invited.status, 201, "{}", invited.text);
        assert_eq!(invited.json()["invited"][0]["member"].get("language"), told.as_ref());
    }
}
