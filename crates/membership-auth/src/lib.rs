//! Adapters for secrets: [`OsEntropy`] is the kernel's source of randomness, [`Argon2Hasher`] hashes its passwords.
//!
//! Hashing a password is slow and hungry on purpose, so the hasher stands behind a [`Gate`]: whatever arrives, at most
//! so many hashes run at once, at most so many wait, and the rest is told so at once.

mod entropy;
mod gate;
mod password;

pub use entropy::OsEntropy;
pub use gate::{Bounds, Gate};
pub use password::Argon2Hasher;
