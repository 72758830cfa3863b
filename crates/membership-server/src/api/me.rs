//! The own account: who one is, where one belongs, and where one is signed in.

use membership_core::{
    actor::{Denied, Duty, Principal},
    directory,
    id::SessionId,
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Chapter, Named,
    sessions::{SessionEnded, SessionStarted},
};
use crate::{
    answer::Answer,
    body::Body,
    caller::{Arrived, Settled},
    representation::{Account, MemberStatus, Session, SignedIn, Tenant},
};

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
    /// What has to be done before the tenant lets this session in.
    #[oai(skip_serializing_if_is_none)]
    owes: Option<OwedThere>,
}

/// What has to be done before one tenant lets somebody in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum OwedThere {
    /// Set up a second factor that the tenant takes, and sign in by it.
    SecondFactor,
    /// Sign in again, by the second factor that the account has.
    SignIn,
}

/// What one calls oneself.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    /// The name. What tenants call the person is theirs, and stays.
    name: String,
}

/// Where one is signed in.
#[derive(Object)]
struct OwnSessions {
    /// The sessions that are good, newest first.
    sessions: Vec<OwnSession>,
}

/// One of the own sessions.
#[derive(Object)]
struct OwnSession {
    /// The session.
    #[oai(flatten)]
    session: Session,
    /// Whether this request was made in it.
    current: bool,
}

#[derive(ApiResponse)]
enum OneEnded {
    /// The session has ended: its key opens nothing any more.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct MeApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Account")]
impl MeApi {
    /// Show who one is
    ///
    /// The account that is signed in, the tenants where it is a member, and whether it operates the installation.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, edge: Data<&Edge>, caller: Arrived) -> Answer<Json<Me>> {
        let (places, operator) = edge.membership().places(&caller.context).await?;
        let principal = caller.context.actor.signed_in()?;
        let places = places.into_iter().map(|place| Place::seen(place, principal)).collect();
        let owes = principal.owes.map(OwedDuty::from).into_iter().collect();
        Ok(Json(Me { account: caller.account.into(), operator, places, owes }))
    }

    /// Edit the profile
    ///
    /// Gives the own account another name.
    #[oai(path = "/me", method = "patch", operation_id = "editProfile")]
    async fn edit(&self, edge: Data<&Edge>, caller: Settled, body: Body<Profile>) -> Answer<Json<Account>> {
        let account = edge.membership().edit_profile(&caller.0.context, &body.0.name).await?;
        Ok(Json(account.into()))
    }

    /// Close the account
    ///
    /// For good: nobody signs in to it any more, its address is free again, its username is never given to anybody else.
    /// Whoever is a member somewhere leaves first. Needs a sign-in of the last 15 minutes.
    #[oai(path = "/me", method = "delete", operation_id = "closeAccount")]
    async fn close(&self, edge: Data<&Edge>, caller: Settled) -> Answer<SessionEnded> {
        edge.membership().close_account(&caller.0.context).await?;
        Ok(SessionEnded::at(&edge))
    }

    /// List the own sessions
    ///
    /// Where one is signed in at this moment, newest first.
    #[oai(path = "/me/sessions", method = "get", operation_id = "listSessions")]
    async fn sessions(&self, edge: Data<&Edge>, caller: Settled) -> Answer<Json<OwnSessions>> {
        let sessions = edge.membership().own_sessions(&caller.0.context).await?;
        let sessions = sessions
            .iter()
            .map(|session| OwnSession { current: session.id == caller.0.session.id, session: session.into() });
        Ok(Json(OwnSessions { sessions: sessions.collect() }))
    }

    /// End one of the own sessions
    ///
    /// Signs that browser or program out, at once.
    #[oai(path = "/me/sessions/:session", method = "delete", operation_id = "endSession")]
    async fn end_session(
        &self,
        edge: Data<&Edge>,
        caller: Settled,
        /// The session.
        session: Path<String>,
    ) -> Answer<OneEnded> {
        edge.membership().end_session(&caller.0.context, SessionId::named(&session)).await?;
        Ok(OneEnded::Done)
    }

    /// End every other session
    ///
    /// Signs every other browser and program out, at once. This one goes on by a session under a new key, which is handed
    /// over as that of this request was.
    #[oai(path = "/me/sessions/end-others", method = "post", operation_id = "endOtherSessions")]
    async fn end_others(&self, edge: Data<&Edge>, caller: Settled) -> Answer<SessionStarted> {
        let (account, session, key) = edge.membership().end_other_sessions(&caller.0.context).await?;
        Ok(SessionStarted::answer(SignedIn::by(caller.0.transport(), &edge, account, &session, &key)))
    }
}

impl Place {
    /// `place` as the session of `principal` finds it.
    fn seen(place: directory::Place, principal: Principal) -> Self {
        let owes = match principal.has_shown(place.tenant.policy.second_factor.wanted()) {
            Ok(()) => None,
            Err(Denied::FactorMissing) => Some(OwedThere::SecondFactor),
            Err(_) => Some(OwedThere::SignIn),
        };
        Self { tenant: place.tenant.into(), member: place.member.as_uuid(), status: place.status.into(), owes }
    }
}

impl From<Duty> for OwedDuty {
    fn from(duty: Duty) -> Self {
        match duty {
            Duty::NewPassword => Self::NewPassword,
        }
    }
}
