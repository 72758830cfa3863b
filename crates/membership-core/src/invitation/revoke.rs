//! Revoke: an administrator takes an invitation back. Its link is dead, and mail that has not gone out will not.

use crate::{
    Membership,
    actor::{Denied, Granted, Grants},
    context::Context,
    event::Event,
    invitation::{Invitation, Subject},
    lifecycle::Closed,
    member::Member,
    refusal::refusals,
    role::{Permission, assign::BeyondOwn},
    store::{Scope, StoreError},
};

refusals! {
    /// Why an invitation was not taken back.
    pub enum RevokeError {
        /// No such invitation.
        Unknown = Absent "invitation-unknown"
            ("there is no such invitation in this tenant", "look it up in the list of members");
        /// The first administrator's invitation.
        Representative = Conflict "invitation-of-representative"
            ("this is the invitation of the tenant's representative administrator, without whom there is no tenant",
             "resend it, or change the representative");
    } passing BeyondOwn(BeyondOwn), Closed(Closed), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Takes an open invitation back.
    pub async fn revoke_invitation(&self, ctx: &Context, subject: Subject) -> Result<Invitation, RevokeError> {
        let mut tx = self.store.begin(Scope::Tenant(subject.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        grants.sight(Permission::MEMBERS_INVITE)?;
        let Some(invitation) = tx.invitation(subject.invitation).await? else { return Err(RevokeError::Unknown) };
        let Some(invitee) = tx.member(invitation.member).await? else { return Err(RevokeError::Unknown) };
        if !grants.sees(&Permission::MEMBERS_INVITE, &invitee) {
            return Err(RevokeError::Unknown);
        }
        let granted = grants.require_over(Permission::MEMBERS_INVITE, invitee.departments.all())?;
        let revoked = decide(granted, &grants, invitation, &invitee, ctx)?;
        tx.commit(ctx, &[Event::InvitationRevoked(revoked.clone())]).await?;
        Ok(revoked)
    }
}

fn decide(
    _: Granted,
    grants: &Grants,
    invitation: Invitation,
    invitee: &Member,
    ctx: &Context,
) -> Result<Invitation, RevokeError> {
    if invitee.representative {
        return Err(RevokeError::Representative);
    }
    // Who could not have given it does not take it away either.
    BeyondOwn::refuse(grants.first_above(&invitee.assignments))?;
    Ok(invitation.revoke(ctx.now)?)
}
