//! What a new password must be: long enough, short enough, and nothing else (NIST SP 800-63B-4, 3.1.1.2).

use crate::{Membership, account::Kinds, ports::Secret, refusal::refusals};

/// Fewest characters of a password that is the only factor.
pub const MIN_CHARS: usize = 15;
/// Fewest characters of a password beside which a second factor is shown.
pub const MIN_CHARS_WITH_FACTOR: usize = 8;
/// Most characters.
pub const MAX_CHARS: usize = 256;

refusals! {
    /// Why a password is not taken.
    pub enum PasswordFault {
        /// Too short.
        TooShort = Invalid "password-too-short"
            ("the password is shorter than 15 characters, or than 8 beside a second factor",
             "use a sentence of several words; any character counts, spaces too");
        /// Too long.
        TooLong = Invalid "password-too-long"
            ("the password is longer than 256 characters", "use a shorter one");
        /// Attackers try it first.
        Known = Invalid "password-is-known"
            ("the password is a common one, or was in a breach of another service, so attackers try it first",
             "use a sentence of several words that belong together only for you");
        /// It is the person's own name or address.
        Personal = Invalid "password-is-personal"
            ("the password is made of your own name, username or address", "use words that others do not connect with you");
    }
}

/// Whether nobody's password is as long as `typed`: then it costs no hash to say that it is wrong.
pub(crate) fn is_too_long(typed: &Secret) -> bool {
    typed.expose().chars().nth(MAX_CHARS).is_some()
}

/// Checks a new password of somebody known by `words` (name, username, address, tenant, product) with the second factors
/// `kinds`.
fn check_new<'a>(
    password: &Secret,
    words: impl IntoIterator<Item = &'a str>,
    kinds: Kinds,
) -> Result<(), PasswordFault> {
    let text = password.expose();
    let length = text.chars().count();
    let fewest = if kinds.is_empty() { MIN_CHARS } else { MIN_CHARS_WITH_FACTOR };
    if length > MAX_CHARS {
        return Err(PasswordFault::TooLong);
    }
    if length < fewest {
        return Err(PasswordFault::TooShort);
    }
    let mut rest = text.to_lowercase();
    for word in words.into_iter().filter(|word| word.chars().count() >= 3) {
        rest = rest.replace(&word.to_lowercase(), "");
    }
    if rest.chars().count() < fewest / 2 { Err(PasswordFault::Personal) } else { Ok(()) }
}

impl Membership {
    /// Checks a new password of somebody known by `words` with the second factors `kinds`.
    pub(crate) fn check_password<'a>(
        &self,
        password: &Secret,
        words: impl IntoIterator<Item = &'a str>,
        kinds: Kinds,
    ) -> Result<(), PasswordFault> {
        let product: &str = &self.product;
        let words = words.into_iter().map(|word| -> &str { word });
        check_new(password, words.chain([product]), kinds)?;
        if self.known.knows(password) { Err(PasswordFault::Known) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), PasswordFault> {
        check_new(&Secret::new(text), ["Ann Example", "ann.example@example.org", "ann"], Kinds::NONE)
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

    /// Proves A61 in part: 8 characters will do beside a second factor.
    #[test]
    fn a_second_factor_makes_up_for_length() {
        let with = |text: &str| check_new(&Secret::new(text), ["Ann"], Kinds::ALL);
        assert_eq!(with("seven c"), Err(PasswordFault::TooShort));
        assert_eq!(with("eight ch"), Ok(()));
        assert_eq!(with("annannann"), Err(PasswordFault::Personal));
    }

    #[test]
    fn ones_own_name_is_no_password() {
        assert_eq!(check("ann.example@example.org"), Err(PasswordFault::Personal));
        assert_eq!(check("Ann ExampleAnn Example1"), Err(PasswordFault::Personal));
        assert_eq!(check("Ann Example likes green tea"), Ok(()));
    }
}
