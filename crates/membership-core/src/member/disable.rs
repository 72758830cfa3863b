//! Disable: shut a member out at once, keep everything. Who was signed in has to sign in anew, even once enabled again.

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
    /// Why a member was not disabled.
    pub enum DisableError {
    } passing OutOfReach(OutOfReach), Closed(MemberClosed), Store(StoreError)
}

impl Membership {
    /// Shuts a member out. Needs [`Permission::MEMBERS_MANAGE`]. Once this has returned, no request of the member is
    /// answered in this tenant.
    pub async fn disable_member(&self, ctx: &Context, target: Target) -> Result<Member, DisableError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        let account = match reached.member.account() {
            Some(account) => tx.hold_account(account).await?,
            None => None,
        };
        let change = decide(reached, account.map_or(0, |account| account.epoch), ctx)?;
        tx.commit(ctx, &[Event::MemberDisabled(change.clone())]).await?;
        Ok(change.member)
    }
}

fn decide(reached: InReach, epoch: u32, ctx: &Context) -> Result<MemberChange, MemberClosed> {
    let before = reached.spend();
    Ok(MemberChange { member: before.clone().disable(epoch, ctx.now)?, before })
}
