//! Signatures after [Standard Webhooks](https://www.standardwebhooks.com): they prove that whoever holds the secret sent
//! exactly this body, and when.

use std::{fmt, str::FromStr};

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What we and one product know and nobody else does: 24 to 64 random bytes. Never printed, wiped when dropped.
///
/// `whsec_` and base64 is the form of Standard Webhooks, which its libraries expect. Any other text is taken for the
/// bytes themselves.
#[derive(Clone)]
pub struct CallbackSecret(Zeroizing<[u8; BLOCK]>);

/// Why a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretFault {
    /// Too short to be safe, or longer than the scheme allows.
    #[error("a secret has 24 to 64 bytes, and this one has {0}")]
    Length(usize),
    /// It says that it is base64 and is not.
    #[error("what follows `whsec_` is not base64")]
    NotBase64,
}

/// The three headers of a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// `webhook-id`: the same at every attempt of the same order.
    pub id: String,
    /// `webhook-timestamp`: when this attempt was sent, in seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`: `v1,` and the base64 of the HMAC-SHA-256; several are separated by spaces.
    pub signature: String,
}

/// Why a request is not to be believed. Answer it with 401 and do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A header is not there.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// A header is there and cannot be what it should be.
    #[error("the header {0} is malformed")]
    Malformed(&'static str),
    /// Sent too long ago, or in the future: replayed, or one of the two clocks is wrong.
    #[error("the request is {seconds} s away from this machine's clock")]
    OutOfTime {
        /// How far: positive when it is old.
        seconds: i64,
    },
    /// Another secret, another body, or no signature of the known kind.
    #[error("no signature fits this body and this secret")]
    Mismatch,
}

/// How far the clocks of both sides may be apart: what Standard Webhooks recommends.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// HMAC pads a key with zeros to the block's 64 bytes (RFC 2104); keeping it padded makes signing infallible.
const BLOCK: usize = 64;
const SHORTEST: usize = 24;
const PREFIX: &str = "whsec_";
const VERSION: &str = "v1,";

/// A secret's padding may have been lost on the way into a configuration.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl FromStr for CallbackSecret {
    type Err = SecretFault;

    fn from_str(text: &str) -> Result<Self, SecretFault> {
        let bytes = match text.strip_prefix(PREFIX) {
            Some(encoded) => LENIENT.decode(encoded).map_err(|_| SecretFault::NotBase64)?,
            None => text.as_bytes().to_vec(),
        };
        let bytes = Zeroizing::new(bytes);
        if !(SHORTEST..=BLOCK).contains(&bytes.len()) {
            return Err(SecretFault::Length(bytes.len()));
        }
        let mut block = Zeroizing::new([0; BLOCK]);
        for (to, from) in block.iter_mut().zip(bytes.iter()) {
            *to = *from;
        }
        Ok(Self(block))
    }
}

impl fmt::Debug for CallbackSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackSecret(..)")
    }
}

impl<'de> Deserialize<'de> for CallbackSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Shown as stars: settings are printed for people, and nobody reads them back.
impl Serialize for CallbackSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("********")
    }
}

impl SignatureHeaders {
    /// The name of the header with the order's id.
    pub const ID: &'static str = "webhook-id";
    /// The name of the header with the moment.
    pub const TIMESTAMP: &'static str = "webhook-timestamp";
    /// The name of the header with the signature.
    pub const SIGNATURE: &'static str = "webhook-signature";

    /// Finds the three headers by `get`, which looks a name (in lower case) up in a request, whatever framework that is
    /// from.
    pub fn find<T: Into<String>>(get: impl Fn(&'static str) -> Option<T>) -> Result<Self, VerifyError> {
        let find = |name| get(name).map(Into::into).ok_or(VerifyError::Missing(name));
        Ok(Self { id: find(Self::ID)?, timestamp: find(Self::TIMESTAMP)?, signature: find(Self::SIGNATURE)? })
    }
}

/// Signs `body`, sent at `now` under `id`. What the server does; a product's tests can do the same.
pub fn sign(secret: &CallbackSecret, id: &str, now: DateTime<Utc>, body: &[u8]) -> SignatureHeaders {
    let timestamp = now.timestamp().to_string();
    let tag = mac(secret, id, &timestamp, body).finalize().into_bytes();
    let signature = format!("{VERSION}{}", STANDARD.encode(tag));
    SignatureHeaders { id: id.to_owned(), timestamp, signature }
}

/// Whether a request with these `headers` and exactly this `body` is from whoever holds `secret`, and was sent within
/// `tolerance` of `now` (usually [`TOLERANCE`]). Signatures are compared in constant time.
///
/// Give it the body as it came over the wire, before anything parses it. While a secret is being changed, try both.
pub fn verify(
    secret: &CallbackSecret,
    headers: &SignatureHeaders,
    body: &[u8],
    now: DateTime<Utc>,
    tolerance: TimeDelta,
) -> Result<(), VerifyError> {
    // A full stop separates the parts that are signed: one inside a part could be read two ways.
    if headers.id.is_empty() || headers.id.contains('.') {
        return Err(VerifyError::Malformed(SignatureHeaders::ID));
    }
    let sent_at = headers.timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let age = now - sent_at.ok_or(VerifyError::Malformed(SignatureHeaders::TIMESTAMP))?;
    if age.abs() > tolerance {
        return Err(VerifyError::OutOfTime { seconds: age.num_seconds() });
    }
    let expected = mac(secret, &headers.id, &headers.timestamp, body);
    let mut offered = headers.signature.split(' ').filter_map(|part| STANDARD.decode(part.strip_prefix(VERSION)?).ok());
    if offered.any(|tag| expected.clone().verify_slice(&tag).is_ok()) { Ok(()) } else { Err(VerifyError::Mismatch) }
}

fn mac(secret: &CallbackSecret, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*secret.0).into());
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
