//! Suspend and resume: the operator closes a tenant for everybody at once, and opens it again as it was.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    event::Event,
    id::TenantId,
    refusal::refusals,
    store::{Scope, StoreError, Tx},
    tenant::{Tenant, TenantStatus},
};

refusals! {
    /// Why a tenant was neither closed nor opened.
    pub enum SuspendError {
        /// Nobody is in yet.
        SettingUp = Conflict "tenant-setting-up"
            ("the tenant's first administrator has not joined, so there is nobody to shut out", "wait, or leave it");
        /// Closed already.
        Suspended = Conflict "tenant-suspended-already" ("the tenant is suspended already", "there is nothing left to do");
        /// Open already.
        Active = Conflict "tenant-active-already" ("the tenant is not suspended", "there is nothing left to do");
    } passing Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Closes a tenant for all of its members. Only the operator may.
    pub async fn suspend_tenant(&self, ctx: &Context, id: TenantId) -> Result<Tenant, SuspendError> {
        let mut tx = self.store.begin(Scope::Tenant(id)).await?;
        let tenant = operated(tx.as_mut(), ctx).await?;
        let tenant = match tenant.status {
            TenantStatus::SettingUp => return Err(SuspendError::SettingUp),
            TenantStatus::Suspended => return Err(SuspendError::Suspended),
            TenantStatus::Active => Tenant { status: TenantStatus::Suspended, ..tenant },
        };
        tx.commit(ctx, &[Event::TenantSuspended(tenant.clone())]).await?;
        Ok(tenant)
    }

    /// Opens a suspended tenant again. Only the operator may.
    pub async fn resume_tenant(&self, ctx: &Context, id: TenantId) -> Result<Tenant, SuspendError> {
        let mut tx = self.store.begin(Scope::Tenant(id)).await?;
        let tenant = operated(tx.as_mut(), ctx).await?;
        let tenant = match tenant.status {
            TenantStatus::SettingUp => return Err(SuspendError::SettingUp),
            TenantStatus::Active => return Err(SuspendError::Active),
            TenantStatus::Suspended => Tenant { status: TenantStatus::Active, ..tenant },
        };
        tx.commit(ctx, &[Event::TenantResumed(tenant.clone())]).await?;
        Ok(tenant)
    }
}

/// The tenant, if whoever asks operates the installation.
pub(crate) async fn operated(tx: &mut dyn Tx, ctx: &Context) -> Result<Tenant, Denied> {
    let account = ctx.actor.account()?;
    if tx.installation().await?.operator != Some(account) {
        return Err(Denied::OperatorOnly);
    }
    tx.tenant().await?.ok_or(Denied::TenantUnknown)
}
