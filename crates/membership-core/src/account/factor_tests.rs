use super::*;
use crate::ports::Sealed;

/// An app whose code for a step is the step itself.
struct Steps;

impl AppCodes for Steps {
    fn step_of(&self, secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<u64> {
        let present = u64::try_from(now.timestamp()).ok()? / 30;
        let step: u64 = code.parse().ok()?;
        (secret == b"secret" && step.abs_diff(present) <= 1).then_some(step)
    }

    fn address(&self, _: &[u8], _: &str, _: &str) -> Zeroizing<String> {
        Zeroizing::default()
    }
}

impl Sealer for Steps {
    fn seal(&self, _: AccountId, plain: &[u8]) -> Sealed {
        Sealed::from_bytes(plain.to_vec())
    }

    fn open(&self, _: AccountId, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        Some(Zeroizing::new(sealed.as_bytes().to_vec()))
    }
}

struct Counting(std::sync::atomic::AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let next = || self.0.fetch_add(0x9e37_79b9_7f4a_7c15, std::sync::atomic::Ordering::Relaxed);
        for byte in bytes {
            *byte = next().to_be_bytes()[1];
        }
    }
}

fn account() -> AccountId {
    AccountId::from_uuid(uuid::Uuid::from_u128(1))
}

fn at(step: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(step * 30, 0).unwrap()
}

fn with_app(last_step: u64) -> Factors {
    let secret = Sealed::from_bytes(b"secret".to_vec());
    Factors { app: Some(App { secret, since: at(0), last_step }), ..Factors::none(account()) }
}

/// Proves A63 and I-31 in part: a code is good once, none older than one that was taken is good, and the code by which the
/// app was set up is used up by that.
#[test]
fn a_step_is_taken_once_and_only_forwards() {
    let spend = |factors: Factors, step: &str, now| factors.spend_app(step, at(now), &Steps, &Steps);
    let factors = with_app(99);
    let next = spend(factors.clone(), "101", 100).unwrap();
    assert_eq!(next.app.as_ref().map(|app| app.last_step), Some(101));
    for (step, now) in [("101", 100), ("100", 100), ("99", 100), ("100", 101)] {
        assert_eq!(spend(next.clone(), step, now), None, "{step} at {now}");
    }
    assert!(spend(next, "102", 101).is_some());
    assert_eq!(spend(factors, "103", 100), None, "too far off");

    let draft = Draft { secret: Sealed::from_bytes(b"secret".to_vec()), shown_at: at(100) };
    let shown = Factors { draft: Some(draft), ..Factors::none(account()) };
    assert_eq!(shown.kinds(), Kinds::NONE, "what was only shown does not count");
    let set_up = shown.with_app("100", at(100), &Steps, &Steps).unwrap();
    assert_eq!((set_up.kinds(), set_up.draft.is_none()), (Kinds::APP, true));
    assert_eq!(spend(set_up, "100", 100), None);
}

#[test]
fn a_recovery_code_is_good_once_however_it_is_typed() {
    let (codes, recovery) = recovery_codes(account(), &Counting(0.into()));
    assert_eq!((codes.len(), recovery.len()), (RECOVERY_CODES, RECOVERY_CODES));
    let distinct: std::collections::BTreeSet<_> = recovery.iter().collect();
    assert_eq!(distinct.len(), RECOVERY_CODES);
    let factors = Factors { recovery, ..with_app(0) };
    let typed = codes[3].to_uppercase().replace('-', " ");
    let left = factors.clone().spend_recovery(&typed).unwrap();
    assert_eq!(left.recovery.len(), RECOVERY_CODES - 1);
    assert_eq!(left.clone().spend_recovery(&codes[3]), None, "it is used up");
    assert_eq!(left.spend_recovery("aaaa-aaaa-aaaa-aaab"), None);
    let other = Factors { account: AccountId::from_uuid(uuid::Uuid::from_u128(2)), ..factors };
    assert_eq!(other.spend_recovery(&codes[3]), None, "of another account");
}

#[test]
fn what_was_added_since_goes() {
    let secret = Sealed::from_bytes(b"secret".to_vec());
    let app = App { secret, since: at(50), last_step: 0 };
    let factors = Factors { email_since: Some(at(10)), app: Some(app), ..Factors::none(account()) };
    assert_eq!(factors.clone().older_than(at(60)).kinds(), Kinds::APP);
    assert_eq!(factors.older_than(at(50)).kinds(), Kinds::NONE);
}

/// The vectors of RFC 4648, section 10.
#[test]
fn base_32_is_that_of_rfc_4648() {
    let vectors =
        [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")];
    for (plain, text) in vectors {
        assert_eq!(base32(plain.as_bytes()).as_str(), text);
    }
}

#[test]
fn kinds_are_sets() {
    let app: Kinds = [FactorKind::App].into_iter().collect();
    assert_eq!((app, Kinds::from_bits(app.bits())), (Kinds::APP, Some(app)));
    assert_eq!(Kinds::from_bits(8), None);
    assert_eq!(serde_json::to_string(&Kinds::ALL).unwrap(), r#"["email","app","passkey"]"#);
    assert!(app.and(Kinds::ALL).has(FactorKind::App) && !app.has(FactorKind::Email) && Kinds::NONE.is_empty());
}
