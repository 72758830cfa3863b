//! Enable: let a member in again that was disabled. It has what it had; its old sessions stay over.

use crate::{
    Membership,
    context::Context,
    event::{Event, MemberChange},
    lifecycle::MemberClosed,
    member::{
        Member,
        reach::{InReach, OutOfReach, Target},
    },
    refusal::refusals,
    role::Permission,
    store::{Scope, StoreError},
};

refusals! {
    /// Why a member was not enabled.
    pub enum EnableError {
    } passing OutOfReach(OutOfReach), Closed(MemberClosed), Store(StoreError)
}

impl Membership {
    /// Lets a disabled member in again. Needs [`Permission::MEMBERS_MANAGE`] and every permission that the member gets
    /// back.
    pub async fn enable_member(&self, ctx: &Context, target: Target) -> Result<Member, EnableError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        let change = decide(reached, ctx)?;
        tx.commit(ctx, &[Event::MemberEnabled(change.clone())]).await?;
        Ok(change.member)
    }
}

fn decide(reached: InReach, ctx: &Context) -> Result<MemberChange, EnableError> {
    // Enabling gives: the representative too gives only what is held.
    if let Some(permission) = reached.grants.first_lacking(reached.member.assignments.live_at(ctx.now)) {
        return Err(OutOfReach::Above { permission }.into());
    }
    let before = reached.spend();
    Ok(MemberChange { member: before.clone().enable()?, before })
}
