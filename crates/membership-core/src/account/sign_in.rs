//! Sign in with a password. The answer and the time it takes are the same whether or not there is such an account.

use crate::{
    Membership,
    account::{Account, Login, Session, SessionKey, password::MAX_CHARS},
    context::Context,
    event::Event,
    ports::{HashingError, Secret},
    refusal::refusals,
    store::{Scope, StoreError},
};

/// Sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// A proved address or a username, as typed.
    pub login: String,
    /// The password, as typed.
    pub password: Secret,
}

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// Whose.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// Its key, shown this once.
    pub key: SessionKey,
}

refusals! {
    /// Why nobody is signed in.
    pub enum SignInError {
        /// One of the two is wrong. Which one is not told.
        Wrong = Unauthenticated "sign-in-failed"
            ("the name or the password is wrong", "check both; capital letters count in passwords");
    } passing Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// Starts a session for whoever knows the password.
    pub async fn sign_in(&self, ctx: &Context, command: SignIn) -> Result<SignedIn, SignInError> {
        // No password is as long as this, whoever it may be: it costs nothing.
        if command.password.expose().chars().nth(MAX_CHARS).is_some() {
            return Err(SignInError::Wrong);
        }
        // Somebody who does not exist costs the same look-up and the same hash.
        let account = match Login::parse(&command.login) {
            Some(login) => self.directory.account_by_login(&login).await?,
            None => None,
        };
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let known = hash.is_some();
        let right = self.passwords.verify(command.password, hash.clone()).await?;
        let Some(account) = account.filter(|_| right && known) else { return Err(SignInError::Wrong) };

        let mut tx = self.store.begin(Scope::Account(account.id)).await?;
        // The hash took a while: the password may have been changed meanwhile.
        let Some(account) = tx.account(account.id).await?.filter(|now| now.password == hash) else {
            return Err(SignInError::Wrong);
        };
        let (session, key) = Session::start(&account, ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &[Event::SessionStarted(session.clone())]).await?;
        Ok(SignedIn { account, session, key })
    }
}
