//! A server over a store in memory, and a program that talks to it.

use std::sync::{Arc, LazyLock};

use chrono::TimeDelta;
use membership_server::{Check, Metrics, Readiness, Site};
use membership_testkit::{Bed, bed::PASSWORD};
use membership_web::{Edge, Shell};
use poem::{
    Endpoint, Request, Route,
    http::{HeaderMap, Method, header},
};
use serde_json::{Value, json};

/// The description, once for all servers of a process.
static SPEC: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&membership_server::spec()).unwrap());

pub(crate) struct Api {
    pub(crate) bed: Bed,
    pub(crate) spec: Value,
    shell: Shell<Route>,
}

/// One request, on its way.
pub(crate) struct Ask<'a> {
    api: &'a Api,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Api {
    pub(crate) async fn start() -> Self {
        Self::over(Bed::new().await.unwrap())
    }

    pub(crate) fn over(bed: Bed) -> Self {
        let clock = bed.clock.clone();
        let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
        let readiness: Readiness = Arc::new(|| Box::pin(async { vec![Check { part: "database", fault: None }] }));
        let metrics = Metrics::new().unwrap();
        let counted = metrics.clone();
        let site = Site { edge: edge.clone(), readiness, metrics: Some(metrics) };
        let shell = Shell::new(edge, site.mount(Route::new())).limits(Site::limits());
        let shell = shell.observe(move |exchange| counted.observe(exchange));
        Self { bed, spec: SPEC.clone(), shell }
    }

    pub(crate) fn ask(&self, method: Method, path: impl Into<String>) -> Ask<'_> {
        Ask { api: self, method, path: path.into(), headers: Vec::new(), body: None }
    }

    pub(crate) fn get(&self, path: impl Into<String>) -> Ask<'_> {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: impl Into<String>, body: &Value) -> Ask<'_> {
        self.ask(Method::POST, path).json(body)
    }

    pub(crate) fn patch(&self, path: impl Into<String>, body: &Value) -> Ask<'_> {
        self.ask(Method::PATCH, path).json(body)
    }

    /// A bearer token of whoever has this login. Tests sign in more often than people may: the time that a limit asks for
    /// goes by, and comes back.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let body = json!({ "login": login, "password": PASSWORD, "transport": "bearer" });
        let mut waited = TimeDelta::zero();
        let reply = loop {
            let reply = self.post("/api/v1/sessions", &body).send().await;
            if reply.status != 429 {
                break reply;
            }
            let wait = TimeDelta::seconds(reply.headers["retry-after"].to_str().unwrap().parse().unwrap());
            self.bed.clock.advance(wait);
            waited += wait;
        };
        self.bed.clock.advance(-waited);
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()["token"].as_str().unwrap().to_owned()
    }

    /// A bearer token of the tenant's administrator, who is the operator too.
    pub(crate) async fn root(&self) -> String {
        self.sign_in("root").await
    }

    /// The address of something in the tenant.
    pub(crate) fn tenant(&self, rest: &str) -> String {
        format!("/api/v1/tenants/{}{rest}", self.bed.tenant.id)
    }

    /// The address of a member of the tenant, or of something below it.
    pub(crate) fn member(&self, id: impl std::fmt::Display, rest: &str) -> String {
        self.tenant(&format!("/members/{id}{rest}"))
    }

    /// The body that invites one person by mail.
    pub(crate) async fn invite_body(&self, email: &str) -> Value {
        let role = self.bed.role("Member").await.unwrap();
        let person = json!({ "name": "Ann Example", "via": "mail", "email": email, "roles": [role] });
        json!({ "people": [person], "send": "now" })
    }

    /// Every operation of the description: method, path, and what is said of it.
    pub(crate) fn operations(&self) -> Vec<(Method, String, Value)> {
        let mut found = Vec::new();
        for (path, item) in self.spec["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let method = method.to_uppercase().parse().unwrap();
                found.push((method, path.clone(), operation.clone()));
            }
        }
        assert!(found.len() > 20);
        found
    }
}

impl Ask<'_> {
    pub(crate) fn by(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    pub(crate) fn raw(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", kind)
    }

    pub(crate) async fn send(self) -> Reply {
        let mut request = Request::builder().method(self.method.clone()).uri_str(&self.path);
        for (name, value) in &self.headers {
            request = request.header(name.as_str(), value.as_str());
        }
        let response = self.api.shell.call(request.body(self.body.unwrap_or_default())).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // What is told as it goes has no end to wait for.
        let goes_on = response.content_type() == Some("text/event-stream");
        let bytes = if goes_on { Vec::new() } else { response.into_body().into_vec().await.unwrap() };
        let reply = Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes };
        self.api.is_documented(&self.method, &self.path, &reply);
        reply
    }
}

impl Api {
    /// Whatever is answered is described: the status, the media type, and the code of each problem.
    fn is_documented(&self, method: &Method, path: &str, reply: &Reply) {
        let Some(operation) = self.operation_at(method, path) else { return };
        let described = &operation["responses"][reply.status.to_string()];
        assert!(
            described.is_object(),
            "{method} {path} answers {} which is not described: {}",
            reply.status,
            reply.text
        );
        if reply.status >= 400 {
            assert_eq!(reply.headers[header::CONTENT_TYPE], "application/problem+json");
            let codes = operation["x-problem-codes"].as_array().unwrap();
            assert!(codes.contains(&json!(reply.code())), "{method} {path} answers {} undescribed", reply.code());
            let problems = &self.spec["components"]["schemas"]["Problem"]["required"];
            for field in problems.as_array().unwrap() {
                assert!(reply.json().get(field.as_str().unwrap()).is_some(), "{field} is missing: {}", reply.text);
            }
        }
    }

    fn operation_at(&self, method: &Method, path: &str) -> Option<&Value> {
        let path = path.split('?').next()?;
        let fits = |pattern: &str| {
            pattern.split('/').count() == path.split('/').count()
                && pattern.split('/').zip(path.split('/')).all(|(of, part)| of == part || of.starts_with('{'))
        };
        let paths = self.spec["paths"].as_object()?;
        // An address without a variable part goes before one with.
        let item = paths.get(path).or_else(|| paths.iter().find(|(pattern, _)| fits(pattern)).map(|(_, item)| item))?;
        item.get(method.as_str().to_lowercase())
    }
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        let problem: Value = serde_json::from_slice(&self.bytes).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code of a problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        (self.status, self.code())
    }

    /// The faults of the input: where, and which rule.
    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.json()["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
    }

    /// All that a client can see but what differs from request to request.
    pub(crate) fn but_request_id(&self) -> String {
        let mut headers = self.headers.clone();
        headers.remove("x-request-id");
        let mut text = self.text.clone();
        if let Ok(mut body) = serde_json::from_str::<Value>(&text)
            && let Some(object) = body.as_object_mut()
        {
            object.remove("request_id");
            text = body.to_string();
        }
        format!("{} {headers:?} {text}", self.status)
    }
}
