//! The representative administrator: who it is, who can be, and how another one takes over.

use chrono::{DateTime, Utc};
use membership_core::{
    Membership, ViewError,
    context::Context,
    directory::{AnyOf, MAX_PAGE, MemberFilter, MemberRow, Page},
    id::{MemberId, TenantId},
    member::reach::Target,
    tenant::representative::{self, Answer as Answered},
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Invitation, Member},
};

/// The members who can become the representative administrator.
#[derive(Object)]
struct CandidateList {
    /// Newest entry first, 200 at most.
    candidates: Vec<Member>,
}

/// Whom to ask to take over.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NominationRequest {
    /// An enabled member who holds the tenant administrator's role for good.
    member: Uuid,
}

/// An offer to become the representative administrator.
#[derive(Object)]
struct Nomination {
    /// Its identifier.
    id: Uuid,
    /// Who is the representative.
    nominator: Uuid,
    /// Who is asked.
    nominee: Uuid,
    /// When it was made.
    made_at: DateTime<Utc>,
    /// It stands before this.
    expires_at: DateTime<Utc>,
    /// What became of it.
    answer: NominationAnswer,
    /// When.
    #[oai(skip_serializing_if_is_none)]
    answered_at: Option<DateTime<Utc>>,
}

/// What became of an offer to become the representative administrator.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum NominationAnswer {
    /// It waits.
    Waiting,
    /// The nominee is the representative since.
    Accepted,
    /// The nominee does not want to.
    Declined,
    /// The representative took it back, or made another.
    Withdrawn,
}

/// Where to send the first administrator's invitation.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct RepresentativeEmail {
    /// The address.
    email: String,
}

/// The first administrator, and the invitation that is on its way to the new address.
#[derive(Object)]
struct ReaddressedRepresentative {
    /// The representative administrator, not joined.
    member: Member,
    /// The invitation. Its earlier link is dead.
    invitation: Invitation,
}

#[derive(ApiResponse)]
enum Nominated {
    /// The member is asked.
    #[oai(status = 201)]
    Created(
        Json<Nomination>,
        /// The offer.
        #[oai(header = "Location")]
        String,
    ),
}

