//! Sign out, and who a session's key belongs to.

use crate::{
    Membership,
    account::{Account, Session, SessionKey},
    context::Context,
    event::Event,
    store::{Scope, StoreError},
};

impl Membership {
    /// The session and the account behind `key`, if it is good at this moment. Asked on every request.
    pub async fn session(&self, ctx: &Context, key: &SessionKey) -> Result<Option<(Session, Account)>, StoreError> {
        let found = self.directory.session(&key.hash()).await?;
        let Some((session, account)) = found.filter(|(session, account)| session.is_good(account, ctx.now)) else {
            return Ok(None);
        };
        if session.is_to_be_noted(ctx.now) {
            self.traces.session_used(session.id, ctx.now).await?;
        }
        Ok(Some((session, account)))
    }

    /// Ends `session`; its key opens nothing any more.
    pub async fn sign_out(&self, ctx: &Context, session: &Session) -> Result<(), StoreError> {
        let tx = self.store.begin(Scope::Account(session.account)).await?;
        tx.commit(ctx, &[Event::SessionEnded { session: session.id, account: session.account }]).await
    }
}
