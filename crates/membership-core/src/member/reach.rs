//! Who may act on whom: what every change of another member asks first, in one place.
//!
//! Nobody changes the own entry; nobody changes the representative administrator; nobody acts against somebody who holds
//! what the actor does not hold, unless the actor is the representative.

use crate::{
    actor::{Denied, Granted, Grants},
    context::Context,
    id::{MemberId, TenantId},
    member::Member,
    refusal::refusals,
    role::Permission,
    store::{StoreError, Tx},
    tenant::Tenant,
};

refusals! {
    /// Why somebody may not act on a member.
    pub enum OutOfReach {
        /// No such member.
        Unknown = Absent "member-unknown" ("there is no such member in this tenant", "look it up in the list of members");
        /// It is the actor.
        Own = Forbidden "member-is-self"
            ("nobody changes the own membership", "ask another administrator, or leave the tenant");
        /// It is the representative administrator.
        Representative = Conflict "member-is-representative"
            ("this is the tenant's representative administrator, who can be neither changed, disabled nor removed",
             "let the representative hand over to another administrator first");
        /// The member holds more than the actor.
        Above {
            /// The first permission that the actor lacks.
            permission: Permission,
        } = Forbidden "member-above-own"
            ("this member holds {permission}, which you do not hold yourself",
             "ask somebody who holds that permission, or the representative administrator");
    } passing Denied(Denied), Store(StoreError)
}

/// A member that the actor may act on, and what is known of both. It is the proof that this was asked, so a decision
/// takes it by value.
#[derive(Debug)]
pub(crate) struct InReach {
    pub(crate) tenant: Tenant,
    pub(crate) grants: Grants,
    pub(crate) member: Member,
    granted: Granted,
}

impl InReach {
    /// Whether the holder of `grants`, who needs `permission`, may act on `member`.
    pub(crate) fn of(
        tenant: Tenant,
        grants: Grants,
        member: Member,
        permission: Permission,
    ) -> Result<Self, OutOfReach> {
        // Of somebody who can be neither seen nor acted on, nothing is told.
        if !grants.sees(&permission, &member) {
            return Err(OutOfReach::Unknown);
        }
        let granted = grants.require_over(permission, member.departments.all())?;
        may_act_on(&grants, &member)?;
        Ok(Self { tenant, grants, member, granted })
    }

    /// Spends the proof: the member as it was.
    pub(crate) fn spend(self) -> Member {
        let _: MemberId = self.granted.spend();
        self.member
    }
}

impl crate::Membership {
    /// Reads `target` and whether `ctx.actor`, who needs `permission`, may act on it.
    pub(crate) async fn in_reach(
        &self,
        tx: &mut dyn Tx,
        ctx: &Context,
        target: MemberId,
        permission: Permission,
    ) -> Result<InReach, OutOfReach> {
        let (tenant, grants) = self.admitted(tx, ctx).await?;
        grants.sight(permission.clone())?;
        let member = tx.member(target).await?.ok_or(OutOfReach::Unknown)?;
        InReach::of(tenant, grants, member, permission)
    }
}

/// Whether the holder of `grants` may act on `target`, as far as that depends on the two: what is to be done needs a permission too.
pub fn may_act_on(grants: &Grants, target: &Member) -> Result<(), OutOfReach> {
    if target.id == grants.member().id {
        return Err(OutOfReach::Own);
    }
    if target.representative {
        return Err(OutOfReach::Representative);
    }
    match grants.first_above(&target.assignments) {
        Some(permission) => Err(OutOfReach::Above { permission }),
        None => Ok(()),
    }
}

/// A member of a tenant, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The tenant.
    pub tenant: TenantId,
    /// The member.
    pub member: MemberId,
}
