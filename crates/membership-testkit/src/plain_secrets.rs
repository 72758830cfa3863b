//! Secrets without cryptography: what is sealed can be read, and an app's codes can be foreseen.

use chrono::{DateTime, Utc};
use membership_core::{
    id::AccountId,
    ports::{AppCodes, KnownPasswords, Sealed, Sealer, Secret},
};
use zeroize::Zeroizing;

/// Stands in for what seals secrets, knows an app's codes and the passwords that attackers try first. Never for production.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainSecrets;

/// The one password that [`PlainSecrets`] knows.
pub const KNOWN_PASSWORD: &str = "correct horse staple battery";

impl PlainSecrets {
    /// The code that an app with `secret` shows at `now`.
    pub fn code(secret: &[u8], now: DateTime<Utc>) -> String {
        code_of(secret, step(now))
    }
}

fn step(now: DateTime<Utc>) -> u64 {
    u64::try_from(now.timestamp()).unwrap_or(0) / 30
}

fn code_of(secret: &[u8], step: u64) -> String {
    let sum =
        secret.iter().fold(step.wrapping_mul(7_919), |sum, byte| sum.wrapping_mul(31).wrapping_add((*byte).into()));
    format!("{:06}", sum % 1_000_000)
}

impl KnownPasswords for PlainSecrets {
    fn knows(&self, password: &Secret) -> bool {
        password.expose() == KNOWN_PASSWORD
    }
}

impl Sealer for PlainSecrets {
    fn seal(&self, account: AccountId, plain: &[u8]) -> Sealed {
        Sealed::from_bytes([account.as_uuid().as_bytes().as_slice(), plain].concat())
    }

    fn open(&self, account: AccountId, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        let plain = sealed.as_bytes().strip_prefix(account.as_uuid().as_bytes().as_slice())?;
        Some(Zeroizing::new(plain.to_vec()))
    }
}

impl AppCodes for PlainSecrets {
    fn step_of(&self, secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<u64> {
        let present = step(now);
        (present.saturating_sub(1)..=present.saturating_add(1)).find(|step| code_of(secret, *step) == code)
    }

    fn address(&self, secret: &[u8], issuer: &str, label: &str) -> Zeroizing<String> {
        let mut address = Zeroizing::new(format!("otpauth://totp/{issuer}:{label}?secret="));
        let digit = |half: u8| char::from_digit(half.into(), 16);
        address.extend(secret.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(digit));
        address
    }
}
