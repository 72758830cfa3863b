use std::sync::Mutex;

use membership_core::{
    account::api_key::MakeApiKey,
    actor::{Actor, Denied, KeyUse},
    role::Permission,
};
use membership_testkit::{Bed, Failure, bed::PASSWORD};
use poem::{Body, Route, get, handler, post, test::TestClient, web::Data};
use serde_json::Value;

use super::*;
use crate::{Visitor, allowing, session_cookie};

#[handler]
fn show(Visitor { session, .. }: Visitor, Data(edge): Data<&Edge>) -> String {
    format!("{:?} at {}", session.map(|(_, account)| account.id), edge.origin())
}

#[handler]
fn take(body: String) -> String {
    body
}

#[handler]
fn burst() -> String {
    panic!("a secret that the log may know")
}

#[handler]
async fn sleep() -> &'static str {
    tokio::time::sleep(Duration::from_mins(1)).await;
    "rested"
}

async fn edge() -> Result<(Bed, Edge), Failure> {
    let bed = Bed::new().await?;
    let clock = bed.clock.clone();
    let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
    Ok((bed, edge))
}

fn routes() -> Route {
    Route::new()
        .at("/show", get(show))
        .at("/things/:thing", allowing("GET, HEAD, POST", get(show).post(take)))
        .at("/take", post(take))
        .at("/burst", get(burst))
        .at("/sleep", get(sleep))
}

async fn client() -> TestClient<Shell<Route>> {
    let (_, edge) = edge().await.unwrap();
    TestClient::new(Shell::new(edge, routes()))
}

async fn problem(response: poem::test::TestResponse) -> (u16, String, Value) {
    assert_eq!(response.0.content_type(), Some("application/problem+json"));
    let status = response.0.status().as_u16();
    let body: Value = response.0.into_body().into_json().await.unwrap();
    assert_eq!(body["status"], status);
    (status, body["code"].as_str().unwrap_or_default().to_owned(), body)
}

/// What is too large or doubled is refused before a handler sees it.
// Part of A91.
#[tokio::test]
async fn limits_hold() {
    let client = client().await;
    let long = "x".repeat(9_000);
    let refused = client.get(format!("/show?q={long}")).send().await;
    assert_eq!(problem(refused).await.1, "address-line-too-long");
    let refused = client.get("/show").header("x-long", "x".repeat(17_000)).send().await;
    assert_eq!(problem(refused).await.1, "headers-too-large");
    let mut many = client.get("/show");
    for n in 0..65 {
        many = many.header(format!("x-{n}"), "1");
    }
    assert_eq!(problem(many.send().await).await.1, "headers-too-large");
    let refused = client.get("/show?limit=1&limit=2").send().await;
    assert_eq!(problem(refused).await.1, "query-repeated");
    let refused = client.get("/show").header("host", "a").header("host", "b").send().await;
    assert_eq!(problem(refused).await.1, "request-malformed");
}

#[tokio::test]
async fn bodies_are_bounded_whether_announced_or_not() {
    let client = client().await;
    client.post("/take").body("x".repeat(64 * 1024)).send().await.assert_status_is_ok();
    let refused = client.post("/take").body("x".repeat(64 * 1024 + 1)).send().await;
    assert_eq!(problem(refused).await.1, "body-too-large");
    let refused = client.post("/take").header("content-length", "65537").body("").send().await;
    assert_eq!(problem(refused).await.1, "body-too-large");
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b'x'; 1024]));
    let refused = client.post("/take").body(Body::from_bytes_stream(endless)).send().await;
    assert_eq!(problem(refused).await.1, "body-too-large");
}

#[tokio::test]
async fn an_address_can_take_more() {
    let (_, edge) = edge().await.unwrap();
    let limits = Limits { body: 10, body_below: vec![("/take", 1_000)], files: Vec::new() };
    let client = TestClient::new(Shell::new(edge, routes()).limits(limits));
    client.post("/take").body("x".repeat(1_000)).send().await.assert_status_is_ok();
    assert_eq!(problem(client.post("/things/1").body("x".repeat(11)).send().await).await.1, "body-too-large");
}

#[tokio::test]
async fn every_error_is_a_problem() {
    let client = client().await;
    for (path, status, code) in [("/nothing", 404, "not-found"), ("/burst", 500, "internal-error")] {
        let (found, name, body) = problem(client.get(path).send().await).await;
        assert_eq!((found, name.as_str()), (status, code));
        assert!(!body.to_string().contains("secret"), "what the log may know is not shown: {body}");
        assert!(body["request_id"].is_string());
    }
    let refused = client.delete("/things/1").send().await;
    refused.assert_header("allow", "GET, HEAD, POST");
    assert_eq!(problem(refused).await.1, "method-not-allowed");
    assert_eq!(problem(client.request(Method::TRACE, "/show").send().await).await.1, "method-not-allowed");
}

