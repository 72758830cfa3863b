use std::{collections::BTreeSet, io::Write as _};

use data_encoding::HEXUPPER;
use proptest::prelude::*;
use tempfile::NamedTempFile;

use super::*;

fn file(text: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    file
}

fn hash(text: &str) -> String {
    HEXUPPER.encode(&Sha1::digest(text))
}

/// The file of these passwords, as Have I Been Pwned would have it.
fn download(passwords: impl Iterator<Item = String>, end_of_line: &str) -> String {
    let hashes: BTreeSet<_> = passwords.map(|password| hash(&password)).collect();
    let lines = hashes.iter().zip(1_u64..).map(|(hash, count)| format!("{hash}:{}{end_of_line}", count.pow(3)));
    lines.collect::<Vec<_>>().concat()
}

fn refusal(text: &[u8]) -> String {
    BreachedHashes::open(file(text).path()).unwrap_err().to_string()
}

/// Proves A61 in part: each of 3,000 breached passwords is found in the operator's file, at its beginning and its end too.
#[test]
fn every_line_is_found_and_nothing_else() {
    for end_of_line in ["\n", "\r\n"] {
        let text = download((0..3_000).map(|number| format!("breached {number}")), end_of_line);
        let file = file(text.as_bytes());
        let hashes = BreachedHashes::open(file.path()).unwrap();
        assert!((0..3_000).all(|number| hashes.contains(&format!("breached {number}")).unwrap()));
        assert!((3_000..6_000).all(|number| !hashes.contains(&format!("breached {number}")).unwrap()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn files_of_any_length_are_searched(lines in 1_usize..400, ended: bool, lower: bool) {
        let mut text = download((0..lines).map(|number| number.to_string()), "\n");
        if !ended {
            text.pop();
        }
        if lower {
            text.make_ascii_lowercase();
        }
        let file = file(text.as_bytes());
        let hashes = BreachedHashes::open(file.path()).unwrap();
        for number in 0..lines {
            prop_assert!(hashes.contains(&number.to_string()).unwrap(), "{}", number);
        }
        prop_assert!(!hashes.contains("none").unwrap());
    }

    #[test]
    fn any_file_has_an_answer(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b':'), Just(b'A'), any::<u8>()], 0..600)) {
        let file = file(&bytes);
        if let Ok(hashes) = BreachedHashes::open(file.path()) {
            hashes.contains("anything").unwrap();
        }
    }
}

#[test]
fn a_file_of_another_form_is_refused_with_its_line() {
    let good = download((0..5).map(|number| number.to_string()), "\n");
    let first = good.lines().next().unwrap();
    for bad in [
        "",
        "hello",
        &first[..40],
        &format!("{}:", &first[..40]),
        &format!("{}:many", &first[..40]),
        &format!("{first}:1"),
        &first[1..],
        &first.replace(char::is_alphabetic, "G"),
        &format!("\u{feff}{first}"),
        // NTLM, which Have I Been Pwned has too
        "32ED87BDB5FDC5E9CBA88547376818D4:42",
        "hunter2 is my secret",
    ] {
        let told = refusal(format!("{first}\n{bad}\n{good}").as_bytes());
        assert!(
            told.contains(", line 2: expected 40 hexadecimal digits (SHA-1), a colon and a count"),
            "{bad}: {told}"
        );
        assert!(bad.len() < 5 || !told.contains(bad), "it might be a secret: {told}");
    }
    assert!(refusal(b"password").contains(", line 1: expected 40"));
    assert!(refusal(b"").contains("expected a file with lines in it"));
    let cut_off = &good[..good.len() - 30];
    assert!(refusal(cut_off.as_bytes()).contains(", the last line: expected 40"), "{}", refusal(cut_off.as_bytes()));
}

#[test]
fn a_file_in_another_order_is_refused() {
    let good = download((0..30_000).map(|number| number.to_string()), "\n");
    let mut lines: Vec<_> = good.lines().collect();
    lines.swap(3, 4);
    assert!(refusal(lines.join("\n").as_bytes()).contains(", line 5: expected lines in the order of their hashes"));
    lines.swap(3, 4);
    let reversed_end = lines.len() - 2_000;
    lines[reversed_end..].reverse();
    let told = refusal(lines.join("\n").as_bytes());
    assert!(told.contains(", the line at byte ") && told.contains("expected lines in the order"), "{told}");
    lines[reversed_end..].reverse();
    let last = lines.len() - 1;
    lines.swap(0, last);
    assert!(refusal(lines.join("\n").as_bytes()).contains(", line 2: expected lines in the order"));
    let mut lines: Vec<_> = good.lines().collect();
    lines[20_000] = "something else";
    lines[last] = lines[5];
    assert!(refusal(lines.join("\n").as_bytes()).contains(", the last line: expected lines in the order"));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| BreachedHashes::open(path).unwrap_err().to_string();
    let missing = folder.path().join("missing");
    assert!(told(&missing).starts_with(&format!("the list of breached passwords {}: No such file", missing.display())));
    assert!(told(folder.path()).contains("expected a file with lines in it"));
    assert!(told(Path::new("/dev/zero")).contains("expected a file with lines in it"));
}

#[test]
fn a_file_that_changed_is_an_error() {
    let text = download((0..20_000).map(|number| number.to_string()), "\n");
    let file = file(text.as_bytes());
    let hashes = BreachedHashes::open(file.path()).unwrap();
    assert!(hashes.contains("7").unwrap());
    for length in [0, 10, text.len() as u64 / 2] {
        file.as_file().set_len(length).unwrap();
        let answers: Vec<_> = (0..200).map(|number| hashes.contains(&number.to_string())).collect();
        assert!(answers.iter().any(Result::is_err), "{length}");
        assert!(!answers.iter().any(|answer| matches!(answer, Ok(false))), "{length}: a wrong answer");
    }
    // Cut off between two lines: what is left looks whole.
    let text = download((0..20).map(|number| number.to_string()), "\n");
    let file = self::file(text.as_bytes());
    let hashes = BreachedHashes::open(file.path()).unwrap();
    let end_of_line = text.trim_end().rfind('\n').unwrap() as u64 + 1;
    file.as_file().set_len(end_of_line).unwrap();
    assert!((0..20).all(|number| hashes.contains(&number.to_string()).is_err()));
}
