//! What is around the API: its page, the explanations, health, metrics, and addresses that are none.

use std::sync::Arc;

use membership_server::{Check, Readiness, Site};
use membership_testkit::Bed;
use membership_web::{Edge, Shell};
use poem::{
    Route,
    http::{Method, StatusCode},
    test::TestClient,
};

use crate::fixture::Api;

#[tokio::test]
async fn every_code_is_explained() {
    let api = Api::start().await;
    let list = api.get("/problems").send().await.json();
    let codes = list["problems"].as_array().unwrap();
    assert!(codes.len() > 80, "{}", codes.len());
    for row in codes {
        let code = row["code"].as_str().unwrap();
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{code}");
        assert!(row["meaning"].as_str().unwrap().len() > 10 && row["advice"].as_str().unwrap().len() > 5, "{code}");
        assert_eq!(api.get(format!("/problems/{code}")).send().await.json(), *row);
    }
    for (_, path, operation) in api.operations() {
        for code in operation["x-problem-codes"].as_array().unwrap() {
            assert!(codes.iter().any(|row| row["code"] == *code), "{path}: {code} is not explained");
        }
    }
    let page = api.get("/problems/links-not-allowed").header("accept", "text/html").send().await;
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.text.contains("tenant&#39;s") || page.text.contains("tenant's"), "{}", page.text);
    assert_eq!(api.get("/problems/nothing-of-the-kind").send().await.problem(), (404, "not-found".into()));
}

/// The API's page runs no inline script, and nothing is loaded from elsewhere.
// Part of A77.
#[tokio::test]
async fn the_api_has_a_page_of_its_own() {
    let api = Api::start().await;
    let page = api.get("/api/docs").send().await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(!page.text.contains("://") && !page.text.contains("<script>"), "{}", page.text);
    for asset in page.text.split('"').filter(|part| part.starts_with("/api/")) {
        let reply = api.get(asset).send().await;
        assert_eq!(reply.status, 200, "{asset}");
        assert!(reply.text.len() > 50, "{asset} is empty");
    }
    assert!(api.get("/api/docs/swagger-ui.js").send().await.text.contains("SwaggerUIBundle"));
    let served = api.get("/api/openapi.json").send().await.json();
    assert_eq!(served["servers"][0]["url"], "https://members.example.org");
    assert_eq!(served["paths"], api.spec["paths"]);
}

#[tokio::test]
async fn health_and_metrics_are_shown() {
    let api = Api::start().await;
    assert_eq!(api.get("/livez").send().await.json()["status"], "alive");
    assert_eq!(api.get("/readyz").send().await.json()["parts"]["database"], "good");
    api.get(api.tenant("/members")).send().await;
    api.get("/nothing/at/all").send().await;
    let metrics = api.get("/metrics").send().await;
    assert!(metrics.headers["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let line = r#"membership_http_requests_total{method="GET",route="/api/v1/tenants/:tenant/members",status="401"} 1"#;
    assert!(metrics.text.contains(line), "{}", metrics.text);
    assert!(metrics.text.contains(r#"route="none",status="404"} 1"#), "{}", metrics.text);
    assert!(metrics.text.contains("membership_http_request_seconds_bucket"), "{}", metrics.text);
}

#[tokio::test]
async fn every_address_names_its_methods() {
    let api = Api::start().await;
    for (path, item) in api.spec["paths"].as_object().unwrap() {
        let known: Vec<String> = item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            if known.contains(&method.to_owned()) {
                continue;
            }
            let reply = api.ask(method.parse().unwrap(), path.as_str()).send().await;
            assert_eq!(reply.problem(), (405, "method-not-allowed".into()), "{method} {path}");
            let allow = reply.headers["allow"].to_str().unwrap();
            for method in &known {
                assert!(allow.split(", ").any(|allowed| allowed == method), "{path}: {allow}");
            }
        }
    }
    for path in ["/livez", "/readyz", "/metrics", "/problems", "/api/docs", "/api/openapi.json"] {
        let reply = api.ask(Method::POST, path).send().await;
        assert_eq!(reply.problem(), (405, "method-not-allowed".into()), "{path}");
        assert_eq!(reply.headers["allow"], "GET, HEAD");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let api = Api::start().await;
    for path in
        ["/", "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/me/", "/api/v1/nothing", "/api/docs/x"]
    {
        let reply = api.get(path).header("accept", "text/html").send().await;
        assert_eq!(reply.problem(), (404, "not-found".into()), "{path}");
        assert_eq!(reply.headers["content-type"], "application/problem+json");
    }
    let head = api.ask(Method::HEAD, "/livez").send().await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

/// A part that is out of order makes the server unready, by its name alone: what is wrong with it is for the log. And metrics
/// are shown only where they are wanted.
#[tokio::test]
async fn what_is_out_of_order_is_named() {
    let bed = Bed::new().await.unwrap();
    let edge = Edge::new(bed.membership.clone(), membership_web::system_clock(), Vec::new());
    let readiness: Readiness = Arc::new(|| {
        let fault = Some("the password of postgres://root:secret@db is wrong".to_owned());
        Box::pin(async { vec![Check { part: "mail", fault: None }, Check { part: "database", fault }] })
    });
    let site = Site { edge: edge.clone(), readiness, metrics: None };
    let client = TestClient::new(Shell::new(edge, site.mount(Route::new())));
    let reply = client.get("/readyz").send().await;
    reply.assert_status(StatusCode::SERVICE_UNAVAILABLE);
    reply
        .assert_json(serde_json::json!({ "status": "not ready", "parts": { "mail": "good", "database": "faulty" } }))
        .await;
    client.get("/metrics").send().await.assert_status(StatusCode::NOT_FOUND);
}
