//! The passwords that attackers try first.

pub(crate) mod breached;
mod list;
mod shape;

use membership_core::ports::{KnownPasswords, Secret};
use zeroize::Zeroizing;

use self::breached::BreachedHashes;
use crate::password::normal;

/// Knows a built-in list of common passwords and the simple shapes that people make of them, and the breached ones in the
/// operator's file if there is one.
///
/// The list has 17,950 passwords of eight characters or more (ASVS 5.0, 6.2.4 asks for 3,000); its source is told beside
/// it, in `data/README.md`. A password is one of its shapes if it is, in any capitals,
///
/// - one or two of these, with at most six other characters that are no letters before, between and after: a password of
///   the list, a walk over the alphabet or the keyboard, one character again and again; four characters or more each;
/// - or any of that over and over again, or any four bytes or fewer over and over again.
#[derive(Debug, Default)]
pub struct CommonPasswords {
    breached: Option<BreachedHashes>,
}

impl CommonPasswords {
    /// Those of the built-in list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also those of the operator's file.
    #[must_use]
    pub fn and_breached(self, breached: BreachedHashes) -> Self {
        Self { breached: Some(breached) }
    }
}

impl KnownPasswords for CommonPasswords {
    /// Takes less than a millisecond for a thousand characters, and two searches of the operator's file: for what was typed
    /// and for its small letters, both in normal form C. A file that cannot be read any more knows nothing, and the log
    /// says so: nobody could choose a password otherwise.
    fn knows(&self, password: &Secret) -> bool {
        let typed = normal(password);
        let small = small_letters(&typed);
        if shape::is_common(&small) {
            return true;
        }
        let Some(breached) = &self.breached else { return false };
        let found = breached.contains(&typed).and_then(|found| Ok(found || breached.contains(&small)?));
        found.unwrap_or_else(|error| {
            tracing::error!(%error, "the list of breached passwords is not used: it cannot be read any more");
            false
        })
    }
}

/// The text in small letters, wiped from memory when dropped.
fn small_letters(text: &str) -> Zeroizing<String> {
    // No small letter takes more than one byte more than its capital, which has two or more: room enough never to leave
    // a copy behind.
    let mut small = Zeroizing::new(String::with_capacity(2 * text.len()));
    small.extend(text.chars().flat_map(char::to_lowercase));
    small
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
