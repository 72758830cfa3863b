//! Open: what the page behind a link shows. It changes no state: machines that read mail before people do open links too.

use crate::{
    Membership,
    context::Context,
    directory::InvitationView,
    event::Event,
    id::{InvitationId, TenantId},
    invitation::Channel,
    link::{Link, LinkFault, Purpose},
    refusal::refusals,
    store::{Scope, StoreError},
};

refusals! {
    /// Why a link shows nothing.
    pub enum OpenError {
    } passing Link(LinkFault), Store(StoreError)
}

impl Membership {
    /// What is behind the newest link of an invitation, whatever became of the invitation. Notes the first look.
    pub async fn open_invitation(&self, ctx: &Context, token: &str) -> Result<InvitationView, OpenError> {
        let link = self.links.read(Purpose::Invitation, token)?;
        let (tenant, id) = (TenantId::from_uuid(link.tenant), InvitationId::from_uuid(link.subject));
        let view = self.directory.invitation(tenant, id).await?.ok_or(LinkFault::Unknown)?;
        link.newest(view.invitation.generation)?;
        if view.invitation.clone().opened(ctx.now).is_some() {
            // A page that can be shown is shown, whether or not the note can be taken; the next look tries again.
            let _ = self.note_first_look(ctx, tenant, link).await;
        }
        let mailed = matches!(view.invitation.channel, Channel::Mail(_));
        Ok(InvitationView { has_account: view.has_account.filter(|_| mailed), ..view })
    }

    async fn note_first_look(&self, ctx: &Context, tenant: TenantId, link: Link) -> Result<(), StoreError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let current = tx.invitation(InvitationId::from_uuid(link.subject)).await?;
        let newest = current.filter(|invitation| link.newest(invitation.generation).is_ok());
        match newest.and_then(|invitation| invitation.opened(ctx.now)) {
            Some(opened) => tx.commit(ctx, &[Event::InvitationOpened(opened)]).await,
            None => Ok(()),
        }
    }
}
