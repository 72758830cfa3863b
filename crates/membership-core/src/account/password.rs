//! What a new password must be: long enough, short enough, and nothing else (NIST SP 800-63B-4, 3.1.1.2).

use crate::{ports::Secret, refusal::refusals};

/// Fewest characters of a password that is the only factor.
pub const MIN_CHARS: usize = 15;
/// Most characters.
pub const MAX_CHARS: usize = 256;

refusals! {
    /// Why a password is not taken.
    pub enum PasswordFault {
        /// Too short.
        TooShort = Invalid "password-too-short"
            ("the password is shorter than 15 characters", "use a sentence of several words; any character counts, spaces too");
        /// Too long.
        TooLong = Invalid "password-too-long"
            ("the password is longer than 256 characters", "use a shorter one");
        /// It is the person's own name or address.
        Personal = Invalid "password-is-personal"
            ("the password is made of your own name, username or address", "use words that others do not connect with you");
    }
}

/// Checks a new password of somebody known by `words` (name, username, address, tenant).
pub fn check_new<'a>(password: &Secret, words: impl IntoIterator<Item = &'a str>) -> Result<(), PasswordFault> {
    let text = password.expose();
    let length = text.chars().count();
    if length > MAX_CHARS {
        return Err(PasswordFault::TooLong);
    }
    if length < MIN_CHARS {
        return Err(PasswordFault::TooShort);
    }
    let mut rest = text.to_lowercase();
    for word in words.into_iter().filter(|word| word.chars().count() >= 3) {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    if rest.chars().count() < MIN_CHARS / 2 { Err(PasswordFault::Personal) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordFault> {
        check_new(&Secret::new(text), ["Ann Example", "ann.example@example.org", "ann"])
    }

    /// Proves A61 in part: 15 to 256 characters of any kind, no composition rules, nothing cut off.
    #[test]
    fn length_is_the_rule() {
        assert_eq!(check("fourteen chars"), Err(PasswordFault::TooShort));
        assert_eq!(check("fifteen chars.."), Ok(()));
        assert_eq!(check("長い秘密の言葉を使いましょう。。"), Ok(()));
        assert_eq!(check(&"x1 ".repeat(85)), Ok(()));
        assert_eq!(check(&"x".repeat(257)), Err(PasswordFault::TooLong));
    }

    #[test]
    fn ones_own_name_is_no_password() {
        assert_eq!(check("ann.example@example.org"), Err(PasswordFault::Personal));
        assert_eq!(check("Ann ExampleAnn Example1"), Err(PasswordFault::Personal));
        assert_eq!(check("Ann Example likes green tea"), Ok(()));
    }
}
