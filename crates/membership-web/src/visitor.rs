//! Who asks: the credential of a request, looked up anew each time, so that what ends a session ends it at once.

use membership_core::{
    account::{Account, ApiKey, ApiKeySecret, Session, SessionKey},
    actor::{Actor, Duty, KeyUse, Principal},
    context::Context,
    id::RequestId,
};
use poem::{FromRequest, Request, RequestBody, Result, http::header};

use crate::{edge::Edge, fault::HttpFault, problem::Problem, session_cookie};

/// Who asks, and by what he or she is known.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The first argument of every use case.
    pub context: Context,
    /// The session and its account, if a person is signed in.
    pub session: Option<(Session, Account)>,
    /// The API key, if a program asks for a person. There is a session or a key, never both.
    pub key: Option<ApiKey>,
    /// By what.
    pub via: Via,
}

/// How a credential came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// In the session cookie.
    Cookie,
    /// In the `Authorization` header.
    Bearer,
    /// Not at all.
    Nothing,
}

impl Visitor {
    /// The account that is signed in.
    pub fn account(&self) -> Option<&Account> {
        self.session.as_ref().map(|(_, account)| account)
    }

    /// Ends the session whose cookie a new one replaces: whoever signs in anew leaves nothing open behind. That the person
    /// is signed in does not depend on it.
    pub async fn leave_session(&self, edge: &Edge) {
        let Some((session, _)) = self.session.as_ref().filter(|_| self.via == Via::Cookie) else { return };
        if let Err(error) = edge.membership().sign_out(&self.context, session).await {
            tracing::warn!(?error, "a session that was replaced could not be ended");
        }
    }

    /// Looks up who makes `request`. A cookie whose session is over is as good as none; a bearer token that is not good
    /// is refused, because a program that sends one means it. Only a session's key is taken from a cookie.
    pub async fn of(edge: &Edge, request: &Request) -> Result<Self, Problem> {
        let id = request.data::<RequestId>().copied().unwrap_or_else(|| edge.request_id());
        let anonymous = Context::new(Actor::Anonymous, edge.now(), id).from(edge.client(request));
        let Some((text, via)) = credential(edge, request)? else { return Ok(Self::nobody(anonymous)) };
        if let Some(key) = SessionKey::parse(text)
            && let Some((session, account)) = edge.membership().session(&anonymous, &key).await?
        {
            let context = Context { actor: Actor::Account(account.principal(&session)), ..anonymous };
            return Ok(Self { context, session: Some((session, account)), key: None, via });
        }
        if via != Via::Bearer {
            return Ok(Self::nobody(anonymous));
        }
        let secret = ApiKeySecret::parse(text).ok_or(HttpFault::TokenNotGood)?;
        let found = edge.membership().api_key(&anonymous, &secret).await?;
        let (key, account) = found.ok_or(HttpFault::TokenNotGood)?;
        let context = Context { actor: Actor::Account(principal(&key, &account)), ..anonymous };
        Ok(Self { context, session: None, key: Some(key), via })
    }

    const fn nobody(context: Context) -> Self {
        Self { context, session: None, key: None, via: Via::Nothing }
    }
}

/// A credential to look up over and over, for as long as something is told to whoever has it.
pub struct Credential {
    edge: Edge,
    request: Request,
}

impl Credential {
    /// That of `request`.
    pub fn of(edge: &Edge, request: &Request) -> Self {
        let id = request.data::<RequestId>().copied().unwrap_or_else(|| edge.request_id());
        let mut kept = Request::builder().finish();
        for name in [header::AUTHORIZATION, header::COOKIE, header::USER_AGENT] {
            for line in request.headers().get_all(&name) {
                kept.headers_mut().append(&name, line.clone());
            }
        }
        kept.set_data(id);
        Self { edge: edge.clone(), request: kept }
    }

    /// Who has it at this moment.
    pub async fn visitor(&self) -> Result<Visitor, Problem> {
        Visitor::of(&self.edge, &self.request).await
    }

    /// The edge that the request came by.
    pub const fn edge(&self) -> &Edge {
        &self.edge
    }
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").finish_non_exhaustive()
    }
}

/// Who asks when a program does by `key`, which `account` has made: that account, less what only a person may do.
fn principal(key: &ApiKey, account: &Account) -> Principal {
    Principal {
        account: account.id,
        epoch: key.epoch,
        owes: account.password_is_temporary.then_some(Duty::NewPassword),
        since: key.made_at,
        with: key.with,
        has: account.kinds,
        key: Some(KeyUse { id: key.id, tenant: key.tenant }),
    }
}

fn credential<'a>(edge: &Edge, request: &'a Request) -> Result<Option<(&'a str, Via)>, HttpFault> {
    let cookie = session_cookie::read(edge, request.headers())?;
    match (bearer(request)?, cookie) {
        (Some(token), Some(cookie)) if token != cookie => Err(HttpFault::CredentialsContradict),
        (Some(token), _) => Ok(Some((token, Via::Bearer))),
        (None, Some(cookie)) => Ok(Some((cookie, Via::Cookie))),
        (None, None) => Ok(None),
    }
}

/// The token of the `Authorization` header. Any other scheme is a credential that opens nothing here.
fn bearer(request: &Request) -> Result<Option<&str>, HttpFault> {
    let mut lines = request.headers().get_all(header::AUTHORIZATION).iter();
    let Some(line) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err(HttpFault::CredentialsContradict);
    }
    let (scheme, token) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or(HttpFault::TokenNotGood)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token)) } else { Err(HttpFault::TokenNotGood) }
}

impl<'a> FromRequest<'a> for Visitor {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        match request.data::<Edge>() {
            Some(edge) => Ok(Self::of(edge, request).await?),
            None => Err(Problem::because(HttpFault::Internal, "the request did not come through the shell").into()),
        }
    }
}
