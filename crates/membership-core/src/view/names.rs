//! Names for identifiers that stand in records: who did it, and whom it is about.

use uuid::Uuid;

use super::ViewError;
use crate::{
    Membership,
    context::Context,
    id::{AccountId, MemberId, TenantId},
    name::DisplayName,
    role::Permission,
};

/// Most identifiers of one question.
pub const MAX_NAMES: usize = 400;

/// Somebody who is or was a member, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The member.
    pub member: MemberId,
    /// Its account, if it ever joined.
    pub account: Option<AccountId>,
    /// What it is called here.
    pub name: DisplayName,
}

impl Membership {
    /// What those are called in a tenant who are meant by `ids`, of which each is a member's or an account's; oldest entry first, so
    /// that whoever came back is called last as now. Left out are all whom whoever asks does not see, what is nobody's in this
    /// tenant, and what comes behind the first [`MAX_NAMES`]. Needs [`Permission::MEMBERS_READ`], in the whole tenant or for some
    /// departments.
    pub async fn names(&self, ctx: &Context, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Named>, ViewError> {
        let (grants, _) = self.seeing(ctx, tenant).await?;
        let members = self.directory.meant(tenant, ids.get(..MAX_NAMES).unwrap_or(ids)).await?;
        let seen = members.into_iter().filter(|member| grants.reaches(&Permission::MEMBERS_READ, member));
        Ok(seen.map(|member| Named { member: member.id, account: member.account(), name: member.name }).collect())
    }
}
