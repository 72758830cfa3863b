//! Adapters for secrets.
//!
//! | type | port | with |
//! |---|---|---|
//! | [`OsEntropy`] | `Entropy` | the operating system |
//! | [`Argon2Hasher`] | `PasswordHasher` | Argon2id behind a [`Gate`] |
//! | [`CommonPasswords`] | `KnownPasswords` | a list that is built in, and the operator's [`BreachedHashes`] |
//! | [`XChaChaSealer`] | `Sealer` | XChaCha20-Poly1305 |
//! | [`TotpCodes`] | `AppCodes` | RFC 6238 |
//! | `WebAuthnPasskeys` | `Passkeys` | Web Authentication; with the feature `passkeys` |
//!
//! Hashing a password is slow and hungry on purpose, so the hasher stands behind a [`Gate`]: whatever arrives, at most
//! so many hashes run at once, at most so many wait, and the rest is told so at once.

mod entropy;
mod gate;
mod known;
#[cfg(feature = "passkeys")]
mod passkeys;
mod password;
mod seal;
mod totp;

pub use entropy::OsEntropy;
pub use gate::{Bounds, Gate};
pub use known::{
    CommonPasswords,
    breached::{BreachedHashes, BreachedHashesError},
};
#[cfg(feature = "passkeys")]
pub use passkeys::{PasskeysError, WebAuthnPasskeys};
pub use password::Argon2Hasher;
pub use seal::XChaChaSealer;
pub use totp::TotpCodes;
