use std::num::NonZeroUsize;

use argon2::PasswordVerifier as _;

use super::*;

fn real() -> Argon2Hasher {
    Argon2Hasher::new(Bounds::default())
}

fn cheap() -> Argon2Hasher {
    Argon2Hasher::cheap(Bounds::default())
}

async fn matches(hasher: &Argon2Hasher, password: &str, stored: &str) -> bool {
    hasher.verify(Secret::new(password), Some(PasswordHash::from_phc(stored))).await.unwrap()
}

#[tokio::test]
async fn a_password_matches_its_own_hash_only() {
    let hasher = real();
    let stored = hasher.hash(Secret::new("correct horse battery staple")).await.unwrap();
    assert!(stored.as_phc().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.as_phc());
    assert!(matches(&hasher, "correct horse battery staple", stored.as_phc()).await);
    assert!(!matches(&hasher, "correct horse battery stapl", stored.as_phc()).await);
    assert!(!hasher.is_outdated(&stored));
    // The hash is the one that the library would have made by itself.
    let parsed = phc::PasswordHash::new(stored.as_phc()).unwrap();
    assert_eq!(Argon2::default().verify_password(b"correct horse battery staple", &parsed), Ok(()));
}

#[tokio::test]
async fn a_salt_is_never_used_twice() {
    let hasher = cheap();
    let one = hasher.hash(Secret::new("the same password")).await.unwrap();
    let other = hasher.hash(Secret::new("the same password")).await.unwrap();
    assert_ne!(one, other);
}

/// Proves A61 in part: nothing is cut off. Passwords that differ in the last byte only are different ones, at the
/// lengths where others cut.
#[tokio::test]
async fn nothing_is_cut_off() {
    let hasher = cheap();
    for length in [16, 55, 56, 64, 72, 73, 128, 255, 256, 1024] {
        let (long, short) = ("x".repeat(length), "x".repeat(length - 1));
        let stored = hasher.hash(Secret::new(long.clone())).await.unwrap();
        assert!(matches(&hasher, &long, stored.as_phc()).await, "{length}");
        assert!(!matches(&hasher, &short, stored.as_phc()).await, "{length}");
        assert!(!matches(&hasher, &format!("{short}y"), stored.as_phc()).await, "{length}");
    }
    let stored = hasher.hash(Secret::new("a zero\0ends nothing")).await.unwrap();
    assert!(!matches(&hasher, "a zero\0ends something", stored.as_phc()).await);
}

#[tokio::test]
async fn one_password_from_two_keyboards_is_the_same() {
    let hasher = cheap();
    let stored = hasher.hash(Secret::new("Zürich im Frühling, schön")).await.unwrap();
    let decomposed = "Zu\u{308}rich im Fru\u{308}hling, scho\u{308}n";
    assert!(matches(&hasher, decomposed, stored.as_phc()).await);
    assert!(!matches(&hasher, "Zurich im Fruhling, schon", stored.as_phc()).await);
    // The longest growth there is: one character of two bytes becomes two of six.
    assert_eq!(*normal(&Secret::new("\u{390}\u{344}")), "\u{390}\u{308}\u{301}");
    assert!(normal(&Secret::new("\u{1d160}".repeat(20))).capacity() >= 12 * 20);
}

/// Proves A47 in part: without a hash, or with one that cannot be used, the answer is no and the same hash is computed.
#[tokio::test]
async fn no_hash_costs_as_much_as_one() {
    let hasher = real();
    assert_eq!(hasher.verify(Secret::new("anything at all"), None).await, Ok(false));
    let stored = hasher.hash(Secret::new("anything at all")).await.unwrap();
    // Three turns each, the quickest counts: the difference between no work (microseconds) and a hash (tens of
    // milliseconds) is beyond any noise.
    let (mut with, mut without) = (std::time::Duration::MAX, std::time::Duration::MAX);
    for _ in 0..3 {
        let start = std::time::Instant::now();
        hasher.verify(Secret::new("something else"), Some(stored.clone())).await.unwrap();
        with = with.min(start.elapsed());
        let start = std::time::Instant::now();
        hasher.verify(Secret::new("something else"), None).await.unwrap();
        without = without.min(start.elapsed());
    }
    assert!(without * 4 > with && with * 4 > without, "with a hash {with:?}, without {without:?}");
}

#[tokio::test]
async fn a_hash_that_is_none_matches_nothing() {
    for stored in ["", "plain text", "$argon2id$", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"] {
        assert!(!matches(&cheap(), "plain text", stored).await, "{stored}");
        assert!(cheap().is_outdated(&PasswordHash::from_phc(stored)), "{stored}");
    }
}

#[tokio::test]
async fn a_hash_that_asks_for_too_much_memory_is_not_computed() {
    let greedy = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(!matches(&real(), "anything", greedy).await);
}

#[tokio::test]
async fn a_cheaper_hash_asks_for_a_new_one() {
    let (cheap, real) = (cheap(), real());
    let stored = cheap.hash(Secret::new("made when the server was small")).await.unwrap();
    assert!(!cheap.is_outdated(&stored));
    assert!(real.is_outdated(&stored));
    assert!(matches(&real, "made when the server was small", stored.as_phc()).await, "still good until then");
    assert!(!cheap.is_outdated(&real.hash(Secret::new("made when it was large")).await.unwrap()));
}

#[test]
fn a_hash_is_outdated_by_less_memory_or_fewer_passes() {
    let stored = |algorithm: &str, cost: &str| {
        let (salt, output) = ("c29tZXNhbHRzb21lc2FsdA", "A".repeat(43));
        PasswordHash::from_phc(format!("${algorithm}$v=19${cost}${salt}${output}"))
    };
    for (cost, outdated) in [
        ("m=19456,t=2,p=1", false),
        ("m=19455,t=2,p=1", true),
        ("m=19456,t=1,p=1", true),
        ("m=19456,t=3,p=1", false),
        ("m=19456,t=2,p=2", false),
    ] {
        assert_eq!(real().is_outdated(&stored("argon2id", cost)), outdated, "{cost}");
    }
    assert!(real().is_outdated(&stored("argon2i", "m=19456,t=2,p=1")), "another algorithm");
}

#[tokio::test]
async fn a_full_gate_is_a_refusal() {
    let bounds = Bounds { at_once: NonZeroUsize::MIN, waiting: 0, ..Bounds::default() };
    let hasher = Argon2Hasher::new(bounds);
    let verify = || hasher.verify(Secret::new("anything"), None);
    let (one, other) = tokio::join!(verify(), verify());
    assert_eq!((one, other), (Ok(false), Err(HashingError::Busy)));
}
