//! Close: the owner gives the account up. What belongs to a tenant stays there; so the owner leaves every tenant first.

use crate::{
    Membership,
    account::{self, Account, Factors, Kinds},
    actor::Denied,
    context::Context,
    event::{Event, FactorChange},
    refusal::refusals,
    store::{Scope, StoreError},
};

refusals! {
    /// Why the account is still there.
    pub enum CloseError {
        /// It is a member somewhere.
        IsMember {
            /// Of one of them, by name.
            tenant: String,
        } = Conflict "account-is-member"
            ("the account is a member of {tenant}", "leave every tenant first: what you hold there has to go to somebody");
        /// It runs the installation.
        IsOperator = Conflict "account-is-operator"
            ("this is the account of the operator, without whom there is no installation", "it cannot be closed");
    } passing Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Closes the own account for good: nobody signs in to it any more, its address is free again, its username is never
    /// given to anybody else.
    pub async fn close_account(&self, ctx: &Context) -> Result<(), CloseError> {
        let principal = ctx.actor.person()?;
        principal.has_just_signed_in(ctx.now)?;
        let id = principal.account;
        if self.directory.installation().await?.operator == Some(id) {
            return Err(CloseError::IsOperator);
        }
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        // Whoever joins holds the account, as this does: nobody becomes a member in between.
        if tx.other_places(id).await? > 0 {
            drop(tx);
            let places = self.directory.places(id).await?;
            let tenant = places.first().map_or_else(|| "a tenant".to_owned(), |place| place.tenant.name.to_string());
            return Err(CloseError::IsMember { tenant });
        }
        let account = Account {
            password: None,
            email: None,
            kinds: Kinds::NONE,
            former_address: None,
            closed_at: Some(ctx.now),
            ..account.without_links().without_keys()
        };
        let events = [
            Event::FactorsChanged {
                account: account.clone(),
                factors: Factors::none(id),
                change: FactorChange::Closed,
            },
            Event::AccountClosed(account),
        ];
        Ok(tx.commit(ctx, &events).await?)
    }
}
