//! Change the own password: whoever knows the present one may. It ends every session but begins a new one, and it is what
//! the owner of a temporary password does first.

use crate::{
    Membership,
    account::{
        self, Account, Session, SessionKey,
        guess::{self, TooOften},
        password::MAX_CHARS,
    },
    actor::Denied,
    context::Context,
    event::Event,
    ports::{HashingError, Secret},
    refusal::{Faults, refusals},
    store::{Scope, StoreError},
};

/// Change the own password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// The present one.
    pub current: Secret,
    /// The new one.
    pub new: Secret,
}

/// The password is another one, and the person is signed in anew.
#[derive(Debug)]
pub struct PasswordChanged {
    /// Whose.
    pub account: Account,
    /// The session; every other is over.
    pub session: Session,
    /// Its key, shown this once.
    pub key: SessionKey,
}

refusals! {
    /// Why the password is still the old one.
    pub enum ChangePasswordError {
        /// The present one is another.
        Wrong = Forbidden "password-wrong" ("the present password is wrong", "check it; capital letters count");
        /// The new one is the present one.
        Unchanged = Invalid "password-unchanged"
            ("the new password is the present one", "choose another; a temporary password has to be replaced");
    } passing Faults(Faults), Denied(Denied), TooOften(TooOften), Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// Gives the signed-in account another password.
    pub async fn change_password(
        &self,
        ctx: &Context,
        command: ChangePassword,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let principal = ctx.actor.signed_in()?;
        let id = principal.account;
        // No password is as long as this: it costs no hash.
        if command.current.expose().chars().nth(MAX_CHARS).is_some() {
            return Err(ChangePasswordError::Wrong);
        }
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        drop(tx);
        if !self.may_try(ctx, guess::password(id)).await? {
            return Err(TooOften::Frozen.into());
        }
        let held = account.password.clone();
        if !self.passwords.verify(command.current.clone(), held.clone()).await? || held.is_none() {
            return Err(ChangePasswordError::Wrong);
        }
        self.forgive(&[guess::password(id).key]).await;
        if command.current.expose() == command.new.expose() {
            return Err(ChangePasswordError::Unchanged);
        }
        self.acceptable(&account, &command.new).await?.map_err(|fault| Faults::one("/new", &fault))?;
        let hash = self.passwords.hash(command.new).await?;

        let mut tx = self.store.begin(Scope::Account(id)).await?;
        // Hashing took a while: somebody may have changed it meanwhile.
        let account = account::own(tx.as_mut(), principal).await?;
        if account.password != held {
            return Err(ChangePasswordError::Wrong);
        }
        let account = account.with_password(hash);
        let (session, key) = Session::start(&account, principal.with, ctx, self.entropy.as_ref());
        // The password was shown anew, the second factor was not.
        let session = if account.kinds.is_empty() { session } else { session.as_of(principal.since) };
        tx.commit(ctx, &[Event::PasswordChanged(account.clone()), Event::SessionStarted(session.clone())]).await?;
        Ok(PasswordChanged { account, session, key })
    }
}
