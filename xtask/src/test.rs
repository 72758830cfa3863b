//! `cargo xtask test`: every test, with everything that tests need.

use crate::failure::Outcome;
use crate::process::{self, cargo};
use crate::testbed::{Testbed, is_build_machine};

/// Runs all tests, or those that `arguments` (for nextest) choose.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let testbed = Testbed::start()?;
    for words in commands(has_nextest(), is_build_machine(), arguments) {
        let mut tests = cargo();
        tests.args(words);
        testbed.describe_to(&mut tests);
        process::run(&mut tests)?;
    }
    Ok(())
}

/// nextest runs each test in a process of its own, but no doc tests: those run by themselves, and first, because the
/// last summary is the one that is read.
fn commands(has_nextest: bool, is_build_machine: bool, arguments: &[String]) -> Vec<Vec<String>> {
    let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    if !has_nextest {
        let separator: &[&str] = if arguments.is_empty() { &[] } else { &["--"] };
        return vec![[words(&["test", "--workspace"]), words(separator), arguments.to_vec()].concat()];
    }
    let profile = if is_build_machine { "ci" } else { "default" };
    let chosen = [words(&["nextest", "run", "--workspace", "--profile", profile]), arguments.to_vec()].concat();
    if arguments.is_empty() { vec![words(&["test", "--workspace", "--doc"]), chosen] } else { vec![chosen] }
}

fn has_nextest() -> bool {
    process::capture(cargo().args(["nextest", "--version"])).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(has_nextest: bool, is_build_machine: bool, arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        commands(has_nextest, is_build_machine, &arguments).iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn doc_tests_run_beside_nextest() {
        let expected = ["test --workspace --doc", "nextest run --workspace --profile ci"];
        assert_eq!(lines(true, true, &[]), expected);
    }

    #[test]
    fn a_choice_of_tests_leaves_the_doc_tests_out() {
        assert_eq!(lines(true, false, &["accept"]), ["nextest run --workspace --profile default accept"]);
    }

    #[test]
    fn without_nextest_cargo_runs_everything() {
        assert_eq!(lines(false, true, &[]), ["test --workspace"]);
        assert_eq!(lines(false, true, &["accept"]), ["test --workspace -- accept"]);
    }
}
