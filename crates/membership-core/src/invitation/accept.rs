//! Accept: the person says yes ("Join now"), before there need be an account.

use crate::{
    Membership,
    context::Context,
    event::Event,
    id::TenantId,
    invitation::{Invitation, admit::NotAdmitted},
    lifecycle::Command,
    link::Purpose,
    store::Scope,
};

impl Membership {
    /// Says yes to the invitation behind `token`. Saying it again changes nothing.
    pub async fn accept_invitation(&self, ctx: &Context, token: &str) -> Result<Invitation, NotAdmitted> {
        let link = self.links.read(Purpose::Invitation, token)?;
        let mut tx = self.store.begin(Scope::Tenant(TenantId::from_uuid(link.tenant))).await?;
        let door = self.read_door(tx.as_mut(), &link, ctx).await?;
        door.admits(&link, Command::Accept, ctx.now)?;
        let by = door.account.as_ref().map(|account| account.id);
        let window = door.tenant.policy.enrolment_window;
        match door.invitation.clone().accept(by, window, ctx.now)? {
            Some(accepted) => {
                tx.commit(ctx, &[Event::InvitationAccepted(accepted.clone())]).await?;
                Ok(accepted)
            }
            None => Ok(door.invitation),
        }
    }
}
