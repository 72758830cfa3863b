//! Links that prove something: derived from a key, never stored.
//!
//! A link's token says what it is for (purpose, tenant, subject, generation) and carries an HMAC-SHA-256 over that under
//! the installation's key. A copy of the database opens nothing; a retried mail carries the same link; a new generation
//! kills the old link without a list of dead ones.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{id::TenantId, refusal::refusals};

/// What a link is for. A token acts only at its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Joining a tenant.
    Invitation,
    /// Setting up the installation.
    SetUp,
    /// Leaving a tenant that one was made a member of.
    Leaving,
    /// Choosing another password.
    Reset,
    /// Proving that a mailbox is one's own.
    Address,
    /// Bringing back the address that an account had before.
    FormerAddress,
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Link {
    /// What it is for.
    pub purpose: Purpose,
    /// The tenant concerned; nil for none.
    pub tenant: Uuid,
    /// The thing concerned: an invitation, say.
    pub subject: Uuid,
    /// Which of the subject's links it is.
    pub generation: u32,
}

/// Reads and writes tokens, and knows where the pages behind them are.
#[derive(Clone)]
pub struct Links {
    current: Key,
    previous: Vec<Key>,
    base: String,
}

/// A key of 256 random bits.
pub type Key = Zeroizing<[u8; 32]>;

refusals! {
    /// Why a text is not a link of ours.
    #[derive(Copy)]
    pub enum LinkFault {
        /// Not one of ours: mistyped, cut off, edited, for another purpose, or from elsewhere.
        Unknown = Absent "link-unknown"
            ("this link is not valid here", "check that the link is complete, or ask for a new one");
        /// A newer link was issued, or it was used.
        Superseded = Gone "link-superseded"
            ("this link was used, or a newer one was made; it no longer works", "use the newest link, or ask for another");
    }
}

const MAC_BYTES: usize = 18;
const BODY_BYTES: usize = 16 + 16 + 4;
const TOKEN_BYTES: usize = BODY_BYTES + MAC_BYTES;

impl Purpose {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "mbi_",
            Self::SetUp => "mbs_",
            Self::Leaving => "mbl_",
            Self::Reset => "mbr_",
            Self::Address => "mbe_",
            Self::FormerAddress => "mbf_",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::SetUp => "set-up",
            Self::Leaving => "leaving",
            Self::Reset => "reset",
            Self::Address => "address",
            Self::FormerAddress => "former-address",
        }
    }
}

impl Links {
    /// Links under `current`, with pages below `base` (such as `https://members.example.org`).
    pub fn new(current: Key, base: impl Into<String>) -> Self {
        let mut base = base.into();
        base.truncate(base.trim_end_matches('/').len());
        Self { current, previous: Vec::new(), base }
    }

    /// Also accepts links made under older keys, so that a key can be changed while links are out.
    #[must_use]
    pub fn accepting(mut self, previous: impl IntoIterator<Item = Key>) -> Self {
        self.previous.extend(previous);
        self
    }

    /// Where the pages are.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The token: its purpose's prefix and 72 letters of base64url.
    pub fn token(&self, link: &Link) -> String {
        let body = body(link);
        let mut bytes = [0; TOKEN_BYTES];
        let (head, tail) = bytes.split_at_mut(BODY_BYTES);
        head.copy_from_slice(&body);
        tail.copy_from_slice(&mac(&self.current, link.purpose, &body));
        format!("{}{}", link.purpose.prefix(), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The address of the page behind the link.
    pub fn url(&self, link: &Link) -> String {
        format!("{}/{}/{}", self.base, link.purpose.path(), self.token(link))
    }

    /// The address of a tenant's own page.
    pub fn place(&self, tenant: TenantId) -> String {
        format!("{}/welcome/{tenant}", self.base)
    }

    /// The address of the page on which somebody says that the own password is forgotten.
    pub fn forgotten(&self) -> String {
        format!("{}/forgotten", self.base)
    }

    /// The code of eight digits in the mail number `generation` about `subject`.
    pub fn code(&self, subject: Uuid, generation: u32) -> String {
        let mut hmac = keyed(&self.current);
        hmac.update(b"membership code v1\0");
        hmac.update(subject.as_bytes());
        hmac.update(&generation.to_be_bytes());
        let digest: [u8; 32] = hmac.finalize().into_bytes().into();
        let (number, _) = digest.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        format!("{:08}", u64::from_be_bytes(*number) % 100_000_000)
    }

    /// What the token says, if it is one of ours for this purpose.
    pub fn read(&self, purpose: Purpose, token: &str) -> Result<Link, LinkFault> {
        let text = token.strip_prefix(purpose.prefix()).ok_or(LinkFault::Unknown)?;
        let mut bytes = [0; TOKEN_BYTES];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).map_err(|_| LinkFault::Unknown)?;
        let (body, tag) = bytes.split_first_chunk::<BODY_BYTES>().ok_or(LinkFault::Unknown)?;
        let good = |key: &Key| bool::from(mac(key, purpose, body).as_slice().ct_eq(tag));
        if length != TOKEN_BYTES || !std::iter::once(&self.current).chain(&self.previous).any(good) {
            return Err(LinkFault::Unknown);
        }
        let (tenant, rest) = body.split_first_chunk::<16>().ok_or(LinkFault::Unknown)?;
        let (subject, rest) = rest.split_first_chunk::<16>().ok_or(LinkFault::Unknown)?;
        let generation = rest.first_chunk::<4>().ok_or(LinkFault::Unknown)?;
        Ok(Link {
            purpose,
            tenant: Uuid::from_bytes(*tenant),
            subject: Uuid::from_bytes(*subject),
            generation: u32::from_be_bytes(*generation),
        })
    }
}

impl Link {
    /// Refuses a link whose generation is not the newest. A generation that was never issued is no link of ours.
    pub const fn newest(self, generation: u32) -> Result<(), LinkFault> {
        if self.generation < generation {
            Err(LinkFault::Superseded)
        } else if self.generation > generation {
            Err(LinkFault::Unknown)
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

fn body(link: &Link) -> [u8; BODY_BYTES] {
    let mut body = [0; BODY_BYTES];
    let parts = link.tenant.as_bytes().iter().chain(link.subject.as_bytes());
    for (to, from) in body.iter_mut().zip(parts.copied().chain(link.generation.to_be_bytes())) {
        *to = from;
    }
    body
}

fn keyed(key: &Key) -> Hmac<Sha256> {
    // HMAC pads a key with zeros to the block's 64 bytes (RFC 2104); padding it here makes the call infallible.
    let mut block = Zeroizing::new([0; 64]);
    for (to, from) in block.iter_mut().zip(key.iter()) {
        *to = *from;
    }
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

fn mac(key: &Key, purpose: Purpose, body: &[u8; BODY_BYTES]) -> [u8; MAC_BYTES] {
    let mut hmac = keyed(key);
    hmac.update(b"membership link v1\0");
    hmac.update(purpose.prefix().as_bytes());
    hmac.update(body);
    let mut tag = [0; MAC_BYTES];
    for (to, from) in tag.iter_mut().zip(hmac.finalize().into_bytes()) {
        *to = from;
    }
    tag
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
