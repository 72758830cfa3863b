//! Identifiers of another tenant: in whatever place they stand, they are as good as none.

use membership_core::id::MemberId;
use membership_testkit::bed::PASSWORD;
use poem::http::Method;
use serde_json::{Value, json};

use crate::{
    fixture::{Api, Reply},
    house::{NOTHING, text},
};

/// What the examples of the description call things, and what a tenant has for each: a member, another, an invitation, a role,
/// a hand-over that is not finished, an API key, a department, another beside it, one below that, and an import.
const NAMES: [&str; 10] = ["2", "8", "3", "4", "a", "b", "c", "d", "e", "10"];

/// What the first member of each tenant may do in one department alone.
const LIMITED: &str = "membership:members.manage";

/// The ids of one tenant, in the order of `NAMES`.
struct Ids {
    tenant: String,
    ids: [String; 10],
}

/// A request to which one id is to be put.
struct Place<'a> {
    method: Method,
    /// With the ids in it as the examples call them.
    path: String,
    body: Option<&'a Value>,
    /// Which of the occurrences of ids in path and body it is.
    at: usize,
    operation: &'a str,
}

fn example(name: &str) -> String {
    format!("0197c0de-0000-7000-8000-{name:0>12}")
}

/// The things of a tenant, made by `by`, who administers it.
async fn furnish(api: &Api, tenant: String, by: &str, prefix: &str) -> Ids {
    let at = |rest: &str| format!("/api/v1/tenants/{tenant}{rest}");
    let roles = api.get(at("/roles")).by(by).send().await.json();
    let role = roles["roles"].as_array().unwrap().iter().find(|role| role["name"] == "Member").unwrap()["id"].clone();
    let [one, other, below] = departments(api, &at("/departments"), by).await;
    let mut members = Vec::new();
    for name in ["member", "heir", "gone"] {
        let (name, username) = (format!("{prefix} {name}"), format!("{prefix}.{name}"));
        let mut body = json!({ "name": name, "username": username, "password": PASSWORD, "roles": [role] });
        if members.is_empty() {
            body["assignments"] = json!([{ "permission": LIMITED, "department": one }]);
        }
        let added = api.post(at("/members"), &body).by(by).send().await;
        assert_eq!(added.status, 201, "{}", added.text);
        members.push(text(&added.json()["id"]));
    }
    let person = json!({ "name": "Waiting", "via": "mail", "email": format!("{prefix}@example.org"), "roles": [role] });
    let invited = api.post(at("/invitations"), &json!({ "people": [person] })).by(by).send().await.json();
    api.bed.custodian().put(MemberId::from_uuid(members[2].parse().unwrap()), "files", 2);
    let removal = api.post(at(&format!("/members/{}/remove", members[2])), &json!({ "heir": members[1] }));
    let transfer = removal.by(by).send().await.json()["transfer"]["id"].clone();
    let invitation = text(&invited["invited"][0]["invitation"]["id"]);
    let body = json!({ "name": "x", "scope": ["membership:members.read"], "seconds": 3_600 });
    let key = api.post(at("/api-keys"), &body).by(by).send().await.json()["api_key"]["id"].clone();
    let table = "Name,Roles,How to join\nImported,Member,link\n";
    let import = api.ask(Method::POST, at("/imports")).raw("text/csv", table).by(by).send().await.json()["id"].clone();
    let (member, heir) = (members[0].clone(), members[1].clone());
    let ids = [member, heir, invitation, text(&role), text(&transfer), text(&key), one, other, below, text(&import)];
    Ids { tenant, ids }
}

/// A department, another beside it, and one below that.
async fn departments(api: &Api, at: &str, by: &str) -> [String; 3] {
    let made = async |name: &str, parent: &Value| {
        let made = api.post(at, &json!({ "name": name, "parent": parent })).by(by).send().await;
        assert_eq!(made.status, 201, "{}", made.text);
        made.json()["id"].clone()
    };
    let first = api.get(at).by(by).send().await.json()["departments"][0]["id"].clone();
    let (one, other) = (made("One", &first).await, made("Another", &first).await);
    let below = made("Below", &other).await;
    [text(&one), text(&other), text(&below)]
}

