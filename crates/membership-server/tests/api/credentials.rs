//! Credentials: what opens, what does not, and how they travel.

use chrono::TimeDelta;
use membership_testkit::bed::PASSWORD;
use poem::http::Method;
use serde_json::{Value, json};

use crate::fixture::Api;

const SESSIONS: &str = "/api/v1/sessions";
const CURRENT: &str = "/api/v1/sessions/current";

fn sign_in(login: &str, password: &str, transport: &str) -> Value {
    json!({ "login": login, "password": password, "transport": transport })
}

#[tokio::test]
async fn a_program_signs_in_and_out() {
    let api = Api::start().await;
    let reply = api.post(SESSIONS, &sign_in("root", PASSWORD, "bearer")).send().await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.headers["location"], CURRENT);
    assert!(!reply.headers.contains_key("set-cookie"));
    let token = reply.json()["token"].as_str().unwrap().to_owned();
    let current = api.get(CURRENT).by(&token).send().await.json();
    assert_eq!(current["account"]["username"], "root");
    assert_eq!(current["session"], reply.json()["session"]);

    let out = api.ask(Method::DELETE, CURRENT).by(&token).send().await;
    assert_eq!(out.status, 204);
    assert_eq!(out.headers["clear-site-data"], r#""cookies", "storage", "cache""#);
    assert_eq!(api.get(CURRENT).by(&token).send().await.problem(), (401, "session-not-good".into()));
}

/// Proves A76: the cookie is closed, and a request that comes with it must come from this site.
#[tokio::test]
async fn a_browser_signs_in_and_out() {
    let api = Api::start().await;
    let own = "https://members.example.org";
    let ask = api.post(SESSIONS, &sign_in("root", PASSWORD, "cookie")).header("sec-fetch-site", "same-origin");
    let reply = ask.send().await;
    assert_eq!(reply.status, 201);
    assert!(reply.json().get("token").is_none(), "what travels in a cookie is not shown to scripts");
    let cookie = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-membership=mbk_") && cookie.contains("HttpOnly; SameSite=Lax; Secure"));
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(api.get(CURRENT).header("cookie", cookie).send().await.status, 200);

    let body = json!({ "name": "New", "administrator": { "name": "New", "via": "link" } });
    let make = || api.post("/api/v1/tenants", &body).header("cookie", cookie);
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        assert_eq!(
            make().header(name, value).send().await.problem(),
            (403, "cross-site-request".into()),
            "{name} {value}"
        );
    }
    assert_eq!(make().send().await.problem(), (403, "cross-site-request".into()), "neither header");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let ask = api.ask(Method::POST, "/api/v1/tenants").raw(kind, body.to_string());
        let reply = ask.header("cookie", cookie).header("origin", own).send().await;
        assert_eq!(reply.problem(), (415, "media-type-unsupported".into()), "{kind}");
    }
    let login = api.post(SESSIONS, &sign_in("root", PASSWORD, "cookie")).header("origin", "https://evil.example");
    assert_eq!(
        login.send().await.problem(),
        (403, "cross-site-request".into()),
        "nobody signs a browser in from elsewhere"
    );
    assert_eq!(make().header("origin", own).send().await.status, 201);

    let ask = api.ask(Method::DELETE, CURRENT).header("cookie", cookie).header("origin", own);
    assert!(ask.send().await.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(api.get(CURRENT).header("cookie", cookie).send().await.problem(), (401, "sign-in-required".into()));
}

/// Signing in makes a new session each time, and a cookie that was there before is not taken over.
// Part of A71.
#[tokio::test]
async fn signing_in_makes_a_new_session() {
    let api = Api::start().await;
    let (first, second) = (api.root().await, api.root().await);
    assert_ne!(first, second);
    let planted = format!("__Host-membership={first}");
    let ask = api.post(SESSIONS, &sign_in("root", PASSWORD, "cookie")).header("cookie", &planted);
    let reply = ask.header("origin", "https://members.example.org").send().await;
    assert!(!reply.headers["set-cookie"].to_str().unwrap().contains(&first));
    let left = api.get(CURRENT).header("cookie", &planted).send().await;
    assert_eq!(left.problem(), (401, "sign-in-required".into()), "the session that was replaced is over");
    assert_eq!(api.get(CURRENT).header("authorization", format!("Bearer {second}")).send().await.status, 200);
}

