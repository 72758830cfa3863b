//! Source files: short enough to read in one go, named after what they hold, and finished.

use std::path::Path;

use super::File;

const ASK_ABOVE: usize = 300;
const REFUSE_ABOVE: usize = 500;

/// Names that say nothing about what is inside, and so collect everything.
const EMPTY_NAMES: [&str; 8] = ["utils", "helpers", "common", "misc", "models", "services", "manager", "mod"];

/// Marks of unfinished work. Written in halves, or this file would find itself.
const UNFINISHED: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// XML bodies: the parser behind them is one that `lock` tolerates only because none is ever read. In halves, as above.
const XML_BODIES: [&str; 2] = [concat!("payload::", "Xml"), concat!("web::", "Xml")];

pub(super) fn check(file: &File) -> Vec<String> {
    if !is_rust(file) {
        return Vec::new();
    }
    [too_long(file), empty_name(file)].into_iter().flatten().chain(unfinished(file)).chain(xml_body(file)).collect()
}

/// A file that is long enough to ask whether it holds two things.
pub(super) fn question(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    let asked = is_rust(file) && !holds_tests(&file.path) && (ASK_ABOVE + 1..=REFUSE_ABOVE).contains(&lines);
    asked.then(|| format!("{}: {lines} lines; does it hold two things?", file.path))
}

fn too_long(file: &File) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > REFUSE_ABOVE).then(|| format!("{}: {lines} lines, more than {REFUSE_ABOVE}: split it", file.path))
}

fn empty_name(file: &File) -> Option<String> {
    let path = Path::new(&file.path).with_extension("");
    let name = path.iter().find(|part| EMPTY_NAMES.iter().any(|name| part == name))?;
    Some(format!("{}: `{}` says nothing about what it holds", file.path, name.display()))
}

fn unfinished(file: &File) -> impl Iterator<Item = String> {
    file.text.lines().enumerate().filter_map(|(index, line)| {
        let mark = UNFINISHED.iter().find(|mark| has_word(line, mark))?;
        Some(format!("{}:{}: {mark}", file.path, index + 1))
    })
}

fn xml_body(file: &File) -> Option<String> {
    let mark = XML_BODIES.iter().find(|mark| file.text.contains(*mark))?;
    Some(format!("{}: {mark} reads XML, with a parser that is too old for that", file.path))
}

fn has_word(line: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let (before, from) = line.split_at(start);
        let after = from.strip_prefix(word).unwrap_or_default();
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

fn is_rust(file: &File) -> bool {
    Path::new(&file.path).extension().is_some_and(|extension| extension == "rs")
}

fn holds_tests(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&file(path, text))
    }

    #[test]
    fn a_long_file_is_questioned_then_refused() {
        let of = |path: &str, lines: usize| file(path, &"\n".repeat(lines));
        assert_eq!(question(&of("a/src/b.rs", 300)), None);
        assert!(question(&of("a/src/b.rs", 301)).is_some());
        assert_eq!(question(&of("a/src/b/tests.rs", 301)), None);
        assert_eq!(check(&of("a/src/b.rs", 500)).len(), 0);
        assert_eq!(check(&of("a/src/b.rs", 501)).len(), 1);
        assert_eq!(check(&of("a/src/b/tests.rs", 501)).len(), 1);
        assert_eq!(check(&of("docs/b.md", 501)).len(), 0);
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        for path in ["a/src/utils.rs", "a/src/member/mod.rs", "a/tests/common/store.rs"] {
            assert_eq!(findings(path, "").len(), 1, "{path}");
        }
        assert_eq!(findings("a/src/module.rs", "").len(), 0);
        assert_eq!(findings("a/src/tenant.rs", "").len(), 0);
    }

    #[test]
    fn reading_xml_is_refused() {
        for mark in XML_BODIES {
            assert_eq!(findings("a/src/b.rs", &format!("use poem_openapi::{mark};")).len(), 1);
        }
    }

    #[test]
    fn unfinished_work_is_refused_with_its_line() {
        for mark in UNFINISHED {
            assert_eq!(findings("a/src/b.rs", &format!("\n// {mark}: later")), [format!("a/src/b.rs:2: {mark}")]);
        }
        assert_eq!(findings("a/src/b.rs", "let sextodo = MASTODON;").len(), 0);
    }
}
