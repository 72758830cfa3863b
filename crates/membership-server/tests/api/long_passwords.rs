//! Passwords that are too long cost nothing.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use membership_core::{
    outbox::Content,
    ports::{HashingError, PasswordHash, PasswordHasher, Secret},
};
use membership_testkit::{Adapter, Bed, PlainHasher, bed::PASSWORD};
use serde_json::{Value, json};

use crate::{fixture::Api, house::text};

/// Counts what would be hashed.
#[derive(Default, Clone)]
struct Counting {
    short: Arc<AtomicUsize>,
    long: Arc<AtomicUsize>,
}

impl Counting {
    fn count(&self, password: &Secret) {
        let longest = 256;
        let counter = if password.expose().chars().count() > longest { &self.long } else { &self.short };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl PasswordHasher for Counting {
    async fn hash(&self, password: Secret) -> Result<PasswordHash, HashingError> {
        self.count(&password);
        PlainHasher.hash(password).await
    }

    async fn verify(&self, password: Secret, hash: Option<PasswordHash>) -> Result<bool, HashingError> {
        self.count(&password);
        PlainHasher.verify(password, hash).await
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        PlainHasher.is_outdated(hash)
    }
}

const FIELDS: [&str; 3] = ["password", "current", "new"];

/// Proves A59: wherever an operation takes a password, one of a megabyte is too much for a body, and one of 60,000 letters is
/// refused before anything is hashed.
#[tokio::test]
async fn a_long_password_is_not_hashed() {
    let counting = Counting::default();
    let hasher = Arc::new(counting.clone());
    let bed = Bed::altered(Adapter::in_memory(), |parts| parts.passwords = hasher).await.unwrap();
    let api = Api::over(bed);
    let ann = api.joined("ann@example.org").await;
    let root = api.root().await;

    // The tokens of links that are good, where the examples have none.
    let asked = api.bed.invite("bob@example.org").await.unwrap();
    let invitation = api.bed.token(&asked.invitation);
    assert_eq!(api.post("/api/v1/invitation/accept", &json!({ "token": invitation })).send().await.status, 200);
    assert_eq!(
        api.post("/api/v1/passwords/forgotten", &json!({ "login": "ann@example.org" })).send().await.status,
        202
    );
    let letters = api.letters().await;
    let link =
        letters.iter().find_map(|letter| if let Content::Reset { link, .. } = letter { Some(link) } else { None });
    let reset = link.unwrap().rsplit('/').next().unwrap().to_owned();

    assert!(counting.short.load(Ordering::SeqCst) >= 4, "what is short is");
    let mut asked = Vec::new();
    for (method, path, operation) in api.operations() {
        let Some(example) = operation.pointer("/requestBody/content/application~1json/example") else { continue };
        let id = text(&operation["operationId"]);
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        for field in FIELDS.into_iter().filter(|field| example.get(field).is_some()) {
            let mut body = example.clone();
            if id == "registerByInvitation" {
                body["token"] = json!(invitation);
            } else if id == "resetPassword" {
                body = json!({ "token": reset, "new": PASSWORD });
            } else if id == "signIn" {
                body["login"] = json!("ann@example.org");
            } else if id == "addMember" {
                body["roles"] = json!([api.role("Member").await]);
                body.as_object_mut().unwrap().remove("assignments");
            } else if id == "changePassword" {
                body = json!({ "current": PASSWORD, "new": "another battery staple horse" });
            }
            let by = if id == "addMember" { &root } else { &ann };
            let ask = |length: usize| {
                let mut body = body.clone();
                body[field] = Value::String("x".repeat(length));
                let ask = api.ask(method.clone(), &path).json(&body);
                if operation["security"] == json!([]) { ask } else { ask.by(by) }
            };
            assert_eq!(ask(1 << 20).send().await.problem(), (413, "body-too-large".into()), "{id} {field}");
            for length in [257, 4_097, 60_000] {
                let reply = ask(length).send().await;
                assert!((400..=422).contains(&reply.status), "{id} {field} {length}: {}", reply.text);
                assert_eq!(counting.long.load(Ordering::SeqCst), 0, "{id} {field} {length}: {}", reply.text);
            }
            asked.push(format!("{id} {field}"));
        }
    }
    let expected = [
        "addMember password",
        "changeAddress password",
        "changePassword current",
        "changePassword new",
        "registerByInvitation password",
        "resetPassword new",
        "setUp password",
        "signIn password",
    ];
    asked.sort();
    assert_eq!(asked, expected);
}
