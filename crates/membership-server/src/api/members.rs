//! Who belongs to a tenant.

use membership_core::id::{MemberId, TenantId};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use super::{Chapter, Named, listing};
use crate::{answer::Answer, caller::Caller, representation::Member};

/// A page of members, newest entry first.
#[derive(Object)]
struct MemberPage {
    /// The members.
    members: Vec<Member>,
    /// Where the next page begins; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
}

pub(crate) struct MembersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Members")]
impl MembersApi {
    /// List members
    ///
    /// A page of the tenant's members, newest entry first, each with where its invitation stands and what the mail
    /// server said. Removed members are listed only when asked for. Needs `membership:members.read`.
    #[oai(path = "/tenants/:tenant/members", method = "get", operation_id = "listMembers")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// Only those in this state: `not-joined`, `enabled`, `disabled` or `removed`.
        status: Query<Option<String>>,
        /// Most members of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<Json<MemberPage>> {
        let (filter, page) = listing::members(status.as_deref(), limit.as_deref(), cursor.as_deref())?;
        let rows = edge.membership().members(&caller.context, TenantId::named(&tenant), filter, page).await?;
        let full = rows.len() == usize::from(page.limit);
        let next_cursor = rows.last().filter(|_| full).map(|row| listing::cursor_after(row.member.id));
        let members = rows.into_iter().map(|row| Member::at(row, caller.context.now)).collect();
        Ok(Json(MemberPage { members, next_cursor }))
    }

    /// Show a member
    ///
    /// One member with its invitation. Needs `membership:members.read`.
    #[oai(path = "/tenants/:tenant/members/:member", method = "get", operation_id = "getMember")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<Member>> {
        let (tenant, member) = (TenantId::named(&tenant), MemberId::named(&member));
        let row = edge.membership().member(&caller.context, tenant, member).await?;
        Ok(Json(Member::at(row, caller.context.now)))
    }
}
