//! Secrets that have to be read again, encrypted under the installation's key.
//!
//! What is stored: one byte for the form, eight that tell which key it was, a random nonce of 24, the encrypted secret,
//! and the tag of 16. The tag also covers the first nine bytes and the account, so that nothing can be put elsewhere.

use chacha20poly1305::{AeadInOut as _, KeyInit as _, XChaCha20Poly1305};
use hkdf::Hkdf;
use membership_core::{
    id::AccountId,
    link::Key,
    ports::{Entropy as _, Sealed, Sealer},
};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::OsEntropy;

const FORM: u8 = 1;
const NAME_BYTES: usize = 8;
const HEADER_BYTES: usize = 1 + NAME_BYTES;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

/// Encrypts with XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), under a key derived from the installation's by HKDF-SHA-256
/// (RFC 5869) for this purpose alone.
///
/// Nonces are random: with 192 bits of them, two secrets never share one.
pub struct XChaChaSealer {
    current: SealingKey,
    previous: Vec<SealingKey>,
}

/// A key derived from the installation's. Its cipher wipes it when dropped.
struct SealingKey {
    /// What everything sealed under it begins with.
    header: [u8; HEADER_BYTES],
    cipher: XChaCha20Poly1305,
}

impl XChaChaSealer {
    /// Seals under the installation's key `current`.
    pub fn new(current: &Key) -> Self {
        Self { current: SealingKey::derive(current), previous: Vec::new() }
    }

    /// Also opens what was sealed under older keys, so that the key can be changed.
    #[must_use]
    pub fn accepting<'a>(mut self, previous: impl IntoIterator<Item = &'a Key>) -> Self {
        self.previous.extend(previous.into_iter().map(SealingKey::derive));
        self
    }

    /// The key that made something with this header, if it is one of ours.
    fn key(&self, header: [u8; HEADER_BYTES]) -> Option<&SealingKey> {
        std::iter::once(&self.current).chain(&self.previous).find(|key| key.header == header)
    }
}

impl Sealer for XChaChaSealer {
    fn seal(&self, account: AccountId, plain: &[u8]) -> Sealed {
        let SealingKey { header, cipher } = &self.current;
        let mut nonce = [0; NONCE_BYTES];
        OsEntropy.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(HEADER_BYTES + NONCE_BYTES + plain.len() + TAG_BYTES);
        sealed.extend(header);
        sealed.extend(nonce);
        sealed.extend(plain);
        let (_, secret) = sealed.split_at_mut(HEADER_BYTES + NONCE_BYTES);
        match cipher.encrypt_inout_detached((&nonce).into(), &bound_to(*header, account), secret.into()) {
            Ok(tag) => sealed.extend(tag),
            // Refused for 256 GiB and more: nothing that opens, and nothing that tells.
            Err(_) => sealed.clear(),
        }
        Sealed::from_bytes(sealed)
    }

    fn open(&self, account: AccountId, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        let (header, rest) = sealed.as_bytes().split_first_chunk::<HEADER_BYTES>()?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let (secret, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let cipher = &self.key(*header)?.cipher;
        let mut plain = Zeroizing::new(secret.to_vec());
        let bound = bound_to(*header, account);
        cipher.decrypt_inout_detached(nonce.into(), &bound, plain.as_mut_slice().into(), tag.into()).ok()?;
        Some(plain)
    }
}

impl SealingKey {
    fn derive(installation: &Key) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, installation.as_slice());
        let key = expand::<32>(&hkdf, b"membership account secrets v1: key");
        let name = expand::<NAME_BYTES>(&hkdf, b"membership account secrets v1: name of the key");
        let mut header = [FORM; HEADER_BYTES];
        for (to, from) in header.iter_mut().skip(1).zip(name.iter()) {
            *to = *from;
        }
        Self { header, cipher: XChaCha20Poly1305::new((&*key).into()) }
    }
}

impl std::fmt::Debug for XChaChaSealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("XChaChaSealer(..)")
    }
}

fn expand<const BYTES: usize>(hkdf: &Hkdf<Sha256>, label: &[u8]) -> Zeroizing<[u8; BYTES]> {
    const { assert!(BYTES <= 255 * 32, "HKDF-SHA-256 gives no more (RFC 5869, 2.3)") };
    let mut bytes = Zeroizing::new([0; BYTES]);
    // It refuses lengths that the line above does not compile.
    let _never = hkdf.expand(label, bytes.as_mut_slice());
    bytes
}

/// What a sealed secret is tied to beside its key: purpose, form, key's name, account.
fn bound_to(header: [u8; HEADER_BYTES], account: AccountId) -> Vec<u8> {
    [b"membership account secret\0".as_slice(), &header, account.as_uuid().as_bytes()].concat()
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
