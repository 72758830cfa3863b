//! Applications, roles, and the table of authority.

use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::Api,
    house::{NOTHING, text, texts},
};

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(&one["name"])).collect()
}

/// Proves TEN-5: before anybody is invited, the table of roles against each of the four applications can be read; it says
/// of each role whether it gives the permission, and what it says is what is allowed.
#[tokio::test]
async fn the_table_of_authority_is_what_holds() {
    let api = Api::by_preset("portal-tenant").await;
    let root = api.root().await;
    let table = api.get(api.tenant("/authority")).by(&root).send().await.json();
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
    for role in table["roles"].as_array().unwrap() {
        let name = text(&role["name"]);
        let username = name.to_lowercase().replace(' ', "-");
        let (_, token) = api.person(&username, &[&name]).await;
        for application in table["applications"].as_array().unwrap() {
            for row in application["permissions"].as_array().unwrap() {
                let gives = row["roles"].as_array().unwrap().contains(&role["id"]);
                let permission = text(&row["permission"]);
                assert_eq!(api.may(&token, &permission).await, gives, "{name} {permission}");
            }
        }
    }
    let (_, viewer) = api.person("vera", &["Viewer"]).await;
    let read = api.get(api.tenant("/authority")).by(&viewer).send().await.json();
    assert_eq!(read, table, "every member may read it");
}

#[tokio::test]
async fn applications_name_what_can_be_allowed() {
    let api = Api::start().await;
    let root = api.root().await;
    let list = api.get(api.tenant("/applications")).by(&root).send().await.json();
    assert_eq!(names(&list["applications"]), ["Member management", "Workspace"]);
    let own = &list["applications"][0]["permissions"];
    assert_eq!(list["applications"][0]["key"], "membership");
    let keys: Vec<String> = own.as_array().unwrap().iter().map(|named| text(&named["permission"])).collect();
    let expected = membership_core::role::Permission::OWN.map(|permission| permission.to_string());
    assert_eq!(keys, expected);
    assert!(names(own).iter().all(|name| !name.is_empty()));
}

/// Proves APP-31 and X-3: a tenant adds roles of its own beside those it began with; a role is a set of permissions, each
/// of which belongs to one application; a member holds several roles and single permissions, and may what they allow
/// together.
#[tokio::test]
async fn a_tenant_has_roles_of_its_own() {
    let api = Api::by_preset("streaming-app").await;
    let root = api.root().await;
    let visitor = api.role("Visitor").await;
    let body = json!({ "name": "Uploader", "permissions": ["media:videos.upload", "media:videos.upload"], "includes": [visitor] });
    let made = api.post(api.tenant("/roles"), &body).by(&root).send().await;
    assert_eq!(made.status, 201, "{}", made.text);
    let role = made.json();
    assert_eq!((&role["name"], &role["administrator"]), (&json!("Uploader"), &json!(false)));
    assert_eq!(texts(&role["permissions"]), ["media:videos.upload"], "a set");
    assert_eq!(texts(&role["includes"]), [visitor]);
    let address = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(address, api.tenant(&format!("/roles/{}", text(&role["id"]))));
    assert_eq!(api.get(&address).by(&root).send().await.json(), role);

    let applications = api.get(api.tenant("/applications")).by(&root).send().await.json();
    for application in applications["applications"].as_array().unwrap() {
        let of = format!("{}:", text(&application["key"]));
        let permissions = application["permissions"].as_array().unwrap();
        assert!(permissions.iter().all(|one| text(&one["permission"]).starts_with(&of)), "{of}");
    }
    let (id, ann) = api.person("ann", &["Uploader"]).await;
    let body = json!({
        "roles": [role["id"], api.role("Media-hub distributor").await],
        "assignments": [{ "permission": "channels:streams.control" }],
    });
    let given = api.ask(Method::PATCH, api.tenant(&format!("/members/{id}"))).json(&body).by(&root).send().await;
    assert_eq!(given.status, 200, "{}", given.text);
    for (permission, expected) in [
        ("channels:streams.control", true),
        ("media:videos.upload", true),
        ("media:videos.view", true),
        ("vtvhub:deliveries.send", true),
        ("media:videos.publish", false),
        ("application:settings.view", false),
    ] {
        assert_eq!(api.may(&ann, permission).await, expected, "{permission}");
    }
    let listed = api.get(api.tenant("/roles")).by(&ann).send().await.json();
    assert_eq!(names(&listed["roles"]), ["Administration", "Editor", "Media-hub distributor", "Uploader", "Visitor"]);
}

