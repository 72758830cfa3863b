//! What the domain asks of the world around it, beside the [store](crate::store) and the [outbox](crate::outbox).

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::refusal::refusals;

/// A secret that a person typed: wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the typed text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself: for hashing, and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A password as it is stored: a PHC string such as `$argon2id$v=19$…`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string that a [`PasswordHasher`] made.
    pub fn from_phc(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The PHC string.
    pub fn as_phc(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// The source of randomness. Production takes the operating system's; tests take one that they can foresee.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with unpredictable data.
    fn fill(&self, bytes: &mut [u8]);
}

refusals! {
    /// Why a password could not be hashed or compared just now.
    pub enum HashingError {
        /// More people sign in at this moment than memory allows: the queue is full.
        Busy = Unavailable "busy"
            ("too many passwords are being checked at this moment", "try again in a few seconds");
    }
}

/// Hashes and compares passwords. Slow on purpose, so an adapter bounds how many run at once.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a new password.
    async fn hash(&self, password: Secret) -> Result<PasswordHash, HashingError>;

    /// Tells whether `password` is the one behind `hash`. Without a hash it does the same work and says no, so that
    /// the time taken does not tell whether an account exists.
    async fn verify(&self, password: Secret, hash: Option<PasswordHash>) -> Result<bool, HashingError>;
}
