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

/// Proves A41: letters that fold to ASCII by Unicode's rules, and marks that nobody sees, never become somebody else's
/// address, and each is refused with its reason.
#[test]
fn look_alikes_do_not_collide() {
    let letters = ["m\u{131}ke", "M\u{130}ke", "mi\u{212a}e", "mi\u{17f}e", "\u{fb00}", "ｍike", "mi\u{301}ke"];
    let marks = ["mi\u{200f}ke", "mi\u{202e}ke", "mi\u{61c}ke", "mi\u{200b}ke", "mi\u{200d}ke", "mi\u{feff}ke"];
    let of = |reason| move |text| (text, reason);
    let corpus =
        letters.map(of("address-not-ascii")).into_iter().chain(marks.map(of("address-has-invisible-character")));
    for (look_alike, reason) in corpus {
        let text = format!("{look_alike}@example.org");
        assert_eq!(ascii(&text), Err(reason), "{text}");
        if let Ok(address) = international(&text) {
            assert!(!address.is_ascii(), "{text} became {address}");
        }
    }
}

/// Proves A42 in part, where chance hardly finds it: a few small letters compose with their mark and the capitals do not.
#[test]
fn capitals_are_folded_before_letters_are_composed() {
    for text in ["J\u{30c}@example.org", "W\u{30a}@example.org", "H\u{331}t@example.org"] {
        let address = EmailAddress::parse(text, Alphabet::International).unwrap();
        assert_eq!(EmailAddress::from_canonical(address.as_str()), Ok(address), "{text}");
    }
}

/// Proves A43, and APP-6 for domains: they are stored and compared as A-labels, mixed scripts too; two that differ stay
/// different, and punycode that decodes to plain ASCII is refused.
#[test]
fn domains_are_a_labels() {
    assert_eq!(international("a@Bücher.example"), Ok("a@xn--bcher-kva.example".into()));
    assert_eq!(ascii("a@xn--bcher-kva.example"), Ok("a@xn--bcher-kva.example".into()));
    assert_eq!(ascii("a@xn--example-.org"), Err("address-domain-invalid"));
    assert_ne!(international("a@faß.de"), international("a@fass.de"));
    assert_eq!(international("a@ex\u{430}mple.org"), Ok("a@xn--exmple-4nf.org".into()));
}

/// Proves A42: canonical(canonical(x)) = canonical(x), for a million random strings of the letters that fold, compose
/// or decompose by some rule or other.
#[test]
fn a_million_canonical_forms_are_canonical() {
    const LETTERS: [&str; 24] = [
        "a", "B", "z", "0", "E", ".", "+", "-", "_", "É", "e\u{301}", "\u{301}", "ß", "\u{131}", "\u{130}", "\u{17f}",
        "\u{212a}", "\u{212b}", "\u{fb01}", "ｍ", "J\u{30c}", "\u{430}", "日", "xn--",
    ];
    let of = |letters: &str, bits: u64| {
        let count = 1 + bits % 5;
        let letter = |n: u64| LETTERS[usize::try_from((bits >> (8 + 6 * n)) % 24).unwrap()];
        (0..count).map(letter).chain([letters]).collect::<String>()
    };
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut addresses = 0_u32;
    for _ in 0..1_000_000 {
        let text = of("@", random()) + &of(".org", random());
        let alphabet = if random() % 4 == 0 { Alphabet::Ascii } else { Alphabet::International };
        if let Ok(address) = EmailAddress::parse(&text, alphabet) {
            assert_eq!(EmailAddress::parse(address.as_str(), alphabet), Ok(address), "{text:?}");
            addresses += 1;
        }
    }
    assert!(addresses > 100_000, "{addresses} of them are addresses");
}

proptest! {
    /// Proves I-28 in its second half: canonical(canonical(x)) = canonical(x).
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
