//! Who may: nobody without a credential, and nobody of another tenant.

use poem::http::Method;
use serde_json::{Value, json};

use crate::fixture::Api;

/// The only operations that answer somebody who is not signed in. The list grows by ways of signing in, and by nothing else.
const PUBLIC: [&str; 20] = [
    "/api/v1/challenges/abandon",
    "/api/v1/challenges/answer",
    "/api/v1/challenges/mail",
    "/api/v1/challenges/passkey",
    "/api/v1/challenges/passkey/answer",
    "/api/v1/former-address/open",
    "/api/v1/former-address/restore",
    "/api/v1/invitation/accept",
    "/api/v1/invitation/open",
    "/api/v1/invitation/register",
    "/api/v1/invitation/reject",
    "/api/v1/leaving",
    "/api/v1/leaving/open",
    "/api/v1/passwords/forgotten",
    "/api/v1/passwords/open",
    "/api/v1/passwords/reset",
    "/api/v1/sessions",
    "/api/v1/sessions/passkey",
    "/api/v1/sessions/passkey/ceremonies",
    "/api/v1/set-up",
];

/// Proves A32: without a credential every other operation answers 401, whatever ids stand in the body, the query or the
/// headers; and what the body says makes no difference.
#[tokio::test]
async fn nothing_is_done_without_a_credential() {
    let api = Api::start().await;
    let account = api.bed.administrator.id.to_string();
    for (method, path, operation) in api.operations() {
        if PUBLIC.contains(&path.as_str()) && method == Method::POST {
            assert_eq!(operation["security"], json!([]), "{path}");
            continue;
        }
        assert_eq!(operation["security"], json!([{ "bearer": [] }, { "cookie": [] }]), "{path}");
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        for body in [json!({}), json!({ "account": account, "user_id": account }), json!([1])] {
            let ask = api.ask(method.clone(), format!("{path}?account={account}&user_id={account}"));
            let ask = ask.header("x-user-id", &account).header("x-account", &account).json(&body);
            assert_eq!(ask.send().await.problem(), (401, "sign-in-required".into()), "{method} {path}");
        }
    }
}

/// Proves A33: there is no default tenant. The path names the tenant; a selector in the query or a header is nothing,
/// left out, doubled, or against the path.
#[tokio::test]
async fn there_is_no_default_tenant() {
    let api = Api::start().await;
    let root = api.root().await;
    let tenant = api.bed.tenant.id.to_string();
    for path in ["/api/v1/tenants//members", "/api/v1/tenants/members", "/api/v1/members"] {
        let reply = api.get(format!("{path}?tenant={tenant}")).by(&root).header("x-tenant", &tenant).send().await;
        assert_eq!(reply.status, 404, "{path}");
    }
    let foreign = api.bed.found("Other Ltd", "other").await.unwrap().tenant.id.to_string();
    for other in [foreign.as_str(), "0197c0de-0000-7000-8000-00000000dead", ""] {
        let against = format!("/api/v1/tenants/{other}/members?tenant={tenant}");
        assert_eq!(api.get(against).by(&root).header("x-tenant", &tenant).send().await.status, 404, "{other}");
    }
    let doubled = api.get(api.tenant(&format!("/members?tenant={tenant}&tenant={foreign}"))).by(&root).send().await;
    assert_eq!(doubled.problem(), (400, "query-repeated".into()));
    let mut body = api.invite_body("bob@example.org").await;
    body["tenant"] = json!(foreign);
    let against = api.post(api.tenant("/invitations"), &body).by(&root).send().await;
    assert_eq!(against.faults(), [("/tenant".into(), "field-unknown".into())]);
}

/// Every address of the tenant, with ids that are there, the method, and a body that would do something.
async fn addresses(api: &Api) -> Vec<(Method, String, Option<Value>)> {
    let invited = api.bed.invite("ann@example.org").await.unwrap();
    let (member, invitation) = (invited.member.id.to_string(), invited.invitation.id.to_string());
    let role = api.bed.role("Member").await.unwrap().to_string();
    let mut found = Vec::new();
    for (method, path, operation) in api.operations() {
        if path.contains("{tenant}") {
            let path = path.replace("{member}", &member).replace("{invitation}", &invitation).replace("{role}", &role);
            let asks = operation["parameters"].to_string().contains("\"permission\"");
            let path = if asks { format!("{path}?permission=membership:members.read") } else { path };
            let body = operation.pointer("/requestBody/content/application~1json/example").cloned();
            found.push((method, path, body));
        }
    }
    assert!(found.len() >= 10);
    found
}

