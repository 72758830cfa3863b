//! What the invited person does with the link.

use chrono::{DateTime, Utc};
use membership_core::{account::register::Register, directory::InvitationView, invitation, ports::Secret};
use membership_web::{Edge, Visitor, logo_of};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{InvitationStage, Member, SignedIn, Transport, Via},
};

/// The link that one holds.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkHeld {
    /// The last part of the link.
    token: String,
}

/// The link that one holds, and the account to make.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    /// The last part of the link.
    token: String,
    /// What one is called.
    name: String,
    /// The name to sign in with; needed where the link was not mailed, because then there is no address.
    username: Option<String>,
    /// The new password: 15 to 256 characters of any kind.
    password: String,
    /// How the new session is handed over.
    transport: Transport,
}

/// What an invitation says to the person who was invited.
#[derive(Object)]
struct InvitationSeen {
    /// The name of the tenant that it invites to.
    tenant: String,
    /// The tenant's colour, like `#1f6feb`, if it has one.
    #[oai(skip_serializing_if_is_none)]
    colour: Option<String>,
    /// Where the tenant's logo is at this server, if it has one.
    #[oai(skip_serializing_if_is_none)]
    logo: Option<String>,
    /// What the tenant calls the person.
    name: String,
    /// Who invites, by name; absent if the operator of the installation does.
    #[oai(skip_serializing_if_is_none)]
    inviter: Option<String>,
    /// What the person will be: role names.
    roles: Vec<String>,
    /// Where it stands at this moment.
    stage: InvitationStage,
    /// How it came.
    via: Via,
    /// The address that it was made for.
    #[oai(skip_serializing_if_is_none)]
    email: Option<String>,
    /// It is good before this.
    #[oai(skip_serializing_if_is_none)]
    expires_at: Option<DateTime<Utc>>,
    /// Whether there is an account with that address already. Told only to who reads that mailbox.
    #[oai(skip_serializing_if_is_none)]
    has_account: Option<bool>,
}

/// How far the person has come.
#[derive(Object)]
struct InvitationProgress {
    /// Where it stands at this moment.
    stage: InvitationStage,
    /// What comes next is possible before this.
    #[oai(skip_serializing_if_is_none)]
    expires_at: Option<DateTime<Utc>>,
}

/// A new member with a new account, signed in.
#[derive(Object)]
struct RegistrationAnswer {
    /// The member.
    member: Member,
    /// The session.
    signed_in: SignedIn,
}

#[derive(ApiResponse)]
enum Registered {
    /// The person has an account, is a member, and is signed in.
    #[oai(status = 201)]
    Created(
        Json<RegistrationAnswer>,
        /// Who one is now.
        #[oai(header = "Location")]
        String,
        /// The session cookie, if the transport is `cookie`.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
}

pub(crate) struct InviteeApi;

#[OpenApi(prefix_path = "/api/v1/invitation", tag = "Chapter::Invitee")]
impl InviteeApi {
    /// Look at an invitation
    ///
    /// What is behind the newest link of an invitation, whatever became of it. Changes no state: that it was looked at is
    /// noted, nothing more.
    #[oai(path = "/open", method = "post", operation_id = "openInvitation")]
    async fn open(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<LinkHeld>) -> Answer<Json<InvitationSeen>> {
        let view = edge.membership().open_invitation(&visitor.context, &body.0.token).await?;
        Ok(Json(InvitationSeen::at(view, visitor.context.now)))
    }

    /// Accept an invitation
    ///
    /// Says yes. From now on there is a day, or as long as the tenant's policy says, to join or to register. Saying it again
    /// changes nothing. Being signed in is possible and not needed.
    #[oai(path = "/accept", method = "post", operation_id = "acceptInvitation")]
    async fn accept(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<LinkHeld>,
    ) -> Answer<Json<InvitationProgress>> {
        let accepted = edge.membership().accept_invitation(&visitor.context, &body.0.token).await?;
        Ok(Json(InvitationProgress::at(&accepted, visitor.context.now)))
    }

    /// Decline an invitation
    ///
    /// Says no. Whoever holds the link may. Only a new link undoes it.
    #[oai(path = "/reject", method = "post", operation_id = "rejectInvitation")]
    async fn reject(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<LinkHeld>,
    ) -> Answer<Json<InvitationProgress>> {
        let rejected = edge.membership().reject_invitation(&visitor.context, &body.0.token).await?;
        Ok(Json(InvitationProgress::at(&rejected, visitor.context.now)))
    }

    /// Join with the account that is signed in
    ///
    /// Makes the account the member that the accepted invitation was made for.
    #[oai(path = "/join", method = "post", operation_id = "joinByInvitation")]
    async fn join(&self, edge: Data<&Edge>, caller: Caller, body: Body<LinkHeld>) -> Answer<Json<Member>> {
        let member = edge.membership().join(&caller.context, &body.0.token).await?;
        Ok(Json(member.into()))
    }

    /// Register, and join with the new account
    ///
    /// Makes an account with the invited address, which the mailed link proves, joins with it, and signs in: all of it or
    /// nothing.
    #[oai(path = "/register", method = "post", operation_id = "registerByInvitation")]
    async fn register(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<Registration>) -> Answer<Registered> {
        let Registration { token, name, username, password, transport } = body.0;
        let command = Register { token, name, username, password: Secret::new(password) };
        let done = edge.membership().register(&visitor.context, command).await?;
        let (signed_in, cookie) = SignedIn::by(transport, &edge, done.account, &done.session, &done.key);
        let answer = RegistrationAnswer { member: done.member.into(), signed_in };
        Ok(Registered::Created(Json(answer), format!("{PREFIX}/me"), cookie))
    }
}

impl InvitationSeen {
    fn at(view: InvitationView, now: DateTime<Utc>) -> Self {
        let InvitationProgress { stage, expires_at } = InvitationProgress::at(&view.invitation, now);
        Self {
            tenant: view.tenant.name.to_string(),
            colour: view.tenant.branding.colour.map(|colour| colour.to_string()),
            logo: logo_of(&view.tenant),
            name: view.member.name.to_string(),
            inviter: view.inviter,
            roles: view.roles.iter().map(|role| role.name.to_string()).collect(),
            stage,
            via: (&view.invitation.channel).into(),
            email: view.invitation.address().map(ToString::to_string),
            expires_at,
            has_account: view.has_account,
        }
    }
}

impl InvitationProgress {
    fn at(invitation: &invitation::Invitation, now: DateTime<Utc>) -> Self {
        let stage = invitation.stage_at(now);
        Self { stage: stage.into(), expires_at: invitation.deadline().filter(|_| stage.is_open()) }
    }
}
