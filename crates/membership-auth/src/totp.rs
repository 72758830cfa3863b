//! The codes of authenticator apps.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use membership_core::ports::AppCodes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use totp_rs::{Algorithm, Builder};
use zeroize::Zeroizing;

const DIGITS: u8 = 6;
const STEP_SECONDS: u64 = 30;
const STEPS_OFF: u16 = 1;

/// Everything but what RFC 3986 (2.3) calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, 30 seconds, one step off at most.
///
/// Codes are compared in constant time. That a code is accepted once only is for whoever keeps the last step.
#[derive(Debug, Clone, Copy, Default)]
pub struct TotpCodes;

impl AppCodes for TotpCodes {
    /// White space in and around the code counts for nothing: people type `123 456`. `None` also before 1970, and under
    /// a secret of fewer than 128 bits (RFC 4226, R6), which could be guessed.
    fn step_of(&self, secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<u64> {
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let code = digits(code)?;
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS)
            .with_skew(STEPS_OFF)
            .with_secret(secret)
            .build()
            .ok()?;
        totp.check(&code, seconds)
    }

    /// In the form that all apps read (Key URI Format): what it leaves out has the values of [`TotpCodes`] by default.
    /// A colon would end the issuer's name there, so in a name it becomes a space.
    fn address(&self, secret: &[u8], issuer: &str, label: &str) -> Zeroizing<String> {
        let (issuer, label) = (encoded(issuer), encoded(label));
        let (before, after) = if issuer.is_empty() {
            (format!("otpauth://totp/{label}?secret="), String::new())
        } else {
            (format!("otpauth://totp/{issuer}:{label}?secret="), format!("&issuer={issuer}"))
        };
        // Room enough never to leave a copy behind.
        let length = before.len() + BASE32_NOPAD.encode_len(secret.len()) + after.len();
        let mut address = Zeroizing::new(String::with_capacity(length));
        address.push_str(&before);
        BASE32_NOPAD.encode_append(secret, &mut address);
        address.push_str(&after);
        address
    }
}

/// The digits of a typed code, if that is what it is: so many ASCII digits, and white space.
fn digits(typed: &str) -> Option<Zeroizing<String>> {
    let length = usize::from(DIGITS);
    let mut digits = Zeroizing::new(String::with_capacity(length));
    for letter in typed.chars().filter(|letter| !letter.is_whitespace()) {
        if !letter.is_ascii_digit() || digits.len() == length {
            return None;
        }
        digits.push(letter);
    }
    (digits.len() == length).then_some(digits)
}

/// A name without colons, each white space one space, percent-encoded.
fn encoded(name: &str) -> String {
    let words: Vec<_> = name.split(|c: char| c == ':' || c.is_whitespace()).filter(|word| !word.is_empty()).collect();
    utf8_percent_encode(&words.join(" "), RESERVED).to_string()
}

#[cfg(test)]
#[path = "totp_tests.rs"]
mod tests;
