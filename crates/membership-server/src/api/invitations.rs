//! Asking people to join: the inviter's side.

use membership_core::{
    id::{InvitationId, TenantId},
    invitation::{
        Subject,
        invite::{self, Invite, Invitee, Sending},
        send,
    },
    refusal::Faults,
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, given::Given, members::belonging, reach};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Assignment, Invitation, Member, Send, Via},
};

/// Whom to invite.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteRequest {
    /// The people: 1 to 10, or as many as the tenant's policy says. All of them are invited, or none.
    people: Vec<Person>,
    /// The roles that each person shall hold, for good, unless something else is said of one.
    roles: Option<Vec<Uuid>>,
    /// What each person shall hold beside them, unless something else is said of one.
    assignments: Option<Vec<Assignment>>,
    /// The departments that each person shall belong to, 1 to 32, the primary one first, unless others are said of one. Unless
    /// told otherwise it is the first of the tenant's, or, for whoever may invite to one department alone, that one.
    departments: Option<Vec<Uuid>>,
    /// Whether the invitations go out at once. The tenant's policy says, unless told otherwise.
    send: Option<Send>,
    /// How long each link is good, in seconds: 3600 to 2592000. The tenant's policy says, unless told otherwise.
    validity_seconds: Option<u32>,
}

/// One person to invite.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    /// What to call the person.
    name: String,
    /// How to reach the person.
    via: Via,
    /// The person's address; needed for `mail`.
    email: Option<String>,
    /// The language that the person reads, as a tag of BCP 47 such as `de` or `pt-BR`, if that is known.
    language: Option<String>,
    /// The roles that the person shall hold, for good; none of them grants what the inviter lacks.
    roles: Option<Vec<Uuid>>,
    /// What the person shall hold beside them; of both together at least one role. Where neither is given, what the call
    /// says of all counts.
    assignments: Option<Vec<Assignment>>,
    /// The departments that the person shall belong to, in the place of what the call says of all.
    departments: Option<Vec<Uuid>>,
}

/// The people who were invited, in the order of the request.
#[derive(Object)]
struct InviteAnswer {
    /// Each of them.
    invited: Vec<InvitedPerson>,
}

/// One person who was invited.
#[derive(Object)]
struct InvitedPerson {
    /// The new member: not joined, or enabled where the tenant's policy has owners of accounts join at once.
    member: Member,
    /// Its invitation, unless it has joined at once.
    #[oai(skip_serializing_if_is_none)]
    invitation: Option<Invitation>,
    /// The link to hand over, when it goes by link and was issued. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
}

/// An invitation whose newest link was just issued.
#[derive(Object)]
pub(super) struct IssuedInvitation {
    /// The invitation.
    invitation: Invitation,
    /// The link to hand over, when it goes by link. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
}

#[derive(ApiResponse)]
enum PeopleInvited {
    /// All of them are invited.
    #[oai(status = 201)]
    Created(Json<InviteAnswer>),
}

pub(crate) struct InvitationsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Invitations")]
impl InvitationsApi {
    /// Invite people
    ///
    /// Invites up to ten people in one call, all of them or none. Needs `membership:members.invite` over the departments of
    /// each, and every permission that is granted. Whether somebody has an account elsewhere makes no difference to the answer, unless the tenant's policy
    /// has owners of accounts join at once.
    #[oai(path = "/tenants/:tenant/invitations", method = "post", operation_id = "invite")]
    async fn invite(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<InviteRequest>,
    ) -> Answer<PeopleInvited> {
        let (command, given) = body.0.read(TenantId::named(&tenant))?;
        let invited = edge.membership().invite(&caller.context, command).await;
        let invited = invited.map_err(|error| Given::refuse(&given, error))?;
        let now = caller.context.now;
        let seen = |invited: invite::Invited| InvitedPerson {
            member: invited.member.into(),
            invitation: invited.invitation.map(|invitation| Invitation::at(&invitation, None, now)),
            link: invited.link,
        };
        Ok(PeopleInvited::Created(Json(InviteAnswer { invited: invited.into_iter().map(seen).collect() })))
    }

