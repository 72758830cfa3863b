use proptest::prelude::*;
use url::Url;

use super::*;

/// The secret of RFC 6238, appendix B.
const SECRET: &[u8] = b"12345678901234567890";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn step_of(code: &str, seconds: i64) -> Option<u64> {
    TotpCodes.step_of(SECRET, code, at(seconds))
}

fn code_at(step: u64) -> String {
    let totp = Builder::new().with_secret(SECRET).build_noncompliant();
    totp.generate(step * STEP_SECONDS).to_string()
}

/// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
#[test]
fn the_codes_are_those_of_the_standard() {
    for (seconds, step, code) in [
        (59, 0x1, "287082"),
        (1_111_111_109, 0x0235_23EC, "081804"),
        (1_111_111_111, 0x0235_23ED, "050471"),
        (1_234_567_890, 0x0273_EF07, "005924"),
        (2_000_000_000, 0x03F9_40AA, "279037"),
        (20_000_000_000, 0x27BC_86AA, "353130"),
    ] {
        assert_eq!(step_of(code, seconds), Some(step), "{seconds}");
        assert_eq!(TotpCodes.step_of(b"12345678901234567891", code, at(seconds)), None, "another's");
    }
}

/// Proves I-31 in part: a code belongs to one step, and is taken one step before and after it and no further, so that
/// whoever keeps the last step can refuse it the second time.
#[test]
fn a_code_is_taken_one_step_off_at_most() {
    let code = code_at(1000);
    for (seconds, taken) in [
        (999 * 30 - 1, false),
        (999 * 30, true),
        (1000 * 30 - 1, true),
        (1000 * 30, true),
        (1001 * 30 - 1, true),
        (1002 * 30 - 1, true),
        (1002 * 30, false),
    ] {
        assert_eq!(step_of(&code, seconds), taken.then_some(1000), "{seconds}");
    }
}

#[test]
fn a_code_is_taken_as_people_type_it() {
    for typed in ["287082", "287 082", " 287082", "287082\n", "2 8 7 0 8 2", "\u{a0}287\u{202f}082\t", "28 70 82"] {
        assert_eq!(step_of(typed, 59), Some(1), "{typed:?}");
    }
    for other in [
        "",
        " ",
        "28708",
        "2870822",
        "0287082",
        "+287082",
        "+28708",
        "-87082",
        "287-082",
        "287.082",
        "28708a",
        "0x4616",
        "２８７０８２",
        "٢٨٧٠٨٢",
        "287082\u{200b}",
        "287082\0",
    ] {
        assert_eq!(step_of(other, 59), None, "{other:?}");
    }
}

#[test]
fn before_1970_there_is_no_code() {
    let first = code_at(0);
    assert_eq!(step_of(&first, 0), Some(0));
    for seconds in [-1, -30, -59, -1_000_000_000_000] {
        assert_eq!(step_of(&first, seconds), None, "{seconds}");
    }
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert_eq!(TotpCodes.step_of(SECRET, "28708", now), None);
        let _no_panic = TotpCodes.step_of(SECRET, &first, now);
    }
}

#[test]
fn a_secret_that_can_be_guessed_has_no_code() {
    let (weak, enough) = (&SECRET[..15], &SECRET[..16]);
    let code = |secret: &[u8]| Builder::new().with_secret(secret).build_noncompliant().generate(59).to_string();
    assert_eq!(TotpCodes.step_of(weak, &code(weak), at(59)), None);
    assert_eq!(TotpCodes.step_of(&[], &code(&[]), at(59)), None);
    assert_eq!(TotpCodes.step_of(enough, &code(enough), at(59)), Some(1));
}

/// What an app reads: issuer and name before and after the colon, secret, issuer again.
fn read(address: &str) -> (String, String, String, String) {
    let url = Url::parse(address).unwrap();
    assert_eq!((url.scheme(), url.host_str()), ("otpauth", Some("totp")), "{address}");
    let path = percent_encoding::percent_decode_str(url.path().trim_start_matches('/')).decode_utf8().unwrap();
    let (issuer, label) = path.split_once(':').unwrap();
    let pairs: Vec<_> = url.query_pairs().collect();
    let [(first, secret), (second, again)] = pairs.as_slice() else { panic!("{address}") };
    assert_eq!((first.as_ref(), second.as_ref(), url.fragment()), ("secret", "issuer", None), "{address}");
    (issuer.to_owned(), label.to_owned(), secret.to_string(), again.to_string())
}

#[test]
fn an_app_reads_the_address() {
    let address = TotpCodes.address(SECRET, "Acme: Video & More", "ann+test@example.org");
    assert_eq!(
        *address,
        "otpauth://totp/Acme%20Video%20%26%20More:ann%2Btest%40example.org\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20Video%20%26%20More"
    );
    assert_eq!(address.capacity(), address.len(), "nothing was copied to a larger place");
    for (issuer, label, read_as) in [
        ("Müller & Söhne", "zoë@example.org", ("Müller & Söhne", "zoë@example.org")),
        ("a:b%3Ac", "x:y", ("a b%3Ac", "x y")),
        ("?secret=AAAA&issuer=Evil#", "../../@/", ("?secret=AAAA&issuer=Evil#", "../../@/")),
        ("会員", "  two\t\nwords ", ("会員", "two words")),
        ("+", "100%", ("+", "100%")),
    ] {
        let (read_issuer, read_label, secret, again) = read(&TotpCodes.address(SECRET, issuer, label));
        assert_eq!((read_issuer.as_str(), read_label.as_str()), read_as);
        assert_eq!((again.as_str(), secret.as_str()), (read_as.0, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
    }
    assert_eq!(*TotpCodes.address(&[0xff], "", "ann"), "otpauth://totp/ann?secret=74");
}

proptest! {
    #[test]
    fn the_secret_comes_back_from_the_address(secret: Vec<u8>, issuer in "[^:\\s]\\PC{0,20}", label in "\\PC{0,20}") {
        let address = TotpCodes.address(&secret, &issuer, &label);
        prop_assert!(address.is_ascii());
        let (read_issuer, _, read_secret, again) = read(&address);
        prop_assert_eq!(BASE32_NOPAD.decode(read_secret.as_bytes()).unwrap(), secret);
        prop_assert_eq!(read_issuer, again);
    }

    /// Proves A63 in part: every code of a step is told as that step, at any time in its window; so a later code is never
    /// taken for an earlier one.
    #[test]
    fn a_code_tells_its_step(step in 1_u64..1 << 33, off in -30_i64..60) {
        let seconds = i64::try_from(step * 30).unwrap() + off;
        let code = code_at(step);
        let told = step_of(&code, seconds);
        // One in a million codes is also that of the step before.
        prop_assert!(told == Some(step) || told.is_some_and(|told| told < step && code_at(told) == code));
    }

    #[test]
    fn any_text_has_an_answer(typed: String, seconds in -1_i64 << 40..1 << 40, secret: Vec<u8>) {
        let _no_panic = TotpCodes.step_of(&secret, &typed, at(seconds));
    }
}
