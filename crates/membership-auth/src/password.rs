//! Passwords under Argon2id.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{Error, phc},
};
use async_trait::async_trait;
use membership_core::ports::{Entropy as _, HashingError, PasswordHash, PasswordHasher, Secret};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use zeroize::Zeroizing;

use crate::{Bounds, Gate, OsEntropy};

const SALT_BYTES: usize = 16;
const VERSION: Version = Version::V0x13;

/// Hashes passwords with Argon2id behind a [`Gate`]: 19 MiB, two passes, one lane (the first choice of OWASP's Password
/// Storage Cheat Sheet), a random salt of 128 bits, stored as PHC strings.
///
/// Nothing is cut off. Text beyond ASCII is brought to normal form C first (RFC 8265, 4.2.2), so that a password is the
/// same one from every keyboard.
#[derive(Debug, Clone)]
pub struct Argon2Hasher {
    params: Params,
    gate: Gate,
}

impl Argon2Hasher {
    /// A hasher that needs at most 19 MiB times `bounds.at_once`, and nothing while nobody signs in.
    pub fn new(bounds: Bounds) -> Self {
        Self { params: Params::DEFAULT, gate: Gate::new(bounds) }
    }

    /// A hasher that costs next to nothing and protects nothing, for tests. Release builds have none.
    #[cfg(debug_assertions)]
    pub fn cheap(bounds: Bounds) -> Self {
        let params = Params::new(Params::MIN_M_COST, Params::MIN_T_COST, Params::MIN_P_COST, None);
        Self { params: params.unwrap_or(Params::DEFAULT), gate: Gate::new(bounds) }
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: Secret) -> Result<PasswordHash, HashingError> {
        let params = self.params.clone();
        let hashed = self.gate.run(move || hash(&params, &password)).await?;
        // Our own parameters, salt and output are of lengths that Argon2 takes: nothing is left to go wrong.
        hashed.map_err(|_| HashingError::Busy)
    }

    async fn verify(&self, password: Secret, hash: Option<PasswordHash>) -> Result<bool, HashingError> {
        let params = self.params.clone();
        self.gate.run(move || verify(&params, &password, hash.as_ref())).await
    }

    fn place(&self) -> Result<Box<dyn Send>, HashingError> {
        Ok(Box::new(self.gate.place()?))
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        // Lanes spread the work; they do not make it more.
        let cheaper = |its: &Params| its.m_cost() < self.params.m_cost() || its.t_cost() < self.params.t_cost();
        Stored::read(hash).is_none_or(|stored| cheaper(&stored.params))
    }
}

/// A hash of ours, taken apart.
struct Stored {
    params: Params,
    salt: phc::Salt,
    output: phc::Output,
}

impl Stored {
    /// `None` if it is no hash of Argon2id in its current version.
    fn read(hash: &PasswordHash) -> Option<Self> {
        let hash = phc::PasswordHash::new(hash.as_phc()).ok()?;
        let ours = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(VERSION.into());
        let params = Params::try_from(&hash.params).ok().filter(|_| ours)?;
        Some(Self { params, salt: hash.salt?, output: hash.hash? })
    }
}

fn hash(params: &Params, password: &Secret) -> Result<PasswordHash, Error> {
    let mut salt = [0; SALT_BYTES];
    OsEntropy.fill(&mut salt);
    let hash = phc::PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(VERSION.into()),
        params: params.try_into()?,
        salt: Some(phc::Salt::new(&salt)?),
        hash: Some(derive(params, password, &salt)?),
    };
    Ok(PasswordHash::from_phc(hash.to_string()))
}

fn verify(params: &Params, password: &Secret, hash: Option<&PasswordHash>) -> bool {
    // A hash that asks for more memory than the gate reckons with is not computed.
    let affordable = params.m_cost().max(Params::DEFAULT_M_COST);
    let stored = hash.and_then(Stored::read).filter(|stored| stored.params.m_cost() <= affordable);
    let Some(Stored { params, salt, output }) = stored else {
        // The same work for nothing, so that the time taken does not tell whether there is a password.
        let _nothing = derive(params, password, &[0; SALT_BYTES]);
        return false;
    };
    // Outputs are compared in constant time.
    derive(&params, password, &salt).is_ok_and(|derived| derived == output)
}

fn derive(params: &Params, password: &Secret, salt: &[u8]) -> Result<phc::Output, Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, VERSION, params.clone());
    let mut output = Zeroizing::new([0; Params::DEFAULT_OUTPUT_LEN]);
    argon2.hash_password_into_with_memory(normal(password).as_bytes(), salt, &mut *output, blocks(params))?;
    Ok(phc::Output::new(&*output)?)
}

/// The memory that Argon2 works in. It goes back to the system afterwards: glibc keeps what a thread frees for that
/// thread, which for eight threads is eight times 19 MiB, unless a piece is larger than 32 MiB. Pages that are never
/// touched cost nothing, so each piece is.
fn blocks(params: &Params) -> Vec<Block> {
    const KEPT_BY_GLIBC: usize = 32 << 20;
    let mut blocks = Vec::with_capacity(params.block_count().max(KEPT_BY_GLIBC / Block::SIZE + 1));
    blocks.resize(params.block_count(), Block::new());
    blocks
}

/// The password in normal form C, wiped from memory when dropped.
pub(crate) fn normal(password: &Secret) -> Zeroizing<String> {
    let text = password.expose();
    if is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Zeroizing::new(text.to_owned());
    }
    // Normal form C makes text at most three times as long (UAX 15, 12.1): room enough never to leave a copy behind.
    let mut normal = Zeroizing::new(String::with_capacity(3 * text.len()));
    normal.extend(text.nfc());
    normal
}

#[cfg(test)]
#[path = "password_tests.rs"]
mod tests;
