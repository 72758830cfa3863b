//! One of the three lists: `- [ ] APP-1 text`, one line each, in sections.

use std::collections::BTreeSet;

use super::proofs::is_identifier;
use crate::failure::{Failure, Outcome};

pub(super) struct List {
    pub(super) path: String,
    text: String,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) id: String,
    pub(super) ticked: bool,
    pub(super) section: String,
}

/// A line that looks like an item but is none would be lost in silence, so it is a failure; so is one that stands twice.
pub(super) fn parse(path: &str, text: &str) -> Outcome<List> {
    let mut lines = Vec::new();
    let mut seen = BTreeSet::new();
    let mut section = String::new();
    for (index, raw) in text.lines().enumerate() {
        if let Some(title) = raw.strip_prefix("## ") {
            title.clone_into(&mut section);
        }
        if !raw.starts_with("- [") {
            continue;
        }
        let wrong = |what: &str| Failure::new(format!("{path}:{}: {what}", index + 1));
        let (ticked, id) = item(raw).ok_or_else(|| wrong("not of the form `- [ ] APP-1 text`"))?;
        if !seen.insert(id) {
            return Err(wrong(&format!("{id} stands here twice")));
        }
        lines.push(Line { id: id.to_owned(), ticked, section: section.clone() });
    }
    Ok(List { path: path.to_owned(), text: text.to_owned(), lines })
}

impl List {
    /// The sections that have lines, in order.
    pub(super) fn sections(&self) -> Vec<&str> {
        let mut sections: Vec<&str> = self.lines.iter().map(|line| line.section.as_str()).collect();
        sections.dedup();
        sections
    }

    /// The same text with the boxes set anew.
    pub(super) fn ticked(&self, is_proven: impl Fn(&str) -> bool) -> String {
        let set = |line: &str| match item(line) {
            Some((_, id)) => {
                let rest = line.get("- [ ]".len()..).unwrap_or_default();
                format!("- [{}]{rest}\n", if is_proven(id) { 'x' } else { ' ' })
            }
            None => format!("{line}\n"),
        };
        self.text.lines().map(set).collect()
    }
}

fn item(line: &str) -> Option<(bool, &str)> {
    let (ticked, rest) = match line.strip_prefix("- [x] ") {
        Some(rest) => (true, rest),
        None => (false, line.strip_prefix("- [ ] ")?),
    };
    let id = rest.split(' ').next()?;
    is_identifier(id).then_some((ticked, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Title\n\n## APP: first\n\n- [ ] APP-1 may\n- [x] APP-2 must\n- a note\n\n## A\n\n- [ ] A7 (real)\n";

    #[test]
    fn lines_have_a_box_an_identifier_and_a_section() {
        let list = parse("docs/a.md", TEXT).unwrap();
        let line = |id: &str, ticked, section: &str| Line { id: id.into(), ticked, section: section.into() };
        let expected = [line("APP-1", false, "APP: first"), line("APP-2", true, "APP: first"), line("A7", false, "A")];
        assert_eq!(list.lines, expected);
        assert_eq!(list.sections(), ["APP: first", "A"]);
    }

    #[test]
    fn a_line_that_cannot_be_read_or_stands_twice_is_refused() {
        for text in ["- [X] APP-1 may", "- [ ] APP1 may", "- [ ]APP-1 may", "- [ ] APP-1 a\n- [ ] APP-1 b"] {
            assert!(parse("docs/a.md", text).is_err(), "{text}");
        }
    }

    #[test]
    fn boxes_are_set_and_nothing_else_changes() {
        let list = parse("docs/a.md", TEXT).unwrap();
        let expected = TEXT.replace("- [ ] APP-1", "- [x] APP-1").replace("- [x] APP-2", "- [ ] APP-2");
        assert_eq!(list.ticked(|id| id == "APP-1"), expected);
    }
}
