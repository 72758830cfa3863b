//! Departments, what dissolving one does, and what is held for some of them.

use chrono::{DateTime, Utc};
use membership_core::{
    DepartmentRow,
    actor::Grants,
    department::{self, Departments, dissolve},
    id::DepartmentId,
    member,
    role::{self, Permission},
};
use poem_openapi::Object;
use uuid::Uuid;

use super::Assignment;

/// A department: a part of a tenant. A tenant's departments are one tree.
#[derive(Object)]
pub(crate) struct Department {
    /// Its identifier.
    id: Uuid,
    /// What people call it; unique among the departments directly below the same one.
    name: String,
    /// The department above it; absent for the first one, which is the whole tenant.
    #[oai(skip_serializing_if_is_none)]
    parent: Option<Uuid>,
    /// When it was made.
    created_at: DateTime<Utc>,
}

/// A department in its place, with how many people belong to it. Whoever has not joined counts; whoever was removed does not.
#[derive(Object)]
pub(crate) struct CountedDepartment {
    /// The department.
    #[oai(flatten)]
    department: Department,
    /// How many departments there are from the first one to it, both counted: 1 to 32.
    depth: u32,
    /// How many members belong to it. Absent where one may not see them: it is only on the way to a department that one may.
    #[oai(skip_serializing_if_is_none)]
    members: Option<u32>,
    /// How many belong to it or to one below it, each counted once.
    #[oai(skip_serializing_if_is_none)]
    people: Option<u32>,
}

/// What dissolving a department does.
#[derive(Object)]
pub(crate) struct Dissolution {
    /// The department that is deleted.
    department: Department,
    /// Where all that is in it goes.
    into: Department,
    /// Who belongs to it, and where each belongs then.
    people: Vec<MovedPerson>,
    /// The departments directly below it, which stand below the other then, with all that is below them.
    below: Vec<Department>,
    /// What ends, because it was given for this department.
    ended: Vec<EndedAssignments>,
    /// Names all this: it is another as soon as any of it is.
    digest: String,
}

/// Somebody who belongs to a department that is dissolved.
#[derive(Object)]
struct MovedPerson {
    /// The member.
    member: Uuid,
    /// What the tenant calls the person.
    name: String,
    /// The departments that it belongs to before, the primary one first,
    from: Vec<Uuid>,
    /// and after.
    to: Vec<Uuid>,
}

/// What somebody holds for a department that is dissolved.
#[derive(Object)]
struct EndedAssignments {
    /// The member.
    member: Uuid,
    /// What the tenant calls the person.
    name: String,
    /// What ends.
    assignments: Vec<Assignment>,
}

/// What one may do for a department and all below it.
#[derive(Object)]
pub(crate) struct LimitedPermissions {
    /// The department.
    department: Uuid,
    /// What one may do there.
    permissions: Vec<String>,
}

impl From<department::Department> for Department {
    fn from(department: department::Department) -> Self {
        Self {
            id: department.id.as_uuid(),
            name: department.name.to_string(),
            parent: department.parent.map(DepartmentId::as_uuid),
            created_at: department.created_at,
        }
    }
}

impl From<DepartmentRow> for CountedDepartment {
    fn from(row: DepartmentRow) -> Self {
        Self {
            department: row.department.into(),
            depth: u32::try_from(row.depth).unwrap_or(u32::MAX),
            members: row.people.map(|people| people.members),
            people: row.people.map(|people| people.with_below),
        }
    }
}

impl From<dissolve::Dissolution> for Dissolution {
    fn from(planned: dissolve::Dissolution) -> Self {
        Self {
            department: planned.department.into(),
            into: planned.into.into(),
            people: planned.people.into_iter().map(MovedPerson::from).collect(),
            below: planned.below.into_iter().map(Department::from).collect(),
            ended: planned.ended.into_iter().map(EndedAssignments::from).collect(),
            digest: planned.digest,
        }
    }
}

impl From<(member::Member, Departments)> for MovedPerson {
    fn from((member, to): (member::Member, Departments)) -> Self {
        let ids = |of: &Departments| of.all().iter().copied().map(DepartmentId::as_uuid).collect();
        Self {
            member: member.id.as_uuid(),
            name: member.name.to_string(),
            from: ids(&member.departments),
            to: ids(&to),
        }
    }
}

impl From<(member::Member, Vec<role::Assignment>)> for EndedAssignments {
    fn from((member, ending): (member::Member, Vec<role::Assignment>)) -> Self {
        Self {
            member: member.id.as_uuid(),
            name: member.name.to_string(),
            assignments: ending.iter().map(Assignment::from).collect(),
        }
    }
}

impl LimitedPermissions {
    /// What is held for some departments by `grants`: each department once, whatever was given for it.
    pub(crate) fn all(grants: &Grants) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (department, permissions) in grants.limited() {
            let department = department.as_uuid();
            let permissions = permissions.map(Permission::to_string);
            match all.iter_mut().find(|held| held.department == department) {
                Some(held) => {
                    held.permissions.extend(permissions);
                    held.permissions.sort();
                    held.permissions.dedup();
                }
                None => all.push(Self { department, permissions: permissions.collect() }),
            }
        }
        all
    }
}