pub(crate) struct RepresentativeApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Representative")]
impl RepresentativeApi {
    /// Show the representative administrator
    ///
    /// The one member who represents the tenant, and who can be neither changed, disabled nor removed meanwhile. Needs
    /// `membership:members.read`.
    #[oai(path = "/tenants/:tenant/representative", method = "get", operation_id = "getRepresentative")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Member>> {
        let tenant = TenantId::named(&tenant);
        let row = current(edge.membership(), &caller.context, tenant).await?;
        let legend = edge.membership().legend(&caller.context, tenant).await?;
        Ok(Json(Member::explained(row, &legend, caller.context.now)))
    }

    /// List who can become the representative administrator
    ///
    /// The other enabled members who hold the tenant administrator's role for good. If there is none, the problem's code
    /// says why. Needs `membership:members.read`; the operator may ask while nobody has joined.
    #[oai(path = "/tenants/:tenant/representative/candidates", method = "get", operation_id = "listCandidates")]
    async fn candidates(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<CandidateList>> {
        let page = Page { after: None, limit: MAX_PAGE };
        let found = edge.membership().candidates(&caller.context, TenantId::named(&tenant), page).await?;
        Ok(Json(CandidateList { candidates: found.into_iter().map(Member::from).collect() }))
    }

    /// Ask a member to take over
    ///
    /// Offers to make the member the representative administrator. The offer stands for 3 days, the member is told by mail,
    /// and one that stood before is taken back. Only the representative may.
    #[oai(path = "/tenants/:tenant/representative/nomination", method = "post", operation_id = "nominate")]
    async fn nominate(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<NominationRequest>,
    ) -> Answer<Nominated> {
        let tenant = TenantId::named(&tenant);
        let target = Target { tenant, member: MemberId::from_uuid(body.0.member) };
        let nomination = edge.membership().nominate(&caller.context, target).await?;
        let location = format!("{PREFIX}/tenants/{tenant}/representative/nomination");
        Ok(Nominated::Created(Json((&nomination).into()), location))
    }

    /// Show the offer to take over
    ///
    /// The offer that waits for an answer. It is shown to the representative and to the member who is asked.
    #[oai(path = "/tenants/:tenant/representative/nomination", method = "get", operation_id = "getNomination")]
    async fn nomination(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Nomination>> {
        let nomination = edge.membership().nomination(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json((&nomination).into()))
    }

    /// Take the offer back
    ///
    /// Nobody is asked any more. Only the representative may.
    #[oai(path = "/tenants/:tenant/representative/nomination", method = "delete", operation_id = "withdrawNomination")]
    async fn withdraw(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Nomination>> {
        let nomination = edge.membership().withdraw_nomination(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json((&nomination).into()))
    }

    /// Take over as the representative administrator
    ///
    /// Accepts the offer: whoever was the representative is not any more, whoever asks is, in one step, and both are told by
    /// mail. Only the member who is asked may.
    #[oai(
        path = "/tenants/:tenant/representative/nomination/accept",
        method = "post",
        operation_id = "acceptNomination"
    )]
    async fn accept(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Member>> {
        let member = edge.membership().accept_nomination(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(member.into()))
    }

    /// Decline to take over
    ///
    /// Declines the offer. Only the member who is asked may.
    #[oai(
        path = "/tenants/:tenant/representative/nomination/decline",
        method = "post",
        operation_id = "declineNomination"
    )]
    async fn decline(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Nomination>> {
        let nomination = edge.membership().decline_nomination(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json((&nomination).into()))
    }

    /// Change the address of a representative who has not joined
    ///
    /// Sends the first administrator's invitation to another address; the link that was out is dead. Only the operator of
    /// the installation may, and only until the representative has joined.
    #[oai(path = "/tenants/:tenant/representative/email", method = "put", operation_id = "readdressRepresentative")]
    async fn readdress(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<RepresentativeEmail>,
    ) -> Answer<Json<ReaddressedRepresentative>> {
        let tenant = TenantId::named(&tenant);
        let (member, invitation) =
            edge.membership().readdress_representative(&caller.context, tenant, &body.0.email).await?;
        let invitation = Invitation::at(&invitation, None, caller.context.now);
        Ok(Json(ReaddressedRepresentative { member: member.into(), invitation }))
    }
}

/// The representative, who always holds the tenant administrator's role: found among those who do.
async fn current(membership: &Membership, ctx: &Context, tenant: TenantId) -> Result<MemberRow, ViewError> {
    let roles = membership.access(ctx, tenant).await?.roles;
    let roles = roles.iter().filter(|role| role.administrator).map(|role| role.id).collect();
    let given = Some(AnyOf { roles, ..AnyOf::default() });
    let filter = MemberFilter { given, ..MemberFilter::default() };
    let mut page = Page { after: None, limit: MAX_PAGE };
    loop {
        let rows = membership.members(ctx, tenant, filter.clone(), page).await?.rows;
        page.after = Some(rows.last().ok_or(ViewError::MemberUnknown)?.member.id);
        if let Some(row) = rows.into_iter().find(|row| row.member.representative) {
            return Ok(row);
        }
    }
}

impl From<&representative::Nomination> for Nomination {
    fn from(nomination: &representative::Nomination) -> Self {
        let (answer, answered_at) = match nomination.answer {
            Answered::None => (NominationAnswer::Waiting, None),
            Answered::Accepted(at) => (NominationAnswer::Accepted, Some(at)),
            Answered::Declined(at) => (NominationAnswer::Declined, Some(at)),
            Answered::Withdrawn(at) => (NominationAnswer::Withdrawn, Some(at)),
        };
        Self {
            id: nomination.id.as_uuid(),
            nominator: nomination.nominator.as_uuid(),
            nominee: nomination.nominee.as_uuid(),
            made_at: nomination.made_at,
            expires_at: nomination.expires_at,
            answer,
            answered_at,
        }
    }
}
