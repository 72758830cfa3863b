//! Credentials: random keys with a recognisable prefix, of which only the hash is stored. The kind is in the type, so that
//! one of a kind is never taken where another is asked for.

use std::marker::PhantomData;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::ports::Entropy;

/// What a credential is for.
pub trait Kind {
    /// What its text begins with: by it a leaked one is recognised, by people and by scanners.
    const PREFIX: &'static str;
}

/// A key as its owner holds it. Shown once; wiped when dropped; never printed.
pub struct Credential<K> {
    text: Zeroizing<String>,
    kind: PhantomData<fn() -> K>,
}

/// SHA-256 of a credential. It has 256 random bits, so a plain hash is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash([u8; 32]);

impl<K: Kind> Credential<K> {
    /// A new one.
    pub fn fresh(entropy: &dyn Entropy) -> Self {
        let mut random = Zeroizing::new([0; 32]);
        entropy.fill(random.as_mut_slice());
        Self::of(format!("{}{}", K::PREFIX, URL_SAFE_NO_PAD.encode(random.as_slice())))
    }

    /// Reads one as it comes with a request; `None` if it is not of this kind's form.
    pub fn parse(text: &str) -> Option<Self> {
        let random = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.strip_prefix(K::PREFIX)?).ok()?);
        (random.len() == 32).then(|| Self::of(text.to_owned()))
    }

    fn of(text: String) -> Self {
        Self { text: Zeroizing::new(text), kind: PhantomData }
    }

    /// The text, for whoever it was made for.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What is stored of it.
    pub fn hash(&self) -> KeyHash {
        KeyHash(Sha256::digest(self.text.as_bytes()).into())
    }
}

impl<K> Clone for Credential<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K> std::fmt::Debug for Credential<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(..)")
    }
}

impl KeyHash {
    /// Takes stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
