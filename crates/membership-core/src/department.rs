//! Departments: how a tenant is made up, as one tree. A member belongs to one or more of them, and a role can be given for a
//! department and all below it.

pub mod create;
pub mod delete;
pub mod dissolve;
pub mod relocate;
pub mod rename;
pub mod tree;
pub mod wanted;

use chrono::{DateTime, Utc};
use smallvec::SmallVec;

pub use tree::{Lineage, Tree};

use crate::{
    id::{DepartmentId, TenantId},
    name::DisplayName,
    refusal::refusals,
};

/// A department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Department {
    /// Its identifier.
    pub id: DepartmentId,
    /// The tenant.
    pub tenant: TenantId,
    /// What people call it; unique among its siblings, however it is capitalised.
    pub name: DisplayName,
    /// The department above it; `None` for the root, of which there is one.
    pub parent: Option<DepartmentId>,
    /// Where it stands among its siblings: the lower comes first.
    pub place: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// A department of a tenant, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepartmentOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The department.
    pub department: DepartmentId,
}

/// Where a department shall stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Below this one,
    pub parent: DepartmentId,
    /// before this one of its children; `None` for behind all of them.
    pub before: Option<DepartmentId>,
}

/// The departments of a member, the primary one first. Only a member that was removed has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Departments {
    of: SmallVec<[DepartmentId; 1]>,
    meets: SmallVec<[DepartmentId; 1]>,
}

/// How many members a department has. Members that were removed do not count; those that have not joined do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Headcount {
    /// Who belong to the department itself.
    pub members: u32,
    /// How often somebody would be counted twice here, if the numbers of the departments below and its own were added: how
    /// often the department stands in [`Departments::meets`].
    pub meets: u32,
}

/// What stands in the way of deleting a department.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DepartmentUse {
    /// Members that have joined.
    pub members: u64,
    /// Members that have not, with their invitations.
    pub invited: u64,
    /// Roles and single permissions that somebody was given for it and what is below it.
    pub grants: u64,
}

/// Most departments of one tenant.
pub const MAX_DEPARTMENTS: usize = 20_000;
/// Most departments from the root to the lowest, both counted.
pub const MAX_DEPTH: usize = 32;

refusals! {
    /// What is said of a department that is none of the tenant's.
    #[derive(Copy)]
    pub enum DepartmentUnknown {
        /// There is none.
        InTenant = Absent "department-unknown" ("there is no such department in this tenant", "look it up in the tree of departments");
    }
}

refusals! {
    /// Why a department cannot stand where it should.
    pub enum Misplaced {
        /// Two of one name.
        NameTaken {
            /// The name.
            name: DisplayName,
        } = Conflict "department-name-taken"
            ("there is a department {name} at that place already", "choose another name, or another place");
        /// Too deep.
        TooDeep = Conflict "departments-too-deep"
            ("there can be at most 32 departments one below the other", "choose a place nearer to the root");
        /// Below itself.
        Circle = Conflict "department-circle"
            ("a department cannot stand below itself", "choose a place outside of what is moved");
        /// Before one that is not there.
        NoSuchSibling = Conflict "department-not-there"
            ("the department before which it should stand is not at that place", "look at the tree again");
    } passing Unknown(DepartmentUnknown)
}

refusals! {
    /// Why the root stays as it is.
    #[derive(Copy)]
    pub enum RootStays {
        /// It is the whole tenant.
        Fixed = Conflict "department-is-root"
            ("this is the tenant's first department, which can be neither moved nor deleted, and has none beside it",
             "choose a department below it");
    }
}

impl Departments {
    /// What was stored: [`all`](Self::all) and [`meets`](Self::meets).
    pub fn stored(of: impl IntoIterator<Item = DepartmentId>, meets: impl IntoIterator<Item = DepartmentId>) -> Self {
        Self { of: of.into_iter().collect(), meets: meets.into_iter().collect() }
    }

    /// Each, the primary one first.
    pub fn all(&self) -> &[DepartmentId] {
        &self.of
    }

    /// The primary one.
    pub fn primary(&self) -> Option<DepartmentId> {
        self.of.first().copied()
    }

    /// Where the ways from its departments up to the root meet, one less than there are departments. Who counts each member
    /// once for each of its departments, and takes one away for each of these, counts it once in every subtree.
    pub fn meets(&self) -> &[DepartmentId] {
        &self.meets
    }

    /// Whether `department` is one of them.
    pub fn has(&self, department: DepartmentId) -> bool {
        self.of.contains(&department)
    }
}
