//! Expire: writes down that an invitation's time has passed. No rule waits for it: [`Invitation::stage_at`] knows the
//! time. It is for the audit, for the list, and to cancel mail that would arrive with a dead link.

use crate::{
    Membership,
    context::Context,
    event::Event,
    id::{InvitationId, TenantId},
    invitation::Invitation,
    store::{Scope, StoreError},
};

impl Membership {
    /// Writes down up to `limit` invitations that are past their time, and says how many. Damaged ones are passed over,
    /// and are an error once there is nothing else left.
    pub async fn expire_invitations(&self, ctx: &Context, limit: u32) -> Result<u32, StoreError> {
        let mut written = 0;
        let mut damaged = None;
        for (tenant, id) in self.directory.overdue(ctx.now, limit).await? {
            match self.expire_one(ctx, tenant, id).await {
                Ok(expired) => written += u32::from(expired.is_some()),
                // The oldest come first, each time anew: a damaged one must not stand in the way of all others.
                Err(error @ StoreError::Corrupt { .. }) => damaged = Some(error),
                Err(error) => return Err(error),
            }
        }
        match damaged {
            Some(error) if written == 0 => Err(error),
            Some(_) | None => Ok(written),
        }
    }

    async fn expire_one(
        &self,
        ctx: &Context,
        tenant: TenantId,
        id: InvitationId,
    ) -> Result<Option<Invitation>, StoreError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        // Between the list and the lock somebody may have accepted, resent or revoked it.
        let overdue = tx.invitation(id).await?.and_then(|invitation| invitation.expire(ctx.now).ok().flatten());
        if let Some(expired) = &overdue {
            tx.commit(ctx, &[Event::InvitationExpired(expired.clone())]).await?;
        }
        Ok(overdue)
    }
}
