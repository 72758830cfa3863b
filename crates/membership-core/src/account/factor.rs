//! Second factors: what an account shows beside its password. Codes by mail, codes of an authenticator app,
//! passkeys, and recovery codes, which stand for any of them when it is lost.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    account::passkey::Passkey,
    id::AccountId,
    ports::{AppCodes, Entropy, Sealed, Sealer},
    traces::{TraceKey, Tries},
};

/// A kind of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactorKind {
    /// A code that is mailed to the account's proved address.
    Email,
    /// A code of an authenticator app.
    App,
    /// A passkey, which is a whole sign-in too.
    Passkey,
}

/// A set of kinds, small enough to go along with every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<FactorKind>", into = "Vec<FactorKind>")]
pub struct Kinds(u8);

/// The second factors of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factors {
    /// Whose.
    pub account: AccountId,
    /// Since when codes are mailed, if they are.
    pub email_since: Option<DateTime<Utc>>,
    /// The app.
    pub app: Option<App>,
    /// An app that is being set up: its secret was shown, and no code of it has come yet.
    pub draft: Option<Draft>,
    /// The passkeys, oldest first.
    pub passkeys: Vec<Passkey>,
    /// Hashes of the recovery codes that are left.
    pub recovery: Vec<RecoveryHash>,
}

/// An authenticator app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The secret that it shares with us.
    pub secret: Sealed,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The time step of the newest code that was taken. It only rises: no code is taken twice, nor an older one after it.
    pub last_step: u64,
}

/// An app that is being set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The secret that was shown.
    pub secret: Sealed,
    /// When.
    pub shown_at: DateTime<Utc>,
}

/// SHA-256 of a recovery code and its account. A code has 120 random bits, so a plain hash is enough (OWASP ASVS 5.0, 6.5.2,
/// asks for 112).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryHash([u8; 32]);

/// How many recovery codes there are at first.
pub const RECOVERY_CODES: usize = 10;
/// Wrong codes in a row after which a factor is frozen.
pub const MOST_TRIES: u32 = 100;
/// The bytes of an app's secret: 160 bits, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// The letters of recovery codes (RFC 4648's base 32): none is taken for another but by carelessness, and `fold` forgives that.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl FactorKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Email, Self::App, Self::Passkey];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::App => "app",
            Self::Passkey => "passkey",
        }
    }

    /// Under which wrong codes of this factor of `account` are counted. Recovery codes are counted by themselves.
    pub fn tries(self, account: AccountId) -> Tries {
        Tries { key: TraceKey::of(self.as_str(), account.as_uuid().as_bytes()), most: MOST_TRIES }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Email => 1,
            Self::App => 2,
            Self::Passkey => 4,
        }
    }
}

/// Under which wrong recovery codes of `account` are counted: they stand for an app that is lost, or frozen.
pub fn recovery_tries(account: AccountId) -> Tries {
    Tries { key: TraceKey::of("recovery", account.as_uuid().as_bytes()), most: MOST_TRIES }
}

impl Kinds {
    /// None.
    pub const NONE: Self = Self(0);
    /// All of them.
    pub const ALL: Self = Self(7);
    /// Codes by mail.
    pub const EMAIL: Self = Self(1);
    /// An authenticator app.
    pub const APP: Self = Self(2);
    /// Passkeys.
    pub const PASSKEY: Self = Self(4);
    /// Those that a mailbox does not show.
    pub const BEYOND_MAIL: Self = Self::APP.or(Self::PASSKEY);

    /// Takes stored bits; `None` if there are bits that mean nothing.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        if bits & !Self::ALL.0 == 0 { Some(Self(bits)) } else { None }
    }

    /// The bits to store.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether `kind` is among them.
    pub const fn has(self, kind: FactorKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are in one of both.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = FactorKind> {
        FactorKind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

impl FromIterator<FactorKind> for Kinds {
    fn from_iter<T: IntoIterator<Item = FactorKind>>(kinds: T) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | kind.bit()))
    }
}

impl From<Vec<FactorKind>> for Kinds {
    fn from(kinds: Vec<FactorKind>) -> Self {
        kinds.into_iter().collect()
    }
}

impl From<Kinds> for Vec<FactorKind> {
    fn from(kinds: Kinds) -> Self {
        kinds.iter().collect()
    }
}

impl Factors {
    /// None yet.
    pub const fn none(account: AccountId) -> Self {
        Self { account, email_since: None, app: None, draft: None, passkeys: Vec::new(), recovery: Vec::new() }
    }

