//! What the domain asks of the world around it, beside the [store](crate::store) and the [outbox](crate::outbox).

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{
    account::{
        Account,
        passkey::{CredentialId, Passkey},
    },
    id::{AccountId, MemberId, TenantId, TransferId},
    refusal::refusals,
};

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

    /// A place among those who are about to have a password compared, held until it is dropped. Taken first of all, so that
    /// the surplus is told so before it has cost anything. Without bounds there is always one.
    fn place(&self) -> Result<Box<dyn Send>, HashingError> {
        Ok(Box::new(()))
    }

    /// Whether `hash` was made more cheaply than hashes are made now, so that the password is hashed anew when its owner
    /// types it next.
    fn is_outdated(&self, hash: &PasswordHash) -> bool;
}

/// The passwords that attackers try first: common ones, and those of other services' breaches.
pub trait KnownPasswords: Send + Sync {
    /// Whether `password` is among them, however it is capitalised.
    fn knows(&self, password: &Secret) -> bool;
}

/// A secret that has to be read again, encrypted. It says nothing to whoever has only the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes what a [`Sealer`] made.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealed(..)")
    }
}

/// Encrypts secrets at rest, each bound to the account that it is of: moved to another account, it opens no more.
pub trait Sealer: Send + Sync {
    /// Encrypts `plain`, a secret of `account`.
    fn seal(&self, account: AccountId, plain: &[u8]) -> Sealed;

    /// Decrypts; `None` if it is not a secret of `account`, or was sealed under a key that is gone.
    fn open(&self, account: AccountId, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>>;
}

/// The codes of authenticator apps: time-based one-time passwords of six digits and 30 seconds under HMAC-SHA-1 (RFC 6238
/// with the parameters that every app knows).
pub trait AppCodes: Send + Sync {
    /// The time step whose code `code` is: the present one, the one before or the one after, since clocks differ. `None`
    /// if it is none of them.
    fn step_of(&self, secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<u64>;

    /// The address that an app reads as a QR code (`otpauth://totp/...`), with the issuer's name and the person's label.
    fn address(&self, secret: &[u8], issuer: &str, label: &str) -> Zeroizing<String>;
}

/// A ceremony that a browser's authenticator is asked to take part in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// What the browser is asked, as JSON.
    pub options: String,
    /// What has to be known when it has answered.
    pub state: String,
}

/// A passkey as a browser's answer shows it: just made, or just used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPasskey {
    /// Which.
    pub credential: CredentialId,
    /// What its next signature is checked against.
    pub key: String,
}

/// Web Authentication (Level 3): what authenticators are asked, and whether they have signed it. Every signature has to be one
/// for which the authenticator has verified its user.
pub trait Passkeys: Send + Sync {
    /// Asks for a new passkey of `owner`, which must not be one of `held`. `None` if this installation takes none.
    fn begin_adding(&self, owner: &Account, held: &[Passkey]) -> Option<Begun>;

    /// The new passkey in `answer`; `None` if that is not an answer to what was asked.
    fn finish_adding(&self, state: &str, answer: &str) -> Option<ShownPasskey>;

    /// Asks for one of `held`; for any that this installation knows if that is empty. `None` if it takes none.
    fn begin_showing(&self, held: &[Passkey]) -> Option<Begun>;

    /// Whose passkey `answer` says it is. Nothing is checked by this.
    fn owner(&self, answer: &str) -> Option<AccountId>;

    /// Which of `held` has signed what was asked; `None` if none has, or if its counter says that there are two of it.
    fn finish_showing(&self, state: &str, answer: &str, held: &[Passkey]) -> Option<ShownPasskey>;
}

/// No passkeys at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPasskeys;

impl Passkeys for NoPasskeys {
    fn begin_adding(&self, _: &Account, _: &[Passkey]) -> Option<Begun> {
        None
    }

    fn finish_adding(&self, _: &str, _: &str) -> Option<ShownPasskey> {
        None
    }

    fn begin_showing(&self, _: &[Passkey]) -> Option<Begun> {
        None
    }

    fn owner(&self, _: &str) -> Option<AccountId> {
        None
    }

    fn finish_showing(&self, _: &str, _: &str, _: &[Passkey]) -> Option<ShownPasskey> {
        None
    }
}

/// What one member holds in a product: so many things of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The kind, such as `video:recordings`: stable, and known to whoever reported it.
    pub kind: String,
    /// What people call it.
    pub name: String,
    /// How many there are; at least 1.
    pub count: u64,
}

/// Whose holdings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// In this tenant,
    pub tenant: TenantId,
    /// this member,
    pub member: MemberId,
    /// who is this account.
    pub account: AccountId,
}

/// An order to hand over everything of one kind. The same order may come again: after a crash or a lost answer, for more of
/// the kind that came up meanwhile, or to another heir named since. So it is no key to be carried out once: whoever gets it
/// moves whatever `from` holds of the kind at that moment, and answers alike where that is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The order, together with the kind.
    pub transfer: TransferId,
    /// Everything of this kind
    pub kind: String,
    /// that this member held
    pub from: Holder,
    /// is this member's from now on.
    pub to: Holder,
}

refusals! {
    /// Why a custodian did not do its part just now.
    pub enum CustodianError {
        /// It cannot be reached, or did not answer as agreed.
        Unavailable {
            /// Which, and what went wrong.
            detail: String,
        } = Unavailable "custodian-unavailable"
            ("it is not known at this moment what the member holds: {detail}",
             "try again in a moment; disabling the member ends its access at once");
    }
}

/// The products that keep data for members: they say what a member holds, and hand it over when the member goes.
#[async_trait]
pub trait DataCustodian: Send + Sync {
    /// What `holder` holds, each kind once.
    async fn holdings(&self, holder: &Holder) -> Result<Vec<Holding>, CustodianError>;

    /// Hands over. Answers when it is done, and the same again for the same order.
    async fn hand_over(&self, order: &HandOver) -> Result<(), CustodianError>;
}

/// Nobody keeps data for members.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoData;

#[async_trait]
impl DataCustodian for NoData {
    async fn holdings(&self, _: &Holder) -> Result<Vec<Holding>, CustodianError> {
        Ok(Vec::new())
    }

    async fn hand_over(&self, _: &HandOver) -> Result<(), CustodianError> {
        Ok(())
    }
}
