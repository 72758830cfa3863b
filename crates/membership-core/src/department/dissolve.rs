//! Dissolve: whoever and whatever is in a department goes to another, and the department is deleted: one step that was looked at
//! before. The plan names everybody that it touches; it is carried out only if nothing has changed since.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    department::{
        Department, DepartmentOf, DepartmentUnknown, Departments, MAX_DEPTH, Misplaced, RootStays, Tree,
        relocate::{GivenAway, RelocateError, comes_into_reach, met_elsewhere},
        tree::GAP,
    },
    event::{DepartmentChange, Event, MemberChange},
    id::{DepartmentId, MemberId, TreeId},
    member::{
        Member,
        reach::{OutOfReach, may_act_on},
    },
    refusal::refusals,
    role::{Assignment, Grant, Permission, assign::BeyondOwn, assignment::Until},
    store::{Scope, StoreError, Tx},
};

/// Most people, and most departments, that one step moves.
pub const MOST_AT_ONCE: u16 = 1_000;

/// What dissolving a department will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dissolution {
    /// What is dissolved.
    pub department: Department,
    /// Where all goes.
    pub into: Department,
    /// Who belonged to it, as they are, and to what they will belong.
    pub people: Vec<(Member, Departments)>,
    /// The departments that were below it.
    pub below: Vec<Department>,
    /// What ends, because it was given for this department alone, and to whom.
    pub ended: Vec<(Member, Vec<Assignment>)>,
    /// Names this plan: it is another as soon as anything of the above is.
    pub digest: String,
}

refusals! {
    /// Why a department is not dissolved.
    pub enum DissolveError {
        /// Too much at once.
        TooMany = Conflict "department-too-large"
            ("more than 1,000 people, departments or grants hang on this department", "move some of them first");
        /// The plan is not what it was.
        Changed = Conflict "plan-outdated"
            ("something that this touches has changed since it was planned", "look at the new plan, and carry that out");
    } passing Unknown(DepartmentUnknown), Root(RootStays), Misplaced(Misplaced), GivenAway(GivenAway), BeyondOwn(BeyondOwn),
        OutOfReach(OutOfReach), Denied(Denied), Store(StoreError)
}

impl From<RelocateError> for DissolveError {
    fn from(error: RelocateError) -> Self {
        match error {
            RelocateError::Unknown(error) => error.into(),
            RelocateError::Root(error) => error.into(),
            RelocateError::Misplaced(error) => error.into(),
            RelocateError::GivenAway(error) => error.into(),
            RelocateError::Denied(error) => error.into(),
            RelocateError::Store(error) => error.into(),
        }
    }
}

impl Membership {
    /// What dissolving `which` into `into` would do. It changes nothing. Needs what carrying it out needs.
    pub async fn plan_dissolution(
        &self,
        ctx: &Context,
        which: DepartmentOf,
        into: DepartmentId,
    ) -> Result<Dissolution, DissolveError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        plan(tx.as_mut(), &grants, which.department, into).await
    }

    /// Dissolves `which` into `into`, as was planned under `digest`. Needs [`Permission::DEPARTMENTS_MANAGE`] over the department
    /// above it and over `into`, [`Permission::MEMBERS_MANAGE`] over all departments of whoever is moved, and over what is moved all
    /// that anybody gets over it.
    pub async fn dissolve_department(
        &self,
        ctx: &Context,
        which: DepartmentOf,
        into: DepartmentId,
        digest: &str,
    ) -> Result<Dissolution, DissolveError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let planned = plan(tx.as_mut(), &grants, which.department, into).await?;
        if planned.digest != digest {
            return Err(DissolveError::Changed);
        }
        let id = TreeId::new(ctx.now, self.entropy.as_ref());
        let tree = grants.tree();
        let moved = below_into(tree, &planned);
        let between = tree.with(id, &moved, None)?;
        let grown = between.with(id, &[], Some(planned.department.id))?;
        let mut events = Vec::new();
        let mut met: BTreeMap<MemberId, Departments> = BTreeMap::new();
        for (before, department) in planned.below.iter().zip(&moved) {
            let members = met_elsewhere(tx.as_mut(), department.id, &between, &met).await?;
            met.extend(members.iter().map(|(member, _, after)| (*member, after.clone())));
            events.push(Event::DepartmentMoved(Box::new(DepartmentChange {
                before: Some(before.clone()),
                department: department.clone(),
                siblings: Vec::new(),
                lineages: between.lineages(department.id),
                members,
                tree: id,
            })));
        }
        for (before, member) in changes(&planned, &met, &grown)? {
            events.push(Event::MemberEdited(MemberChange { before, member }));
        }
        events.push(Event::DepartmentDeleted { department: planned.department.clone(), tree: id });
        tx.commit(ctx, &events).await?;
        self.trees.put(grown);
        Ok(planned)
    }
}

