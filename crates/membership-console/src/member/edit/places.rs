//! The departments that somebody belongs to, each typed or chosen by its path: one list of paths serves all rows, at any size.

use std::collections::HashMap;

use askama::{Template, filters::HtmlSafe};
use membership_core::{id::DepartmentId, role::Permission};

use crate::{department::choices, layout::Admin, typed::Typed};

/// The rows, the primary department first.
#[derive(Template)]
#[template(path = "member/places.html")]
pub(crate) struct Places {
    rows: Vec<Row>,
    paths: Paths,
    fault: Option<String>,
}

struct Row {
    typed: String,
    fault: Option<String>,
    wanted: Option<DepartmentId>,
}

impl HtmlSafe for Places {}

/// The departments that one may choose, by what stands for each.
pub(crate) struct Paths {
    list: Vec<(String, DepartmentId)>,
    known: HashMap<String, DepartmentId>,
}

impl Paths {
    /// Those over which `permission` is held. Two that read alike are told apart by their ids.
    pub(crate) fn of(admin: &Admin, permission: &Permission) -> Self {
        let mut known = HashMap::new();
        let mut list = Vec::new();
        for choice in choices(admin, permission) {
            let Ok(id) = choice.value.parse::<DepartmentId>() else { continue };
            let label =
                if known.contains_key(&choice.label) { format!("{} ({id})", choice.label) } else { choice.label };
            known.insert(label.clone(), id);
            list.push((label, id));
        }
        Self { list, known }
    }

    /// What browsers are offered while somebody types: of very many the first ones; the others are typed with their whole path.
    pub(crate) fn offered(&self, fits: impl Fn(DepartmentId) -> bool) -> impl Iterator<Item = &str> {
        self.list.iter().filter(move |(_, id)| fits(*id)).map(|(label, _)| label.as_str()).take(OFFERED)
    }

    pub(crate) fn find(&self, text: &str) -> Option<DepartmentId> {
        self.known.get(text.trim()).copied()
    }

    /// What stands for a department; its id, if one may not choose it.
    pub(crate) fn label(&self, department: DepartmentId) -> String {
        let found = self.list.iter().find(|(_, id)| *id == department);
        found.map_or_else(|| department.to_string(), |(label, _)| label.clone())
    }
}

/// Most departments that a browser is offered to choose from.
const OFFERED: usize = 2_000;

/// Empty rows beyond the first one, where no script adds one when the last is filled in.
pub(super) const SPARE: usize = 2;

const UNKNOWN: &str = "There is no such department that you may choose. Choose one from the list, with its whole path.";

impl Places {
    /// As it is.
    pub(crate) fn of(admin: &Admin, permission: &Permission, departments: &[DepartmentId]) -> Self {
        let paths = Paths::of(admin, permission);
        let row = |id: &DepartmentId| Row { typed: paths.label(*id), fault: None, wanted: Some(*id) };
        Self { rows: departments.iter().map(row).collect(), paths, fault: None }
    }

    /// As it was typed. What was there `before` stays choosable.
    pub(crate) fn typed(admin: &Admin, permission: &Permission, before: &[DepartmentId], typed: &Typed) -> Self {
        let paths = Paths::of(admin, permission);
        let rows = typed.all("department").filter(|text| !text.trim().is_empty()).map(|text| {
            let kept = before.iter().copied().find(|one| paths.label(*one) == text.trim());
            let wanted = paths.find(text).or(kept);
            Row { typed: text.to_owned(), fault: wanted.is_none().then(|| UNKNOWN.to_owned()), wanted }
        });
        Self { rows: rows.collect(), paths, fault: None }
    }

    /// All that are wanted, if each could be read.
    pub(crate) fn wanted(&self) -> Result<Vec<DepartmentId>, ()> {
        self.rows.iter().map(|row| row.wanted.ok_or(())).collect()
    }

    fn offered(&self) -> impl Iterator<Item = &str> {
        self.paths.offered(|_| true)
    }

    /// Writes a fault down: at its row, or for all.
    pub(crate) fn blame(&mut self, row: Option<usize>, fault: String) {
        match row.and_then(|row| self.rows.get_mut(row)) {
            Some(row) => row.fault = Some(fault),
            None => self.fault = Some(fault),
        }
    }
}
