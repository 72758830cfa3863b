//! Names that people read and names that people sign in with.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::{email::invisible, refusal::refusals};

/// Longest display name in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// A name to show: of a person, a tenant, a role. Any script, normal form C, trimmed, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct DisplayName(String);

/// A name to sign in with: unique in the whole installation, 3 to 64 of `a-z 0-9 . _ -`, a letter or digit first.
/// It has no `@`, so that it is never mistaken for an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Username(String);

refusals! {
    /// Why a text is not a name.
    pub enum NameFault {
        /// Nothing was entered.
        Empty = Invalid "name-empty" ("the name is empty; expected 1 to 100 characters", "enter a name");
        /// Too long.
        TooLong = Invalid "name-too-long" ("the name is longer than 100 characters", "shorten the name");
        /// Line breaks, control or invisible characters.
        Unprintable = Invalid "name-unprintable"
            ("the name has a line break or a character that cannot be seen", "type the name by hand instead of pasting it");
        /// Not of a username's form.
        NotAUsername = Invalid "username-malformed"
            ("a username has 3 to 64 of the letters a-z, digits, dot, hyphen and underscore, and starts with a letter or digit",
             "choose another username");
    }
}

impl DisplayName {
    /// Reads a name as a person typed it.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        if text.len() > 8 * MAX_NAME_CHARS {
            return Err(NameFault::TooLong);
        }
        let name: String = text.trim().nfc().collect();
        if name.chars().all(|c| c.is_whitespace() || joiner(c)) {
            return Err(NameFault::Empty);
        }
        if name.chars().any(|c| invisible(c) && !joiner(c)) {
            return Err(NameFault::Unprintable);
        }
        if name.chars().count() > MAX_NAME_CHARS {
            return Err(NameFault::TooLong);
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two names share that look the same to whoever reads them in haste: capitals, width and gaps do not count, nor what
    /// only joins letters. For comparing, never for showing.
    pub fn canonical(&self) -> String {
        let letters = self.0.nfkc().flat_map(char::to_lowercase).nfkc().filter(|c| !joiner(*c));
        letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Username {
    /// Reads a username as a person typed it; upper case becomes lower case.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let name = text.to_ascii_lowercase();
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let rest = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if first && rest && (3..=64).contains(&name.len()) { Ok(Self(name)) } else { Err(NameFault::NotAUsername) }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Several scripts and emoji need the zero-width joiners and variation selectors inside a name.
fn joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

macro_rules! text_form {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
text_form! { DisplayName Username }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(DisplayName::parse("  Ann  ").unwrap().as_str(), "Ann");
        assert_eq!(DisplayName::parse("   "), Err(NameFault::Empty));
        assert_eq!(DisplayName::parse("\u{200d} \u{fe0f}"), Err(NameFault::Empty), "joiners alone join nothing");
        assert_eq!(DisplayName::parse(&"x".repeat(101)), Err(NameFault::TooLong));
        assert!(DisplayName::parse(&"界".repeat(100)).is_ok());
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        let canonical = |text: &str| DisplayName::parse(text).unwrap().canonical();
        for other in ["SALES  team", "Sales\u{a0}Team", "ｓａｌｅｓ team", "Sa\u{200d}les Team"] {
            assert_eq!(canonical(other), "sales team", "{other:?}");
        }
        assert_eq!(canonical("Ürün"), canonical("U\u{308}ru\u{308}n"));
        assert_ne!(canonical("Sales"), canonical("Sale s"));
    }

    /// Proves A81 where it begins: no name carries a line break or a control character.
    #[test]
    fn names_carry_no_control_characters() {
        for bad in ["a\r\nBcc: x@y.org", "a\0", "a\u{2028}b", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!(DisplayName::parse(bad), Err(NameFault::Unprintable), "{bad:?}");
        }
        assert!(DisplayName::parse("<img onerror=alert(1)>").is_ok(), "hostile, but a name: the pages escape it");
    }

    #[test]
    fn usernames_have_one_form() {
        assert_eq!(Username::parse("Ann.B").unwrap().as_str(), "ann.b");
        for bad in ["", "ab", ".ann", "ann@example.org", "änn", "a b c", "Kelvin\u{212a}"] {
            assert_eq!(Username::parse(bad), Err(NameFault::NotAUsername), "{bad:?}");
        }
    }
}
