//! Who has an address is known by a letter that came back, and by nothing that anybody says.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use membership_testkit::bed::PASSWORD;
use serde_json::{Value, json};

use crate::{fixture::Api, house::text};

/// What other products call it.
const PLANTED: [&str; 7] =
    ["email_verified", "email_proved", "emailVerified", "verified", "email_confirmed", "proved", "email_verified_at"];

impl Api {
    /// Whether somebody signs in by `login`.
    async fn opens(&self, login: &str, password: &str) -> bool {
        let body = json!({ "login": login, "password": password, "transport": "bearer" });
        self.post("/api/v1/sessions", &body).send().await.status < 400
    }
}

/// Proves A55: no operation takes a word that an address is proved, and none of those that take an address, whoever calls them,
/// makes one that somebody can sign in by; the letter that comes back does.
#[tokio::test]
async fn nobody_says_that_an_address_is_proved() {
    let api = Api::start().await;
    let root = api.root().await;
    let mut asked = 0;
    for (method, path, operation) in api.operations() {
        let Some(example) = operation.pointer("/requestBody/content/application~1json/example") else { continue };
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        for field in PLANTED {
            for value in [json!(true), json!("2026-03-02T09:00:00Z")] {
                let mut body = example.clone();
                body[field] = value;
                let reply = api.ask(method.clone(), &path).json(&body).by(&root).send().await;
                assert_eq!(reply.faults(), [(format!("/{field}"), "field-unknown".into())], "{path}: {}", reply.text);
                asked += 1;
            }
        }
    }
    assert!(asked > 400);

    // An administrator adds somebody with an address, and gives somebody another one.
    let role = api.role("Member").await;
    let body = json!({
        "name": "Ann", "username": "ann", "password": "to be replaced at once", "email": "ann@example.org", "roles": [role],
    });
    let added = api.post(api.tenant("/members"), &body).by(&root).send().await;
    assert_eq!(added.status, 201, "{}", added.text);
    let id = text(&added.json().get("member").unwrap_or(&added.json())["id"]);
    assert!(api.opens("ann", "to be replaced at once").await);
    assert!(!api.opens("ann@example.org", "to be replaced at once").await);
    let edited = api.patch(api.member(&id, ""), &json!({ "email": "other@example.org" })).by(&root).send().await;
    assert_eq!(edited.status, 200, "{}", edited.text);
    assert!(!api.opens("other@example.org", "to be replaced at once").await);

    // A link for an address, handed over by whoever invites, who could open it.
    let person = json!({ "name": "Bob", "via": "link", "email": "bob@example.org", "roles": [role] });
    let invited = api.post(api.tenant("/invitations"), &json!({ "people": [person] })).by(&root).send().await.json();
    let link = text(&invited["invited"][0]["link"]);
    let token = link.rsplit('/').next().unwrap();
    assert_eq!(api.post("/api/v1/invitation/accept", &json!({ "token": token })).send().await.status, 200);
    let body = json!({ "token": token, "name": "Bob", "password": PASSWORD, "transport": "bearer" });
    let registered = api.post("/api/v1/invitation/register", &body).send().await;
    assert_eq!(registered.problem(), (403, "invitation-address-not-proved".into()));
    assert!(!api.opens("bob@example.org", PASSWORD).await);

    // Whoever sets the installation up says an address, too; and whoever is signed in asks for another.
    assert!(!api.opens("root@example.org", PASSWORD).await);
    let ask = json!({ "to": "root@example.com", "password": PASSWORD });
    assert_eq!(api.post("/api/v1/me/address", &ask).by(&root).send().await.status, 202);
    assert!(!api.opens("root@example.com", PASSWORD).await);
    let me = api.get("/api/v1/me").by(&root).send().await.json();
    assert_eq!(me["account"]["email_proved"], false);

    api.joined("carol@example.org").await;
    assert!(api.opens("carol@example.org", PASSWORD).await, "by the letter that came back");
}

/// What those who trust others for it believe: headers of proxies, and tokens of identity providers with a claim.
fn claims() -> Vec<(&'static str, String)> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let payload = part(&json!({
        "iss": "https://accounts.example.com", "sub": "1", "email": "root@example.org", "email_verified": true,
        "preferred_username": "root", "exp": 4_102_444_800_u64,
    }));
    let unsigned = format!("{}.{payload}.", part(&json!({ "alg": "none", "typ": "JWT" })));
    let signed = format!("{}.{payload}.{}", part(&json!({ "alg": "HS256" })), URL_SAFE_NO_PAD.encode([7; 32]));
    let headers = [
        "x-forwarded-email",
        "x-forwarded-user",
        "x-forwarded-preferred-username",
        "x-auth-request-email",
        "x-auth-request-user",
        "remote-user",
        "x-remote-user",
        "x-webauth-user",
        "x-goog-authenticated-user-email",
        "x-ms-client-principal-name",
        "tailscale-user-login",
        "x-email",
        "from",
    ];
    let headers =
        headers.into_iter().flat_map(|name| [(name, "root@example.org".to_owned()), (name, "root".to_owned())]);
    let tokens = ["cf-access-jwt-assertion", "x-amzn-oidc-data", "x-goog-iap-jwt-assertion", "x-id-token"];
    let tokens = tokens.into_iter().flat_map(|name| [(name, unsigned.clone()), (name, signed.clone())]);
    headers.chain(tokens).collect()
}

/// Proves A57: no identity comes from outside, so no claim of an address is matched with any account: not in a header of a proxy,
/// not in a token of a provider, signed or not; and no operation takes one.
#[tokio::test]
async fn no_claim_of_an_address_is_believed() {
    let api = Api::start().await;
    api.joined("ann@example.org").await;
    let claims = claims();
    for (method, path, operation) in api.operations() {
        if operation["security"] == json!([]) {
            continue;
        }
        let path = path.replace("{tenant}", &api.bed.tenant.id.to_string());
        for (name, value) in &claims {
            for value in [value.clone(), value.replace("root@", "ann@")] {
                let ask = api.ask(method.clone(), &path).json(&json!({})).header(name, &value);
                assert_eq!(ask.send().await.problem(), (401, "sign-in-required".into()), "{method} {path} {name}");
            }
        }
    }
    for (_, token) in claims.iter().filter(|(_, value)| value.starts_with("ey")) {
        for scheme in ["Bearer", "JWT", "Basic", "DPoP"] {
            let ask = api.get("/api/v1/me").header("authorization", format!("{scheme} {token}"));
            assert_eq!(ask.send().await.problem(), (401, "session-not-good".into()), "{scheme}");
        }
    }
    let schemas = api.spec["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas.iter().filter(|(_, schema)| schema["additionalProperties"] == false) {
        for field in schema["properties"].as_object().unwrap().keys() {
            let foreign = [
                "id_token",
                "assertion",
                "issuer",
                "iss",
                "sub",
                "subject",
                "provider",
                "claims",
                "saml",
                "external_id",
            ];
            assert!(!foreign.contains(&field.as_str()), "{name} takes {field}");
        }
    }
}
