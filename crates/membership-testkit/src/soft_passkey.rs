//! An authenticator in software, and the browser before it: real keys and signatures (ES256), no attestation.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Failure;

/// Holds passkeys, and answers as a browser at [`origin`](Self::origin) would. It is honest when it is made; whatever it shall
/// lie about is a public field. What an honest browser refuses to do (another site's passkey, one without user verification)
/// it does, so that it is the server that has to refuse.
#[derive(Clone)]
pub struct SoftPasskey {
    /// Where the browser says that the page came from.
    pub origin: String,
    /// The site that it signs for (relying party identifier).
    pub rp_id: String,
    /// What authenticator data says of the user and the key: [`PRESENT`](Self::PRESENT), [`VERIFIED`](Self::VERIFIED),
    /// [`CAN_BE_COPIED`](Self::CAN_BE_COPIED), [`IS_COPIED`](Self::IS_COPIED).
    pub flags: u8,
    /// The signature counter, which all its passkeys share.
    pub counter: u32,
    /// How far the counter rises before each answer; 0 if it stands still.
    pub rises_by: u32,
    /// The type in the client data, in the place of `webauthn.create` or `webauthn.get`.
    pub client_data_type: Option<&'static str>,
    /// Whether the page was shown within a page from elsewhere.
    pub cross_origin: bool,
    /// Whether one bit of the signature is another.
    pub flips_a_bit: bool,
    /// Whether it says whose passkey it shows.
    pub tells_user: bool,
    held: Vec<Held>,
}

#[derive(Clone)]
struct Held {
    id: [u8; 32],
    key: SigningKey,
    /// In base64url, as it came.
    user: String,
}

