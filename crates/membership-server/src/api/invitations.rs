//! Asking people to join: the inviter's side.

use membership_core::{
    id::{InvitationId, RoleId, TenantId},
    invitation::{
        invite::{self, Invite, Invitee, Sending},
        revoke::RevokeInvitation,
        send::{self, SendInvitation},
    },
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, reach};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Invitation, Member, Send, Via},
};

/// Whom to invite.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct InviteRequest {
    /// The people: 1 to 10, or as many as the tenant's policy says. All of them are invited, or none.
    people: Vec<Person>,
    /// Whether the invitations go out at once.
    send: Send,
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
    /// What the person shall be: at least one of the tenant's roles, none of which grants what the inviter lacks.
    roles: Vec<Uuid>,
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
    /// The new member, not joined.
    member: Member,
    /// Its invitation.
    invitation: Invitation,
    /// The link to hand over, when it goes by link and was issued. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
}

/// An invitation whose newest link was just issued.
#[derive(Object)]
struct IssuedInvitation {
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
    /// Invites up to ten people in one call, all of them or none. Needs `membership:members.invite` and every permission
    /// that the chosen roles grant. Whether somebody has an account elsewhere makes no difference to the answer.
    #[oai(path = "/tenants/:tenant/invitations", method = "post", operation_id = "invite")]
    async fn invite(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<InviteRequest>,
    ) -> Answer<PeopleInvited> {
        let InviteRequest { people, send, validity_seconds: validity } = body.0;
        let people = people.into_iter().map(Invitee::from).collect();
        let command = Invite { tenant: TenantId::named(&tenant), people, send: send.into(), validity };
        let invited = edge.membership().invite(&caller.context, command).await?;
        let now = caller.context.now;
        let seen = |invited: invite::Invited| InvitedPerson {
            member: invited.member.into(),
            invitation: Invitation::at(&invited.invitation, None, now),
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
        let SendInvitation { tenant, invitation } = at(&tenant, &invitation);
        let view = edge.membership().invitation(&caller.context, tenant, invitation).await?;
        Ok(Json(Invitation::at(&view.invitation, view.delivery.as_ref(), caller.context.now)))
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
        let SendInvitation { tenant, invitation } = at(&tenant, &invitation);
        let command = RevokeInvitation { tenant, invitation };
        let revoked = edge.membership().revoke_invitation(&caller.context, command).await?;
        Ok(Json(Invitation::at(&revoked, None, caller.context.now)))
    }
}

fn at(tenant: &str, invitation: &str) -> SendInvitation {
    SendInvitation { tenant: TenantId::named(tenant), invitation: InvitationId::named(invitation) }
}

impl IssuedInvitation {
    fn of(issued: send::Issued, caller: &Caller) -> Self {
        Self { invitation: Invitation::at(&issued.invitation, None, caller.context.now), link: issued.link }
    }
}

impl From<Person> for Invitee {
    fn from(person: Person) -> Self {
        let roles = person.roles.into_iter().map(RoleId::from_uuid).collect();
        Self { name: person.name, reach: reach(person.via, person.email), roles }
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
