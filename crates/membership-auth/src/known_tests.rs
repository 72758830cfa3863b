use std::io::Write as _;

use data_encoding::HEXUPPER;
use sha1::{Digest as _, Sha1};

use super::*;

fn knows(passwords: &CommonPasswords, text: &str) -> bool {
    passwords.knows(&Secret::new(text))
}

/// What the operator's file says of a password.
fn line(password: &str) -> String {
    format!("{}:3\n", HEXUPPER.encode(&Sha1::digest(password)))
}

/// Proves A61 in part: common passwords are known in any capitals, and those of other services' breaches by the
/// operator's file.
#[test]
fn common_and_breached_ones_are_known() {
    let common = CommonPasswords::new();
    assert!(knows(&common, "Password123456789") && knows(&common, "PASSWORDpassword") && knows(&common, "iloveyou"));
    let (as_typed, small) = ("Tulpen aus Amsterdam", "zehn kleine fische");
    assert!(!knows(&common, as_typed) && !knows(&common, small) && !knows(&common, "nobody was here before"));

    let mut lines: Vec<_> = [as_typed, small, "z\u{fc}rich"].map(line).into();
    lines.sort();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.concat().as_bytes()).unwrap();
    let both = common.and_breached(BreachedHashes::open(file.path()).unwrap());
    assert!(knows(&both, as_typed) && knows(&both, small));
    assert!(knows(&both, "Zehn kleine Fische"), "its small letters are in the file");
    assert!(knows(&both, "zu\u{308}rich"), "its normal form is in the file");
    assert!(knows(&both, "passwordpassword") && !knows(&both, "nobody was here before"));
}

#[test]
fn a_file_that_breaks_later_keeps_nobody_out() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(line("zehn kleine fische").as_bytes()).unwrap();
    let both = CommonPasswords::new().and_breached(BreachedHashes::open(file.path()).unwrap());
    assert!(knows(&both, "zehn kleine fische"));
    file.as_file().set_len(0).unwrap();
    assert!(!knows(&both, "zehn kleine fische"));
    assert!(knows(&both, "passwordpassword"));
}

#[test]
fn small_letters_leave_no_copy_behind() {
    // The characters whose small letters are longer than they are.
    let growing: String = (0..=u32::from(char::MAX))
        .filter_map(char::from_u32)
        .filter(|letter| letter.to_lowercase().map(char::len_utf8).sum::<usize>() > letter.len_utf8())
        .collect();
    assert!(growing.chars().count() >= 3, "{growing}");
    let small = small_letters(&growing);
    assert!(small.len() > growing.len());
    assert_eq!(small.capacity(), 2 * growing.len());
    assert_eq!(*small_letters("ÄbC"), "äbc");
    assert_eq!(small_letters("ABCD").capacity(), 8, "room from the beginning");
}