#[tokio::test]
async fn a_request_does_not_take_for_ever() {
    let (_, edge) = edge().await.unwrap();
    let client = TestClient::new(Shell::new(edge, routes()).time_out(Duration::from_millis(50)));
    let refused = client.get("/sleep").send().await;
    refused.assert_header_exist("retry-after");
    assert_eq!(problem(refused).await.1, "request-timed-out");
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let client = client().await;
    for path in ["/show", "/nothing", "/burst"] {
        let response = client.get(path).header("x-request-id", "chosen-by-the-client").send().await;
        let headers = response.0.headers();
        let csp = headers["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("unsafe"), "{csp}");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert!(headers.contains_key("strict-transport-security"));
        assert!(!headers.contains_key("server"));
        assert!(headers["x-request-id"].to_str().unwrap().parse::<RequestId>().is_ok(), "made here");
    }
}

#[tokio::test]
async fn people_see_pages_and_programs_see_problems() {
    let (_, edge) = edge().await.unwrap();
    let page = |problem: &Problem| Response::builder().content_type("text/html").body(problem.code);
    let client = TestClient::new(Shell::new(edge, routes()).page(page));
    let response = client.get("/nothing").header("accept", "text/html,*/*").send().await;
    response.assert_status(StatusCode::NOT_FOUND);
    response.assert_text("not-found").await;
    for (path, accept) in [("/nothing", "*/*"), ("/api/nothing", "text/html"), ("/api", "text/html")] {
        assert_eq!(problem(client.get(path).header("accept", accept).send().await).await.0, 404);
    }
}

/// An observer, and so the log, knows a route by its pattern and never the token in it.
// Part of A80.
#[tokio::test]
async fn routes_are_known_by_their_pattern() {
    let (_, edge) = edge().await.unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    let shell = Shell::new(edge, Route::new().nest_no_strip("/", routes())).observe(move |exchange| {
        keep.lock().unwrap().push((exchange.route.map(str::to_owned), exchange.status.as_u16()));
    });
    let client = TestClient::new(shell);
    client.get("/things/mbi_secret").send().await;
    client.delete("/things/mbi_secret").send().await;
    client.get("/nothing").send().await;
    let pattern = Some("/things/:thing".to_owned());
    assert_eq!(*seen.lock().unwrap(), [(pattern.clone(), 200), (pattern, 405), (None, 404)]);
}

/// Proves A76: a request that another site could have caused is refused, and a program's is not.
#[tokio::test]
async fn other_sites_cannot_ask() {
    let client = client().await;
    let own = "https://members.example.org";
    let cookie = Some("__Host-membership=mbk_x");
    for (site, origin, cookie, good) in [
        (None, None, None, true),
        (None, None, cookie, false),
        (Some("same-origin"), None, cookie, true),
        (Some("none"), None, cookie, true),
        (Some("same-site"), None, cookie, false),
        (Some("cross-site"), None, None, false),
        (Some("cross-site"), Some(own), cookie, false),
        (None, Some(own), cookie, true),
        (None, Some("https://evil.example"), None, false),
        (None, Some("https://members.example.org.evil.example"), cookie, false),
        (None, Some("http://members.example.org"), cookie, false),
        (None, Some("null"), cookie, false),
    ] {
        let mut request = client.post("/take").body("x");
        for (name, value) in [("sec-fetch-site", site), ("origin", origin), ("cookie", cookie)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let response = request.send().await;
        let expected = if good { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(response.0.status(), expected, "{site:?} {origin:?} {cookie:?}");
    }
    // Whatever the method and the body's kind: this is asked before anything else, and so is the method of no handler.
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example"), ("x-neither", "")] {
            for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
                let request = client.request(method.clone(), "/take").body("x").content_type(kind);
                let response = request.header("cookie", "__Host-membership=mbk_x").header(name, value).send().await;
                assert_eq!(problem(response).await.1, "cross-site-request", "{method} {name} {kind}");
            }
        }
    }
    let bearer = client.post("/take").header("authorization", "Bearer mbk_x").header("origin", "https://evil.example");
    bearer.body("x").send().await.assert_status_is_ok();
    client.get("/show").header("sec-fetch-site", "cross-site").send().await.assert_status_is_ok();
}

/// The cookie is bound to this host, closed to scripts, and not sent along by other sites' forms.
// Part of A71.
#[tokio::test]
async fn the_cookie_is_closed() {
    let (bed, edge) = edge().await.unwrap();
    let signed_in = bed.sign_in("root", PASSWORD).await.unwrap();
    let cookie = session_cookie::set(&edge, &signed_in.key);
    assert_eq!(
        cookie,
        format!("__Host-membership={}; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure", signed_in.key.expose())
    );
    assert_eq!(session_cookie::clear(&edge), "__Host-membership=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure");
}

