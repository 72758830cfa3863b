//! Bulk: the same to many members, each by itself, with a result for each.

use crate::{
    Membership,
    context::Context,
    id::{MemberId, TenantId},
    invitation::send::{Issued, SendError},
    member::{
        Member, MemberState,
        disable::DisableError,
        enable::EnableError,
        reach::Target,
        remove::{Heirs, RemoveError, Removed},
    },
    refusal::refusals,
    store::Scope,
};

/// Most members in one call.
pub const MAX_MEMBERS: usize = 200;

/// What to do to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BulkAction {
    /// [`Membership::disable_member`].
    Disable,
    /// [`Membership::enable_member`].
    Enable,
    /// [`Membership::remove_member`], with these heirs.
    Remove(Heirs),
    /// [`Membership::resend_invitation`].
    Reinvite,
}

/// What was done to one.
#[derive(Debug, Clone)]
pub enum BulkDone {
    /// It was changed.
    Changed(Box<Member>),
    /// It is gone.
    Removed(Box<Removed>),
    /// It was invited again.
    Reinvited(Box<Issued>),
}

refusals! {
    /// Why nothing was done to anybody.
    pub enum BulkError {
        /// Nobody named.
        NobodyNamed = Invalid "members-missing" ("no member is named; expected 1 to 200", "name a member");
        /// Too many at once.
        TooMany {
            /// How many were named.
            named: usize,
        } = Invalid "members-too-many"
            ("{named} members are named, and at most 200 can be named at once; nothing was changed", "name fewer, several times");
    }
}

refusals! {
    /// Why nothing was done to one.
    pub enum BulkRefused {
    } passing Disable(DisableError), Enable(EnableError), Remove(RemoveError), Send(SendError)
}

impl Membership {
    /// Does the same to each of `members`, one after the other; a refusal of one is no obstacle for the next.
    pub async fn bulk(
        &self,
        ctx: &Context,
        tenant: TenantId,
        members: &[MemberId],
        action: &BulkAction,
    ) -> Result<Vec<(MemberId, Result<BulkDone, BulkRefused>)>, BulkError> {
        match members.len() {
            0 => return Err(BulkError::NobodyNamed),
            1..=MAX_MEMBERS => {}
            named => return Err(BulkError::TooMany { named }),
        }
        let mut results = Vec::with_capacity(members.len());
        for member in members {
            results.push((*member, self.one_of_many(ctx, Target { tenant, member: *member }, action).await));
        }
        Ok(results)
    }

    async fn one_of_many(&self, ctx: &Context, target: Target, action: &BulkAction) -> Result<BulkDone, BulkRefused> {
        Ok(match action {
            BulkAction::Disable => BulkDone::Changed(Box::new(self.disable_member(ctx, target).await?)),
            BulkAction::Enable => BulkDone::Changed(Box::new(self.enable_member(ctx, target).await?)),
            BulkAction::Remove(heirs) => {
                BulkDone::Removed(Box::new(self.remove_member(ctx, target, heirs.clone()).await?))
            }
            BulkAction::Reinvite => BulkDone::Reinvited(Box::new(self.reinvite_member(ctx, target).await?)),
        })
    }

    /// Issues the next link of the invitation of a member that has not joined.
    pub async fn reinvite_member(&self, ctx: &Context, target: Target) -> Result<Issued, SendError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        // Who may not send learns nothing of whom there is.
        let sender = self.sender(tx.as_mut(), ctx).await?;
        let member = tx.member(target.member).await?.filter(|member| sender.sees(member));
        let member = member.ok_or(SendError::MemberUnknown)?;
        drop(sender);
        drop(tx);
        match member.state {
            MemberState::NotJoined { invitation } => {
                self.resend_invitation(ctx, crate::invitation::Subject { tenant: target.tenant, invitation }).await
            }
            MemberState::Enabled { .. } | MemberState::Disabled { .. } => Err(crate::lifecycle::Closed::Joined.into()),
            MemberState::Removed { .. } => Err(crate::lifecycle::MemberClosed::Removed.into()),
        }
    }
}
