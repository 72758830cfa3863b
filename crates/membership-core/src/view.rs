//! Reading: what a signed-in person may see. Lists take no lock; whether one may see them is asked each time.

use crate::{
    Membership,
    account::Account,
    actor::{Denied, Grants},
    audit::Record,
    context::Context,
    directory::{InvitationView, MemberFilter, MemberRow, Page, Place},
    id::{InvitationId, MemberId, TenantId},
    installation::Installation,
    refusal::refusals,
    role::{Permission, Role},
    store::{Scope, StoreError},
    tenant::Tenant,
};

refusals! {
    /// Why something is not shown.
    pub enum ViewError {
        /// No such member.
        MemberUnknown = Absent "member-unknown" ("there is no such member in this tenant", "look it up in the list of members");
        /// No such invitation.
        InvitationUnknown = Absent "invitation-unknown"
            ("there is no such invitation in this tenant", "look it up in the list of members");
    } passing Denied(Denied), Store(StoreError)
}

impl Membership {
    /// The tenant as `ctx.actor` may see it, with what the actor may do in it.
    pub async fn tenant(&self, ctx: &Context, tenant: TenantId) -> Result<(Tenant, Grants), ViewError> {
        let account = ctx.actor.account()?;
        let found = self.directory.standing_of(tenant, account).await?;
        let (tenant, standing) = found.ok_or(Denied::TenantUnknown)?;
        let grants = Grants::of(&tenant, standing)?;
        Ok((tenant, grants))
    }

    /// The tenants where the signed-in person is a member, and whether the person operates the installation.
    pub async fn places(&self, ctx: &Context, account: &Account) -> Result<(Vec<Place>, bool), ViewError> {
        let id = ctx.actor.account()?;
        let Installation { operator, .. } = self.directory.installation().await?;
        debug_assert_eq!(id, account.id);
        Ok((self.directory.places(id).await?, operator == Some(id)))
    }

    /// The tenant's roles. Every member may know them: an invitation shows them too.
    pub async fn roles(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<Role>, ViewError> {
        self.tenant(ctx, tenant).await?;
        Ok(self.directory.roles(tenant).await?)
    }

    /// A page of members, newest entry first. Needs [`Permission::MEMBERS_READ`].
    pub async fn members(
        &self,
        ctx: &Context,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, ViewError> {
        self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        Ok(self.directory.members(tenant, filter, page).await?)
    }

    /// One member. Needs [`Permission::MEMBERS_READ`].
    pub async fn member(&self, ctx: &Context, tenant: TenantId, member: MemberId) -> Result<MemberRow, ViewError> {
        self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        self.directory.member(tenant, member).await?.ok_or(ViewError::MemberUnknown)
    }

    /// One invitation with all that is told about it. Needs [`Permission::MEMBERS_READ`].
    pub async fn invitation(
        &self,
        ctx: &Context,
        tenant: TenantId,
        invitation: InvitationId,
    ) -> Result<InvitationView, ViewError> {
        self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        self.directory.invitation(tenant, invitation).await?.ok_or(ViewError::InvitationUnknown)
    }

    /// Up to `limit` records of the tenant's audit after revision `after`. Needs [`Permission::AUDIT_READ`].
    pub async fn audit(
        &self,
        ctx: &Context,
        tenant: TenantId,
        after: u64,
        limit: u16,
    ) -> Result<Vec<Record>, ViewError> {
        self.may(ctx, tenant, Permission::AUDIT_READ).await?;
        Ok(self.directory.audit(Scope::Tenant(tenant), after, limit).await?)
    }

    async fn may(&self, ctx: &Context, tenant: TenantId, permission: Permission) -> Result<(), ViewError> {
        let (_, grants) = self.tenant(ctx, tenant).await?;
        drop(grants.require(permission)?);
        Ok(())
    }
}
