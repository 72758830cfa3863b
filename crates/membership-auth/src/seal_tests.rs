use data_encoding::HEXLOWER;
use membership_core::id::AccountId;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn key(number: u8) -> Key {
    Zeroizing::new([number; 32])
}

fn account(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

const OVERHEAD: usize = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

proptest! {
    #[test]
    fn what_is_sealed_opens(key: [u8; 32], owner: u128, plain: Vec<u8>) {
        let sealer = XChaChaSealer::new(&Zeroizing::new(key));
        let sealed = sealer.seal(account(owner), &plain);
        prop_assert_eq!(sealed.as_bytes().len(), plain.len() + OVERHEAD);
        prop_assert_eq!(sealer.open(account(owner), &sealed), Some(Zeroizing::new(plain)));
    }

    /// Proves A68 in part: a sealed secret that was moved to another account does not open.
    #[test]
    fn moved_to_another_account_it_does_not_open(owner: u128, other: u128, plain: Vec<u8>) {
        prop_assume!(owner != other);
        let sealer = XChaChaSealer::new(&key(1));
        prop_assert_eq!(sealer.open(account(other), &sealer.seal(account(owner), &plain)), None);
    }

    #[test]
    fn an_older_key_opens_and_an_unknown_one_does_not(owner: u128, plain: Vec<u8>) {
        let owner = account(owner);
        let sealed = XChaChaSealer::new(&key(1)).seal(owner, &plain);
        let changed = XChaChaSealer::new(&key(3)).accepting([&key(2), &key(1)]);
        prop_assert_eq!(changed.open(owner, &sealed), Some(Zeroizing::new(plain.clone())));
        prop_assert_eq!(XChaChaSealer::new(&key(3)).accepting([&key(2)]).open(owner, &sealed), None);
        // What is sealed now is sealed under the current key.
        let fresh = changed.seal(owner, &plain);
        prop_assert_eq!(XChaChaSealer::new(&key(3)).open(owner, &fresh), Some(Zeroizing::new(plain)));
        prop_assert_eq!(XChaChaSealer::new(&key(1)).open(owner, &fresh), None);
    }

    #[test]
    fn anything_else_does_not_open(bytes: Vec<u8>, forged in any::<bool>()) {
        let sealer = XChaChaSealer::new(&key(1));
        let header = if forged { sealer.current.header.to_vec() } else { Vec::new() };
        prop_assert_eq!(sealer.open(account(1), &Sealed::from_bytes([header, bytes].concat())), None);
    }
}

/// Proves A68 in part: nothing opens after a bit was changed, anywhere, nor cut off or lengthened.
#[test]
fn a_changed_bit_is_noticed() {
    let sealer = XChaChaSealer::new(&key(1)).accepting([&key(2)]);
    let sealed = sealer.seal(account(1), b"twenty bytes, secret");
    for position in 0..sealed.as_bytes().len() {
        for bit in 0..8 {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[position] ^= 1 << bit;
            assert_eq!(sealer.open(account(1), &Sealed::from_bytes(bytes)), None, "bit {bit} of byte {position}");
        }
        let cut = sealed.as_bytes()[..position].to_vec();
        assert_eq!(sealer.open(account(1), &Sealed::from_bytes(cut)), None, "cut at {position}");
    }
    let longer = [sealed.as_bytes(), &[0]].concat();
    assert_eq!(sealer.open(account(1), &Sealed::from_bytes(longer)), None);
    // Nor under the name of another key that is known.
    let mut renamed = sealed.as_bytes().to_vec();
    renamed[..HEADER_BYTES].copy_from_slice(&sealer.previous[0].header);
    assert_eq!(sealer.open(account(1), &Sealed::from_bytes(renamed)), None);
    assert!(sealer.open(account(1), &sealed).is_some());
}

/// Proves A68 in part: the secret is not in what is stored, and the same secret is stored differently each time.
#[test]
fn what_is_stored_tells_nothing() {
    let sealer = XChaChaSealer::new(&key(1));
    let plain = b"twenty bytes, secret";
    let (one, other) = (sealer.seal(account(1), plain), sealer.seal(account(1), plain));
    assert!(!one.as_bytes().windows(4).any(|window| plain.windows(4).any(|part| part == window)));
    let after_header = |sealed: &Sealed| sealed.as_bytes()[HEADER_BYTES..].to_vec();
    let same = after_header(&one).iter().zip(after_header(&other)).filter(|(one, other)| **one == *other).count();
    assert!(same < 12, "{same} of 60 bytes are the same");
    // The header tells nothing of the key.
    assert_ne!(sealer.current.header[1..], key(1)[..NAME_BYTES]);
    assert_eq!(format!("{sealer:?} {one:?}"), "XChaChaSealer(..) Sealed(..)");
}

/// What one version stores the next one must open. Made by another implementation (PyCryptodome): HKDF-SHA-256 of 32 bytes
/// of 1, the nonce 0, 1, .. 23, the account 7.
#[test]
fn what_was_sealed_before_opens() {
    let stored = "016b5db24684418951000102030405060708090a0b0c0d0e0f1011121314151617\
                  99f0ba8361ca96bdce7473510544d842912122e0b8c9b5a095c5a7ed4ee24a5ccfd04343";
    let sealed = Sealed::from_bytes(HEXLOWER.decode(stored.as_bytes()).unwrap());
    let plain = XChaChaSealer::new(&key(1)).open(account(7), &sealed);
    assert_eq!(plain, Some(Zeroizing::new(b"twenty bytes, secret".to_vec())));
}
