//! What to give to a member, as it is typed: roles, the short way, and assignments beside them. The domain knows one list
//! of both; whoever sent them reads of faults at the places where they stand.

use membership_core::{
    id::RoleId,
    refusal::{Fault, Faults, Refusal},
    role::assign::Wanted,
};
use uuid::Uuid;

use crate::{answer::Refused, body::InputFault, representation::Assignment};

/// The roles and the assignments that stand at one place of a body: two lists, of which the domain makes one.
pub(super) struct Given {
    at: String,
    roles: usize,
    assignments: usize,
}

impl Given {
    /// The domain's list of what stands at `at`, the roles first, and how to find back; or what is wrong with its form.
    pub(super) fn read(
        roles: Option<Vec<Uuid>>,
        assignments: Option<Vec<Assignment>>,
        at: String,
    ) -> Result<(Vec<Wanted>, Self), Vec<Fault>> {
        let (roles, assignments) = (roles.unwrap_or_default(), assignments.unwrap_or_default());
        let given = Self { at, roles: roles.len(), assignments: assignments.len() };
        let mut wanted: Vec<Wanted> = roles.into_iter().map(RoleId::from_uuid).map(Wanted::role).collect();
        let mut faults = Vec::new();
        for (row, assignment) in assignments.into_iter().enumerate() {
            match assignment.wanted() {
                Some(one) => wanted.push(one),
                None => faults.push(Fault::new(format!("{}/assignments/{row}", given.at), &InputFault::Assignment)),
            }
        }
        if faults.is_empty() { Ok((wanted, given)) } else { Err(faults) }
    }

    /// The place in the body of what the domain calls `pointer`, if that is one of this list.
    fn place_of(&self, pointer: &str) -> Option<String> {
        let Self { at, roles, assignments } = self;
        let rest = pointer.strip_prefix(at.as_str())?.strip_prefix("/assignments")?;
        if rest.is_empty() {
            let list = if *roles == 0 && *assignments > 0 { "assignments" } else { "roles" };
            return Some(format!("{at}/{list}"));
        }
        let row: usize = rest.strip_prefix('/')?.parse().ok()?;
        Some(match row.checked_sub(*roles) {
            Some(row) => format!("{at}/assignments/{row}"),
            None => format!("{at}/roles/{row}"),
        })
    }

    /// `refusal`, its faults at the places where what they are about stands in the body.
    pub(super) fn refuse<R: Refusal>(all: &[Self], refusal: R) -> Refused {
        if refusal.faults().is_empty() {
            return refusal.into();
        }
        let faults = refusal.faults().iter().map(|fault| {
            let place = all.iter().find_map(|given| given.place_of(&fault.pointer));
            Fault { pointer: place.unwrap_or_else(|| fault.pointer.clone()), ..fault.clone() }
        });
        Faults::of(faults).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_where_it_was_typed() {
        let both = Given { at: "/people/3".into(), roles: 2, assignments: 1 };
        for (of_the_domain, typed) in [
            ("/people/3/assignments/0", Some("/people/3/roles/0")),
            ("/people/3/assignments/1", Some("/people/3/roles/1")),
            ("/people/3/assignments/2", Some("/people/3/assignments/0")),
            ("/people/3/assignments", Some("/people/3/roles")),
            ("/people/31/assignments/0", None),
            ("/people/3/email", None),
            ("/assignments/0", None),
        ] {
            assert_eq!(both.place_of(of_the_domain).as_deref(), typed, "{of_the_domain}");
        }
        let only_assignments = Given { at: String::new(), roles: 0, assignments: 1 };
        assert_eq!(only_assignments.place_of("/assignments").as_deref(), Some("/assignments"));
        let nothing = Given { at: String::new(), roles: 0, assignments: 0 };
        assert_eq!(nothing.place_of("/assignments").as_deref(), Some("/roles"));
    }
}
