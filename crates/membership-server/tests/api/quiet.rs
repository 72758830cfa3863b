//! What the log does not say.

use std::{
    io,
    sync::{Arc, Mutex},
};

use membership_core::{
    link::{Link, Purpose},
    outbox::Content,
};
use membership_testkit::bed::{PASSWORD, TEMPORARY};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::fixture::Api;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A whole life of invitations and sessions, with tokens in every place where they can stand and in
/// some where they must not, leaves none of them in the log, at its most talkative; nor a password.
// Part of A80.
#[tokio::test]
async fn the_log_holds_no_secret() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(lines.clone())
        .finish();
    // For the whole process: what other tests do meanwhile must leave no secret either.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let api = Api::with_passkeys().await;
    let root = api.root().await;
    let invited = api.bed.invite("ann@example.org").await.unwrap();
    let token = api.bed.token(&invited.invitation);
    let body = json!({ "token": token });
    for step in ["open", "accept"] {
        assert_eq!(api.post(format!("/api/v1/invitation/{step}"), &body).send().await.status, 200);
    }
    let registration = json!({ "token": token, "name": "Ann Example", "password": PASSWORD, "transport": "bearer" });
    let registered = api.post("/api/v1/invitation/register", &registration).send().await;
    let ann = registered.json()["signed_in"]["token"].as_str().unwrap().to_owned();
    for place in [
        format!("/invitation/{token}"),
        format!("/api/v1/invitation/{token}"),
        format!("/api/v1/me?token={ann}"),
        format!("/api/v1/me?q={token}"),
        format!("/{ann}/{token}"),
        format!("/problems/{token}"),
        api.tenant(&format!("/members/{ann}")),
        format!("/api/v1/tenants/{token}/roles"),
    ] {
        api.get(place).by(&root).send().await;
    }
    api.get("/api/v1/me").by(&format!("{ann}x")).send().await;
    api.get("/api/v1/me").header("cookie", format!("__Host-membership={ann}")).by(&root).send().await;
    let added = json!({ "name": "Bob", "username": "bob", "password": TEMPORARY, "roles": [api.role("Member").await] });
    assert_eq!(api.post(api.tenant("/members"), &added).by(&root).send().await.status, 201);
    let change = json!({ "current": PASSWORD, "new": TEMPORARY });
    let changed = api.post("/api/v1/me/password", &change).by(&ann).send().await;
    let fresh = changed.json()["token"].as_str().unwrap().to_owned();
    let links = api.bed.membership.links();
    let link = Link {
        purpose: Purpose::Leaving,
        subject: api.bed.member.id.as_uuid(),
        ..links.read(Purpose::Invitation, &token).unwrap()
    };
    let leaving = links.token(&link);
    for step in ["/open", ""] {
        api.post(format!("/api/v1/leaving{step}"), &json!({ "token": leaving })).send().await;
    }
    api.get(format!("/leaving/{leaving}")).send().await;
    let wrong = json!({ "login": "root", "password": [PASSWORD], "transport": token });
    api.post("/api/v1/sessions", &wrong).send().await;

    let mut secrets = secrets_of_an_account(&api).await;
    secrets.extend(secrets_of_a_passkey(&api).await);
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("answered") && log.contains("/api/v1/invitation/accept"), "{log}");
    for secret in [&root, &token, &ann, &fresh, &leaving, PASSWORD, TEMPORARY, "mbi_", "mbk_", "mbl_"] {
        assert!(!log.contains(secret), "the log holds {secret}: {log}");
    }
    for secret in secrets.iter().map(String::as_str).chain(["mba_", "mbc_", "mbe_", "mbf_", "mbr_"]) {
        assert!(!log.contains(secret), "the log holds {secret}: {log}");
    }
}

/// Everything secret that an account comes by: keys, challenges, codes, links.
async fn secrets_of_an_account(api: &Api) -> Vec<String> {
    let carol = api.joined("carol@example.org").await;
    let (key, _) = api.key_for(&carol, &["membership:members.read"]).await;
    api.get(api.tenant("/members")).by(&key).send().await;
    api.get(format!("/api/v1/tenants/{key}/members?q={key}")).by(&key).send().await;
    let shown = api.act("/api/v1/me/second-factors/app").by(&carol).send().await.json();
    let token = api.mailed_codes_of(&carol).await;
    let challenge = api.challenge("carol@example.org").await;
    let code = api.mailed(&challenge).await;
    api.get(format!("/{challenge}")).by(&challenge).send().await;
    let signed_in = api.prove(&challenge, "email", &code).await.json();
    let session = signed_in["token"].as_str().unwrap().to_owned();
    let off = api.delete("/api/v1/me/second-factors/email").by(&session).send().await.json();
    let session = off["signed_in"]["token"].as_str().unwrap().to_owned();
    let address = json!({ "to": "carol@example.com", "password": PASSWORD });
    api.post("/api/v1/me/address", &address).by(&session).send().await;
    api.post("/api/v1/passwords/forgotten", &json!({ "login": "carol@example.org" })).send().await;
    let links = api.letters().await.into_iter().filter_map(|letter| {
        if let Content::Reset { link, .. } | Content::ConfirmAddress { link, .. } = letter { Some(link) } else { None }
    });
    let mut secrets: Vec<String> = links.map(|link| link.rsplit('/').next().unwrap().to_owned()).collect();
    assert_eq!(secrets.len(), 2);
    for token in &secrets {
        api.post("/api/v1/passwords/reset", &json!({ "token": token, "new": TEMPORARY })).send().await;
        api.get(format!("/api/v1/me/{token}")).by(&session).send().await;
    }
    secrets.extend([key, challenge, code, token, session, shown["secret"].as_str().unwrap().to_owned()]);
    secrets
}

/// What a passkey's owner sends, right and wrong, and what it opens.
async fn secrets_of_a_passkey(api: &Api) -> Vec<String> {
    let dora = api.joined("dora@example.org").await;
    let mut with = api.passkey_of(&dora).await;
    let mut secrets = vec![with.token.clone()];
    let mut liar = with.device.clone();
    "https://evil.example".clone_into(&mut liar.origin);
    for device in [&mut with.device, &mut liar] {
        let begun = api.begin_alone().await;
        let answer = begun.shown_by(device);
        let reply = api.alone_by(&begun.state, &answer).await;
        let challenge = api.begin_proof("dora@example.org").await.0;
        api.prove_by_passkey(&challenge, &begun.state, &answer).await;
        let signature = answer["response"]["signature"].as_str().unwrap().to_owned();
        secrets.extend([begun.state, signature, challenge]);
        secrets.extend(reply.json()["token"].as_str().map(str::to_owned));
    }
    assert_eq!(secrets.len(), 8, "one of them was taken");
    secrets
}
