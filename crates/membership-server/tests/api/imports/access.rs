//! Who may import, and who sees what.

use serde_json::json;

use super::table::{read, xlsx};
use crate::{fixture::Api, house::text};

/// Whoever may neither invite nor add people uploads nothing, and learns that before anything is read; nobody but whoever has
/// uploaded rows sees them, whatever else he or she may do.
#[tokio::test]
async fn rows_are_for_whoever_has_uploaded_them() {
    let api = Api::start().await;
    let root = api.root().await;
    let (_, manager) = api.person("max", &["Member manager"]).await;
    let (_, member) = api.person("mia", &["Member"]).await;
    let (_, inviter) = api.holder("ivy", &["membership:members.invite"]).await;
    let refused = api.upload("no table at all").by(&member).send().await;
    assert_eq!(refused.problem(), (403, "permission-missing".into()), "{}", refused.text);
    assert_eq!(api.upload("no table at all").send().await.problem().0, 401);

    let import = api.planned(&manager, &[&["Ann", "Member", "", "", "link"]]).await;
    let (id, start) = (text(&import["id"]), json!({ "digest": import["digest"], "mode": "row-by-row" }));
    for path in ["/rows", "/result"] {
        let address = api.import(&id, path);
        assert_eq!(api.get(&address).by(&root).send().await.problem(), (404, "import-unknown".into()), "{path}");
        assert_eq!(api.get(&address).by(&manager).send().await.status, 200, "{path}");
    }
    let others = [api.act(api.import(&id, "/plan")), api.post(api.import(&id, "/start"), &start)];
    for ask in others {
        assert_eq!(ask.by(&root).send().await.problem(), (404, "import-unknown".into()));
    }
    // Where it stands is for whoever manages all members, too; to others it does not exist.
    for path in ["", "/progress"] {
        assert_eq!(api.get(api.import(&id, path)).by(&root).send().await.status, 200);
        let hidden = api.get(api.import(&id, path)).by(&inviter).send().await;
        assert_eq!(hidden.problem(), (404, "import-unknown".into()));
    }
    for (token, count) in [(&root, 1), (&manager, 1), (&inviter, 0)] {
        let list = api.get(api.tenant("/imports")).by(token).send().await.json();
        assert_eq!(list["imports"].as_array().unwrap().len(), count);
    }
    assert_eq!(api.delete(api.import(&id, "")).by(&inviter).send().await.problem(), (404, "import-unknown".into()));
}

/// Nobody gives by a table what he or she does not hold; and an import goes on with the rights of each moment.
#[tokio::test]
async fn a_table_gives_no_more_than_its_maker_may() {
    let api = Api::start().await;
    let (_, ivy) = api.holder("ivy", &["membership:members.invite"]).await;
    let table = xlsx(&[&["Name", "Roles", "E-mail"], &["Ann", "Administrator", "ann@example.org"]]);
    let import = api.upload(table).by(&ivy).send().await.json();
    assert_eq!((&import["plan"]["create"], &import["plan"]["refuse"]), (&json!(0), &json!(1)), "{import}");
    let rows = api.rows(&ivy, &text(&import["id"]), "?does=refuse").await;
    assert_eq!(rows[0]["faults"][0]["column"], "roles", "{rows:?}");

    let (max, token) = api.person("max", &["Member manager"]).await;
    let import = api.planned(&token, &[&["Bob", "Member", "", "", "link"]]).await;
    let start = json!({ "digest": import["digest"], "mode": "row-by-row" });
    let id = text(&import["id"]);
    assert_eq!(api.post(api.import(&id, "/start"), &start).by(&token).send().await.status, 202);
    let root = api.root().await;
    assert_eq!(api.act(api.member(&max, "/disable")).by(&root).send().await.status, 200);
    api.bed.carry_out(api.which(&id)).await.unwrap();
    let over = api.get(api.import(&id, "")).by(&root).send().await.json();
    assert_eq!((&over["ending"]["how"], &over["done"]["create"]), (&json!("stopped"), &json!(0)), "{over}");
    assert!(!text(&over["ending"]["code"]).is_empty() && !text(&over["ending"]["advice"]).is_empty());
    assert!(!api.names(&root).await.contains(&"Bob".to_owned()));
}

/// An API key imports within its scope.
#[tokio::test]
async fn a_key_imports_within_its_scope() {
    let api = Api::start().await;
    let root = api.root().await;
    let key = async |scope: &[&str]| {
        let body = json!({ "name": "Import", "scope": scope, "seconds": 3_600 });
        let reply = api.post(api.tenant("/api-keys"), &body).by(&root).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        text(&reply.json()["secret"])
    };
    let reading = key(&["membership:members.read"]).await;
    let reply = api.upload(xlsx(&[&["Name"], &["Ann"]])).by(&reading).send().await;
    assert_eq!(reply.problem().0, 403, "{}", reply.text);
    let managing = key(&["membership:members.manage", "membership:members.invite"]).await;
    let import = api.planned(&managing, &[&["Ann", "Member", "", "ann.fox"]]).await;
    assert_eq!(import["plan"]["rows"], 1, "{import}");
    let done = api.carried_out(&managing, &import).await;
    assert_eq!(done["status"], "ended", "{done}");
    let result = api.get(api.import(&text(&import["id"]), "/result")).by(&managing).send().await;
    assert_eq!(read(&result.bytes).len(), 2);
}