/// Proves A48: a name that nobody has and a password that is wrong are
/// answered alike, byte for byte.
// Part of A47, all but the time it takes.
#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_alike() {
    let api = Api::start().await;
    let mut answers = Vec::new();
    for (login, password) in [
        ("root", "wrong horse battery staple"),
        ("nobody", PASSWORD),
        ("nobody@example.org", PASSWORD),
        ("root@example.org", PASSWORD),
        ("no login at all \u{0}", PASSWORD),
        ("", ""),
    ] {
        let reply = api.post(SESSIONS, &sign_in(login, password, "bearer")).send().await;
        assert_eq!(reply.problem(), (401, "sign-in-failed".into()), "{login}");
        answers.push(reply.but_request_id());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

/// Proves A72 in part: nothing but the very token of a session opens: no prefix, no other case, no padding, nothing added.
#[tokio::test]
async fn only_the_very_token_opens() {
    let api = Api::start().await;
    let token = api.root().await;
    let mut variants: Vec<String> = (0..token.len()).map(|end| token[..end].to_owned()).collect();
    variants.extend((1..token.len()).map(|start| token[start..].to_owned()));
    variants.extend([
        token.to_uppercase(),
        token.to_lowercase(),
        token.replace("mbk_", "MBK_"),
        token.replace("mbk_", "mbi_"),
    ]);
    variants.extend([
        format!("{token}="),
        format!("{token}=="),
        format!("{token}A"),
        format!("{token} "),
        format!(" {token}"),
    ]);
    variants.extend([format!("\"{token}\""), format!("{token},{token}"), token.replace('-', "+").replace('_', "/")]);
    // Base64 of 32 bytes ends in a letter of which only four bits count: its neighbours decode to the same bytes.
    variants.extend(('A'..='Z').map(|last| format!("{}{last}", &token[..token.len() - 1])));
    for variant in variants.iter().filter(|variant| **variant != token) {
        let reply = api.get(CURRENT).by(variant).send().await;
        assert_eq!(reply.status, 401, "{variant:?} opened: {}", reply.text);
        let reply = api.get(CURRENT).header("cookie", format!("__Host-membership={variant}")).send().await;
        assert!(reply.status == 401 || variant.trim() == token, "{variant:?} in a cookie");
    }
    assert_eq!(api.get(CURRENT).by(&token).send().await.status, 200);
}

/// A session is good for twelve hours, however busy, and unused for two; and not for a moment longer.
// Part of I-33.
#[tokio::test]
async fn a_session_ends() {
    let api = Api::start().await;
    let token = api.root().await;
    api.bed.clock.advance(TimeDelta::hours(2) - TimeDelta::microseconds(1));
    assert_eq!(api.get(CURRENT).by(&token).send().await.status, 200);
    api.bed.clock.advance(TimeDelta::hours(2));
    assert_eq!(api.get(CURRENT).by(&token).send().await.problem(), (401, "session-not-good".into()));

    let token = api.root().await;
    for _ in 0..11 {
        api.bed.clock.advance(TimeDelta::hours(1));
        assert_eq!(api.get(CURRENT).by(&token).send().await.status, 200);
    }
    api.bed.clock.advance(TimeDelta::hours(1) - TimeDelta::microseconds(1));
    assert_eq!(api.get(CURRENT).by(&token).send().await.status, 200);
    api.bed.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(api.get(CURRENT).by(&token).send().await.problem(), (401, "session-not-good".into()));
}

/// Proves A36 in part: cookie and token are taken on each operation alike, and neither of them in the address.
#[tokio::test]
async fn every_operation_takes_both_credentials_and_neither_in_the_address() {
    // Each credential has a server of its own: what the one has done, the other cannot do again.
    let (mut api, mut twin) = (Api::start().await, Api::start().await);
    twin.root().await;
    for (method, path, operation) in api.operations() {
        if operation["operationId"] == "signOut" || operation["security"] == json!([]) {
            continue;
        }
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        let (bearer, cookie) = (api.root().await, twin.root().await);
        let body = json!({});
        let ask = || api.ask(method.clone(), &path).json(&body);
        let by_token = ask().by(&bearer).send().await;
        let by_cookie = twin.ask(method.clone(), &path).json(&body);
        let by_cookie = by_cookie.header("cookie", format!("__Host-membership={cookie}"));
        let by_cookie = by_cookie.header("sec-fetch-site", "same-origin").send().await;
        assert_ne!(by_token.status, 401, "{path}");
        assert_eq!(by_token.status, by_cookie.status, "{method} {path}");
        for query in [format!("access_token={bearer}"), format!("q={bearer}")] {
            let reply = api.ask(method.clone(), format!("{path}?{query}")).json(&body).send().await;
            assert_eq!(reply.problem(), (400, "credential-in-query".into()), "{method} {path}");
        }
        let both = ask().by(&bearer).header("cookie", format!("__Host-membership={cookie}")).send().await;
        assert_eq!(both.problem(), (400, "credentials-contradict".into()), "{method} {path}");
        if method != Method::GET {
            (api, twin) = (Api::start().await, Api::start().await);
            twin.root().await;
        }
    }
}

/// Proves A75: of 100,000 requests of 64 people at the same time, half of them by cookie and some by nobody, each is answered
/// about whoever asks.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_is_taken_for_somebody_else() {
    const PEOPLE: usize = 64;
    const EACH: usize = 1_563;
    let api = std::sync::Arc::new(Api::start().await);
    let mut tasks = Vec::new();
    for person in 0..PEOPLE {
        let email = format!("person{person}@example.org");
        api.bed.join(&email).await.unwrap();
        let token = api.sign_in(&email).await;
        let api = std::sync::Arc::clone(&api);
        tasks.push(tokio::spawn(async move {
            let cookie = format!("__Host-membership={token}");
            for n in 0..EACH {
                let ask = api.get("/api/v1/me");
                let ask = if n % 2 == 0 { ask.by(&token) } else { ask.header("cookie", &cookie) };
                let me = ask.send().await.json();
                assert_eq!(me["account"]["email"], email.as_str(), "{n}");
                if n % 16 == 0 {
                    assert_eq!(api.get("/api/v1/me").send().await.problem(), (401, "sign-in-required".into()));
                }
                // Others get their turn within as well as between requests.
                tokio::task::yield_now().await;
            }
            EACH
        }));
    }
    let mut answered = 0;
    for task in tasks {
        answered += task.await.unwrap();
    }
    assert!(answered >= 100_000);
}