/// Proves A30 in part: an edited role holds at once for everybody who has it. Nobody edits a role that he or she holds,
/// one that gives more than he or she holds, or puts into one what he or she does not hold.
#[tokio::test]
async fn editing_a_role_never_widens_beyond_ones_own() {
    let api = Api::start().await;
    let root = api.root().await;
    let held = ["membership:roles.manage", "workspace:tasks.view", "workspace:tasks.edit"];
    let (_, eve) = api.holder("eve", &held).await;
    let own = api.tenant(&format!("/roles/{}", api.role("Role of eve").await));
    let below = api.defined(&root, "Below", &["workspace:tasks.view"], &[]).await;
    let above = api.defined(&root, "Above", &["workspace:files.delete"], &[]).await;
    let above_by_another = api.defined(&root, "Above by another", &[], &[above.rsplit('/').next().unwrap()]).await;
    let (_, bob) = api.person("bob", &["Below"]).await;
    assert!(!api.may(&bob, "workspace:tasks.edit").await);

    let before = api.everything().await;
    let more =
        json!({ "name": "Below", "permissions": ["workspace:tasks.view", "workspace:files.delete"], "includes": [] });
    let through = json!({ "name": "Below", "permissions": [], "includes": [above.rsplit('/').next().unwrap()] });
    let less = json!({ "name": "Less", "permissions": [], "includes": [] });
    for (address, body, code) in [
        (&own, &less, "role-is-own"),
        (&own, &more, "role-is-own"),
        (&above, &less, "grant-exceeds-own"),
        (&above_by_another, &less, "grant-exceeds-own"),
        (&below, &more, "grant-exceeds-own"),
        (&below, &through, "grant-exceeds-own"),
    ] {
        let reply = api.put(address, body).by(&eve).send().await;
        assert_eq!(reply.problem(), (403, code.into()), "{address} {body}: {}", reply.text);
    }
    for body in [&more, &through] {
        let mut body = body.clone();
        body["name"] = json!("New");
        let reply = api.post(api.tenant("/roles"), &body).by(&eve).send().await;
        assert_eq!(reply.problem(), (403, "grant-exceeds-own".into()), "{body}");
    }
    for (address, code) in
        [(&own, "role-is-own"), (&above, "grant-exceeds-own"), (&above_by_another, "grant-exceeds-own")]
    {
        assert_eq!(api.delete(address).by(&eve).send().await.problem(), (403, code.into()), "{address}");
    }
    assert_eq!(api.everything().await, before);

    let wider =
        json!({ "name": "Wider", "permissions": ["workspace:tasks.view", "workspace:tasks.edit"], "includes": [] });
    let edited = api.put(&below, &wider).by(&eve).send().await;
    assert_eq!((edited.status, &edited.json()["name"]), (200, &json!("Wider")), "{}", edited.text);
    assert!(api.may(&bob, "workspace:tasks.edit").await, "at once, and with the session that was there");
    let same = api.put(&below, &wider).by(&eve).send().await.json();
    assert_eq!(same, edited.json(), "the same again changes nothing");
    let narrow = json!({ "name": "Wider", "permissions": [], "includes": [] });
    assert_eq!(api.put(&below, &narrow).by(&eve).send().await.status, 200);
    assert!(!api.may(&bob, "workspace:tasks.view").await);
}

/// A role in use is not deleted, and the refusal says how many hold it; so is one that another includes.
#[tokio::test]
async fn only_what_nobody_needs_is_deleted() {
    let api = Api::start().await;
    let root = api.root().await;
    let reporter = api.defined(&root, "Reporter", &["workspace:reports.export"], &[]).await;
    let id = reporter.rsplit('/').next().unwrap();
    let editor = api.defined(&root, "Chief reporter", &[], &[id]).await;
    let included = api.delete(&reporter).by(&root).send().await;
    assert_eq!(included.problem(), (409, "role-is-included".into()));
    assert!(text(&included.json()["detail"]).contains("Chief reporter"));
    assert_eq!(api.delete(&editor).by(&root).send().await.status, 204);

    api.person("ann", &["Reporter"]).await;
    api.person("bob", &["Reporter", "Member"]).await;
    let used = api.delete(&reporter).by(&root).send().await;
    assert_eq!(used.problem(), (409, "role-in-use".into()));
    assert!(text(&used.json()["detail"]).contains("2 member(s)"), "{}", used.text);

    let spare = api.defined(&root, "Spare", &[], &[]).await;
    assert_eq!(api.delete(&spare).by(&root).send().await.status, 204);
    for ask in [
        api.get(&spare),
        api.delete(&spare),
        api.put(&spare, &json!({ "name": "X", "permissions": [], "includes": [] })),
    ] {
        assert_eq!(ask.by(&root).send().await.problem(), (404, "role-unknown".into()));
    }
}

/// Proves I-12: the tenant administrator's role is neither narrowed nor renamed nor deleted, by nobody.
#[tokio::test]
async fn the_administrators_role_stays_as_it_is() {
    let api = Api::start().await;
    let root = api.root().await;
    let (_, other) = api.holder("eve", &["membership:roles.manage"]).await;
    let address = api.tenant(&format!("/roles/{}", api.role("Administrator").await));
    let before = api.get(&address).by(&root).send().await.json();
    assert_eq!(before["administrator"], true);
    let body = json!({ "name": "Nobody", "permissions": [], "includes": [] });
    for token in [&root, &other] {
        assert_eq!(api.put(&address, &body).by(token).send().await.problem(), (409, "role-is-system".into()));
        assert_eq!(api.delete(&address).by(token).send().await.problem(), (409, "role-is-system".into()));
    }
    assert_eq!(api.get(&address).by(&root).send().await.json(), before);
}

