//! Reading what somebody wants to give: each a role or a single permission of the tenant, for good or until a moment.

use chrono::{DateTime, Utc};

use crate::{
    actor::Ground,
    department::DepartmentUnknown,
    id::{DepartmentId, RoleId},
    refusal::{Fault, refusals},
    role::{Assignment, Assignments, Catalogue, Grant, Permission, RoleUnknown, assignment::Until},
};

/// Something to give, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What.
    pub what: WantedGrant,
    /// For this department and all below it; `None` for the whole tenant.
    pub within: Option<DepartmentId>,
    /// Until when; `None` for good.
    pub until: Until,
}

/// What to give, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedGrant {
    /// A role.
    Role(RoleId),
    /// A single permission.
    Permission(String),
}

/// Most roles and single permissions of one member.
pub const MAX_ASSIGNMENTS: usize = 64;

refusals! {
    /// What can be wrong with something to give.
    pub enum WantedFault {
        /// No role chosen.
        NoRole = Invalid "roles-missing" ("no role is chosen; expected at least one", "choose a role");
        /// No such permission.
        PermissionUnknown { /** As typed. */ permission: String } = Invalid "permission-unknown"
            ("no application of the tenant has the permission {permission}",
             "choose one of the permissions that the tenant's applications have");
        /// Over before it has begun.
        EndPassed = Invalid "end-has-passed"
            ("the end of this assignment has passed already", "choose a later end, or none");
        /// Twice.
        Repeated = Invalid "assignment-repeated" ("this is given twice", "give it once");
        /// Too many.
        TooMany = Invalid "assignments-too-many"
            ("at most 64 roles and single permissions can be given to one member", "make a role that includes several");
    } passing Role(RoleUnknown), Department(DepartmentUnknown)
}

refusals! {
    /// Why something is not given: nobody gives what they do not hold, by whatever way.
    pub enum BeyondOwn {
        /// Not held, or not for as long.
        Lacking {
            /// The first permission that is lacking.
            permission: Permission,
        } = Forbidden "grant-exceeds-own"
            ("this gives {permission}, which you do not hold yourself, or not for as long or for as many departments",
             "choose other roles, an earlier end or a smaller department, or ask somebody who holds that permission");
    }
}

impl BeyondOwn {
    /// Refused, if some permission is `lacking`.
    pub(crate) fn refuse(lacking: Option<Permission>) -> Result<(), Self> {
        match lacking {
            Some(permission) => Err(Self::Lacking { permission }),
            None => Ok(()),
        }
    }
}

impl Wanted {
    /// `role`, for good.
    pub const fn role(role: RoleId) -> Self {
        Self { what: WantedGrant::Role(role), within: None, until: None }
    }

    fn assignment(&self, ground: &Ground) -> Result<Assignment, WantedFault> {
        let grant = self.grant(&ground.catalogue)?;
        let within = self.within.map(|within| ground.tree.get(within).map(|department| department.id)).transpose()?;
        Ok(Assignment { grant, within, until: self.until })
    }

    fn grant(&self, catalogue: &Catalogue) -> Result<Grant, WantedFault> {
        match &self.what {
            WantedGrant::Role(role) => {
                let known = catalogue.role(*role).map(|role| Grant::Role(role.id));
                Ok(known.ok_or(RoleUnknown::InTenant)?)
            }
            WantedGrant::Permission(text) => {
                let known = Permission::parse(text).ok().filter(|permission| catalogue.knows(permission));
                known.map(Grant::Permission).ok_or_else(|| WantedFault::PermissionUnknown { permission: text.clone() })
            }
        }
    }
}

impl WantedFault {
    /// Reads `wanted`, which stands at `pointer`: all of it, or every fault in it. At least one has to be a role.
    pub(crate) fn read(
        wanted: &[Wanted],
        pointer: &str,
        ground: &Ground,
        now: DateTime<Utc>,
    ) -> Result<Assignments, Vec<Fault>> {
        if wanted.len() > MAX_ASSIGNMENTS {
            return Err(vec![Fault::new(pointer, &Self::TooMany)]);
        }
        if !wanted.iter().any(|wanted| matches!(wanted.what, WantedGrant::Role(_))) {
            return Err(vec![Fault::new(pointer, &Self::NoRole)]);
        }
        let mut faults = Vec::new();
        let mut given: Vec<Assignment> = Vec::new();
        for (row, one) in wanted.iter().enumerate() {
            let read = match one.assignment(ground) {
                Ok(read) if given.iter().any(|other| other.grant == read.grant && other.within == read.within) => {
                    Err(Self::Repeated)
                }
                Ok(_) if one.until.is_some_and(|until| until <= now) => Err(Self::EndPassed),
                read => read,
            };
            match read {
                Ok(read) => given.push(read),
                Err(fault) => faults.push(Fault::new(format!("{pointer}/{row}"), &fault)),
            }
        }
        if faults.is_empty() { Ok(given.into_iter().collect()) } else { Err(faults) }
    }
}
