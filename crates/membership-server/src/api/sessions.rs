//! Signing in and out, and who one is.

use membership_core::{
    account::{change_password::ChangePassword, sign_in},
    actor::Duty,
    directory,
    ports::Secret,
};
use membership_web::{Edge, Via, Visitor, session_cookie};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::Arrived,
    representation::{Account, MemberStatus, Session, SignedIn, Tenant, Transport},
};

/// Who signs in, and how.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// A username, or an address that the account has proved.
    login: String,
    /// The password.
    password: String,
    /// How the session is handed over.
    transport: Transport,
}

/// A password in place of another.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The present password.
    current: String,
    /// The new one: 15 to 256 characters of any kind.
    new: String,
}

/// The session of this request.
#[derive(Object)]
struct CurrentSession {
    /// Whose it is.
    account: Account,
    /// The session.
    session: Session,
}

/// Who one is, and where one belongs.
#[derive(Object)]
struct Me {
    /// The account.
    account: Account,
    /// Whether it operates this installation.
    operator: bool,
    /// The tenants where it is a member, by name.
    places: Vec<Place>,
    /// What has to be done before anything else; empty for most.
    owes: Vec<OwedDuty>,
}

/// What has to be done before anything else.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum OwedDuty {
    /// Choose another password: the present one is a temporary one that somebody else has chosen.
    NewPassword,
}

/// One of the places where an account is a member.
#[derive(Object)]
struct Place {
    /// The tenant.
    tenant: Tenant,
    /// The member there.
    member: Uuid,
    /// Its state.
    status: MemberStatus,
}

#[derive(ApiResponse)]
enum SessionStarted {
    /// A session has started.
    #[oai(status = 201)]
    Created(
        Json<SignedIn>,
        /// The session.
        #[oai(header = "Location")]
        String,
        /// The session cookie, if the transport is `cookie`.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
}

#[derive(ApiResponse)]
enum SessionEnded {
    /// The session has ended: its key opens nothing any more.
    #[oai(status = 204)]
    Done(
        /// Takes the cookie away.
        #[oai(header = "Set-Cookie")]
        String,
        /// Lets a browser forget what it kept.
        #[oai(header = "Clear-Site-Data")]
        String,
    ),
}

pub(crate) struct SessionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Sessions")]
impl SessionsApi {
    /// Sign in
    ///
    /// Starts a new session; one whose cookie it replaces ends. The answer and the time it takes are the same whether or not there is such an account.
    #[oai(path = "/sessions", method = "post", operation_id = "signIn")]
    async fn sign_in(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<SignInRequest>) -> Answer<SessionStarted> {
        let SignInRequest { login, password, transport } = body.0;
        let command = sign_in::SignIn { login, password: Secret::new(password) };
        let fresh = edge.membership().sign_in(&visitor.context, command).await?;
        if transport == Transport::Cookie {
            visitor.leave_session(&edge).await;
        }
        let (signed_in, cookie) = SignedIn::by(transport, &edge, fresh.account, &fresh.session, &fresh.key);
        Ok(SessionStarted::Created(Json(signed_in), format!("{PREFIX}/sessions/current"), cookie))
    }

    /// Show the current session
    ///
    /// The session that this request was made in, and whose it is.
    #[expect(clippy::unused_async, reason = "an operation is asynchronous, whether or not it waits for anything")]
    #[oai(path = "/sessions/current", method = "get", operation_id = "getCurrentSession")]
    async fn current(&self, caller: Arrived) -> Answer<Json<CurrentSession>> {
        Ok(Json(CurrentSession { account: caller.account.into(), session: (&caller.session).into() }))
    }

    /// Sign out
    ///
    /// Ends the session that this request was made in, at once and everywhere.
    #[oai(path = "/sessions/current", method = "delete", operation_id = "signOut")]
    async fn sign_out(&self, edge: Data<&Edge>, caller: Arrived) -> Answer<SessionEnded> {
        edge.membership().sign_out(&caller.context, &caller.session).await?;
        Ok(SessionEnded::Done(session_cookie::clear(&edge), r#""cookies", "storage""#.to_owned()))
    }

    /// Show who one is
    ///
    /// The account that is signed in, the tenants where it is a member, and whether it operates the installation.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, edge: Data<&Edge>, caller: Arrived) -> Answer<Json<Me>> {
        let (places, operator) = edge.membership().places(&caller.context, &caller.account).await?;
        let places = places.into_iter().map(Place::from).collect();
        let owes = caller.context.actor.signed_in()?.owes.map(OwedDuty::from).into_iter().collect();
        Ok(Json(Me { account: caller.account.into(), operator, places, owes }))
    }

    /// Choose another password
    ///
    /// Whoever knows the present password may, and with a temporary password this comes before anything else. It ends every
    /// session of the account and starts a new one, whose key is handed over as that of this request was.
    #[oai(path = "/me/password", method = "post", operation_id = "changePassword")]
    async fn change_password(
        &self,
        edge: Data<&Edge>,
        caller: Arrived,
        body: Body<NewPassword>,
    ) -> Answer<SessionStarted> {
        let NewPassword { current, new } = body.0;
        let command = ChangePassword { current: Secret::new(current), new: Secret::new(new) };
        let changed = edge.membership().change_password(&caller.context, command).await?;
        let transport = match caller.via {
            Via::Cookie => Transport::Cookie,
            Via::Bearer | Via::Nothing => Transport::Bearer,
        };
        let (signed_in, cookie) = SignedIn::by(transport, &edge, changed.account, &changed.session, &changed.key);
        Ok(SessionStarted::Created(Json(signed_in), format!("{PREFIX}/sessions/current"), cookie))
    }
}

impl From<Duty> for OwedDuty {
    fn from(duty: Duty) -> Self {
        match duty {
            Duty::NewPassword => Self::NewPassword,
        }
    }
}

impl From<directory::Place> for Place {
    fn from(place: directory::Place) -> Self {
        Self { tenant: place.tenant.into(), member: place.member.as_uuid(), status: place.status.into() }
    }
}
