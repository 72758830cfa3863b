//! The rows of an import, a page at a time: whom each is about, and what it would do, or has done.

use membership_core::import::{
    Column, Header, Import, RowFault, Verdict, VerdictKind, Way,
    result::{ImportRow, RowFilter},
};
use serde::Deserialize;

use super::{count::Count, listed::done_and_left, mark::Mark};
use crate::{moment::Moment, words::sentence};

/// Rows on one page.
const ROWS: u16 = 50;
/// How many pages back are remembered in the address.
const REMEMBERED: usize = 20;

/// Which rows to show, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    /// Only those that do this; all if that is nothing we know.
    does: String,
    /// Only those behind this position.
    after: String,
    /// Where the pages before this one began, the newest first, each with a dot behind it; an empty one is the beginning.
    trail: String,
}

/// One of the counts that filter.
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: &'static str,
    pub(super) count: Count,
    /// So many more were to do the same, and were not done.
    pub(super) undone: Option<Count>,
    pub(super) here: bool,
    /// Which of our colours; empty for all rows together.
    pub(super) class: &'static str,
}

/// A page of rows.
pub(super) struct Rows {
    pub(super) list: Vec<Row>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
    /// Whether any of them shows a link to hand over.
    pub(super) links: bool,
}

/// A row.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) who: String,
    pub(super) known_by: String,
    /// Its departments and roles, as typed, of somebody who is new.
    pub(super) places: Vec<String>,
    pub(super) mark: Mark,
    pub(super) said: &'static str,
    pub(super) changes: Vec<(&'static str, String, String)>,
    pub(super) faults: Vec<Reason>,
    pub(super) link: Option<(String, Option<Moment>)>,
}

/// One reason for a refusal.
pub(super) struct Reason {
    pub(super) column: Option<&'static str>,
    pub(super) why: String,
    pub(super) fix: String,
}

impl Asked {
    fn kind(&self) -> Option<VerdictKind> {
        VerdictKind::ALL.into_iter().find(|kind| kind.as_str() == self.does)
    }

    fn after(&self) -> Option<u32> {
        self.after.parse().ok()
    }

    /// What the kernel is asked: one row more than is shown, which tells whether there is another page.
    pub(super) fn wanted(&self) -> (RowFilter, u16) {
        (RowFilter { kind: self.kind(), after: self.after() }, ROWS + 1)
    }

    /// The four counts and all of them together, each leading to its rows.
    pub(super) fn tabs(&self, import: &Import, path: &str) -> Vec<Tab> {
        let ((done, left), here, started) = (done_and_left(import), self.kind(), import.course().is_some());
        let all = Tab {
            href: path.to_owned(),
            label: "All rows",
            count: Count(done.rows() + left.rows()),
            undone: None,
            here: here.is_none(),
            class: "",
        };
        let each = VerdictKind::ALL.into_iter().map(|kind| {
            // What is only planned is all there is before the start; and whatever is refused stays so.
            let is_separate = started && kind != VerdictKind::Refuse;
            let left = left.of(kind);
            Tab {
                href: format!("{path}?does={}", kind.as_str()),
                label: label(kind, started),
                count: Count(if is_separate { done.of(kind) } else { done.of(kind) + left }),
                undone: (is_separate && left > 0).then_some(Count(left)),
                here: here == Some(kind),
                class: kind.as_str(),
            }
        });
        std::iter::once(all).chain(each).collect()
    }

    /// The page that `found` makes: what [`wanted`](Self::wanted) has asked for.
    pub(super) fn page(&self, import: &Import, mut found: Vec<ImportRow>, path: &str) -> Rows {
        let more = found.len() > usize::from(ROWS);
        found.truncate(usize::from(ROWS));
        let older = found.last().filter(|_| more).map(|last| self.older(last.position, path));
        let list: Vec<Row> = found.iter().map(|row| Row::of(row, import)).collect();
        let links = list.iter().any(|row| row.link.is_some());
        Rows { list, newer: self.newer(path), older, links }
    }

    fn trail(&self) -> impl Iterator<Item = Option<u32>> + '_ {
        self.trail.split_terminator('.').take(REMEMBERED).map(|position| position.parse().ok())
    }

    fn older(&self, last: u32, path: &str) -> String {
        let trail = std::iter::once(self.after()).chain(self.trail()).take(REMEMBERED);
        self.address(path, Some(last), trail)
    }

    /// The page before this one; `None` on the first. Where it is not known any more, it is the first.
    fn newer(&self, path: &str) -> Option<String> {
        self.after()?;
        let mut trail = self.trail();
        let before = trail.next().flatten();
        Some(self.address(path, before, trail))
    }

    fn address(&self, path: &str, after: Option<u32>, trail: impl Iterator<Item = Option<u32>>) -> String {
        let does = self.kind().map(|kind| format!("does={}", kind.as_str()));
        let trail = after.map(|_| {
            let steps = trail.map(|step| step.map_or_else(|| ".".to_owned(), |position| format!("{position}.")));
            format!("trail={}", steps.collect::<String>())
        });
        let query = does.into_iter().chain(after.map(|after| format!("after={after}"))).chain(trail);
        let query = query.collect::<Vec<_>>().join("&");
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

const fn label(kind: VerdictKind, started: bool) -> &'static str {
    match (kind, started) {
        (VerdictKind::Create, false) => "New",
        (VerdictKind::Create, true) => "Created",
        (VerdictKind::Change, false) => "To change",
        (VerdictKind::Change, true) => "Changed",
        (VerdictKind::Unchanged, _) => "Unchanged",
        (VerdictKind::Refuse, _) => "Refused",
    }
}

