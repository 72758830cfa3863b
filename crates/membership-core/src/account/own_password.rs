//! The present password, shown again by whoever is signed in: for what a session alone is not enough for.

use crate::{
    Membership,
    account::{
        self, Account,
        guess::{self, TooOften},
        password,
    },
    actor::{Denied, Principal},
    context::Context,
    ports::{HashingError, Secret},
    refusal::refusals,
    store::{Scope, StoreError, Tx},
};

refusals! {
    /// Why the present password was not taken.
    pub enum OwnPasswordError {
        /// It is another.
        Wrong = Forbidden "password-wrong" ("the present password is wrong", "check it; capital letters count");
    } passing Denied(Denied), TooOften(TooOften), Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// The account of whoever is signed in and knows its password. Comparing takes a while, and no lock is for waiting: what
    /// is written afterwards is written to what [`still_proved`](Self::still_proved) gives.
    pub(crate) async fn prove_password(
        &self,
        ctx: &Context,
        principal: Principal,
        typed: Secret,
    ) -> Result<Account, OwnPasswordError> {
        if password::is_too_long(&typed) {
            return Err(OwnPasswordError::Wrong);
        }
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        drop(tx);
        let tries = guess::password(account.id);
        self.not_frozen(ctx, tries).await?;
        let held = account.password.clone();
        if !self.passwords.verify(typed, held.clone()).await? || held.is_none() {
            return Err(OwnPasswordError::Wrong);
        }
        self.forgive(&[tries.key]).await;
        Ok(account)
    }

    /// The account as it is now, held, if its password is still the one that was proved.
    pub(crate) async fn still_proved(
        &self,
        principal: Principal,
        proved: &Account,
    ) -> Result<(Box<dyn Tx>, Account), OwnPasswordError> {
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        if account.password == proved.password { Ok((tx, account)) } else { Err(OwnPasswordError::Wrong) }
    }
}
