//! Accounts, sessions, and how a session's key reaches whoever signed in.

use chrono::{DateTime, Utc};
use membership_core::account::{self, SessionKey};
use membership_web::{Edge, Visitor, session_cookie};
use poem_openapi::{Enum, Object};
use serde::Deserialize;
use uuid::Uuid;

use super::FactorKind;

/// An account: one person that can sign in, member of any number of tenants.
#[derive(Object)]
pub(crate) struct Account {
    /// Its identifier.
    id: Uuid,
    /// What the person calls himself or herself.
    name: String,
    /// The name to sign in with.
    #[oai(skip_serializing_if_is_none)]
    username: Option<String>,
    /// The person's address.
    #[oai(skip_serializing_if_is_none)]
    email: Option<String>,
    /// Whether a mail to that address came back. Only then can one sign in with it.
    email_proved: bool,
    /// The second factors that it has; empty if the password is enough to sign in.
    second_factors: Vec<FactorKind>,
    /// When it was made.
    registered_at: DateTime<Utc>,
}

/// A session.
#[derive(Object)]
pub(crate) struct Session {
    /// Its identifier. It opens nothing.
    id: Uuid,
    /// When the person showed who he or she is: what is delicate can be done for 15 minutes from then.
    started_at: DateTime<Utc>,
    /// It is good before this, unless it is ended earlier.
    ends_at: DateTime<Utc>,
    /// When it was last used, to five minutes. Unused for two hours, it is over.
    used_at: DateTime<Utc>,
    /// The second factors that were shown.
    second_factors: Vec<FactorKind>,
    /// What the program calls itself that signed in. It proves nothing.
    #[oai(skip_serializing_if_is_none)]
    agent: Option<String>,
}

/// How the session's key is handed over.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transport {
    /// In a cookie that pages cannot read: for browsers.
    Cookie,
    /// In the body, this once, as `token`; to be sent as `Authorization: Bearer …`: for programs.
    Bearer,
}

/// A fresh session.
#[derive(Object)]
pub(crate) struct SignedIn {
    /// Whose.
    pub(crate) account: Account,
    /// The session.
    pub(crate) session: Session,
    /// Its key, if it goes in the body. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    pub(crate) token: Option<String>,
}

impl Transport {
    /// The token for the body or the cookie for the header.
    fn carry(self, edge: &Edge, key: &SessionKey) -> (Option<String>, Option<String>) {
        match self {
            Self::Bearer => (Some(key.expose().to_owned()), None),
            Self::Cookie => (None, Some(session_cookie::set(edge, key))),
        }
    }
}

impl SignedIn {
    /// A fresh session of somebody who has just signed in. A session of `visitor` whose cookie it replaces is over.
    pub(crate) async fn instead(
        transport: Transport,
        edge: &Edge,
        visitor: &Visitor,
        fresh: account::sign_in::SignedIn,
    ) -> (Self, Option<String>) {
        if transport == Transport::Cookie {
            visitor.leave_session(edge).await;
        }
        Self::by(transport, edge, fresh.account, &fresh.session, &fresh.key)
    }

    /// A fresh session of `account` and the `Set-Cookie` value that goes with it, if it travels so.
    pub(crate) fn by(
        transport: Transport,
        edge: &Edge,
        account: account::Account,
        session: &account::Session,
        key: &SessionKey,
    ) -> (Self, Option<String>) {
        let (token, cookie) = transport.carry(edge, key);
        (Self { account: account.into(), session: session.into(), token }, cookie)
    }
}

impl From<account::Account> for Account {
    fn from(account: account::Account) -> Self {
        Self {
            id: account.id.as_uuid(),
            email_proved: account.proved_email().is_some(),
            name: account.name.to_string(),
            username: account.username.map(|username| username.to_string()),
            email: account.email.map(|email| email.address.to_string()),
            second_factors: FactorKind::all(account.kinds),
            registered_at: account.registered_at,
        }
    }
}

impl From<&account::Session> for Session {
    fn from(session: &account::Session) -> Self {
        Self {
            id: session.id.as_uuid(),
            started_at: session.started_at,
            ends_at: session.ends_at,
            used_at: session.used_at,
            second_factors: FactorKind::all(session.with),
            agent: session.agent.clone(),
        }
    }
}
