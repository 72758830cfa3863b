//! The departments as a tree to choose from. Of a very large one only the way to what is chosen is unfolded.

use std::collections::HashSet;

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    DepartmentRow,
    id::{DepartmentId, TenantId},
    role::Permission,
};

use super::filter::Filter;
use crate::layout::Admin;

/// Up to so many departments, all of them are in the page.
const WHOLE: usize = 500;

/// The tree.
#[derive(Template)]
#[template(path = "members/tree.html")]
pub(super) struct Branches {
    tenant: TenantId,
    nodes: Vec<Node>,
    /// Where everybody is listed, whatever the department.
    everybody: String,
    /// How many people there are altogether, where one may know.
    total: Option<u32>,
    /// Whether no department is chosen.
    all: bool,
    /// Whether the one that is chosen is taken without what is below it; and the address of the other way.
    direct: Option<(bool, String)>,
}

/// One department as the tree shows it.
struct Node {
    id: DepartmentId,
    name: String,
    href: String,
    /// People in it and below it; `None` where it is only on the way to what one may see.
    people: Option<u32>,
    chosen: bool,
    below: Below,
    /// How many branches end with it.
    ends: usize,
    change: Change,
}

/// What is below a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below {
    Nothing,
    /// Something that is not in the page.
    Elsewhere,
    Folded,
    Unfolded,
}

/// What one may do with a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    /// Everything but moving it: it is the root.
    InPlace,
    Everything,
}

impl Node {
    const fn unfolds(&self) -> bool {
        matches!(self.below, Below::Folded | Below::Unfolded)
    }
}

impl HtmlSafe for Branches {}

impl Branches {
    /// Of `rows`, each of which stands before those below it.
    pub(super) fn of(admin: &Admin, rows: Vec<DepartmentRow>, filter: &Filter) -> Self {
        let tree = admin.grants.tree();
        let chosen = filter.department().ok().flatten();
        let way: HashSet<DepartmentId> = chosen.iter().flat_map(|chosen| tree.upward(*chosen)).collect();
        let root = rows.first().map(|row| row.department.id);
        let total = rows.first().filter(|row| row.department.parent.is_none()).and_then(|row| row.people);
        let all = rows.len();
        let parents: HashSet<DepartmentId> = rows.iter().filter_map(|row| row.department.parent).collect();
        let shown = |row: &DepartmentRow| {
            all <= WHOLE || row.department.parent.is_none_or(|above| way.contains(&above) || Some(above) == root)
        };
        let rows: Vec<DepartmentRow> = rows.into_iter().filter(shown).collect();
        let depths: Vec<usize> = rows.iter().map(|row| row.depth).skip(1).chain([0]).collect();
        let path = admin.path("members");
        let href = |one| format!("{path}{}", filter.in_department(one).query());
        let nodes = rows.into_iter().zip(depths).map(|(row, next)| {
            let DepartmentRow { department, depth, people } = row;
            let unfolds = next > depth;
            Node {
                id: department.id,
                href: href(Some(department.id)),
                people: people.map(|people| people.with_below),
                chosen: Some(department.id) == chosen,
                below: match (unfolds, Some(department.id) == root || way.contains(&department.id)) {
                    (true, true) => Below::Unfolded,
                    (true, false) => Below::Folded,
                    (false, _) if parents.contains(&department.id) => Below::Elsewhere,
                    (false, _) => Below::Nothing,
                },
                ends: if unfolds { 0 } else { depth.saturating_sub(next.max(1)) },
                change: match admin.grants.holds_over(&Permission::DEPARTMENTS_MANAGE, department.id) {
                    true if department.parent.is_none() => Change::InPlace,
                    true => Change::Everything,
                    false => Change::Nothing,
                },
                name: department.name.to_string(),
            }
        });
        let other = Filter {
            direct: if filter.direct.is_empty() { "true".to_owned() } else { String::new() },
            ..filter.on_top()
        };
        Self {
            tenant: admin.tenant.id,
            nodes: nodes.collect(),
            everybody: href(None),
            total: total.map(|people| people.with_below),
            all: chosen.is_none(),
            direct: chosen.map(|_| (!filter.direct.is_empty(), format!("{path}{}", other.query()))),
        }
    }
}
