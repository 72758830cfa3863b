//! Change the own password: whoever knows the present one may. It ends every session but begins a new one, and it is what
//! the owner of a temporary password does first.

use crate::{
    Membership,
    account::{Account, Session, SessionKey, own_password::OwnPasswordError},
    context::Context,
    event::Event,
    ports::{HashingError, Secret},
    refusal::{Faults, refusals},
    store::StoreError,
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
        /// The new one is the present one.
        Unchanged = Invalid "password-unchanged"
            ("the new password is the present one", "choose another; a temporary password has to be replaced");
    } passing OwnPassword(OwnPasswordError), Faults(Faults), Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// Gives the signed-in account another password.
    pub async fn change_password(
        &self,
        ctx: &Context,
        command: ChangePassword,
    ) -> Result<PasswordChanged, ChangePasswordError> {
        let principal = ctx.actor.signed_in().map_err(OwnPasswordError::from)?;
        let proved = self.prove_password(ctx, principal, command.current.clone()).await?;
        if command.current.expose() == command.new.expose() {
            return Err(ChangePasswordError::Unchanged);
        }
        self.acceptable(&proved, &command.new).await?.map_err(|fault| Faults::one("/new", &fault))?;
        let hash = self.passwords.hash(command.new).await?;

        let (tx, account) = self.still_proved(principal, &proved).await?;
        let account = account.with_password(hash);
        let (session, key) = Session::start(&account, principal.with, ctx, self.entropy.as_ref());
        // The password was shown anew, the second factor was not.
        let session = if account.kinds.is_empty() { session } else { session.as_of(principal.since) };
        tx.commit(ctx, &[Event::PasswordChanged(account.clone()), Event::SessionStarted(session.clone())]).await?;
        Ok(PasswordChanged { account, session, key })
    }
}
