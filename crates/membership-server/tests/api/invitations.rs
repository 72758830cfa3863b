//! The inviter's side.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::TimeDelta;
use membership_core::{
    delivery::Postman,
    outbox::{Content, Letter, Mailer, Patience, Verdict},
};
use membership_testkit::{Adapter, Bed};
use poem::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Api, Reply};

impl Api {
    async fn invite(&self, token: &str, body: &Value) -> Reply {
        self.post(self.tenant("/invitations"), body).by(token).send().await
    }

    async fn link_body(&self) -> Value {
        let mut body = self.invite_body("").await;
        body["people"][0] = json!({ "name": "Bob", "via": "link", "roles": body["people"][0]["roles"] });
        body
    }
}

/// Proves ORG-22: the invited person is a member that has not joined, and its invitation is on
/// its way.
// Part of ORG-25.
#[tokio::test]
async fn people_are_invited_by_mail() {
    let api = Api::start().await;
    let root = api.root().await;
    let reply = api.invite(&root, &api.invite_body("Ann@Example.ORG").await).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let invited = &reply.json()["invited"][0];
    assert_eq!(invited["member"]["status"], "not-joined");
    assert_eq!(invited["member"]["email"], "ann@example.org");
    assert_eq!(invited["invitation"]["stage"], "invited");
    assert_eq!(invited["invitation"]["via"], "mail");
    assert_eq!(invited["invitation"]["validity_seconds"], 259_200);
    assert!(invited.get("link").is_none(), "what is mailed is shown to nobody but the mailbox's owner");
    let shown =
        api.get(api.tenant(&format!("/invitations/{}", text(&invited["invitation"]["id"])))).by(&root).send().await;
    assert_eq!(shown.json()["delivery"], json!({ "state": "queued" }));
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Proves ACC-4, and ORG-18 in that a link is shown once: created is not sent; a link is shown when it is issued, and
/// each new one kills the one before.
// Part of ORG-17 and I-20.
#[tokio::test]
async fn a_link_is_shown_once() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut body = api.link_body().await;
    body["send"] = json!("later");
    let made = api.invite(&root, &body).await.json();
    assert_eq!(made["invited"][0]["invitation"]["stage"], "ready");
    assert!(made["invited"][0].get("link").is_none());
    let here = api.tenant(&format!("/invitations/{}", text(&made["invited"][0]["invitation"]["id"])));
    let act = |verb: &str| api.ask(Method::POST, format!("{here}/{verb}")).by(&root).send();

    assert_eq!(act("resend").await.problem(), (409, "invitation-not-sent".into()));
    let sent = act("send").await.json();
    let first = text(&sent["link"]).to_owned();
    assert!(first.starts_with("https://members.example.org/invitation/mbi_"));
    assert_eq!(act("send").await.problem(), (409, "invitation-already-sent".into()));
    let resent = act("resend").await.json();
    assert_eq!(resent["invitation"]["generation"], 2);
    assert_ne!(resent["link"], first.as_str());
    for (link, status) in [(first.as_str(), 410), (text(&resent["link"]), 200)] {
        let body = json!({ "token": link.rsplit('/').next().unwrap() });
        assert_eq!(api.post("/api/v1/invitation/open", &body).send().await.status, status);
    }
    for path in [here.clone(), api.tenant("/members"), api.tenant("/audit")] {
        assert!(!api.get(&path).by(&root).send().await.text.contains("mbi_"), "{path} shows a token");
    }
    assert_eq!(act("revoke").await.json()["stage"], "revoked");
    assert_eq!(act("revoke").await.problem(), (410, "invitation-revoked".into()));
    assert_eq!(act("resend").await.json()["invitation"]["stage"], "invited", "inviting again");
}

