//! Relocate: a department, with all below it, to another place: among its siblings, or below another department. Nobody comes
//! to anything by it that the actor could not have given.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    department::{Department, DepartmentOf, DepartmentUnknown, Departments, Misplaced, Position, RootStays, Tree},
    event::{DepartmentChange, Event},
    id::{DepartmentId, MemberId, TreeId},
    refusal::refusals,
    role::{Grant, Permission, assignment::Until},
    store::{Scope, StoreError, Tx},
};

refusals! {
    /// Why something does not come into the reach of others.
    pub enum GivenAway {
        /// They would get over it what the actor does not hold.
        Lacking {
            /// The first permission that is lacking.
            permission: Permission,
        } = Forbidden "reach-exceeds-own"
            ("this gives somebody {permission} over what is moved, and you do not hold that over it yourself",
             "ask somebody who holds that permission, or move it elsewhere");
    }
}

refusals! {
    /// Why a department stays where it is.
    pub enum RelocateError {
    } passing Unknown(DepartmentUnknown), Root(RootStays), Misplaced(Misplaced), GivenAway(GivenAway), Denied(Denied),
        Store(StoreError)
}

impl GivenAway {
    /// Refused, if some permission is `lacking`.
    pub(crate) fn refuse(lacking: Option<Permission>) -> Result<(), Self> {
        match lacking {
            Some(permission) => Err(Self::Lacking { permission }),
            None => Ok(()),
        }
    }
}

impl Membership {
    /// Moves a department and all below it. Needs [`Permission::DEPARTMENTS_MANAGE`] over the department above it and over the
    /// one that is to be above it; and over what is moved, all that anybody gets over it by the move.
    pub async fn relocate_department(
        &self,
        ctx: &Context,
        which: DepartmentOf,
        position: Position,
    ) -> Result<Department, RelocateError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let tree = grants.tree();
        let above = tree.get(which.department).map(|before| before.parent);
        // Who may not manage it learns nothing of it.
        let over: Vec<DepartmentId> =
            above.ok().flatten().into_iter().chain([which.department, position.parent]).collect();
        drop(grants.require_over(Permission::DEPARTMENTS_MANAGE, &over)?);
        let before = tree.get(which.department)?;
        let Some(parent) = before.parent else { return Err(RootStays::Fixed.into()) };
        let height = tree.height(before.id);
        let (place, siblings) = tree.place(position, &before.name, height, Some(before.id))?;
        let hangs_elsewhere = position.parent != parent;
        if hangs_elsewhere {
            comes_into_reach(tx.as_mut(), &grants, before.id, position.parent).await?;
        }
        let department = Department { parent: Some(position.parent), place, ..before.clone() };
        let id = TreeId::new(ctx.now, self.entropy.as_ref());
        let changed: Vec<Department> = siblings.iter().cloned().chain([department.clone()]).collect();
        let grown = tree.with(id, &changed, None)?;
        let members = if hangs_elsewhere {
            met_elsewhere(tx.as_mut(), before.id, &grown, &BTreeMap::new()).await?
        } else {
            Vec::new()
        };
        let change = DepartmentChange {
            before: Some(before.clone()),
            department: department.clone(),
            siblings,
            lineages: if hangs_elsewhere { grown.lineages(before.id) } else { Vec::new() },
            members,
            tree: id,
        };
        tx.commit(ctx, &[Event::DepartmentMoved(Box::new(change))]).await?;
        self.trees.put(grown);
        Ok(department)
    }
}

/// What somebody gets over `moved` once it stands below `parent`, if the actor holds all of it over that.
pub(super) async fn comes_into_reach(
    tx: &mut dyn Tx,
    grants: &Grants,
    moved: DepartmentId,
    parent: DepartmentId,
) -> Result<Vec<(Grant, Until)>, RelocateError> {
    let tree = grants.tree();
    let known: BTreeSet<DepartmentId> = tree.upward(moved).collect();
    let gaining: Vec<DepartmentId> = tree.upward(parent).filter(|above| !known.contains(above)).collect();
    let gained = tx.granted_within(&gaining).await?;
    GivenAway::refuse(grants.first_given_away(&gained, &[moved], None))?;
    Ok(gained)
}

/// The members whose ways up meet elsewhere in the tree that has `grown`, because they belong to `top` or something below it, and to
/// something else: to what each belongs, as it is `known` to be by now or else stored, and as it will be.
pub(super) async fn met_elsewhere(
    tx: &mut dyn Tx,
    top: DepartmentId,
    grown: &Tree,
    known: &BTreeMap<MemberId, Departments>,
) -> Result<Vec<(MemberId, Departments, Departments)>, RelocateError> {
    let mut members = Vec::new();
    for (member, stored) in tx.members_across(top).await? {
        let before = known.get(&member).cloned().unwrap_or(stored);
        let after = grown.departments_of(before.all())?;
        if after != before {
            members.push((member, before, after));
        }
    }
    Ok(members)
}