impl Row {
    fn of(row: &ImportRow, import: &Import) -> Self {
        let cell = |column| cell(&import.header, &row.cells, column);
        let known: Vec<&str> =
            [Column::Name, Column::Email, Column::Username, Column::Member].into_iter().filter_map(cell).collect();
        let verdict = row.verdict();
        let kind = verdict.kind();
        let mark = match (&row.outcome, import.course()) {
            (Some(_), _) => Mark::done(kind),
            (None, Some(_)) if kind != VerdictKind::Refuse => Mark::not_done(),
            (None, _) => Mark::planned(kind),
        };
        let is_new = kind == VerdictKind::Create;
        let places = [Column::Departments, Column::Roles].into_iter().filter_map(cell).filter(|_| is_new);
        let changes = match verdict {
            Verdict::Change { cells } => {
                cells.iter().map(|cell| (cell.column.title(), cell.from.clone(), cell.to.clone())).collect()
            }
            Verdict::Create { .. } | Verdict::Unchanged | Verdict::Refuse { .. } => Vec::new(),
        };
        Self {
            number: row.number,
            who: known.first().copied().unwrap_or_default().to_owned(),
            known_by: known.get(1).copied().unwrap_or_default().to_owned(),
            places: places.map(str::to_owned).collect(),
            mark,
            said: said(verdict, row.outcome.is_some()),
            changes,
            faults: verdict.faults().iter().map(Reason::of).collect(),
            link: row.link.as_ref().map(|link| (link.url.clone(), link.expires_at.map(Moment))),
        }
    }
}

/// How somebody new joins; nothing of any other row, which says more by itself.
const fn said(verdict: &Verdict, is_done: bool) -> &'static str {
    match (verdict, is_done) {
        (Verdict::Create { way: Way::Mail }, false) => "Gets an invitation by mail",
        (Verdict::Create { way: Way::Mail }, true) => "Invited by mail",
        (Verdict::Create { way: Way::Link }, false) => "You get a link to hand over",
        (Verdict::Create { way: Way::Link }, true) => "Invited by a link to hand over",
        (Verdict::Create { way: Way::PasswordLink }, false) => {
            "Gets an account at once; you get a link to a password to hand over"
        }
        (Verdict::Create { way: Way::PasswordLink }, true) => "Has an account; the link leads to a password",
        (Verdict::Unchanged, _) => "Is so already",
        (Verdict::Change { .. } | Verdict::Refuse { .. }, _) => "",
    }
}

fn cell<'a>(header: &Header, cells: &'a [String], column: Column) -> Option<&'a str> {
    let at = header.0.iter().position(|heading| heading.column == Some(column))?;
    cells.get(at).map(String::as_str).filter(|text| !text.is_empty())
}

impl Reason {
    fn of(fault: &RowFault) -> Self {
        Self {
            column: fault.column.map(Column::title),
            why: sentence(&fault.reason),
            fix: if fault.fix.is_empty() { String::new() } else { sentence(&fault.fix) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_can_go_back_as_far_as_one_has_come() {
        let asked = |query: &str| -> Asked {
            let part = |name: &str| {
                let value = query.split(['?', '&']).find_map(|pair| pair.strip_prefix(&format!("{name}=")));
                value.unwrap_or_default().to_owned()
            };
            Asked { does: part("does"), after: part("after"), trail: part("trail") }
        };
        let first = asked("?does=refuse");
        assert!(first.newer("/x").is_none());
        let second = first.older(49, "/x");
        assert_eq!(second, "/x?does=refuse&after=49&trail=.");
        let third = asked(&second).older(120, "/x");
        assert_eq!(third, "/x?does=refuse&after=120&trail=49..");
        assert_eq!(asked(&third).newer("/x").unwrap(), second);
        assert_eq!(asked(&second).newer("/x").unwrap(), "/x?does=refuse");
        // Planted nonsense is never repeated.
        let odd = asked("?does=<b>&after=7&trail=<script>.x");
        assert_eq!(odd.newer("/x").unwrap(), "/x");
        assert_eq!(odd.older(8, "/x"), "/x?after=8&trail=7...");
        let mut far = asked("");
        for position in 0..100 {
            far = asked(&far.older(position, "/x"));
        }
        assert_eq!(far.trail.matches('.').count(), REMEMBERED);
    }
}