/// Proves ACC-4 and I-43 for an invitation by mail: created to be sent later it is ready and owes no mail; sent, it owes
/// one.
#[tokio::test]
async fn what_is_to_be_sent_later_owes_no_mail() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut body = api.invite_body("ann@example.org").await;
    body["send"] = json!("later");
    let made = api.invite(&root, &body).await.json();
    let invitation = &made["invited"][0]["invitation"];
    assert_eq!((text(&invitation["stage"]), invitation.get("delivery")), ("ready", None));
    assert!(api.bed.world(api.bed.tenant.id).await.unwrap().outbox.is_empty());
    let path = api.tenant(&format!("/invitations/{}/send", text(&invitation["id"])));
    let sent = api.ask(Method::POST, path).by(&root).send().await.json();
    assert_eq!(sent["invitation"]["stage"], "invited");
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().outbox.len(), 1);
}

/// Proves APP-14: the eleventh is refused with the limit named, and nobody is invited.
#[tokio::test]
async fn eleven_people_are_too_many() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut body = api.invite_body("ann@example.org").await;
    let person = body["people"][0].clone();
    let people = |count: usize| {
        let each = (0..count).map(|n| {
            let mut person = person.clone();
            person["email"] = json!(format!("person{n}@example.org"));
            person
        });
        Value::Array(each.collect())
    };
    body["people"] = people(11);
    let reply = api.invite(&root, &body).await;
    assert_eq!(reply.problem(), (422, "people-too-many".into()));
    assert!(reply.json()["detail"].as_str().unwrap().contains("at most 10"), "{}", reply.text);
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().members.len(), 1);
    body["people"] = people(10);
    assert_eq!(api.invite(&root, &body).await.status, 201);
    body["people"] = json!([]);
    assert_eq!(api.invite(&root, &body).await.problem(), (422, "people-missing".into()));
}

/// Proves ACC-3, ACC-11, APP-6, APP-7, APP-8 and I-42, and that an invitation by mail needs the address (ORG-22): each
/// fault has its own code at its own place, all faults of what was typed are told at once, then all that meet what is there,
/// and nothing is changed.
#[tokio::test]
async fn every_fault_of_a_call_is_told_at_its_place() {
    let api = Api::start().await;
    let root = api.root().await;
    api.bed.join("joined@example.org").await.unwrap();
    api.bed.invite("invited@example.org").await.unwrap();
    let good = api.invite_body("x").await["people"][0].clone();
    let person = |email: &str| {
        let mut person = good.clone();
        person["email"] = json!(email);
        person
    };
    let before = api.bed.world(api.bed.tenant.id).await.unwrap().audit.len();
    let mut nameless = person("fine@example.org");
    nameless["name"] = json!("  ");
    nameless["roles"] = json!([]);
    let mut addressless = good.clone();
    addressless.as_object_mut().unwrap().remove("email");
    let people = [
        person("änn@example.org"),
        person("ann @example.org"),
        person("ann.example.org"),
        person(""),
        addressless,
        nameless,
        person("a\u{200b}@example.org"),
    ];
    let reply = api.invite(&root, &json!({ "people": people, "send": "now", "validity_seconds": 60 })).await;
    assert_eq!(reply.problem(), (422, "invalid-input".into()));
    let expected = [
        ("/validity_seconds", "validity-out-of-range"),
        ("/people/0/email", "address-not-ascii"),
        ("/people/1/email", "address-has-space"),
        ("/people/2/email", "address-malformed"),
        ("/people/3/email", "address-empty"),
        ("/people/4/email", "address-empty"),
        ("/people/5/name", "name-empty"),
        ("/people/5/roles", "roles-missing"),
        ("/people/6/email", "address-has-invisible-character"),
    ];
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));

    let mut stranger = person("fine@example.org");
    stranger["roles"] = json!(["0197c0de-0000-7000-8000-00000000dead"]);
    let reply = api.invite(&root, &json!({ "people": [person("new@example.org"), stranger] })).await;
    assert_eq!(reply.faults(), [("/people/1/roles/0".to_owned(), "role-unknown".to_owned())]);

    let people = [
        person("root@example.org"),
        person("joined@example.org"),
        person("INVITED@example.org"),
        person("new@example.org"),
        person("New@Example.org"),
    ];
    let reply = api.invite(&root, &json!({ "people": people, "send": "now" })).await;
    let expected = [
        ("/people/0/email", "address-is-own"),
        ("/people/1/email", "address-already-member"),
        ("/people/2/email", "address-already-invited"),
        ("/people/4/email", "address-repeated"),
    ];
    assert_eq!(reply.faults(), expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    assert_eq!(api.bed.world(api.bed.tenant.id).await.unwrap().audit.len(), before, "nothing was written");
}