impl Ids {
    /// `text` with the ids of this tenant in place of the examples', but `other` in the place `at`.
    fn put(&self, written: &str, at: usize, other: &Self) -> String {
        let mut put = String::new();
        let (mut rest, mut seen) = (written, 0);
        while let Some(start) = rest.find("0197c0de-") {
            let id = &rest[start..start + 36];
            let place = NAMES.iter().position(|name| example(name) == id);
            let (from, count) = if seen == at { (other, 1) } else { (self, 1) };
            let id = place.map_or(id, |place| &from.ids[place]);
            put = format!("{put}{}{id}", &rest[..start]);
            seen += count;
            rest = &rest[start + 36..];
        }
        format!("{put}{rest}")
    }
}

/// Every place of every operation of a tenant where an id can stand.
fn places(operations: &[(Method, String, Value)]) -> Vec<Place<'_>> {
    let mut found = Vec::new();
    for (method, path, operation) in operations.iter().filter(|(_, path, _)| path.contains("{tenant}")) {
        let mut path = path.clone();
        for (name, id) in [
            ("member", "2"),
            ("invitation", "3"),
            ("role", "4"),
            ("transfer", "a"),
            ("api_key", "b"),
            ("department", "c"),
            ("import", "10"),
        ] {
            path = path.replace(&format!("{{{name}}}"), &example(id));
        }
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            match name {
                "permission" => query.push(format!("permission={LIMITED}")),
                "role" => query.push(format!("role={}", example("4"))),
                "department" => query.push(format!("department={}", example("c"))),
                // A workbook says in it when it was made.
                "format" => query.push("format=csv".to_owned()),
                _ if parameter["schema"]["format"] == "uuid" => query.push(format!("{name}={}", example("2"))),
                _ => {}
            }
        }
        let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
        let body = operation.pointer("/requestBody/content/application~1json/example");
        let count =
            path.matches("0197c0de-").count() + body.map_or(0, |body| body.to_string().matches("0197c0de-").count());
        for at in 0..count {
            let (method, path) = (method.clone(), path.clone());
            found.push(Place { method, path, body, at, operation: operation["operationId"].as_str().unwrap() });
        }
    }
    found
}

impl Place<'_> {
    /// Whether `reply` says that there is no such thing as the id names, or, where something is only asked, nothing.
    fn is_refused(&self, reply: &Reply) -> bool {
        let unknown = |code: &str| code.ends_with("-unknown") || code == "heir-unfit";
        match (reply.status, self.operation) {
            (404, _) => unknown(&reply.code()),
            // A department that one should stand before has to be there, and not elsewhere either.
            (409, _) => reply.code() == "department-not-there",
            (422, _) => matches!(reply.faults().as_slice(), [(_, code)] if unknown(code)),
            (200, "changeManyMembers") => {
                let result = reply.json()["results"][0].clone();
                let detail = result["problem"]["detail"].as_str().unwrap_or_default().to_owned();
                let unfit =
                    detail.starts_with("the input breaks 1 rule(s): /heir") && detail.contains("is not an enabled");
                result["ok"] == false && (unfit || result["problem"]["code"] == "member-unknown")
            }
            (200, "checkMany") => reply.json()["answers"][1] == false,
            (200, "check" | "explain") => reply.json()["allowed"] == false,
            (200, "listWhoMay") => !reply.text.contains("own member"),
            (200, "listMembers") => reply.json()["members"] == json!([]),
            (200, "exportMembers") => reply.text.lines().count() == 1,
            (200, "readAudit") => reply.json()["records"] == json!([]),
            _ => false,
        }
    }

    /// Sends the request to `own` by `token`, with an id of `other` in this place. The answer, the id blotted out.
    async fn ask(&self, api: &Api, own: &Ids, other: &Ids, token: &str) -> (Reply, String) {
        let in_path = self.path.matches("0197c0de-").count();
        let path = own.put(&self.path.replace("{tenant}", &own.tenant), self.at, other);
        let ask = api.ask(self.method.clone(), path).by(token);
        let reply = match self.body {
            Some(body) => {
                let at = self.at.wrapping_sub(in_path);
                ask.raw("application/json", own.put(&body.to_string(), at, other)).send().await
            }
            None => ask.send().await,
        };
        let blotted = other.ids.iter().fold(reply.but_request_id(), |text, id| text.replace(id, "the id"));
        (reply, blotted)
    }
}