/// What the options say that an authenticator has to know.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Options<T> {
    public_key: T,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Creation {
    challenge: String,
    user: Named,
    pub_key_cred_params: Vec<Offered>,
    #[serde(default)]
    exclude_credentials: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    challenge: String,
    #[serde(default)]
    allow_credentials: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Offered {
    alg: i32,
}

/// ES256 (RFC 9053, 2.1).
const ES256: i32 = -7;

impl SoftPasskey {
    /// The user is there.
    pub const PRESENT: u8 = 1;
    /// The user has shown a finger, a face or a number.
    pub const VERIFIED: u8 = 1 << 2;
    /// The key can be copied to other devices (backup eligible).
    pub const CAN_BE_COPIED: u8 = 1 << 3;
    /// The key is on other devices too (backup state).
    pub const IS_COPIED: u8 = 1 << 4;
    /// A new passkey follows.
    const ATTESTED: u8 = 1 << 6;

    /// An authenticator without passkeys, before a browser that shows a page of `origin` (`https://members.example.org`), whose
    /// identifier is `rp_id` (`members.example.org`).
    pub fn new(origin: &str, rp_id: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            rp_id: rp_id.to_owned(),
            flags: Self::PRESENT | Self::VERIFIED,
            counter: 0,
            rises_by: 1,
            client_data_type: None,
            cross_origin: false,
            flips_a_bit: false,
            tells_user: true,
            held: Vec::new(),
        }
    }

    /// `navigator.credentials.create(options)`: makes a passkey, and answers with `PublicKeyCredential.toJSON()`. Fails if it
    /// holds one that is excluded, and for options that nobody could answer.
    pub fn create(&mut self, options: &str) -> Result<String, Failure> {
        let Options { public_key: asked } = serde_json::from_str::<Options<Creation>>(options)?;
        if self.held.iter().any(|held| held.is_in(&asked.exclude_credentials)) {
            return Err("InvalidStateError: it is there already".into());
        }
        if !asked.pub_key_cred_params.iter().any(|offered| offered.alg == ES256) {
            return Err("NotSupportedError: ES256 is not offered".into());
        }
        let held = Held { id: random()?, key: SigningKey::from_slice(&random()?)?, user: asked.user.id };
        let mut data = self.authenticator_data(Self::ATTESTED);
        // No model of authenticator has this identifier.
        data.extend([0; 16]);
        data.extend([0, 32]);
        data.extend(held.id);
        data.extend(cose(&held.key));
        let response = json!({
            "clientDataJSON": BASE64URL.encode(self.client_data("webauthn.create", &asked.challenge)),
            "attestationObject": BASE64URL.encode(unattested(&data)?),
            "transports": ["internal"],
        });
        let answer = held.answer(&response, &json!({ "credProps": { "rk": true } }));
        self.held.push(held);
        Ok(answer)
    }

    /// `navigator.credentials.get(options)`: signs with the newest of its passkeys that is asked for, and answers with
    /// `PublicKeyCredential.toJSON()`. Fails if it holds none.
    pub fn get(&mut self, options: &str) -> Result<String, Failure> {
        let Options { public_key: asked } = serde_json::from_str::<Options<Request>>(options)?;
        let is_asked = |held: &&Held| asked.allow_credentials.is_empty() || held.is_in(&asked.allow_credentials);
        let held = self.held.iter().rfind(is_asked).cloned().ok_or("NotAllowedError: it holds none of these")?;
        let data = self.authenticator_data(0);
        let client_data = self.client_data("webauthn.get", &asked.challenge);
        let signature: Signature = held.key.sign(&[data.as_slice(), &Sha256::digest(&client_data)].concat());
        let mut signature = signature.to_der().as_bytes().to_vec();
        if let Some(last) = signature.last_mut().filter(|_| self.flips_a_bit) {
            *last ^= 1;
        }
        let mut response = json!({
            "clientDataJSON": BASE64URL.encode(client_data),
            "authenticatorData": BASE64URL.encode(data),
            "signature": BASE64URL.encode(signature),
        });
        if let Some(response) = response.as_object_mut().filter(|_| self.tells_user) {
            response.insert("userHandle".to_owned(), held.user.as_str().into());
        }
        Ok(held.answer(&response, &json!({})))
    }

    /// As the other's keys, under the identifiers of these: what somebody has who has seen a passkey's identifier, but not
    /// its key.
    #[must_use]
    pub fn with_keys_of(mut self, other: &Self) -> Self {
        for (held, other) in self.held.iter_mut().zip(&other.held) {
            held.key = other.key.clone();
        }
        self
    }

    /// Web Authentication Level 3, 6.1.
    fn authenticator_data(&mut self, also: u8) -> Vec<u8> {
        self.counter = self.counter.saturating_add(self.rises_by);
        let mut data = Sha256::digest(&self.rp_id).to_vec();
        data.push(self.flags | also);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Web Authentication Level 3, 5.8.1.
    fn client_data(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let kind = self.client_data_type.unwrap_or(kind);
        let (origin, cross_origin) = (&self.origin, self.cross_origin);
        let data = json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": cross_origin });
        data.to_string().into_bytes()
    }
}

impl Held {
    fn is_in(&self, named: &[Named]) -> bool {
        let id = BASE64URL.encode(self.id);
        named.iter().any(|named| named.id == id)
    }

    /// Web Authentication Level 3, 5.1.
    fn answer(&self, response: &Value, extensions: &Value) -> String {
        let id = BASE64URL.encode(self.id);
        let answer = json!({
            "id": id, "rawId": id, "type": "public-key", "authenticatorAttachment": "platform",
            "response": response, "clientExtensionResults": extensions,
        });
        answer.to_string()
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// The public key as a map in CBOR: elliptic curve, ES256, P-256, x, y (RFC 9053, 7.1.1).
fn cose(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    // Uncompressed: 4, x, y.
    let (x, y) = point.as_bytes().split_at(33);
    let x = x.iter().skip(1).copied();
    let mut map = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01];
    map.extend([0x21, 0x58, 0x20].into_iter().chain(x));
    map.extend([0x22, 0x58, 0x20].iter().chain(y));
    map
}

/// An attestation object in CBOR, of the format `none` (Web Authentication Level 3, 8.7).
fn unattested(data: &[u8]) -> Result<Vec<u8>, Failure> {
    let length = [0x58, u8::try_from(data.len())?];
    Ok([&b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData"[..], &length, data].concat())
}
