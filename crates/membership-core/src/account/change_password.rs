//! Change the own password: whoever knows the present one may. It ends every session but begins a new one, and it is what
//! the owner of a temporary password does first.

use crate::{
    Membership,
    account::{
        Account, Session, SessionKey,
        password::{MAX_CHARS, check_new},
    },
    actor::Denied,
    context::Context,
    event::Event,
    ports::{HashingError, Secret},
    refusal::{Fault, Faults, refusals},
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
    } passing Faults(Faults), Denied(Denied), Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// Gives the signed-in account another password.
    pub async fn change_password(
        &self,
        ctx: &Context,
        command: ChangePassword,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let id = ctx.actor.signed_in()?.account;
        // No password is as long as this: it costs no hash.
        if command.current.expose().chars().nth(MAX_CHARS).is_some() {
            return Err(ChangePasswordError::Wrong);
        }
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let Some(account) = tx.account(id).await? else { return Err(Denied::SignedOut.into()) };
        drop(tx);
        let held = account.password.clone();
        if !self.passwords.verify(command.current.clone(), held.clone()).await? || held.is_none() {
            return Err(ChangePasswordError::Wrong);
        }
        if command.current.expose() == command.new.expose() {
            return Err(ChangePasswordError::Unchanged);
        }
        let (username, email) = (account.username.as_ref(), account.email.as_ref());
        let words = [account.name.as_str()].into_iter().chain(username.map(crate::name::Username::as_str));
        let words = words.chain(email.map(|email| email.address.as_str()));
        check_new(&command.new, words).map_err(|fault| Faults::of([Fault::new("/new", &fault)]))?;
        let hash = self.passwords.hash(command.new).await?;

        let mut tx = self.store.begin(Scope::Account(id)).await?;
        // Hashing took a while: somebody may have changed it meanwhile.
        let Some(account) = tx.account(id).await?.filter(|account| account.password == held) else {
            return Err(ChangePasswordError::Wrong);
        };
        let account = account.with_password(hash);
        let (session, key) = Session::start(&account, ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &[Event::PasswordChanged(account.clone()), Event::SessionStarted(session.clone())]).await?;
        Ok(PasswordChanged { account, session, key })
    }
}
