//! The products that keep data for members, as HTTP callbacks: what does this member hold, and hand it over.
//!
//! | item | what it is |
//! |---|---|
//! | [`HttpCustodian`], [`CustodianSettings`] | one product, and how it is reached |
//! | [`Custodians`] | all of them, as the kernel's [`DataCustodian`](membership_core::ports::DataCustodian) |
//! | [`verify`], [`sign`], [`SignatureHeaders`], [`CallbackSecret`] | the signatures, for both sides: a product in Rust checks callbacks with them |
//!
//! # What a product does
//!
//! It answers two requests below a URL of its choice. Both are `POST` with a JSON body, both are signed, and ids are UUIDs.
//!
//! **`POST {url}/holdings`**: what does this member hold? Asked before anybody confirms a removal, and again after
//! everything was handed over.
//!
//! ```json
//! {"tenant": "0197c0de-0000-7000-8000-000000000001",
//!  "member": "0197c0de-0000-7000-8000-000000000002",
//!  "account": "0197c0de-0000-7000-8000-000000000003"}
//! ```
//!
//! The answer is `200` and `application/json`, within 10 seconds and 64 KiB. Each kind stands there once, and one of which
//! there is nothing not at all. A kind is 1 to 64 of `A-Z a-z 0-9 . _ : -` and stays the same for ever; a name is what people
//! read, up to 100 letters; a count is at least 1; up to 64 kinds.
//!
//! ```json
//! {"holdings": [{"kind": "recordings", "name": "Recordings", "count": 12}]}
//! ```
//!
//! **`POST {url}/hand-over`**: everything of this kind that is `from`'s is `to`'s from now on.
//!
//! ```json
//! {"transfer": "0197c0de-0000-7000-8000-000000000004", "kind": "recordings",
//!  "tenant": "0197c0de-0000-7000-8000-000000000001",
//!  "from": {"member": "0197c0de-0000-7000-8000-000000000002", "account": "0197c0de-0000-7000-8000-000000000003"},
//!  "to": {"member": "0197c0de-0000-7000-8000-000000000005", "account": "0197c0de-0000-7000-8000-000000000006"}}
//! ```
//!
//! | answer | meaning |
//! |---|---|
//! | `200`, `204`, any other 2xx | `from` holds nothing of this kind any more |
//! | `202` | still at it: ask again |
//! | anything else, or none within 10 seconds | it did not work: ask again |
//!
//! **The same order comes again**, after a crash, a lost answer or a `202`, and also when `from` turns out to hold something
//! of the kind that came up meanwhile. So carry it out by what is there, not by what was done before: move whatever is
//! `from`'s at this moment. Where nothing is, the answer is a 2xx. `transfer` and `kind` together name the order; use them
//! to recognise work that is still under way, never to skip what is left.
//!
//! Orders that fail are repeated after 30 seconds, then after twice that, up to an hour, until they succeed. The removed member's
//! access ended before the first one.
//!
//! # Checking the signature
//!
//! Callbacks are signed after [Standard Webhooks](https://www.standardwebhooks.com), whose libraries for many languages
//! check them. In Rust:
//!
//! ```
//! use membership_custodian::{CallbackSecret, SignatureHeaders, TOLERANCE, VerifyError, sign, verify};
//! # use chrono::{DateTime, Utc};
//! # let now = DateTime::<Utc>::from_timestamp(1_795_356_300, 0).unwrap();
//! # let secret: CallbackSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
//! # let body = br#"{"tenant": "1", "member": "2", "account": "3"}"#;
//! # let signed = sign(&secret, "msg_1", now, body);
//! # let request: std::collections::BTreeMap<&str, String> = [
//! #     (SignatureHeaders::ID, signed.id),
//! #     (SignatureHeaders::TIMESTAMP, signed.timestamp),
//! #     (SignatureHeaders::SIGNATURE, signed.signature),
//! # ].into();
//!
//! let headers = SignatureHeaders::find(|name| request.get(name).cloned())?;
//! verify(&secret, &headers, body, now, TOLERANCE)?; // the body as it came, before anything parses it
//!
//! let forged = verify(&secret, &headers, b"{}", now, TOLERANCE);
//! assert_eq!(forged, Err(VerifyError::Mismatch));
//! # Ok::<(), VerifyError>(())
//! ```
//!
//! Without a library: `webhook-signature` is `v1,` and the base64 of the HMAC-SHA-256 over `{webhook-id}.{webhook-timestamp}.{body}`,
//! under the bytes that the secret's base64 (after `whsec_`) stands for. Compare in constant time, and refuse a
//! `webhook-timestamp` more than 5 minutes away.

mod agreement;
mod custodian;
mod custodians;
mod fault;
#[cfg(test)]
mod fixture;
mod product;
mod settings;
mod signature;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use custodian::HttpCustodian;
pub use custodians::Custodians;
pub use settings::{CustodianSettings, CustodianSettingsError, SettingsFault};
pub use signature::{CallbackSecret, SecretFault, SignatureHeaders, TOLERANCE, VerifyError, sign, verify};

/// Where the moment of a signature comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
