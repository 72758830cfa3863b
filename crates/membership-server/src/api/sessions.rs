//! Signing in and out.

use membership_core::{
    account::sign_in::{self, Entrance},
    ports::Secret,
};
use membership_web::{Edge, Visitor, session_cookie};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, PREFIX, challenges::WaitingChallenge};
use crate::{
    answer::Answer,
    body::Body,
    caller::Arrived,
    representation::{Account, Session, SignedIn, Transport},
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

/// The session of this request.
#[derive(Object)]
struct CurrentSession {
    /// Whose it is.
    account: Account,
    /// The session.
    session: Session,
}

#[derive(ApiResponse)]
#[expect(clippy::large_enum_variant, reason = "an answer is made once, and sent at once")]
enum PasswordTaken {
    /// A session has started.
    #[oai(status = 201)]
    SignedIn(
        Json<SignedIn>,
        /// The session.
        #[oai(header = "Location")]
        String,
        /// The session cookie, if the transport is `cookie`.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
    /// The password is right, and a second factor is to be shown. Nobody is signed in yet.
    #[oai(status = 202)]
    Challenged(Json<WaitingChallenge>),
}

#[derive(ApiResponse)]
pub(super) enum SessionStarted {
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
pub(super) enum SessionEnded {
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

/// Where the session of a request is.
pub(super) fn current() -> String {
    format!("{PREFIX}/sessions/current")
}

impl SessionStarted {
    /// The answer with a fresh session and the cookie that goes with it, if it travels so.
    pub(super) fn answer((signed_in, cookie): (SignedIn, Option<String>)) -> Self {
        Self::Created(Json(signed_in), current(), cookie)
    }
}

impl SessionEnded {
    /// The answer to whoever has no session any more.
    pub(super) fn at(edge: &Edge) -> Self {
        Self::Done(session_cookie::clear(edge), session_cookie::CLEAR_SITE_DATA.to_owned())
    }
}

pub(crate) struct SessionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Sessions")]
impl SessionsApi {
    /// Sign in
    ///
    /// Starts a new session; one whose cookie it replaces ends. Where the account has a second factor, the answer is 202
    /// with a challenge, and the session starts once that is answered. The answer and the time it takes are the same
    /// whether or not there is such an account.
    #[oai(path = "/sessions", method = "post", operation_id = "signIn")]
    async fn sign_in(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<SignInRequest>) -> Answer<PasswordTaken> {
        let SignInRequest { login, password, transport } = body.0;
        let command = sign_in::SignIn { login, password: Secret::new(password) };
        match edge.membership().sign_in(&visitor.context, command).await? {
            Entrance::SignedIn(fresh) => {
                let (signed_in, cookie) = SignedIn::instead(transport, &edge, &visitor, *fresh).await;
                Ok(PasswordTaken::SignedIn(Json(signed_in), current(), cookie))
            }
            Entrance::Challenged { challenge, key, kinds } => {
                Ok(PasswordTaken::Challenged(Json(WaitingChallenge::new(&challenge, &key, kinds))))
            }
        }
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
        Ok(SessionEnded::at(&edge))
    }
}