/// Proves A37, I-40, I-42, A38 in part and A39 in part: with the session of another tenant's administrator, each address
/// of this tenant is answered, byte for byte, as one of a tenant that does not exist, and nothing changes.
#[tokio::test]
async fn another_tenant_does_not_exist() {
    let api = Api::start().await;
    let addresses = addresses(&api).await;
    api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let before = api.bed.world(api.bed.tenant.id).await.unwrap();
    for (method, path, body) in addresses {
        // What only the operator does is refused to everybody else, whatever tenant it is about.
        let operators = ["/suspend", "/resume", "/representative/email"].iter().any(|end| path.ends_with(end));
        let refused = if operators { (403, "operator-only".into()) } else { (404, "tenant-unknown".into()) };
        let mut answers = Vec::new();
        let there = api.bed.tenant.id.to_string();
        for tenant in [there.as_str(), "0197c0de-0000-7000-8000-00000000dead", "no-id-at-all", "%2e%2e"] {
            let ask = api.ask(method.clone(), path.replace("{tenant}", tenant)).by(&other);
            let ask = match &body {
                Some(body) => ask.json(body),
                None => ask,
            };
            let reply = ask.send().await;
            assert_eq!(reply.problem(), refused, "{method} {path} {tenant}");
            answers.push(reply.but_request_id());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{method} {path}: {answers:?}");
    }
    let after = api.bed.world(api.bed.tenant.id).await.unwrap();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

/// Proves A37 and I-40: an id of another tenant under one's own tenant is answered as one that does not exist.
#[tokio::test]
async fn ids_of_another_tenant_do_not_exist_here() {
    let api = Api::start().await;
    let invited = api.bed.invite("ann@example.org").await.unwrap();
    let founded = api.bed.found("Other Ltd", "other").await.unwrap();
    let other = api.sign_in("other").await;
    let here = format!("/api/v1/tenants/{}", founded.tenant.id);
    let (member, invitation) = (invited.member.id.to_string(), invited.invitation.id.to_string());
    for (method, path, there, code) in [
        (Method::GET, "/members/{}", &member, "member-unknown"),
        (Method::GET, "/invitations/{}", &invitation, "invitation-unknown"),
        (Method::POST, "/invitations/{}/send", &invitation, "invitation-unknown"),
        (Method::POST, "/invitations/{}/resend", &invitation, "invitation-unknown"),
        (Method::POST, "/invitations/{}/revoke", &invitation, "invitation-unknown"),
    ] {
        let mut answers = Vec::new();
        let upper = there.to_uppercase().replace('-', "");
        for id in [
            there.as_str(),
            "0197c0de-0000-7000-8000-00000000dead",
            "no-id",
            &upper,
            "00000000-0000-0000-0000-000000000000",
        ] {
            let reply = api.ask(method.clone(), format!("{here}{}", path.replace("{}", id))).by(&other).send().await;
            assert_eq!(reply.problem(), (404, code.into()), "{method} {path} {id}");
            answers.push(reply.but_request_id());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{method} {path}: {answers:?}");
    }
}

/// A member without the right can neither see nor do, and is told which right is missing.
// Part of APP-1 and APP-2.
#[tokio::test]
async fn rights_are_asked_for() {
    let api = Api::start().await;
    api.bed.join("ann@example.org").await.unwrap();
    let ann = api.sign_in("ann@example.org").await;
    assert_eq!(api.get(api.tenant("/members")).by(&ann).send().await.status, 200);
    let held = api.get(api.tenant("")).by(&ann).send().await.json()["permissions"].clone();
    let of_members = held.as_array().unwrap().iter().filter(|held| held.as_str().unwrap().starts_with("membership:"));
    assert_eq!(of_members.collect::<Vec<_>>(), ["membership:members.read"]);
    let reply = api.get(api.tenant("/audit")).by(&ann).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
    assert!(reply.json()["detail"].as_str().unwrap().contains("membership:audit.read"));
    let body = api.invite_body("bob@example.org").await;
    let reply = api.post(api.tenant("/invitations"), &body).by(&ann).send().await;
    assert_eq!(reply.problem(), (403, "permission-missing".into()));
    let body = json!({ "name": "New", "administrator": { "name": "New", "via": "link" } });
    let reply = api.post("/api/v1/tenants", &body).by(&ann).send().await;
    assert_eq!(reply.problem(), (403, "operator-only".into()));
}
