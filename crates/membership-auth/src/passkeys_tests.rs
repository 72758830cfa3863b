use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::DateTime;
use data_encoding::BASE64URL_NOPAD;
use membership_core::name::DisplayName;
use membership_testkit::SoftPasskey;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const ORIGIN: &str = "https://members.example.org";
const HOST: &str = "members.example.org";

fn site() -> WebAuthnPasskeys {
    WebAuthnPasskeys::new(ORIGIN, "Members").unwrap()
}

fn account(number: u128) -> Account {
    let name = DisplayName::parse("Ann Example").unwrap();
    Account::new(AccountId::from_uuid(Uuid::from_u128(number)), name, DateTime::UNIX_EPOCH)
}

/// As it is kept.
fn kept(shown: ShownPasskey) -> Passkey {
    let name = DisplayName::parse("Phone").unwrap();
    let ShownPasskey { credential, key } = shown;
    Passkey { credential, name, key, since: DateTime::UNIX_EPOCH, epoch: 0, used_at: None }
}

fn try_to_add(device: &mut SoftPasskey) -> Option<ShownPasskey> {
    let begun = site().begin_adding(&account(1), &[]).unwrap();
    site().finish_adding(&begun.state, &device.create(&begun.options).unwrap())
}

/// An honest authenticator with one passkey of account 1.
fn added() -> (SoftPasskey, Passkey) {
    let mut device = SoftPasskey::new(ORIGIN, HOST);
    let passkey = kept(try_to_add(&mut device).unwrap());
    (device, passkey)
}