async fn plan(
    tx: &mut dyn Tx,
    grants: &Grants,
    which: DepartmentId,
    into: DepartmentId,
) -> Result<Dissolution, DissolveError> {
    let tree = grants.tree();
    let above = tree.get(which).ok().and_then(|department| department.parent);
    drop(grants.require_over(Permission::DEPARTMENTS_MANAGE, &[above.unwrap_or(which), into])?);
    let (department, target) = (tree.get(which)?.clone(), tree.get(into)?.clone());
    if department.parent.is_none() {
        return Err(RootStays::Fixed.into());
    }
    if tree.is_within(into, which) {
        return Err(Misplaced::Circle.into());
    }
    let most = MOST_AT_ONCE + 1;
    let people = tx.members_in(which, most).await?;
    let holders = tx.holders_within(which, most).await?;
    let below: Vec<Department> = tree.children(which).cloned().collect();
    if [people.len(), holders.len(), below.len()].into_iter().any(|many| many > usize::from(MOST_AT_ONCE)) {
        return Err(DissolveError::TooMany);
    }
    fits(tree, &department, &target)?;
    let gained = comes_into_reach(tx, grants, which, into).await?;
    let mut moved = Vec::with_capacity(people.len());
    for member in people {
        drop(grants.require_over(Permission::MEMBERS_MANAGE, member.departments.all())?);
        drop(grants.require_over(Permission::MEMBERS_MANAGE, &[into])?);
        changeable(grants, &member)?;
        let departments = tree.departments_of(&instead(&member.departments, which, into))?;
        moved.push((member, departments));
    }
    let mut ended = Vec::with_capacity(holders.len());
    for member in holders {
        let of_it = |held: &&Assignment| held.within == Some(which);
        let ending: Vec<Assignment> = member.assignments.iter().filter(of_it).cloned().collect();
        // Who could not have given it does not take it away either.
        BeyondOwn::refuse(grants.first_lacking(&ending))?;
        drop(grants.require_over(Permission::MEMBERS_MANAGE, member.departments.all())?);
        changeable(grants, &member)?;
        ended.push((member, ending));
    }
    let digest = digest(tree, which, into, &gained, &moved, &ended);
    Ok(Dissolution { department, into: target, people: moved, below, ended, digest })
}

/// Whether the actor may change `member`: as everywhere, but that the representative does so to everybody, and to itself.
fn changeable(grants: &Grants, member: &Member) -> Result<(), OutOfReach> {
    if grants.represents() { Ok(()) } else { may_act_on(grants, member) }
}

/// Whether what is below `department` can stand below `target`.
fn fits(tree: &Tree, department: &Department, target: &Department) -> Result<(), Misplaced> {
    let deep = tree.height(department.id) + tree.depth(target.id).unwrap_or(0);
    // The department itself is gone, so its own level does not count.
    if deep > MAX_DEPTH + 1 {
        return Err(Misplaced::TooDeep);
    }
    let mut children = tree.children(department.id);
    children.try_for_each(|child| tree.is_free(target.id, &child.name, None))
}

/// The departments below the one that is dissolved, behind those that stand below the other already.
fn below_into(tree: &Tree, planned: &Dissolution) -> Vec<Department> {
    let last = tree.children(planned.into.id).map(|child| child.place).max().unwrap_or(0);
    let places = (1_i64..).map(|slot| last.saturating_add(slot.saturating_mul(GAP)));
    let moved = planned.below.iter().zip(places);
    moved.map(|(child, place)| Department { parent: Some(planned.into.id), place, ..child.clone() }).collect()
}

/// Everybody who is changed, before and after.
fn changes(
    planned: &Dissolution,
    met: &BTreeMap<MemberId, Departments>,
    grown: &Tree,
) -> Result<Vec<(Member, Member)>, DissolveError> {
    let mut changed: BTreeMap<MemberId, (Member, Member)> = BTreeMap::new();
    let everybody =
        planned.people.iter().map(|(member, _)| member).chain(planned.ended.iter().map(|(member, _)| member));
    for member in everybody {
        let departments = met.get(&member.id).unwrap_or(&member.departments);
        let before = Member { departments: departments.clone(), ..member.clone() };
        let of = instead(departments, planned.department.id, planned.into.id);
        let after = Member {
            departments: grown.departments_of(&of)?,
            assignments: before.assignments.clone().without(planned.department.id),
            ..before.clone()
        };
        changed.insert(member.id, (before, after));
    }
    Ok(changed.into_values().collect())
}

/// `departments` with `into` in the place of `which`, once.
fn instead(departments: &Departments, which: DepartmentId, into: DepartmentId) -> Vec<DepartmentId> {
    let mut of = Vec::new();
    for own in departments.all() {
        let own = if *own == which { into } else { *own };
        if !of.contains(&own) {
            of.push(own);
        }
    }
    of
}

fn digest(
    tree: &Tree,
    which: DepartmentId,
    into: DepartmentId,
    gained: &[(Grant, Until)],
    people: &[(Member, Departments)],
    ended: &[(Member, Vec<Assignment>)],
) -> String {
    let mut hash = Sha256::new();
    hash.update(b"membership dissolution v1\0");
    for id in [tree.id().as_uuid(), which.as_uuid(), into.as_uuid()] {
        hash.update(id.as_bytes());
    }
    for (grant, until) in gained {
        hash.update(format!("{grant:?} {until:?}\n"));
    }
    for (member, departments) in people {
        hash.update(format!("{} {:?} {:?}\n", member.id, member.departments.all(), departments.all()));
    }
    for (member, ending) in ended {
        hash.update(format!("{} {ending:?}\n", member.id));
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}
