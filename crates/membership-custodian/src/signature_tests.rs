use super::*;
use crate::fixture::SECRET;

/// The example that Standard Webhooks publishes, which its libraries for all languages are tested with.
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_614_265_330 + seconds, 0).unwrap()
}

fn secret() -> CallbackSecret {
    SECRET.parse().unwrap()
}

fn published() -> SignatureHeaders {
    SignatureHeaders { id: ID.to_owned(), timestamp: "1614265330".to_owned(), signature: SIGNATURE.to_owned() }
}

fn check(headers: &SignatureHeaders, body: &[u8], seconds: i64) -> Result<(), VerifyError> {
    verify(&secret(), headers, body, at(seconds), TOLERANCE)
}

#[test]
fn the_published_example_comes_out() {
    assert_eq!(sign(&secret(), ID, at(0), BODY), published());
    assert_eq!(check(&published(), BODY, 0), Ok(()));
}

#[test]
fn whatever_is_changed_is_noticed() {
    for index in 0..BODY.len() {
        let mut body = BODY.to_vec();
        body[index] ^= 1;
        assert_eq!(check(&published(), &body, 0), Err(VerifyError::Mismatch), "byte {index}");
    }
    for (headers, body) in [
        (SignatureHeaders { id: format!("{ID}x"), ..published() }, BODY),
        (SignatureHeaders { timestamp: "1614265331".to_owned(), ..published() }, BODY),
        (published(), b""),
        (published(), &BODY[..BODY.len() - 1]),
    ] {
        assert_eq!(check(&headers, body, 0), Err(VerifyError::Mismatch), "{headers:?}");
    }
    let other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx".parse().unwrap();
    assert_eq!(verify(&other, &published(), BODY, at(0), TOLERANCE), Err(VerifyError::Mismatch));
}

#[test]
fn only_the_whole_signature_of_the_known_kind_counts() {
    for signature in [
        "",
        "v1,",
        "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1A==",
        "v1,g0hM9SsE",
        "v1,not base64",
    ] {
        let headers = SignatureHeaders { signature: signature.to_owned(), ..published() };
        assert_eq!(check(&headers, BODY, 0), Err(VerifyError::Mismatch), "{signature}");
    }
}

#[test]
fn one_good_signature_among_several_is_enough() {
    let among = format!("v1a,AAAA v1,{} {SIGNATURE}", STANDARD.encode([7; 32]));
    assert_eq!(check(&SignatureHeaders { signature: among, ..published() }, BODY, 0), Ok(()));
}

#[test]
fn a_replayed_request_is_refused_after_the_tolerance_and_one_from_the_future_too() {
    for seconds in [-300, 300] {
        assert_eq!(check(&published(), BODY, seconds), Ok(()), "{seconds}");
    }
    for seconds in [-301, 301, 86_400] {
        assert_eq!(check(&published(), BODY, seconds), Err(VerifyError::OutOfTime { seconds }));
    }
}

#[test]
fn headers_that_cannot_be_read_are_named() {
    for timestamp in ["", "soon", "1614265330.0", "99999999999999999999", "9223372036854775807"] {
        let headers = SignatureHeaders { timestamp: timestamp.to_owned(), ..published() };
        assert_eq!(check(&headers, BODY, 0), Err(VerifyError::Malformed("webhook-timestamp")), "{timestamp}");
    }
    for id in ["", "msg.1"] {
        let headers = SignatureHeaders { id: id.to_owned(), ..published() };
        assert_eq!(check(&headers, BODY, 0), Err(VerifyError::Malformed("webhook-id")), "{id}");
    }
    for missing in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let found = SignatureHeaders::find(|name| (name != missing).then_some("x"));
        assert_eq!(found, Err(VerifyError::Missing(missing)));
    }
}

#[test]
fn a_secret_has_24_to_64_bytes_in_either_form() {
    let encoded = |length: usize| format!("whsec_{}", STANDARD.encode(vec![0xA5; length]));
    for length in [24, 25, 26, 64] {
        assert!("s".repeat(length).parse::<CallbackSecret>().is_ok(), "{length}");
        assert!(encoded(length).parse::<CallbackSecret>().is_ok(), "{length}");
        assert!(encoded(length).trim_end_matches('=').parse::<CallbackSecret>().is_ok(), "{length}");
    }
    for length in [0, 23, 65] {
        let fault = Some(SecretFault::Length(length));
        assert_eq!("s".repeat(length).parse::<CallbackSecret>().err(), fault);
        assert_eq!(encoded(length).parse::<CallbackSecret>().err(), fault);
    }
    assert_eq!("whsec_*".parse::<CallbackSecret>().err(), Some(SecretFault::NotBase64));
}

#[test]
fn both_forms_of_the_same_bytes_sign_alike() {
    let text = "thirty-two bytes of a secret ...";
    let plain: CallbackSecret = text.parse().unwrap();
    let encoded: CallbackSecret = format!("whsec_{}", STANDARD.encode(text)).parse().unwrap();
    assert_eq!(sign(&plain, ID, at(0), BODY), sign(&encoded, ID, at(0), BODY));
}
