//! Names: what a table calls departments and roles, and what is meant; and the other way round.
//!
//! Several stand in one cell, separated by semicolons or line breaks. A department is called by its name, or by the way to it
//! (`Sales / North`); a role by its name, with a department it is limited to (`Editor @ Sales`) and the last day of it
//! (`Editor until 2030-12-31`), in this order. A backslash takes any of `;`, `/` and `@` at its letter.

mod nearest;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

pub(super) use nearest::nearest;

use super::{Column, RowFault, RowRefused, typed::clipped};
use crate::{
    actor::{Grants, Ground},
    department::{Department, Tree},
    id::{DepartmentId, RoleId},
    name::DisplayName,
    role::{
        Assignment, Assignments, Catalogue, Grant, Permission,
        assign::{Wanted, WantedGrant},
        assignment::Until,
    },
};

/// Cells that were read and are not read again: most rows of a table say the same. Long ones are not kept.
const MOST_REMEMBERED: usize = 5_000;
const LONGEST_REMEMBERED: usize = 500;
/// Names for which something similar is looked for: that is dear, and whoever gets a hundred of them wrong sees what is wrong.
const MOST_SUGGESTED: u32 = 100;

/// The names of a tenant, as somebody who may choose some of its departments reads them.
pub(super) struct Names {
    ground: Ground,
    /// The departments to choose from; `None` for all.
    open: Option<HashSet<DepartmentId>>,
    by_name: HashMap<String, Vec<DepartmentId>>,
    roles: HashMap<String, RoleId>,
    departments_read: HashMap<String, Result<Vec<DepartmentId>, RowFault>>,
    roles_read: HashMap<String, Result<Vec<Wanted>, RowFault>>,
    suggestions: u32,
}

impl Names {
    pub(super) fn of(grants: &Grants) -> Self {
        let (tree, catalogue) = (grants.tree(), grants.catalogue());
        let doors = [Permission::MEMBERS_INVITE, Permission::MEMBERS_MANAGE, Permission::MEMBERS_READ];
        let all = doors.iter().any(|door| grants.holds(door));
        let is_open = |id: &DepartmentId| doors.iter().any(|door| grants.holds_over(door, *id));
        let open = (!all).then(|| tree.departments().map(|department| department.id).filter(is_open).collect());
        let mut by_name: HashMap<String, Vec<DepartmentId>> = HashMap::new();
        for department in tree.departments() {
            by_name.entry(department.name.canonical()).or_default().push(department.id);
        }
        Self {
            ground: grants.ground().clone(),
            open,
            by_name,
            roles: catalogue.roles().iter().map(|role| (role.name.canonical(), role.id)).collect(),
            departments_read: HashMap::new(),
            roles_read: HashMap::new(),
            suggestions: MOST_SUGGESTED,
        }
    }

    /// Whether they are still those of `grants`.
    pub(super) fn are_of(&self, grants: &Grants) -> bool {
        self.tree().id() == grants.tree().id() && self.ground.catalogue.id() == grants.catalogue().id()
    }

    /// The roles that the holder of `grants` may give, as a cell says them: in the whole tenant, or else for a department for
    /// which something is held.
    pub(super) fn roles_to_give(&self, grants: &Grants) -> Vec<String> {
        let roles = self.ground.catalogue.roles().iter();
        let mut texts = Vec::new();
        for role in roles {
            let whole = Assignment::of(Grant::Role(role.id));
            if grants.first_lacking([&whole]).is_none() {
                texts.push(escaped(role.name.as_str()));
                continue;
            }
            let limits = grants.limited().map(|(within, _)| within).collect::<HashSet<_>>();
            let some = limits.into_iter().map(|within| Assignment { within: Some(within), ..whole.clone() });
            let given =
                some.filter(|one| grants.first_lacking([one]).is_none()).map(|one| std::iter::once(one).collect());
            texts.extend(given.map(|one: Assignments| self.assignments_text(&one)));
        }
        texts
    }

    fn tree(&self) -> &Tree {
        &self.ground.tree
    }

    /// Whether `department` can be chosen.
    pub(super) fn is_open(&self, department: DepartmentId) -> bool {
        self.open.as_ref().is_none_or(|open| open.contains(&department))
    }

    /// The departments that a cell names, in its order.
    pub(super) fn departments(&mut self, cell: &str) -> Result<Vec<DepartmentId>, RowFault> {
        if let Some(read) = self.departments_read.get(cell) {
            return read.clone();
        }
        let read = items(cell).map(|item| self.department(item, Column::Departments)).collect();
        remember(&mut self.departments_read, cell, &read);
        read
    }

    /// What a cell gives.
    pub(super) fn roles(&mut self, cell: &str) -> Result<Vec<Wanted>, RowFault> {
        if let Some(read) = self.roles_read.get(cell) {
            return read.clone();
        }
        let read = items(cell).map(|item| self.assignment(item)).collect();
        remember(&mut self.roles_read, cell, &read);
        read
    }