/// Proves A34 in part, A37, A38 and I-40: each id of one tenant in each place of each operation where an id can stand, used by an
/// administrator of another one whose other ids are all in order: the answer is byte for byte that to an id which nothing
/// has, nothing is done in either tenant.
#[tokio::test]
async fn an_id_of_another_tenant_is_none() {
    let api = Api::start().await;
    let root = api.root().await;
    let theirs = furnish(&api, api.bed.tenant.id.to_string(), &root, "theirs").await;
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let own = furnish(&api, founded.tenant.id.to_string(), &other, "own").await;
    let nothing = Ids { tenant: own.tenant.clone(), ids: std::array::from_fn(|_| NOTHING.to_owned()) };
    let deputy = deputy(&api, &own, &other).await;
    let worlds = async || {
        let (one, two) =
            (api.bed.world(api.bed.tenant.id).await.unwrap(), api.bed.world(founded.tenant.id).await.unwrap());
        format!("{one:?}{two:?}")
    };
    let operations = api.operations();
    let before = worlds().await;
    let places = places(&operations);
    let mut told = Vec::new();
    assert!(places.len() > 35, "{}", places.len());
    for place in &places {
        for token in [&other, &deputy] {
            let (foreign, seen) = place.ask(&api, &own, &theirs, token).await;
            let (_, unknown) = place.ask(&api, &own, &nothing, token).await;
            let named = format!("{} {} in place {}", place.operation, place.path, place.at);
            assert_eq!(seen, unknown, "{named}");
            assert!(foreign.status < 500, "{named}: {}", foreign.text);
            let refused = place.is_refused(&foreign);
            told.push((named.clone(), refused));
            for name in ["theirs", "Example Ltd"] {
                assert!(!foreign.text.contains(name), "{named}: {}", foreign.text);
            }
        }
    }
    // The one of the two who may do it at all is refused for the id, and for nothing else.
    for pair in told.chunks(2) {
        assert!(pair.iter().any(|(_, refused)| *refused), "{pair:?}");
    }
    assert_eq!(worlds().await, before);
    assert_eq!(api.bed.violations().await.unwrap(), []);
}

/// A token of an administrator who is not the representative: that one may leave, the other may hand over.
async fn deputy(api: &Api, own: &Ids, by: &str) -> String {
    let roles = api.get(format!("/api/v1/tenants/{}/roles", own.tenant)).by(by).send().await.json();
    let role =
        roles["roles"].as_array().unwrap().iter().find(|role| role["administrator"] == true).unwrap()["id"].clone();
    let temporary = "to be replaced at once";
    let body = json!({ "name": "Deputy", "username": "deputy", "password": temporary, "roles": [role] });
    let added = api.post(format!("/api/v1/tenants/{}/members", own.tenant), &body).by(by).send().await;
    assert_eq!(added.status, 201, "{}", added.text);
    let body = json!({ "login": "deputy", "password": temporary, "transport": "bearer" });
    let token = text(&api.post("/api/v1/sessions", &body).send().await.json()["token"]);
    let body = json!({ "current": temporary, "new": PASSWORD });
    text(&api.post("/api/v1/me/password", &body).by(&token).send().await.json()["token"])
}
