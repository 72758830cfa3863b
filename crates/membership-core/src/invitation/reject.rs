//! Reject: the person says no. Whoever holds the link may.

use crate::{
    Membership,
    context::Context,
    event::Event,
    id::{InvitationId, TenantId},
    invitation::Invitation,
    lifecycle::Closed,
    link::{LinkFault, Purpose},
    refusal::refusals,
    store::{Scope, StoreError},
};

refusals! {
    /// Why an invitation was not declined.
    pub enum RejectError {
    } passing Link(LinkFault), Closed(Closed), Store(StoreError)
}

impl Membership {
    /// Says no to the invitation behind `token`.
    pub async fn reject_invitation(&self, ctx: &Context, token: &str) -> Result<Invitation, RejectError> {
        let link = self.links.read(Purpose::Invitation, token)?;
        let mut tx = self.store.begin(Scope::Tenant(TenantId::from_uuid(link.tenant))).await?;
        let id = InvitationId::from_uuid(link.subject);
        let invitation = tx.invitation(id).await?.ok_or(LinkFault::Unknown)?;
        link.newest(invitation.generation)?;
        let rejected = invitation.reject(ctx.now)?;
        tx.commit(ctx, &[Event::InvitationRejected(rejected.clone())]).await?;
        Ok(rejected)
    }
}