/// Proves A45: whatever a request says about hosts, at each operation that sends mail, links begin with the configured
/// address, in the answer and in the mail.
#[tokio::test]
async fn forged_hosts_change_no_link() {
    let api = Api::start().await;
    let root = api.root().await;
    let mailer = Recorder::saying(Verdict::Taken("250 ok".into()));
    for (n, (name, value)) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "http"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-original-url", "https://evil.example/"),
        ("x-forwarded-prefix", "/evil"),
        ("referer", "https://evil.example/"),
    ]
    .into_iter()
    .enumerate()
    {
        let link = api.post(api.tenant("/invitations"), &api.link_body().await).by(&root).header(name, value);
        let link = link.send().await.json()["invited"][0]["link"].clone();
        assert!(text(&link).starts_with("https://members.example.org/invitation/"), "{name}: {link}");
        let mut mail = api.invite_body(&format!("person{n}@example.org")).await;
        mail["send"] = json!("later");
        let made = api.post(api.tenant("/invitations"), &mail).by(&root).header(name, value).send().await.json();
        let here = api.tenant(&format!("/invitations/{}", text(&made["invited"][0]["invitation"]["id"])));
        let administrator = json!({ "name": "New", "via": "mail", "email": "new@example.org" });
        for (path, body) in [
            (format!("{here}/send"), None),
            (format!("{here}/resend"), None),
            (api.tenant("/invitations"), Some(api.invite_body(&format!("at-once{n}@example.org")).await)),
            ("/api/v1/tenants".to_owned(), Some(json!({ "name": "New", "administrator": administrator }))),
        ] {
            let ask = api.ask(Method::POST, &path).by(&root).header(name, value);
            let reply = if let Some(body) = body { ask.json(&body).send().await } else { ask.send().await };
            assert!(reply.status < 300, "{path} {name}: {}", reply.text);
            postman(&api.bed, &mailer).round(&|| api.bed.clock.now()).await.unwrap();
        }
    }
    let twice = api.post(api.tenant("/invitations"), &api.link_body().await).by(&root);
    let twice = twice.header("host", "members.example.org").header("host", "evil.example").send().await;
    assert_eq!(twice.problem(), (400, "request-malformed".into()));
    let absolute = format!("http://evil.example{}", api.tenant("/invitations"));
    let link = api.post(absolute, &api.link_body().await).by(&root).send().await.json()["invited"][0]["link"].clone();
    assert!(text(&link).starts_with("https://members.example.org/invitation/"), "{link}");
    let letters = mailer.letters.lock().unwrap();
    assert_eq!(letters.len(), 7 * 4);
    for letter in letters.iter() {
        let Content::Invitation { link, .. } = &letter.content else { panic!("another letter: {letter:?}") };
        assert!(link.starts_with("https://members.example.org/invitation/mbi_"), "{link}");
    }
}

/// The token of a mailed link is in no answer to anybody.
// Part of A2 and A14.
#[tokio::test]
async fn no_answer_shows_a_mailed_token() {
    let api = Api::start().await;
    let root = api.root().await;
    let made = api.invite(&root, &api.invite_body("ann@example.org").await).await;
    let id = text(&made.json()["invited"][0]["invitation"]["id"]).to_owned();
    let member = text(&made.json()["invited"][0]["member"]["id"]).to_owned();
    let mut answers = vec![made.text];
    for path in [
        api.tenant(""),
        api.tenant("/roles"),
        api.tenant("/members"),
        api.tenant(&format!("/members/{member}")),
        api.tenant(&format!("/invitations/{id}")),
        api.tenant("/audit"),
        "/api/v1/me".to_owned(),
        "/metrics".to_owned(),
    ] {
        answers.push(api.get(path).by(&root).send().await.text);
    }
    for verb in ["resend", "revoke"] {
        answers
            .push(api.ask(Method::POST, api.tenant(&format!("/invitations/{id}/{verb}"))).by(&root).send().await.text);
    }
    for answer in answers {
        assert!(!answer.contains("mbi_") && !answer.contains("\"link\":"), "{answer}");
    }
}