    /// Show an invitation
    ///
    /// Where it stands, and what became of its newest mail in the mail server's words. Needs `membership:members.read`.
    #[oai(path = "/tenants/:tenant/invitations/:invitation", method = "get", operation_id = "getInvitation")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The invitation.
        invitation: Path<String>,
    ) -> Answer<Json<Invitation>> {
        let Subject { tenant, invitation } = at(&tenant, &invitation);
        let view = edge.membership().invitation(&caller.context, tenant, invitation).await?;
        let legend = edge.membership().legend(&caller.context, tenant).await?;
        let seen = Invitation::at(&view.invitation, view.delivery.as_ref(), caller.context.now);
        Ok(Json(seen.explained(&legend, &view.member.assignments)))
    }

    /// Send an invitation
    ///
    /// Issues the first link of an invitation that is `ready`. Needs `membership:members.invite` and every permission that
    /// the invitation grants.
    #[oai(path = "/tenants/:tenant/invitations/:invitation/send", method = "post", operation_id = "sendInvitation")]
    async fn send(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The invitation.
        invitation: Path<String>,
    ) -> Answer<Json<IssuedInvitation>> {
        let issued = edge.membership().send_invitation(&caller.context, at(&tenant, &invitation)).await?;
        Ok(Json(IssuedInvitation::of(issued, &caller)))
    }

    /// Send an invitation again
    ///
    /// Issues the next link, which kills the one before. On an invitation that has expired, was declined or was taken back
    /// this invites again. Whoever resends answers for what the invitation grants from then on.
    #[oai(path = "/tenants/:tenant/invitations/:invitation/resend", method = "post", operation_id = "resendInvitation")]
    async fn resend(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The invitation.
        invitation: Path<String>,
    ) -> Answer<Json<IssuedInvitation>> {
        let issued = edge.membership().resend_invitation(&caller.context, at(&tenant, &invitation)).await?;
        Ok(Json(IssuedInvitation::of(issued, &caller)))
    }

    /// Take an invitation back
    ///
    /// Its link is dead, and mail that has not gone out will not. The person can be invited again by sending it again.
    #[oai(path = "/tenants/:tenant/invitations/:invitation/revoke", method = "post", operation_id = "revokeInvitation")]
    async fn revoke(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The invitation.
        invitation: Path<String>,
    ) -> Answer<Json<Invitation>> {
        let revoked = edge.membership().revoke_invitation(&caller.context, at(&tenant, &invitation)).await?;
        Ok(Json(Invitation::at(&revoked, None, caller.context.now)))
    }
}

fn at(tenant: &str, invitation: &str) -> Subject {
    Subject { tenant: TenantId::named(tenant), invitation: InvitationId::named(invitation) }
}

impl IssuedInvitation {
    pub(super) fn of(issued: send::Issued, caller: &Caller) -> Self {
        Self { invitation: Invitation::at(&issued.invitation, None, caller.context.now), link: issued.link }
    }
}

impl InviteRequest {
    /// The command, and where in this request what it gives stands; or every fault of form.
    fn read(self, tenant: TenantId) -> Result<(Invite, Vec<Given>), Faults> {
        let Self { people, roles, assignments, departments, send, validity_seconds: validity } = self;
        let (mut faults, mut given) = (Vec::new(), Vec::new());
        let mut read = |roles, assignments, at| match Given::read(roles, assignments, at) {
            Ok((wanted, place)) => {
                given.push(place);
                wanted
            }
            Err(found) => {
                faults.extend(found);
                Vec::new()
            }
        };
        let assignments = read(roles, assignments, String::new());
        let people = people.into_iter().enumerate().map(|(row, person)| Invitee {
            name: person.name,
            reach: reach(person.via, person.email),
            assignments: read(person.roles, person.assignments, format!("/people/{row}")),
            departments: belonging(person.departments.unwrap_or_default()),
            language: person.language.filter(|tag| !tag.is_empty()),
        });
        let people = people.collect();
        Faults::refuse(faults)?;
        let departments = belonging(departments.unwrap_or_default());
        let send = send.map(Sending::from);
        Ok((Invite { tenant, people, assignments, departments, send, validity }, given))
    }
}

impl From<Send> for Sending {
    fn from(send: Send) -> Self {
        match send {
            Send::Now => Self::Now,
            Send::Later => Self::Later,
        }
    }
}
