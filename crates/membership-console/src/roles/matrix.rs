//! Roles against applications, and roles against the permissions of one application.

use membership_core::{
    Authority,
    role::{Application, Catalogue},
};

use super::Asked;

/// Every application as one number.
pub(super) struct Summary {
    pub(super) applications: Vec<String>,
    pub(super) rows: Vec<Row<Cell>>,
}

/// One application, permission by permission.
pub(super) struct Matrix {
    pub(super) permissions: Vec<String>,
    /// Each cell with the name of its permission.
    pub(super) rows: Vec<Row<(Held, String)>>,
}

/// One role.
pub(super) struct Row<T> {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) administrator: bool,
    pub(super) cells: Vec<T>,
}

/// What a role allows in one application.
pub(super) struct Cell {
    /// The application.
    pub(super) of: String,
    pub(super) held: Vec<String>,
    pub(super) all: usize,
}

/// Whether a role gives one permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    Not,
    /// It says so itself.
    Itself,
    /// A role that it includes does.
    Included,
}

impl Cell {
    pub(super) const fn is_whole(&self) -> bool {
        self.held.len() == self.all
    }
}

impl<T> Row<T> {
    fn of(gives: &Authority, cells: Vec<T>) -> Self {
        let role = &gives.role;
        Self { id: role.id.to_string(), name: role.name.to_string(), administrator: role.administrator, cells }
    }
}

impl Summary {
    pub(super) fn of(applications: &[Application], authority: &[Authority], asked: &Asked) -> Self {
        let cell = |gives: &Authority, application: &Application| {
            let held = application.permissions.iter().filter(|named| gives.gives.contains(&named.permission));
            let of = application.name.to_string();
            Cell { of, held: held.map(|named| named.name.to_string()).collect(), all: application.permissions.len() }
        };
        let rows =
            authority.iter().map(|gives| Row::of(gives, applications.iter().map(|one| cell(gives, one)).collect()));
        let fits = |row: &Row<Cell>| {
            asked.fits(&row.name) || row.cells.iter().flat_map(|cell| &cell.held).any(|held| asked.fits(held))
        };
        Self {
            applications: applications.iter().map(|application| application.name.to_string()).collect(),
            rows: rows.filter(fits).collect(),
        }
    }
}

impl Matrix {
    /// With the roles whose name fits, or that give a permission whose name does.
    pub(super) fn of(catalogue: &Catalogue, application: &Application, authority: &[Authority], asked: &Asked) -> Self {
        let held = |gives: &Authority, named: &membership_core::role::NamedPermission| {
            let known = catalogue.role(gives.role.id);
            if known.is_some_and(|role| role.permissions.contains(&named.permission)) {
                Held::Itself
            } else if gives.gives.contains(&named.permission) {
                Held::Included
            } else {
                Held::Not
            }
        };
        let permissions = &application.permissions;
        let rows = authority.iter().map(|gives| {
            let cells = permissions.iter().map(|named| (held(gives, named), named.name.to_string()));
            Row::of(gives, cells.collect())
        });
        let names: Vec<String> = permissions.iter().map(|named| named.name.to_string()).collect();
        let fits = |row: &Row<(Held, String)>| {
            let mut given = row.cells.iter().filter(|(held, _)| *held != Held::Not);
            asked.fits(&row.name) || given.any(|(_, name)| asked.fits(name))
        };
        Self { rows: rows.filter(fits).collect(), permissions: names }
    }
}