/// Every fault of a role at once, each at its place.
#[tokio::test]
async fn faults_of_a_role_are_told_at_their_place() {
    let api = Api::start().await;
    let root = api.root().await;
    let first = api.defined(&root, "First", &[], &[]).await;
    let id = first.rsplit('/').next().unwrap().to_owned();
    let second = api.defined(&root, "Second", &[], &[&id]).await;
    let body = json!({
        "name": " ",
        "permissions": ["workspace:tasks.view", "workspace:tasks.fly", "no permission"],
        "includes": [NOTHING],
    });
    let reply = api.post(api.tenant("/roles"), &body).by(&root).send().await;
    let expected = [
        ("/name", "name-empty"),
        ("/permissions/1", "permission-unknown"),
        ("/permissions/2", "permission-unknown"),
        ("/includes/0", "role-unknown"),
    ];
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    for includes in [json!([id]), json!([second.rsplit('/').next().unwrap()])] {
        let circle = json!({ "name": "First", "permissions": [], "includes": includes });
        let reply = api.put(&first, &circle).by(&root).send().await;
        assert_eq!(reply.faults(), [("/includes/0".into(), "role-circle".into())], "{circle}");
    }
    let taken = json!({ "name": "Second", "permissions": [], "includes": [] });
    assert_eq!(api.put(&first, &taken).by(&root).send().await.problem(), (409, "role-name-taken".into()));
    assert_eq!(
        api.post(api.tenant("/roles"), &taken).by(&root).send().await.problem(),
        (409, "role-name-taken".into())
    );
}

#[tokio::test]
async fn a_tenant_has_at_most_500_roles() {
    let api = Api::start().await;
    let root = api.root().await;
    for n in 3..500 {
        api.defined(&root, &format!("Role {n}"), &[], &[]).await;
    }
    let body = json!({ "name": "One more", "permissions": [], "includes": [] });
    let reply = api.post(api.tenant("/roles"), &body).by(&root).send().await;
    assert_eq!(reply.problem(), (409, "roles-too-many".into()));
}

/// Without the permission nobody changes roles, whatever else he or she may; every member sees them.
#[tokio::test]
async fn roles_are_for_who_may_manage_them() {
    let api = Api::start().await;
    let member = api.role("Member").await;
    let address = api.tenant(&format!("/roles/{member}"));
    let others = ["membership:members.manage", "membership:tenant.manage", "membership:audit.read"];
    let (_, ann) = api.holder("ann", &others).await;
    let body = json!({ "name": "Mine", "permissions": [], "includes": [] });
    for (method, path, body) in [
        (Method::POST, api.tenant("/roles"), Some(&body)),
        (Method::PUT, address.clone(), Some(&body)),
        (Method::DELETE, address.clone(), None),
    ] {
        let ask = api.ask(method, path).by(&ann);
        let reply = match body {
            Some(body) => ask.json(body).send().await,
            None => ask.send().await,
        };
        assert_eq!(reply.problem(), (403, "permission-missing".into()), "{}", reply.text);
        assert!(text(&reply.json()["detail"]).contains("membership:roles.manage"));
    }
    assert_eq!(api.get(&address).by(&ann).send().await.json()["name"], "Member");
}

/// Proves A34 in part, for roles: of two ids one of which is another tenant's, the request is refused as if there were no
/// such thing, and nothing changes in either tenant.
#[tokio::test]
async fn a_role_of_another_tenant_does_not_exist_here() {
    let api = Api::start().await;
    let root = api.root().await;
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let there = format!("/api/v1/tenants/{}", founded.tenant.id);
    let theirs = api.get(format!("{there}/roles")).by(&other).send().await.json();
    let theirs = text(&theirs["roles"][1]["id"]);
    let before = (api.everything().await, format!("{:?}", api.bed.world(founded.tenant.id).await.unwrap()));

    let body = json!({ "name": "Bridge", "permissions": [], "includes": [theirs] });
    let mut unknown = body.clone();
    unknown["includes"][0] = json!(NOTHING);
    for body in [&body, &unknown] {
        let reply = api.post(api.tenant("/roles"), body).by(&root).send().await;
        assert_eq!(reply.faults(), [("/includes/0".into(), "role-unknown".into())], "{body}");
    }
    let plain = json!({ "name": "Bridge", "permissions": [], "includes": [] });
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let mut answers = Vec::new();
        for id in [theirs.as_str(), NOTHING, "no-id"] {
            let ask = api.ask(method.clone(), api.tenant(&format!("/roles/{id}"))).by(&root);
            let reply = if method == Method::PUT { ask.json(&plain).send().await } else { ask.send().await };
            assert_eq!(reply.problem(), (404, "role-unknown".into()), "{method} {id}");
            answers.push(reply.but_request_id());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{method}: {answers:?}");
    }
    let after = (api.everything().await, format!("{:?}", api.bed.world(founded.tenant.id).await.unwrap()));
    assert_eq!(before, after);
}