/// A mail server that keeps what it is given and says what it is told to.
pub(crate) struct Recorder {
    letters: Mutex<Vec<Letter>>,
    verdict: Verdict,
}

impl Recorder {
    fn saying(verdict: Verdict) -> Arc<Self> {
        Arc::new(Self { letters: Mutex::default(), verdict })
    }

    pub(crate) fn taking() -> Arc<Self> {
        Self::saying(Verdict::Taken("250 ok".into()))
    }

    pub(crate) fn contents(&self) -> Vec<Content> {
        self.letters.lock().unwrap().iter().map(|letter| letter.content.clone()).collect()
    }
}

#[async_trait]
impl Mailer for Recorder {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.letters.lock().unwrap().push(letter.clone());
        self.verdict.clone()
    }
}

fn postman(bed: &Bed, mailer: &Arc<Recorder>) -> Postman {
    let Adapter { directory, outbox, .. } = bed.adapter.clone();
    let links = bed.membership.links().clone();
    Postman { outbox, directory, mailer: Arc::clone(mailer) as _, links, patience: Patience::default() }
}

/// Whoever may see members sees what became of the mail, in the mail server's words.
// Part of ACC-7 and APP-27.
#[tokio::test]
async fn the_list_shows_what_the_mail_server_said() {
    for (verdict, state, words) in [
        (Verdict::Taken("250 queued as 7".into()), "sent", "250 queued as 7"),
        (Verdict::NotNow("451 later".into()), "deferred", "451 later"),
        (Verdict::Never("550 no such user".into()), "failed", "550 no such user"),
    ] {
        let api = Api::start().await;
        let root = api.root().await;
        api.bed.invite("ann@example.org").await.unwrap();
        postman(&api.bed, &Recorder::saying(verdict)).round(&|| api.bed.clock.now()).await.unwrap();
        let listed = api.get(api.tenant("/members?status=not-joined")).by(&root).send().await.json();
        let delivery = &listed["members"][0]["invitation"]["delivery"];
        assert_eq!((text(&delivery["state"]), text(&delivery["words"])), (state, words));
    }
}

/// Proves ORG-20: the deadline is what the clock says, to the microsecond, though nothing was swept.
// Part of A6.
#[tokio::test]
async fn expired_is_what_the_clock_says() {
    let api = Api::start().await;
    let invited = api.bed.invite("ann@example.org").await.unwrap();
    api.bed.clock.advance(TimeDelta::hours(72) - TimeDelta::microseconds(1));
    let path = api.tenant(&format!("/invitations/{}", invited.invitation.id));
    let root = api.root().await;
    let shown = api.get(&path).by(&root).send().await.json();
    assert_eq!(shown["stage"], "invited");
    let deadline = shown["expires_at"].clone();
    api.bed.clock.advance(TimeDelta::microseconds(1));
    let shown = api.get(&path).by(&root).send().await.json();
    assert_eq!(shown["stage"], "expired");
    assert_eq!(shown["expired_at"], deadline);
    assert!(shown.get("expires_at").is_none());
}

/// Proves ORG-15 in part: without a mail server an invitation by mail is refused with the reason; one by link is not.
#[tokio::test]
async fn without_a_mail_server_links_remain() {
    let bed = Bed::altered(Adapter::in_memory(), |parts| parts.mail_is_on = false).await.unwrap();
    let api = Api::over(bed);
    let root = api.root().await;
    let reply = api.invite(&root, &api.invite_body("ann@example.org").await).await;
    assert_eq!(reply.problem(), (503, "mail-not-configured".into()));
    assert_eq!(api.invite(&root, &api.link_body().await).await.status, 201);
}