#[tokio::test]
async fn a_visitor_is_known_by_cookie_or_token() {
    let (bed, edge) = edge().await.unwrap();
    let signed_in = bed.sign_in("root", PASSWORD).await.unwrap();
    let client = TestClient::new(Shell::new(edge, routes()));
    let key = signed_in.key.expose();
    let known = format!("{:?} at https://members.example.org", Some(bed.administrator.id));
    let nobody = "None at https://members.example.org";
    let ask = |headers: Vec<(&'static str, String)>| {
        let request =
            headers.into_iter().fold(client.get("/show"), |request, (name, value)| request.header(name, value));
        async move { request.send().await }
    };
    let cookie = |value: &str| ("cookie", format!("theme=dark; __Host-membership={value}"));
    let bearer = |value: &str| ("authorization", format!("Bearer {value}"));
    ask(vec![cookie(key)]).await.assert_text(&known).await;
    ask(vec![bearer(key)]).await.assert_text(&known).await;
    ask(vec![bearer(key), cookie(key)]).await.assert_text(&known).await;
    ask(vec![cookie("mbk_planted")]).await.assert_text(nobody).await;
    ask(vec![("cookie", format!("membership={key}"))]).await.assert_text(nobody).await;
    let refused = ask(vec![bearer(key), cookie("mbk_planted")]).await;
    assert_eq!(problem(refused).await.1, "credentials-contradict");
    let refused = ask(vec![cookie(key), ("cookie", "__Host-membership=mbk_planted".to_owned())]).await;
    assert_eq!(problem(refused).await.1, "credentials-contradict");
    for wrong in ["Bearer", "Basic cm9vdDpyb290", "Bearer mbk_short", ""] {
        let refused = ask(vec![("authorization", wrong.to_owned())]).await;
        refused.assert_header("www-authenticate", "Bearer");
        assert_eq!(problem(refused).await.1, "session-not-good", "{wrong}");
    }
}

/// Proves A36 in part: a token in the address is refused, whatever it is called and wherever it is from.
#[tokio::test]
async fn tokens_do_not_stand_in_addresses() {
    let client = client().await;
    let names =
        ["token=x", "access_token=x", "Password=x", "api_key=x", "KEY=x", "q=%6Dbs_x", "q=mb%61_x"].map(str::to_owned);
    let kinds = ["mba", "mbc", "mbe", "mbf", "mbi", "mbk", "mbl", "mbr", "mbs"].map(|kind| format!("q={kind}_x"));
    for query in names.into_iter().chain(kinds) {
        let refused = client.get(format!("/show?{query}")).send().await;
        assert_eq!(problem(refused).await.1, "credential-in-query", "{query}");
    }
}

/// A program is known by its API key as the account that made it, and only by the header: a cookie is a session's.
#[tokio::test]
async fn a_program_is_known_by_its_key() {
    let (bed, edge) = edge().await.unwrap();
    let command = MakeApiKey {
        tenant: bed.tenant.id,
        name: "A program".into(),
        scope: vec![Permission::MEMBERS_READ],
        seconds: 60,
    };
    let made = bed.membership.make_api_key(&bed.as_administrator(), command).await.unwrap();
    let secret = made.secret.expose().to_owned();
    let of = async |name: &'static str, value: String| {
        let request = Request::builder().header(name, value).header("user-agent", "A program").finish();
        Visitor::of(&edge, &request).await
    };
    let known = of("authorization", format!("Bearer {secret}")).await.unwrap();
    assert!(known.session.is_none() && known.account().is_none());
    assert_eq!(known.key.as_ref().map(|key| key.id), Some(made.key.id));
    assert_eq!(known.context.client.agent(), Some("A program".to_owned()));
    let principal = known.context.actor.principal().unwrap();
    assert_eq!((principal.account, principal.epoch), (bed.administrator.id, made.key.epoch));
    assert_eq!(principal.key, Some(KeyUse { id: made.key.id, tenant: bed.tenant.id }));
    assert_eq!(known.context.actor.person(), Err(Denied::NotByKey));
    assert_eq!(principal.has_just_signed_in(bed.clock.now()), Err(Denied::NotByKey), "a key never counts as that");
    let planted = of("cookie", format!("__Host-membership={secret}")).await.unwrap();
    assert_eq!((planted.context.actor, planted.via), (Actor::Anonymous, crate::Via::Nothing));
    let challenge = of("authorization", format!("Bearer {}", secret.replace("mba_", "mbc_"))).await;
    assert_eq!(challenge.unwrap_err().code, "session-not-good");
    bed.clock.advance(chrono::TimeDelta::seconds(60));
    assert_eq!(of("authorization", format!("Bearer {secret}")).await.unwrap_err().code, "session-not-good");
}