    /// Which there are.
    pub fn kinds(&self) -> Kinds {
        let email = self.email_since.map(|_| FactorKind::Email);
        let app = self.app.as_ref().map(|_| FactorKind::App);
        let passkey = (!self.passkeys.is_empty()).then_some(FactorKind::Passkey);
        email.into_iter().chain(app).chain(passkey).collect()
    }

    /// Of these, the app and the passkeys that were there before `moment`. What came later may be somebody else's, recovery codes may have been
    /// made anew, and codes by mail show nothing to whoever comes by that very mailbox.
    #[must_use]
    pub fn older_than(self, moment: DateTime<Utc>) -> Self {
        let passkeys = self.passkeys.into_iter().filter(|passkey| passkey.since < moment).collect();
        Self { app: self.app.filter(|app| app.since < moment), passkeys, ..Self::none(self.account) }
    }

    /// These with an app whose `code` came at `now`. `None` if it is not one of the app that was shown.
    pub fn with_app(self, code: &str, now: DateTime<Utc>, sealer: &dyn Sealer, codes: &dyn AppCodes) -> Option<Self> {
        let draft = self.draft?;
        let secret = sealer.open(self.account, &draft.secret)?;
        let last_step = codes.step_of(&secret, code, now)?;
        Some(Self { app: Some(App { secret: draft.secret, since: now, last_step }), draft: None, ..self })
    }

    /// These with `code` of the app used up. `None` if it is none of the app's, or was used, or is older than one that was.
    pub fn spend_app(self, code: &str, now: DateTime<Utc>, sealer: &dyn Sealer, codes: &dyn AppCodes) -> Option<Self> {
        let app = self.app?;
        let secret = sealer.open(self.account, &app.secret)?;
        let step = codes.step_of(&secret, code, now).filter(|step| *step > app.last_step)?;
        Some(Self { app: Some(App { last_step: step, ..app }), ..self })
    }

    /// These with a recovery code used up. `None` if it is none, or was used.
    pub fn spend_recovery(self, code: &str) -> Option<Self> {
        let hash = RecoveryHash::of(self.account, code);
        let left: Vec<RecoveryHash> = self.recovery.iter().copied().filter(|held| *held != hash).collect();
        (left.len() < self.recovery.len()).then_some(Self { recovery: left, ..self })
    }
}

/// A fresh secret for an app.
pub fn app_secret(entropy: &dyn Entropy) -> Zeroizing<[u8; SECRET_BYTES]> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    entropy.fill(secret.as_mut_slice());
    secret
}

/// Fresh recovery codes of `account`, such as `k3vq-2hbx-7d5m-pqra-w6ze-tn4c`, and what is kept of them.
pub fn recovery_codes(account: AccountId, entropy: &dyn Entropy) -> (Vec<Zeroizing<String>>, Vec<RecoveryHash>) {
    (0..RECOVERY_CODES)
        .map(|_| {
            let mut random = Zeroizing::new([0; 24]);
            entropy.fill(random.as_mut_slice());
            let letter = |byte: &u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('a', char::from);
            let groups: Vec<String> = random.chunks(4).map(|four| four.iter().map(letter).collect()).collect();
            let code = Zeroizing::new(groups.join("-"));
            let hash = RecoveryHash::of(account, &code);
            (code, hash)
        })
        .unzip()
}

impl RecoveryHash {
    /// What is kept of `code`, however it was typed.
    pub fn of(account: AccountId, code: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"membership recovery code v1\0");
        hash.update(account.as_uuid().as_bytes());
        hash.update(fold(code).as_bytes());
        Self(hash.finalize().into())
    }

    /// Takes stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `bytes` in base 32 (RFC 4648), in capitals, without padding.
pub fn base32(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 8 / 5 + 1));
    let (mut held, mut bits) = (0_u32, 0);
    let mut push = |five: u32| {
        let letter = usize::try_from(five & 31).ok().and_then(|at| LETTERS.get(at));
        text.extend(letter.map(|letter| char::from(letter.to_ascii_uppercase())));
    };
    for byte in bytes {
        held = (held & 31) << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

/// As a person may have meant it: capitals, gaps and dashes do not count, nor 0 for o, 1 for l, 8 for b.
fn fold(code: &str) -> Zeroizing<String> {
    let meant = code.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' => 'l',
        '8' => 'b',
        other => other,
    });
    Zeroizing::new(meant.collect())
}

#[cfg(test)]
#[path = "factor_tests.rs"]
mod tests;
