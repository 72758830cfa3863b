//! Passwords without the wait.

use async_trait::async_trait;
use membership_core::ports::{HashingError, PasswordHash, PasswordHasher, Secret};

/// Keeps passwords as they are, at no cost. Never for production: its "hashes" are the passwords.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: Secret) -> Result<PasswordHash, HashingError> {
        Ok(PasswordHash::from_phc(format!("$not-hashed${}", password.expose())))
    }

    async fn verify(&self, password: Secret, hash: Option<PasswordHash>) -> Result<bool, HashingError> {
        Ok(hash == Some(self.hash(password).await?))
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        !hash.as_phc().starts_with("$not-hashed$")
    }
}