fn try_to_show(device: &mut SoftPasskey, asked: &[Passkey], held: &[Passkey]) -> Option<ShownPasskey> {
    let begun = site().begin_showing(asked).unwrap();
    site().finish_showing(&begun.state, &device.get(&begun.options).unwrap(), held)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn attestation_object(answer: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(answer["response"]["attestationObject"].as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn passkeys_belong_to_a_host_name() {
    for (address, origin, host) in [
        ("https://members.example.org", "https://members.example.org", "members.example.org"),
        ("https://members.example.org:8443", "https://members.example.org:8443", "members.example.org"),
        ("https://MEMBERS.example.org/console/", "https://members.example.org", "members.example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://localhost:8080", "http://localhost:8080", "localhost"),
    ] {
        let site = WebAuthnPasskeys::new(address, "Members").unwrap();
        let begun = site.begin_adding(&account(1), &[]).unwrap();
        assert_eq!(json(&begun.options)["publicKey"]["rp"], json!({ "id": host, "name": "Members" }), "{address}");
        let answer = SoftPasskey::new(origin, host).create(&begun.options).unwrap();
        assert!(site.finish_adding(&begun.state, &answer).is_some(), "{address}");
    }
    for number in ["http://127.0.0.1:8080", "https://[::1]", "https://192.168.1.7", "https://0x7f.1"] {
        let error = WebAuthnPasskeys::new(number, "Members").unwrap_err();
        assert_eq!(error, PasskeysError::NoHostName(number.to_owned()));
    }
    for no_address in ["", "members.example.org", "mailto:ann@example.org", "/console", "data:,x"] {
        let error = WebAuthnPasskeys::new(no_address, "Members").unwrap_err();
        assert_eq!(error, PasskeysError::NotAnAddress(no_address.to_owned()));
    }
}

#[test]
fn a_browser_is_asked_for_a_passkey_that_is_a_sign_in_alone() {
    let (_, passkey) = added();
    let begun = site().begin_adding(&account(1), std::slice::from_ref(&passkey)).unwrap();
    let options = json(&begun.options)["publicKey"].take();
    let wanted = &options["authenticatorSelection"];
    assert_eq!((&wanted["residentKey"], &wanted["requireResidentKey"]), (&json!("required"), &json!(true)));
    assert_eq!((&wanted["userVerification"], &options["attestation"]), (&json!("required"), &json!("none")));
    let excluded = json!([{ "type": "public-key", "id": passkey.credential.to_string() }]);
    assert_eq!(options["excludeCredentials"], excluded);
    let user = json!({ "id": "AAAAAAAAAAAAAAAAAAAAAQ", "name": "Ann Example", "displayName": "Ann Example" });
    assert_eq!(options["user"], user);
}

#[test]
fn a_browser_is_asked_to_show_one_of_those_that_are_known_or_any() {
    let (_, passkey) = added();
    let options = |held: &[Passkey]| json(&site().begin_showing(held).unwrap().options);
    let of_one = options(std::slice::from_ref(&passkey));
    let allowed = json!([{ "type": "public-key", "id": passkey.credential.to_string() }]);
    assert_eq!(of_one["publicKey"]["allowCredentials"], allowed);
    let of_anybody = options(&[]);
    assert_eq!(of_anybody["publicKey"]["allowCredentials"], json!([]));
    for options in [of_one, of_anybody] {
        assert_eq!(options["publicKey"]["userVerification"], "required");
        assert_eq!(options["publicKey"]["rpId"], HOST);
        assert_eq!(options.get("mediation"), None, "a button, no suggestion");
    }
}

#[test]
fn a_challenge_is_never_the_same() {
    let challenge = |begun: Begun| json(&begun.options)["publicKey"]["challenge"].as_str().unwrap().to_owned();
    let adding = || challenge(site().begin_adding(&account(1), &[]).unwrap());
    let showing = || challenge(site().begin_showing(&[]).unwrap());
    let challenges: BTreeSet<_> = (0..100).flat_map(|_| [adding(), showing()]).collect();
    assert_eq!(challenges.len(), 200);
    // 32 bytes.
    assert!(challenges.iter().all(|challenge| challenge.len() == 43));
}

#[test]
fn a_passkey_is_added_and_shown_as_often_as_its_owner_likes() {
    let (mut device, mut passkey) = added();
    assert_eq!(passkey.credential.as_bytes().len(), 32);
    for alone in [true, false, true] {
        let held = [passkey.clone()];
        let asked = if alone { &[][..] } else { &held };
        let begun = site().begin_showing(asked).unwrap();
        let answer = device.get(&begun.options).unwrap();
        assert_eq!(site().owner(&answer), Some(account(1).id));
        let shown = site().finish_showing(&begun.state, &answer, &held).unwrap();
        assert_eq!(shown.credential, passkey.credential);
        assert_ne!(shown.key, passkey.key, "the counter is kept");
        passkey = kept(shown);
    }
}

#[test]
fn each_of_several_passkeys_is_found() {
    let (mut phone, first) = added();
    let (mut stick, second) = added();
    let held = [first.clone(), second.clone()];
    for (device, passkey) in [(&mut phone, first), (&mut stick, second)] {
        assert_eq!(try_to_show(device, &held, &held).unwrap().credential, passkey.credential);
    }
}

/// Platforms that copy keys between devices keep no counter, and say that they copy.
#[test]
fn a_passkey_without_a_counter_is_taken() {
    let mut device = SoftPasskey::new(ORIGIN, HOST);
    device.rises_by = 0;
    device.flags |= SoftPasskey::CAN_BE_COPIED;
    let mut passkey = kept(try_to_add(&mut device).unwrap());
    for flags in [0, SoftPasskey::IS_COPIED, 0] {
        device.flags |= flags;
        passkey = kept(try_to_show(&mut device, &[], &[passkey]).unwrap());
    }
}

/// A browser that knows the account from the list that it was given need not say whose the passkey is; then it is no sign-in
/// alone.
#[test]
fn a_second_factor_need_not_name_its_owner() {
    let (mut device, passkey) = added();
    device.tells_user = false;
    let held = [passkey];
    let begun = site().begin_showing(&held).unwrap();
    let answer = device.get(&begun.options).unwrap();
    assert_eq!(site().owner(&answer), None);
    assert!(site().finish_showing(&begun.state, &answer, &held).is_some());
}

type Lie = (&'static str, fn(&mut SoftPasskey));

/// What is refused of any answer.
const LIES: [Lie; 10] = [
    ("another origin", |device| "https://evil.example.org".clone_into(&mut device.origin)),
    ("an origin below ours", |device| "https://evil.members.example.org".clone_into(&mut device.origin)),
    ("another scheme", |device| "http://members.example.org".clone_into(&mut device.origin)),
    ("another port", |device| "https://members.example.org:8443".clone_into(&mut device.origin)),
    ("another site's key", |device| "example.org".clone_into(&mut device.rp_id)),
    ("nobody verified", |device| device.flags = SoftPasskey::PRESENT),
    ("nobody there", |device| device.flags = SoftPasskey::VERIFIED),
    ("copied and not to be copied", |device| device.flags |= SoftPasskey::IS_COPIED),
    ("within another page", |device| device.cross_origin = true),
    ("no known kind", |device| device.client_data_type = Some("webauthn.other")),
];

#[test]
fn a_lie_adds_no_passkey() {
    let as_a_sign_in: Lie = ("a sign-in's data", |device| device.client_data_type = Some("webauthn.get"));
    for (name, lie) in LIES.into_iter().chain([as_a_sign_in]) {
        let mut device = SoftPasskey::new(ORIGIN, HOST);
        assert!(try_to_add(&mut device).is_some());
        lie(&mut device);
        assert_eq!(try_to_add(&mut device), None, "{name}");
    }
}

#[test]
fn a_lie_shows_no_passkey() {
    let of_showing: [Lie; 5] = [
        ("a registration's data", |device| device.client_data_type = Some("webauthn.create")),
        ("a bit of the signature", |device| device.flips_a_bit = true),
        ("a counter that stands still", |device| device.rises_by = 0),
        ("a counter that went back", |device| (device.counter, device.rises_by) = (0, 0)),
        ("it can be copied all at once", |device| device.flags |= SoftPasskey::CAN_BE_COPIED),
    ];
    for (name, lie) in LIES.into_iter().chain(of_showing) {
        let (mut device, passkey) = added();
        let passkey = kept(try_to_show(&mut device, &[], &[passkey]).unwrap());
        lie(&mut device);
        let held = [passkey];
        assert_eq!(try_to_show(&mut device, &[], &held), None, "{name}, alone");
        assert_eq!(try_to_show(&mut device, &held, &held), None, "{name}, as a second factor");
    }
}

/// One step of the counter is one sign-in, also of two that were begun before either was finished.
#[test]
fn a_counter_is_compared_with_what_is_kept_now() {
    let (mut device, passkey) = added();
    let mut copy = device.clone();
    let held = [passkey];
    let (first, second) = (site().begin_showing(&held).unwrap(), site().begin_showing(&held).unwrap());
    let (original, copied) = (device.get(&first.options).unwrap(), copy.get(&second.options).unwrap());
    let held = [kept(site().finish_showing(&first.state, &original, &held).unwrap())];
    assert_eq!(site().finish_showing(&second.state, &copied, &held), None);
}

#[test]
fn a_ceremony_is_finished_by_its_own_answer() {
    let (mut device, passkey) = added();
    let held = [passkey];
    let (one, other) = (site().begin_showing(&held).unwrap(), site().begin_showing(&held).unwrap());
    let answer = device.get(&one.options).unwrap();
    assert_eq!(site().finish_showing(&other.state, &answer, &held), None);
    assert!(site().finish_showing(&one.state, &answer, &held).is_some());

    let (one, other) = (site().begin_adding(&account(1), &[]).unwrap(), site().begin_adding(&account(1), &[]).unwrap());
    let answer = device.create(&one.options).unwrap();
    assert_eq!(site().finish_adding(&other.state, &answer), None);
    assert!(site().finish_adding(&one.state, &answer).is_some());
}

/// The kernel keeps them apart by their purpose; so does the state itself.
#[test]
fn a_ceremony_of_one_kind_finishes_none_of_the_other() {
    let (mut device, passkey) = added();
    let held = [passkey];
    let adding = site().begin_adding(&account(1), &[]).unwrap();
    let showing = site().begin_showing(&held).unwrap();
    let (made, signed) = (device.create(&adding.options).unwrap(), device.get(&showing.options).unwrap());
    assert_eq!(site().finish_adding(&showing.state, &made), None);
    assert_eq!(site().finish_showing(&adding.state, &signed, &held), None);
    assert_eq!(site().finish_adding(&adding.state, &signed), None);
    assert_eq!(site().finish_showing(&showing.state, &made, &held), None);
    assert_eq!(site().finish_adding("", &made), None);
    assert_eq!(site().finish_showing("{}", &signed, &held), None);
}

#[test]
fn another_key_signs_nothing() {
    let (device, passkey) = added();
    let (stranger, _) = added();
    let mut forger = device.clone().with_keys_of(&stranger);
    let held = [passkey];
    assert_eq!(try_to_show(&mut forger, &[], &held), None);
    assert_eq!(try_to_show(&mut forger, &held, &held), None);
}

#[test]
fn a_passkey_that_the_account_does_not_hold_shows_nothing() {
    let (_, passkey) = added();
    let (mut stranger, _) = added();
    assert_eq!(try_to_show(&mut stranger, &[], &[passkey]), None);
    assert_eq!(try_to_show(&mut stranger, &[], &[]), None);
}

/// Step 6 of Web Authentication Level 3, 7.2. The signature does not cover it: the browser adds the name.
#[test]
fn a_passkey_shows_nobody_but_its_owner() {
    let (mut device, passkey) = added();
    let held = [passkey];
    let begun = site().begin_showing(&held).unwrap();
    let mut answer = json(&device.get(&begun.options).unwrap());
    for other in ["AAAAAAAAAAAAAAAAAAAAAg", "AAAAAAAAAAAAAAAAAAAA", ""] {
        answer["response"]["userHandle"] = json!(other);
        assert_eq!(site().finish_showing(&begun.state, &answer.to_string(), &held), None, "{other:?}");
    }
    answer["response"]["userHandle"] = json!("AAAAAAAAAAAAAAAAAAAAAQ");
    assert!(site().finish_showing(&begun.state, &answer.to_string(), &held).is_some());
}

#[test]
fn a_passkey_that_is_there_is_not_added_again() {
    let (mut device, passkey) = added();
    let held = [passkey.clone()];
    let begun = site().begin_adding(&account(1), &held).unwrap();
    assert!(device.create(&begun.options).unwrap_err().to_string().starts_with("InvalidStateError"));

    // Another authenticator that takes over the identifier, as nothing signs what is made.
    let taken_over = |begun: &Begun| {
        let mut answer = json(&SoftPasskey::new(ORIGIN, HOST).create(&begun.options).unwrap());
        let mut object = attestation_object(&answer);
        // After 30 bytes of CBOR, 37 of authenticator data, a model and a length.
        object[85..117].copy_from_slice(passkey.credential.as_bytes());
        answer["response"]["attestationObject"] = json!(BASE64URL_NOPAD.encode(&object));
        site().finish_adding(&begun.state, &answer.to_string())
    };
    assert_eq!(taken_over(&begun), None);
    let of_another_account = site().begin_adding(&account(2), &[]).unwrap();
    assert_eq!(taken_over(&of_another_account).unwrap().credential, passkey.credential, "for that reason alone");
}

#[test]
fn what_is_no_answer_is_refused() {
    let (mut device, passkey) = added();
    let held = [passkey];
    let (adding, showing) = (site().begin_adding(&account(1), &[]).unwrap(), site().begin_showing(&held).unwrap());
    let long = json!({ "id": "a".repeat(1_000_000) }).to_string();
    let deep = "[".repeat(10_000);
    for no_answer in ["", "null", "{}", "[]", "not JSON", "\u{0}", &long, &deep] {
        assert_eq!(site().finish_adding(&adding.state, no_answer), None);
        assert_eq!(site().finish_showing(&showing.state, no_answer, &held), None);
        assert_eq!(site().owner(no_answer), None);
    }
    // All that is wrong with these is their length.
    let padded = |answer: String, length: usize| format!("{answer}{}", " ".repeat(length - answer.len()));
    let made = device.create(&adding.options).unwrap();
    let signed = device.get(&showing.options).unwrap();
    let (long, longer) = (padded(made.clone(), LONGEST_ANSWER), padded(made, LONGEST_ANSWER + 1));
    assert!(site().finish_adding(&adding.state, &long).is_some());
    assert_eq!(site().finish_adding(&adding.state, &longer), None);
    let (long, longer) = (padded(signed.clone(), LONGEST_ANSWER), padded(signed, LONGEST_ANSWER + 1));
    assert!(site().owner(&long).is_some());
    assert!(site().finish_showing(&showing.state, &long, &held).is_some());
    assert_eq!(site().finish_showing(&showing.state, &longer, &held), None);
}

/// The state of ten passkeys has to come back through a form, and is looked at up to 65,536 characters.
#[test]
fn a_state_is_short() {
    let credential = |byte| CredentialId::from_bytes(vec![byte; 1023]);
    let (_, passkey) = added();
    let held: Vec<_> = (0..10).map(|byte| Passkey { credential: credential(byte), ..passkey.clone() }).collect();
    assert!(passkey.key.len() < 2_000, "{}", passkey.key.len());
    assert!(site().begin_showing(&held).unwrap().state.len() < 500);
    let adding = site().begin_adding(&account(1), &held).unwrap();
    assert!(adding.state.len() < 16_384, "{}", adding.state.len());
}

/// Counts whatever is logged at a level above debugging.
struct Loud(Arc<AtomicUsize>);

impl tracing::Subscriber for Loud {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        if *event.metadata().level() < tracing::Level::DEBUG {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Nobody fills the log by sending nonsense.
#[test]
fn a_lie_is_not_loud() {
    let loud = Arc::new(AtomicUsize::new(0));
    tracing::subscriber::with_default(Loud(Arc::clone(&loud)), || {
        tracing::warn!("it counts");
        let (mut device, passkey) = added();
        let held = [passkey];
        device.flags |= SoftPasskey::CAN_BE_COPIED;
        assert_eq!(try_to_show(&mut device, &held, &held), None);
        device.flags = SoftPasskey::PRESENT | SoftPasskey::VERIFIED | SoftPasskey::IS_COPIED;
        assert_eq!(try_to_add(&mut device), None);
        device.flags = SoftPasskey::PRESENT | SoftPasskey::VERIFIED | 0xa2;
        assert_eq!(try_to_show(&mut device, &held, &held), None);
    });
    assert_eq!(loud.load(Ordering::SeqCst), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is changed in an answer, nothing panics, and nothing but the original is taken, or what says the same.
    #[test]
    fn a_changed_signature_or_key_shows_nothing(at in 0_usize..2000, with in "[A-Za-z0-9_-]", part in 0_usize..3) {
        let (mut device, passkey) = added();
        let held = [passkey];
        let begun = site().begin_showing(&held).unwrap();
        let mut answer = json(&device.get(&begun.options).unwrap());
        let part = ["signature", "authenticatorData", "clientDataJSON"][part];
        let before = answer["response"][part].as_str().unwrap().to_owned();
        let at = at % before.len();
        let mut after = before.clone();
        after.replace_range(at..=at, &with);
        answer["response"][part] = json!(after);
        let shown = site().finish_showing(&begun.state, &answer.to_string(), &held);
        prop_assert_eq!(shown.is_some(), before == after);
    }

    /// The same of what an authenticator makes: with no attestation, only what is not signed can be another.
    #[test]
    fn any_attestation_object_has_an_answer(bytes: Vec<u8>, at in 0_usize..300, flip: u8) {
        let mut device = SoftPasskey::new(ORIGIN, HOST);
        let begun = site().begin_adding(&account(1), &[]).unwrap();
        let mut answer = json(&device.create(&begun.options).unwrap());
        let mut object = attestation_object(&answer);
        let at = at % object.len();
        object[at] ^= flip;
        for object in [&object, &bytes] {
            answer["response"]["attestationObject"] = json!(BASE64URL_NOPAD.encode(object));
            let _no_panic = site().finish_adding(&begun.state, &answer.to_string());
        }
    }
}
