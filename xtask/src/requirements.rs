//! `cargo xtask requirements`: which test stands for which line of the three lists. The rule by which a test names a
//! line stands at the head of docs/requirements.md.

mod list;
mod proofs;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Failure, Outcome};
use list::{List, parse};
use proofs::Proof;

const LISTS: [&str; 3] = ["docs/requirements.md", "docs/invariants.md", "docs/threats.md"];
const SOURCES: &str = "crates";

/// The lists, and by identifier the tests that name it.
struct Survey {
    lists: Vec<List>,
    tests: BTreeMap<String, BTreeSet<String>>,
    /// Claims that stand where no test is.
    misplaced: Vec<String>,
}

/// Every line with its tests, then the totals.
pub(crate) fn print() -> Outcome {
    let survey = survey()?;
    for line in survey.lists.iter().flat_map(|list| &list.lines) {
        let tests = survey.tests.get(&line.id);
        println!("{} {}", if tests.is_some() { "[x]" } else { "[ ]" }, line.id);
        for test in tests.into_iter().flatten() {
            println!("      {test}");
        }
    }
    print_totals(&survey);
    Failure::unless_empty("requirements", &survey.unfounded())
}

pub(crate) fn check() -> Outcome {
    let survey = survey()?;
    print_totals(&survey);
    Failure::unless_empty("requirements", &survey.findings())
}

pub(crate) fn write() -> Outcome {
    let survey = survey()?;
    for list in &survey.lists {
        let text = list.ticked(|id| survey.tests.contains_key(id));
        fs::write(&list.path, text).context(format!("writing {}", list.path))?;
    }
    print_totals(&survey);
    Failure::unless_empty("requirements", &survey.unfounded())
}

impl Survey {
    fn new(lists: Vec<List>, proofs: Vec<Proof>) -> Self {
        let mut survey = Self { lists, tests: BTreeMap::new(), misplaced: Vec::new() };
        for proof in proofs {
            if proof.misplaced {
                survey.misplaced.push(format!("{}: claims {} where no test is", proof.test, proof.id));
            } else {
                survey.tests.entry(proof.id).or_default().insert(proof.test);
            }
        }
        survey
    }

    /// Where a box and the tests disagree, and claims that no list knows.
    fn findings(&self) -> Vec<String> {
        let lines = self.lists.iter().flat_map(|list| list.lines.iter().map(move |line| (&list.path, line)));
        let disagreement = |(path, line): (&String, &list::Line)| {
            let id = &line.id;
            match (line.ticked, self.tests.get(id).and_then(BTreeSet::first)) {
                (true, None) => Some(format!("{path}: {id} is ticked, but no test names it")),
                (false, Some(test)) => {
                    Some(format!("{path}: {id} is open, but {test} names it; run `cargo xtask requirements --write`"))
                }
                (true, Some(_)) | (false, None) => None,
            }
        };
        lines.filter_map(disagreement).chain(self.unfounded()).collect()
    }

    fn unfounded(&self) -> Vec<String> {
        let known: BTreeSet<&String> = self.lists.iter().flat_map(|list| &list.lines).map(|line| &line.id).collect();
        let unknown = self
            .tests
            .iter()
            .filter(|(id, _)| !known.contains(id))
            .flat_map(|(id, tests)| tests.iter().map(move |test| format!("{test}: names {id}, which no list has")));
        unknown.chain(self.misplaced.iter().cloned()).collect()
    }
}

fn print_totals(survey: &Survey) {
    for list in &survey.lists {
        let proven = |line: &&list::Line| survey.tests.contains_key(&line.id);
        for section in list.sections() {
            let lines = || list.lines.iter().filter(|line| line.section == section);
            println!("{:>4} of {:<4} {section}", lines().filter(proven).count(), lines().count());
        }
        println!("{:>4} of {:<4} {}", list.lines.iter().filter(proven).count(), list.lines.len(), list.path);
    }
}

fn survey() -> Outcome<Survey> {
    let read = |path: &Path| fs::read_to_string(path).context(format!("reading {}", path.display()));
    let lists = LISTS.iter().map(|path| parse(path, &read(Path::new(path))?)).collect::<Outcome<Vec<_>>>()?;
    let mut proofs = Vec::new();
    for path in rust_files(Path::new(SOURCES))? {
        proofs.extend(proofs::find(&path.display().to_string(), &read(&path)?));
    }
    Ok(Survey::new(lists, proofs))
}

/// In a fixed order, so that the same tests print the same page.
fn rust_files(dir: &Path) -> Outcome<Vec<PathBuf>> {
    let reading = || format!("reading {}", dir.display());
    let mut entries = fs::read_dir(dir).context(reading())?.collect::<Result<Vec<_>, _>>().context(reading())?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut files = Vec::new();
    for path in entries.iter().map(fs::DirEntry::path) {
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(list: &str, source: &str) -> Vec<String> {
        let lists = vec![parse("docs/a.md", list).unwrap()];
        Survey::new(lists, proofs::find("crates/a/src/b.rs", source)).findings()
    }

    const TEST: &str = "/// APP-1: may.\n#[test]\nfn may() {}\n";

    #[test]
    fn boxes_and_tests_that_agree_are_fine() {
        assert!(findings("- [x] APP-1 may\n- [ ] APP-2 must", TEST).is_empty());
    }

    #[test]
    fn a_ticked_line_without_a_test_is_refused() {
        assert_eq!(findings("- [x] APP-1 may", ""), ["docs/a.md: APP-1 is ticked, but no test names it"]);
    }

    #[test]
    fn an_open_line_with_a_test_is_refused() {
        let found = findings("- [ ] APP-1 may", TEST);
        assert!(found[0].starts_with("docs/a.md: APP-1 is open, but crates/a/src/b.rs::may names it"), "{found:?}");
    }

    #[test]
    fn an_identifier_that_no_list_has_is_refused() {
        assert_eq!(findings("", TEST), ["crates/a/src/b.rs::may: names APP-1, which no list has"]);
    }

    #[test]
    fn a_claim_where_no_test_is_is_refused() {
        let found = findings("- [ ] APP-1 may", "/// Proves: APP-1\nfn production() {}\n");
        assert_eq!(found, ["crates/a/src/b.rs::production: claims APP-1 where no test is"]);
    }
}