    fn department(&mut self, item: &str, column: Column) -> Result<DepartmentId, RowFault> {
        let name = plain(item);
        let whole = canonical(&name).and_then(|name| self.by_name.get(&name)).cloned().unwrap_or_default();
        let found = if whole.is_empty() { self.on_the_way(item) } else { whole };
        let (open, closed): (Vec<_>, Vec<_>) = found.into_iter().partition(|id| self.is_open(*id));
        // Somebody may belong to a department that cannot be chosen: who names it, and changes nothing, is understood.
        let candidates = if open.is_empty() { closed } else { open };
        match candidates.as_slice() {
            [one] => Ok(*one),
            [] => Err(self.unknown_department(&name, column)),
            several => {
                let top = several.iter().filter(|id| self.is_below_the_root(**id)).copied().collect::<Vec<_>>();
                match top.as_slice() {
                    [one] if parts(item, '/').count() == 1 => Ok(*one),
                    _ => Err(self.ambiguous(&name, several, column)),
                }
            }
        }
    }

    /// The departments to which the way in `item` leads, from the root or from anywhere.
    fn on_the_way(&self, item: &str) -> Vec<DepartmentId> {
        let steps: Option<Vec<String>> = parts(item, '/').map(|part| canonical(&plain(part))).collect();
        let Some((last, above)) = steps.as_deref().and_then(<[String]>::split_last) else { return Vec::new() };
        let Some(named) = self.by_name.get(last) else { return Vec::new() };
        let leads = |id: &&DepartmentId| {
            let mut up = self.tree().upward(**id).skip(1).filter_map(|id| self.tree().get(id).ok());
            above.iter().rev().all(|step| up.next().is_some_and(|department| department.name.canonical() == *step))
        };
        let found: Vec<DepartmentId> = named.iter().filter(leads).copied().collect();
        // A way from the top is one way, whatever lies deeper under the same names.
        let whole = |id: &&DepartmentId| self.tree().depth(**id).is_some_and(|depth| depth <= above.len() + 2);
        let from_the_top: Vec<DepartmentId> = found.iter().filter(whole).copied().collect();
        if from_the_top.len() == 1 { from_the_top } else { found }
    }

    fn is_below_the_root(&self, id: DepartmentId) -> bool {
        self.tree().depth(id).is_some_and(|depth| depth <= 2)
    }

    fn ambiguous(&self, name: &str, several: &[DepartmentId], column: Column) -> RowFault {
        let ways: Vec<String> = several.iter().take(3).map(|id| self.way(*id)).collect();
        let fix = format!("write which: {}", ways.join(", or "));
        RowFault::new(column, &RowRefused::DepartmentAmbiguous { name: clipped(name) }).with_fix(fix)
    }

    fn unknown_department(&mut self, name: &str, column: Column) -> RowFault {
        let open = self.tree().departments().filter(|department| self.is_open(department.id));
        let near =
            (self.suggestions > 0).then(|| nearest(name, open.map(|department| department.name.as_str()))).flatten();
        let fix = near.map(meant);
        self.suggestions = self.suggestions.saturating_sub(1);
        suggesting(RowFault::new(column, &RowRefused::DepartmentUnknown { name: clipped(name) }), fix)
    }

    fn assignment(&mut self, item: &str) -> Result<Wanted, RowFault> {
        if let Some(what) = self.grant(&plain(item)) {
            return Ok(Wanted { what, within: None, until: None });
        }
        let (item, until) = match item.rsplit_once(" until ") {
            Some((before, end)) => (before, Some(last_day(end.trim())?)),
            None => (item, None),
        };
        let mut ends = parts(item, '@');
        let (name, within) = (ends.next().unwrap_or_default(), ends.next());
        let name = plain(name);
        let Some(what) = self.grant(&name) else { return Err(self.unknown_role(&name)) };
        let within = within.map(|within| self.department(within.trim(), Column::Roles)).transpose()?;
        Ok(Wanted { what, within, until })
    }

    fn grant(&self, name: &str) -> Option<WantedGrant> {
        if let Some(role) = canonical(name).and_then(|name| self.roles.get(&name)) {
            return Some(WantedGrant::Role(*role));
        }
        let permission = Permission::parse(name).ok().filter(|permission| self.ground.catalogue.knows(permission));
        permission.map(|permission| WantedGrant::Permission(permission.to_string()))
    }

    fn unknown_role(&mut self, name: &str) -> RowFault {
        let roles = self.ground.catalogue.roles().iter().map(|role| role.name.as_str());
        let fix = (self.suggestions > 0).then(|| nearest(name, roles)).flatten().map(meant);
        self.suggestions = self.suggestions.saturating_sub(1);
        suggesting(RowFault::new(Column::Roles, &RowRefused::RoleUnknown { name: clipped(name) }), fix)
    }

    /// What is said of a department that cannot be chosen: the same as of one that there is not.
    pub(super) fn closed(&mut self, department: DepartmentId, column: Column) -> RowFault {
        let name = self.tree().get(department).map(|department| department.name.to_string()).unwrap_or_default();
        self.unknown_department(&name, column)
    }

