//! Which lines a source file's tests name. It reads lines, not syntax: a test inside `proptest!` or another macro is
//! found like any other.

/// One test that names one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Proof {
    pub(super) id: String,
    /// Where to find it: `crates/x/src/y.rs::name`, or the file alone for a claim in its header.
    pub(super) test: String,
    /// A claim in a file that holds no tests.
    pub(super) misplaced: bool,
}

/// Identifiers begin with the name of their list, then count.
const PREFIXES: [&str; 7] = ["APP-", "ACC-", "TEN-", "ORG-", "X-", "I-", "A"];

/// The crate whose conformance suite other crates run: its cases are tests without looking like one.
const SUITE: &str = "crates/membership-testkit/";

pub(super) fn is_identifier(word: &str) -> bool {
    let is_number = |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    PREFIXES.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(is_number))
}

pub(super) fn find(path: &str, source: &str) -> Vec<Proof> {
    let mut reader =
        Reader { path, holds_tests: path.starts_with(SUITE) || path.contains("/tests/"), ..Reader::default() };
    source.lines().for_each(|line| reader.read(line.trim()));
    let misplaced = !reader.holds_tests;
    let proof = |(id, test, is_claim)| Proof { id, test, misplaced: is_claim && misplaced };
    reader.found.into_iter().map(proof).collect()
}

/// Walks down a file, keeping what stands above the next item.
#[derive(Default)]
struct Reader<'a> {
    path: &'a str,
    holds_tests: bool,
    docs: Vec<&'a str>,
    next: Next,
    /// Inside an attribute that goes over several lines.
    in_attribute: bool,
    /// Identifier, test, and whether it is a claim (`Proves:`) rather than a test's doc comment.
    found: Vec<(String, String, bool)>,
}

/// What the attributes so far say of the item that follows.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Next {
    #[default]
    NoTest,
    Test,
    /// `#[ignore]` beside `#[test]`, in either order.
    Ignored,
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: &'a str) {
        if self.in_attribute {
            self.in_attribute = !line.ends_with(']');
        } else if let Some(header) = line.strip_prefix("//!") {
            self.claim(header, self.path);
        } else if let Some(doc) = line.strip_prefix("///") {
            self.docs.push(doc);
        } else if let Some(attribute) = line.strip_prefix("#[") {
            self.attribute(attribute);
        } else if !line.is_empty() && !line.starts_with("//") {
            self.item(line);
        }
    }

    fn attribute(&mut self, attribute: &str) {
        let path = attribute.split(['(', ']', '=', ' ']).next().unwrap_or_default();
        let name = path.rsplit("::").next().unwrap_or_default();
        self.holds_tests |= name == "test";
        self.next = match (self.next, name) {
            (Next::NoTest, "test") => Next::Test,
            (_, "ignore") => Next::Ignored,
            (unchanged, _) => unchanged,
        };
        // `#[test] fn name()` on one line is not how rustfmt leaves it, except inside macros.
        self.in_attribute = !attribute.contains(']');
        if let Some((_, rest)) = attribute.split_once("] ").filter(|(_, rest)| rest.contains("fn ")) {
            self.item_named(name_of(rest));
        }
    }

    fn item(&mut self, line: &str) {
        self.item_named(name_of(line));
    }

    fn item_named(&mut self, name: &str) {
        let test = format!("{}::{name}", self.path);
        for doc in std::mem::take(&mut self.docs) {
            match self.next {
                Next::NoTest => self.claim(doc, &test),
                Next::Test => self.found.extend(identifiers(doc).map(|id| (id.to_owned(), test.clone(), false))),
                Next::Ignored => {}
            }
        }
        self.next = Next::NoTest;
    }

    fn claim(&mut self, doc: &str, test: &str) {
        if let Some(claimed) = doc.trim().strip_prefix("Proves:") {
            self.found.extend(identifiers(claimed).map(|id| (id.to_owned(), test.to_owned(), true)));
        }
    }
}

/// The function's name, or else the item's first word: a case in a macro's list.
fn name_of(line: &str) -> &str {
    let from = line.split_once("fn ").map_or(line, |(_, name)| name);
    let end = from.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(from.len());
    from.get(..end).unwrap_or_default()
}

/// Every identifier that is claimed whole. One that is followed by "in part" is told to the reader and proves nothing.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let whole = |at: usize| words.get(at + 1..at + 3) != Some(["in", "part"].as_slice());
    let claimed = words.iter().enumerate().filter(|(at, word)| is_identifier(word) && whole(*at));
    claimed.map(|(_, word)| *word).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests;
