//! Overview: where a tenant stands, in numbers.

use crate::{Membership, context::Context, directory::Tally, id::TenantId, role::Permission, view::ViewError};

impl Membership {
    /// How many members and invitations of a tenant stand where. Needs [`Permission::MEMBERS_READ`] in the whole tenant.
    pub async fn tally(&self, ctx: &Context, tenant: TenantId) -> Result<Tally, ViewError> {
        self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        Ok(self.directory.tally(tenant, ctx.now).await?)
    }
}
