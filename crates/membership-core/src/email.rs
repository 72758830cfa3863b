//! E-mail addresses in one canonical form, so that two spellings of one mailbox are one address, and two mailboxes
//! never are.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::refusal::refusals;

/// Longest address in bytes (RFC 5321, a path of 256 with its brackets).
pub const MAX_ADDRESS_BYTES: usize = 254;
/// Longest part before the `@` in bytes (RFC 5321, 4.5.3.1.1).
pub const MAX_LOCAL_BYTES: usize = 64;

/// An address in canonical form: ASCII letters in lower case, the domain as A-labels, Unicode (where the tenant allows
/// it) in normal form C. Nothing else is folded: `a+b@x.org` and `a@x.org` may be two mailboxes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

/// Which letters an address may have before the `@` and, spelled out, behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alphabet {
    /// ASCII only. An internationalised domain can still be written as A-labels (`xn--…`).
    #[default]
    Ascii,
    /// Any letter (RFC 6531); only some mail servers deliver to those.
    International,
}

refusals! {
    /// Why a text is not an e-mail address.
    pub enum AddressFault {
        /// Nothing was entered.
        Empty = Invalid "address-empty"
            ("the e-mail address is empty; expected local-part@domain.example", "enter an address");
        /// A space or other white space.
        Space = Invalid "address-has-space"
            ("an e-mail address has no spaces; expected local-part@domain.example", "remove the space");
        /// Letters beyond ASCII where only ASCII is allowed.
        NotAscii = Invalid "address-not-ascii"
            ("this tenant takes addresses without accented or other non-ASCII letters only",
             "write the address in plain letters, or let an administrator allow international addresses");
        /// Characters that cannot be seen or that change the direction of the text.
        Invisible = Invalid "address-has-invisible-character"
            ("the address has a character that cannot be seen", "type the address by hand instead of pasting it");
        /// Too long.
        TooLong = Invalid "address-too-long"
            ("the address is too long: at most 64 bytes before the @ and 254 in all", "check the address");
        /// Not of the form.
        Malformed = Invalid "address-malformed"
            ("this is not an e-mail address; expected local-part@domain.example", "check the address");
        /// The domain is not one that can be looked up.
        BadDomain = Invalid "address-domain-invalid"
            ("the part behind the @ is not an internet domain such as example.org", "check the part behind the @");
    }
}

impl EmailAddress {
    /// Reads an address as a person typed it.
    pub fn parse(text: &str, alphabet: Alphabet) -> Result<Self, AddressFault> {
        if text.is_empty() {
            return Err(AddressFault::Empty);
        }
        if text.len() > 4 * MAX_ADDRESS_BYTES {
            return Err(AddressFault::TooLong);
        }
        if text.chars().any(char::is_whitespace) {
            return Err(AddressFault::Space);
        }
        if text.chars().any(invisible) {
            return Err(AddressFault::Invisible);
        }
        if alphabet == Alphabet::Ascii && !text.is_ascii() {
            return Err(AddressFault::NotAscii);
        }
        // A few letters beyond ASCII, the Kelvin sign for one, become ASCII in normal form C: that would make somebody
        // else's address of this one.
        if text.chars().any(|c| !c.is_ascii() && std::iter::once(c).nfc().all(|c| c.is_ascii())) {
            return Err(AddressFault::Malformed);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressFault::Malformed)?;
        let local: String = local.chars().map(|c| c.to_ascii_lowercase()).nfc().collect();
        let domain = canonical_domain(domain)?;
        if local.is_empty() || local.contains(['@', '"', '<', '>', ',', ';', '\\', '(', ')']) {
            return Err(AddressFault::Malformed);
        }
        let address = format!("{local}@{domain}");
        if local.len() > MAX_LOCAL_BYTES || address.len() > MAX_ADDRESS_BYTES {
            return Err(AddressFault::TooLong);
        }
        if !email_address::EmailAddress::is_valid(&address) {
            return Err(AddressFault::Malformed);
        }
        Ok(Self(address))
    }

    /// Reads an address that was canonical when it was stored.
    pub fn from_canonical(text: &str) -> Result<Self, AddressFault> {
        let address = Self::parse(text, Alphabet::International)?;
        if address.0 == text { Ok(address) } else { Err(AddressFault::Malformed) }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it could be entered where only `alphabet` is allowed.
    pub fn fits(&self, alphabet: Alphabet) -> bool {
        alphabet == Alphabet::International || self.0.is_ascii()
    }

    /// The domain, as A-labels.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_canonical(&text).map_err(serde::de::Error::custom)
    }
}

/// Strict UTS 46 processing, then the rules of host names: at least two labels, none of them empty or all digits last.
pub(crate) fn canonical_domain(domain: &str) -> Result<String, AddressFault> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| AddressFault::BadDomain)?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    let host_like = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !ascii.contains('.') || !ascii.split('.').all(host_like) || last.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AddressFault::BadDomain);
    }
    Ok(ascii)
}

/// Control, format, direction and zero-width characters: they make two addresses look alike.
pub(crate) fn invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
#[path = "email_tests.rs"]
mod tests;
