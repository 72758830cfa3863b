//! Reading which departments somebody shall belong to.

use crate::{
    actor::Grants,
    department::{DepartmentUnknown, Departments},
    id::DepartmentId,
    refusal::{Fault, refusals},
    role::Permission,
};

/// Most departments of one member.
pub const MAX_OF_ONE: usize = 32;

refusals! {
    /// What can be wrong with the departments of somebody.
    #[derive(Copy)]
    pub enum DepartmentsFault {
        /// None was named, and there is none that goes without saying.
        Missing = Invalid "departments-missing"
            ("no department is named, and you may choose among several", "name the department that the person shall belong to");
        /// Too many.
        TooMany = Invalid "departments-too-many"
            ("one member belongs to at most 32 departments", "choose a department that is above several of them");
        /// Twice.
        Repeated = Invalid "department-repeated" ("this department is named twice", "name it once");
    } passing Unknown(DepartmentUnknown)
}

impl DepartmentsFault {
    /// Reads `wanted`, the primary one first, which stands at `pointer`: all of it, or every fault in it. Where nothing is
    /// wanted it is the root for whoever holds `permission` in the whole tenant, and the own department for whoever holds it
    /// for one.
    pub(crate) fn read(
        wanted: &[DepartmentId],
        pointer: &str,
        grants: &Grants,
        permission: &Permission,
    ) -> Result<Departments, Vec<Fault>> {
        let tree = grants.tree();
        let one = |fault: Self| vec![Fault::new(pointer, &fault)];
        if wanted.is_empty() {
            let own = own(grants, permission).ok_or_else(|| one(Self::Missing))?;
            return tree.departments_of(&[own]).map_err(|unknown| one(unknown.into()));
        }
        if wanted.len() > MAX_OF_ONE {
            return Err(one(Self::TooMany));
        }
        let mut faults = Vec::new();
        for (row, department) in wanted.iter().enumerate() {
            let fault = match tree.get(*department) {
                Err(unknown) => Some(unknown.into()),
                Ok(_) => wanted.iter().take(row).any(|other| other == department).then_some(Self::Repeated),
            };
            faults.extend(fault.map(|fault: Self| Fault::new(format!("{pointer}/{row}"), &fault)));
        }
        match tree.departments_of(wanted) {
            Ok(departments) if faults.is_empty() => Ok(departments),
            Ok(_) | Err(_) => Err(faults),
        }
    }
}

/// The department that goes without saying.
fn own(grants: &Grants, permission: &Permission) -> Option<DepartmentId> {
    use crate::actor::Sight;
    match grants.sight(permission.clone()) {
        Ok(Sight::Within(own)) => {
            let (first, rest) = own.split_first()?;
            // The same twice, or something for one below it, is the one above.
            let top = rest.iter().fold(*first, |top, one| if grants.tree().is_within(top, *one) { *one } else { top });
            own.iter().all(|one| grants.tree().is_within(*one, top)).then_some(top)
        }
        // Who may nothing anywhere is told so elsewhere.
        Ok(Sight::All) | Err(_) => grants.tree().root().map(|root| root.id),
    }
}
