use super::*;

fn found(source: &str) -> Vec<(String, String)> {
    found_in("crates/a/src/b.rs", source)
}

fn found_in(path: &str, source: &str) -> Vec<(String, String)> {
    let short = |test: String| test.trim_start_matches(path).trim_start_matches("::").to_owned();
    find(path, source).into_iter().filter(|proof| !proof.misplaced).map(|proof| (proof.id, short(proof.test))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|&(id, test)| (id.to_owned(), test.to_owned())).collect()
}

#[test]
fn the_doc_comment_of_a_test_counts() {
    let source = "/// APP-6, and A41: refused.\n/// So says I-28.\n#[test]\nfn refuses() {\n}\n";
    assert_eq!(found(source), pairs(&[("APP-6", "refuses"), ("A41", "refuses"), ("I-28", "refuses")]));
}

#[test]
fn every_kind_of_test_attribute_counts() {
    for attribute in [
        "#[tokio::test]",
        "#[tokio::test(start_paused = true)]",
        "#[tokio::test(\n    flavor = 1\n)]",
        "#[test]\n#[cfg(unix)]",
    ] {
        let source = format!("    /// X-2\n    {attribute}\n    async fn walks() {{}}\n");
        assert_eq!(found(&source), pairs(&[("X-2", "walks")]), "{attribute}");
    }
    assert_eq!(found("proptest! {\n/// X-2\n#[test]\nfn holds(a in 0..3) {}\n}"), pairs(&[("X-2", "holds")]));
    assert_eq!(found("/// X-2\n#[test] fn short() {}\n"), pairs(&[("X-2", "short")]));
}

#[test]
fn an_ordinary_function_proves_nothing() {
    assert_eq!(found("/// Implements APP-6.\npub fn parse() {}\n#[test]\nfn other() {}\n"), pairs(&[]));
    assert_eq!(found("/// APP-6\n#[cfg(test)]\nfn prepared() {}\n"), pairs(&[]));
}

#[test]
fn what_is_proved_in_part_is_not_proved() {
    let source = "/// Proves X-1 in part, X-2, in part, and X-3: both parts of it.\n#[test]\nfn some() {}\n";
    assert_eq!(found(source), pairs(&[("X-3", "some")]));
}

#[test]
fn an_ignored_test_proves_nothing() {
    assert_eq!(found("/// APP-6\n#[test]\n#[ignore = \"slow\"]\nfn slow() {}\n"), pairs(&[]));
}

#[test]
fn a_claim_counts_in_a_file_of_tests_and_in_the_conformance_suite() {
    let header = "//! All transitions.\n//! Proves: X-2, I-15.\n";
    assert_eq!(found_in("crates/a/tests/b.rs", header), pairs(&[("X-2", ""), ("I-15", "")]));
    assert_eq!(found(&format!("{header}#[test]\nfn walks() {{}}\n")), pairs(&[("X-2", ""), ("I-15", "")]));
    let case = "/// One open invitation.\n/// Proves: I-14\npub async fn one_open(store: &dyn Store) {}\n";
    assert_eq!(found_in("crates/membership-testkit/src/conformance.rs", case), pairs(&[("I-14", "one_open")]));
    assert_eq!(found(case), pairs(&[]));
    assert!(find("crates/a/src/b.rs", case)[0].misplaced);
}

#[test]
fn the_case_of_a_macros_list_is_named_by_its_first_word() {
    let source = "conformance! {\n    /// Proves: I-14\n    one_open,\n}\n";
    assert_eq!(found_in("crates/membership-testkit/src/conformance.rs", source), pairs(&[("I-14", "one_open")]));
}

#[test]
fn only_whole_words_are_identifiers() {
    for word in ["APP-1", "ACC-19", "TEN-23", "ORG-43", "X-6", "I-49", "A91"] {
        assert!(is_identifier(word), "{word}");
    }
    for word in ["APP-", "APP1", "AES-128", "SHA-256", "A", "A-1", "I49", "X-6b", "UTF-8", "a1"] {
        assert!(!is_identifier(word), "{word}");
    }
}
