use proptest::prelude::*;

use super::*;
use crate::refusal::Refusal;

fn ascii(text: &str) -> Result<String, &'static str> {
    EmailAddress::parse(text, Alphabet::Ascii).map(|a| a.to_string()).map_err(|fault| fault.code())
}

fn international(text: &str) -> Result<String, &'static str> {
    EmailAddress::parse(text, Alphabet::International).map(|a| a.to_string()).map_err(|fault| fault.code())
}

/// Proves APP-6: no accented letters, no spaces, local-part@domainname; and APP-7: not empty.
#[test]
fn refuses_what_is_not_an_address() {
    for (text, code) in [
        ("", "address-empty"),
        (" ", "address-has-space"),
        ("a b@example.org", "address-has-space"),
        ("a@example.org\r\nRCPT TO:<b@x.org>", "address-has-space"),
        ("a@exa\u{a0}mple.org", "address-has-space"),
        ("ann", "address-malformed"),
        ("@example.org", "address-malformed"),
        ("a@", "address-domain-invalid"),
        ("a@@example.org", "address-malformed"),
        ("Ann<a@example.org>", "address-domain-invalid"),
        ("\"a\"@example.org", "address-malformed"),
        ("a@localhost", "address-domain-invalid"),
        ("a@[127.0.0.1]", "address-domain-invalid"),
        ("a@127.0.0.1", "address-domain-invalid"),
        ("a@example..org", "address-domain-invalid"),
        ("a@example.org.", "address-domain-invalid"),
        ("a@-x.org", "address-domain-invalid"),
        ("a@x_y.org", "address-domain-invalid"),
        (".a@example.org", "address-malformed"),
        ("a..b@example.org", "address-malformed"),
        ("a,b@example.org", "address-malformed"),
        ("a@example.org,b@example.org", "address-malformed"),
        ("a@example.org;b@example.org", "address-malformed"),
        ("é@example.org", "address-not-ascii"),
        ("a\u{200b}@example.org", "address-has-invisible-character"),
        ("a\u{202e}@example.org", "address-has-invisible-character"),
        ("a\0@example.org", "address-has-invisible-character"),
    ] {
        assert_eq!(ascii(text), Err(code), "{text:?}");
    }
    assert_eq!(ascii(&format!("{}@example.org", "a".repeat(65))), Err("address-too-long"));
    assert_eq!(ascii(&format!("a@{}org", "abcdefg.".repeat(40))), Err("address-domain-invalid"));
}

/// Proves A44: case is folded, a tag is not; and the local part keeps its dots.
#[test]
fn folds_case_and_nothing_else() {
    assert_eq!(ascii("A+b@X.org"), Ok("a+b@x.org".into()));
    assert_ne!(ascii("a+b@x.org"), ascii("a@x.org"));
    assert_ne!(ascii("a.b@x.org"), ascii("ab@x.org"));
}

/// Proves A41: letters that fold to ASCII by Unicode's rules never become somebody else's address.
#[test]
fn look_alikes_do_not_collide() {
    for look_alike in ["m\u{131}ke", "M\u{130}ke", "mi\u{212a}e", "mi\u{17f}e", "\u{fb00}", "ｍike", "mi\u{301}ke"] {
        let text = format!("{look_alike}@example.org");
        assert!(ascii(&text).is_err(), "{text}");
        if let Ok(address) = international(&text) {
            assert!(!address.is_ascii(), "{text} became {address}");
        }
    }
}

/// Proves A43: domains are compared as A-labels, and punycode that decodes to plain ASCII is refused.
#[test]
fn domains_are_a_labels() {
    assert_eq!(international("a@Bücher.example"), Ok("a@xn--bcher-kva.example".into()));
    assert_eq!(ascii("a@xn--bcher-kva.example"), Ok("a@xn--bcher-kva.example".into()));
    assert_eq!(ascii("a@xn--example-.org"), Err("address-domain-invalid"));
    assert_ne!(international("a@faß.de"), international("a@fass.de"));
}

#[test]
fn masks_all_but_the_first_letter() {
    assert_eq!(EmailAddress::parse("ann@example.org", Alphabet::Ascii).unwrap().masked(), "a…@example.org");
}

proptest! {
    /// Proves A42 and I-28: canonical(canonical(x)) = canonical(x).
    #[test]
    fn canonical_form_is_idempotent(text in "\\PC{1,20}@\\PC{1,12}\\.(org|de|com|рф)") {
        for alphabet in [Alphabet::Ascii, Alphabet::International] {
            if let Ok(address) = EmailAddress::parse(&text, alphabet) {
                prop_assert_eq!(EmailAddress::parse(address.as_str(), alphabet).unwrap(), address.clone());
                prop_assert_eq!(EmailAddress::from_canonical(address.as_str()).unwrap(), address);
            }
        }
    }
}