    /// The way to `department`, as [`departments`](Self::departments) reads it.
    pub(super) fn way(&self, department: DepartmentId) -> String {
        way(self.tree(), department)
    }

    /// A cell with `departments`.
    pub(super) fn departments_text(&self, departments: &[DepartmentId]) -> String {
        departments_text(self.tree(), departments)
    }

    /// A cell with `assignments`.
    pub(super) fn assignments_text(&self, assignments: &Assignments) -> String {
        assignments_text(&self.ground, assignments)
    }
}

/// A cell with `departments`, as an import reads it.
pub(super) fn departments_text(tree: &Tree, departments: &[DepartmentId]) -> String {
    departments.iter().map(|department| way(tree, *department)).collect::<Vec<_>>().join("; ")
}

/// A cell with `assignments`, as an import reads it.
pub(super) fn assignments_text(ground: &Ground, assignments: &Assignments) -> String {
    let text = |held: &Assignment| {
        let mut text = grant_text(&ground.catalogue, &held.grant);
        if let Some(within) = held.within {
            text.extend([" @ ", &way(&ground.tree, within)]);
        }
        if let Some(until) = until_text(held.until) {
            text.extend([" until ", &until]);
        }
        text
    };
    assignments.iter().map(text).collect::<Vec<_>>().join("; ")
}

fn grant_text(catalogue: &Catalogue, grant: &Grant) -> String {
    match grant {
        Grant::Role(role) => catalogue.role(*role).map(|role| escaped(role.name.as_str())).unwrap_or_default(),
        Grant::Permission(permission) => permission.to_string(),
    }
}

/// The way from below the root to `department`; the root's own name for the root.
fn way(tree: &Tree, department: DepartmentId) -> String {
    let named: Vec<&Department> = tree.upward(department).filter_map(|id| tree.get(id).ok()).collect();
    let below = if named.len() > 1 { named.split_last().map(|(_, below)| below).unwrap_or_default() } else { &named };
    below.iter().rev().map(|department| escaped(department.name.as_str())).collect::<Vec<_>>().join(" / ")
}

/// The last day, if it ends with a day, or the moment.
fn until_text(until: Until) -> Option<String> {
    let until = until?;
    if until.time() == NaiveTime::MIN {
        return until.date_naive().pred_opt().map(|day| day.to_string());
    }
    Some(until.to_rfc3339())
}

/// The first moment after the day, or the moment, that `text` names.
fn last_day(text: &str) -> Result<DateTime<Utc>, RowFault> {
    let day =
        text.parse::<NaiveDate>().ok().and_then(|day| day.succ_opt()).map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let moment = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    day.or_else(moment).ok_or_else(|| RowFault::new(Column::Roles, &RowRefused::NotADay { text: clipped(text) }))
}

fn remember<T: Clone>(read: &mut HashMap<String, Result<T, RowFault>>, cell: &str, result: &Result<T, RowFault>) {
    if read.len() < MOST_REMEMBERED && cell.len() <= LONGEST_REMEMBERED {
        read.insert(cell.to_owned(), result.clone());
    }
}

fn suggesting(fault: RowFault, fix: Option<String>) -> RowFault {
    match fix {
        Some(fix) => fault.with_fix(fix),
        None => fault,
    }
}

fn meant(name: &str) -> String {
    format!("write {name:?} if that is meant")
}

fn canonical(name: &str) -> Option<String> {
    DisplayName::parse(name).ok().map(|name| name.canonical())
}

/// The items of a cell.
fn items(cell: &str) -> impl Iterator<Item = &str> {
    parts(cell, ';').flat_map(|part| part.split(['\n', '\r'])).map(str::trim).filter(|item| !item.is_empty())
}

/// The parts of `text` between those `separator`s that no backslash stands before.
fn parts(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    text.split(move |c: char| {
        let splits = c == separator && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    })
}

/// `text` without the backslashes, and without white space around it.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.trim().chars() {
        escaped = c == '\\' && !escaped;
        if !escaped {
            plain.push(c);
        }
    }
    plain
}

/// `name` as [`plain`] reads it.
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '\\' | ';' | '/' | '@') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_in_names_are_escaped() {
        for name in ["R&D / Ops; all", "a@b", "back\\slash", "\\;", "plain"] {
            assert_eq!(plain(&escaped(name)), name);
            assert_eq!(items(&escaped(name)).count(), 1, "{name}");
            assert_eq!(parts(&escaped(name), '/').count(), 1, "{name}");
        }
        assert_eq!(items("A; B\nC ;; ").collect::<Vec<_>>(), ["A", "B", "C"]);
    }

    #[test]
    fn a_day_is_included() {
        let until = last_day("2030-12-31").unwrap();
        assert_eq!(until.to_rfc3339(), "2031-01-01T00:00:00+00:00");
        assert_eq!(until_text(Some(until)).as_deref(), Some("2030-12-31"));
        let noon = last_day("2030-12-31T12:00:00Z").unwrap();
        assert_eq!(last_day(&until_text(Some(noon)).unwrap()).unwrap(), noon);
        assert_eq!(last_day("soon").unwrap_err().code, "date-malformed");
    }
}
