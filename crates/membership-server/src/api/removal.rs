//! Ending memberships, and handing over what was held.

use std::collections::HashMap;

use membership_core::{
    id::{TenantId, TransferId},
    member::MemberStatus as Status,
};
use membership_web::{Edge, Visitor};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, members::at};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{EndedMembership, Holding, MemberStatus, Transfer, heirs},
};

/// Who gets what a member holds: enabled members of the tenant.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeirsNamed {
    /// Who gets everything that `heirs` does not name.
    heir: Option<Uuid>,
    /// Who gets everything of a kind, by the kind.
    heirs: Option<HashMap<String, Uuid>>,
}

/// The link to leave by that one holds.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct LeavingLink {
    /// The last part of the link.
    token: String,
}

/// What a member holds in the products.
#[derive(Object)]
struct HoldingList {
    /// Each kind once; empty if the member holds nothing.
    holdings: Vec<Holding>,
}

/// The membership that a link to leave by is about.
#[derive(Object)]
struct LeavingSeen {
    /// The name of the tenant.
    tenant: String,
    /// What the tenant calls the person.
    name: String,
    /// Where the member is in its life.
    status: MemberStatus,
    /// Whether the link can be used: the representative administrator hands over first, and nobody leaves twice.
    can_leave: bool,
}

/// The hand-overs of a tenant that are not finished.
#[derive(Object)]
struct TransferList {
    /// Oldest first.
    transfers: Vec<Transfer>,
}

pub(crate) struct RemovalApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Removal")]
impl RemovalApi {
    /// Show what a member holds
    ///
    /// How many things of which kind, as the products say at this moment: what has to get an heir when the member is
    /// removed. Needs `membership:members.manage`.
    #[oai(path = "/tenants/:tenant/members/:member/holdings", method = "get", operation_id = "getHoldings")]
    async fn holdings(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<HoldingList>> {
        let held = edge.membership().holdings(&caller.context, at(&tenant, &member)).await?;
        Ok(Json(HoldingList { holdings: held.into_iter().map(Holding::from).collect() }))
    }

    /// Remove a member
    ///
    /// Ends a membership for good; the account stays. Access ends at once, and what the member holds in the products is
    /// handed over to the named heirs in the background. A member that has not joined, or holds nothing, needs no heir. Needs
    /// `membership:members.manage`.
    #[oai(path = "/tenants/:tenant/members/:member/remove", method = "post", operation_id = "removeMember")]
    async fn remove(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
        body: Body<HeirsNamed>,
    ) -> Answer<Json<EndedMembership>> {
        let heirs = heirs(body.0.heir, body.0.heirs);
        let removed = edge.membership().remove_member(&caller.context, at(&tenant, &member), heirs).await?;
        Ok(Json(removed.into()))
    }

    /// Leave a tenant
    ///
    /// Ends one's own membership; the account stays. What one holds in the products goes to the representative
    /// administrator, unless somebody else is named.
    #[oai(path = "/tenants/:tenant/leave", method = "post", operation_id = "leaveTenant")]
    async fn leave(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<HeirsNamed>,
    ) -> Answer<Json<EndedMembership>> {
        let heirs = heirs(body.0.heir, body.0.heirs);
        let left = edge.membership().leave(&caller.context, TenantId::named(&tenant), heirs).await?;
        Ok(Json(left.into()))
    }

    /// Look at a link to leave by
    ///
    /// What is behind the link of the letter that told of a membership. Changes nothing.
    #[oai(path = "/leaving/open", method = "post", operation_id = "openLeaving")]
    async fn open(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<LeavingLink>) -> Answer<Json<LeavingSeen>> {
        let seen = edge.membership().leaving(&visitor.context, &body.0.token).await?;
        Ok(Json(LeavingSeen {
            tenant: seen.tenant.name.to_string(),
            name: seen.member.name.to_string(),
            status: seen.member.status().into(),
            can_leave: !seen.member.representative && seen.member.status() != Status::Removed,
        }))
    }

    /// Leave by a link
    ///
    /// Ends the membership that the link is about. Whoever holds the link reads that mailbox, and needs not be signed in. What
    /// the member holds in the products goes to the representative administrator.
    #[oai(path = "/leaving", method = "post", operation_id = "leaveByLink")]
    async fn leave_by_link(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<LeavingLink>,
    ) -> Answer<Json<EndedMembership>> {
        let left = edge.membership().leave_by_link(&visitor.context, &body.0.token).await?;
        Ok(Json(left.into()))
    }

    /// List hand-overs
    ///
    /// Those that are not finished, oldest first, each with what went wrong the last time. Needs `membership:members.read`.
    #[oai(path = "/tenants/:tenant/transfers", method = "get", operation_id = "listTransfers")]
    async fn transfers(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<TransferList>> {
        let open = edge.membership().open_transfers(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(TransferList { transfers: open.into_iter().map(Transfer::from).collect() }))
    }

    /// Name other heirs
    ///
    /// For what is not handed over yet: the heir may have gone meanwhile, or was the wrong one. It is tried again at once.
    /// Only the representative administrator may.
    #[oai(path = "/tenants/:tenant/transfers/:transfer/heirs", method = "put", operation_id = "nameHeirs")]
    async fn name_heirs(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The hand-over.
        transfer: Path<String>,
        body: Body<HeirsNamed>,
    ) -> Answer<Json<Transfer>> {
        let (tenant, transfer) = (TenantId::named(&tenant), TransferId::named(&transfer));
        let heirs = heirs(body.0.heir, body.0.heirs);
        let named = edge.membership().name_heir(&caller.context, tenant, transfer, heirs).await?;
        Ok(Json(named.into()))
    }
}
