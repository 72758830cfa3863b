//! The profile: what somebody calls himself or herself, and the own sessions.

use crate::{
    Membership,
    account::{self, Account, Session, SessionKey},
    actor::Denied,
    context::Context,
    event::Event,
    id::SessionId,
    name::DisplayName,
    refusal::{Faults, refusals},
    store::{Scope, StoreError},
};

refusals! {
    /// Why nothing of the own account was changed.
    pub enum ProfileError {
        /// No such session.
        SessionUnknown = Absent "session-unknown"
            ("there is no such session of yours", "look it up in the list of your sessions");
    } passing Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Gives the own account another name. What tenants call the person is theirs, and stays.
    pub async fn edit_profile(&self, ctx: &Context, name: &str) -> Result<Account, ProfileError> {
        let principal = ctx.actor.person()?;
        let name = DisplayName::parse(name).map_err(|fault| Faults::one("/name", &fault))?;
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let before = account::own(tx.as_mut(), principal).await?;
        let account = Account { name, ..before.clone() };
        if account != before {
            let event = Event::ProfileEdited { before: Box::new(before), account: Box::new(account.clone()) };
            tx.commit(ctx, &[event]).await?;
        }
        Ok(account)
    }

    /// The own sessions that are good, newest first.
    pub async fn own_sessions(&self, ctx: &Context) -> Result<Vec<Session>, ProfileError> {
        let principal = ctx.actor.signed_in()?;
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        drop(tx);
        let sessions = self.directory.sessions(account.id).await?;
        Ok(sessions.into_iter().filter(|session| session.is_good(&account, ctx.now)).collect())
    }

    /// Ends one of the own sessions.
    pub async fn end_session(&self, ctx: &Context, session: SessionId) -> Result<(), ProfileError> {
        let own = self.own_sessions(ctx).await?;
        let found = own.iter().find(|own| own.id == session).ok_or(ProfileError::SessionUnknown)?;
        Ok(self.sign_out(ctx, found).await?)
    }

    /// Ends every session of the own account; the one that asked goes on under a new key.
    pub async fn end_other_sessions(&self, ctx: &Context) -> Result<(Account, Session, SessionKey), ProfileError> {
        let principal = ctx.actor.signed_in()?;
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let account = account::own(tx.as_mut(), principal).await?.without_sessions();
        let (session, key) = Session::start(&account, principal.with, ctx, self.entropy.as_ref());
        let session = session.as_of(principal.since);
        let events = [Event::SessionsEnded(account.clone()), Event::SessionStarted(session.clone())];
        tx.commit(ctx, &events).await?;
        Ok((account, session, key))
    }
}
