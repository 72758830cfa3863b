//! A transaction on either database: questions, then one commit.

use async_trait::async_trait;
use membership_core::{
    account::{Account, Login},
    actor::Standing,
    audit::Head,
    context::Context,
    email::EmailAddress,
    event::Event,
    id::{AccountId, InvitationId, MemberId, TenantId},
    installation::Installation,
    invitation::Invitation,
    member::Member,
    role::Role,
    store::{Scope, StoreError, Tx},
    tenant::Tenant,
};
use sea_orm::DatabaseTransaction;

use crate::{fault::fault, read, sqlite::Turn, write::write};

/// What holds the lock, and ends with it.
pub(crate) enum Hold {
    Sqlite(Turn),
    Postgres(DatabaseTransaction),
}

/// A transaction about one scope.
pub(crate) struct Transaction {
    scope: Scope,
    /// Where the scope's audit ends; `None` if it has not begun.
    head: Option<Head>,
    hold: Hold,
}

impl Hold {
    pub(crate) fn db(&self) -> Result<&DatabaseTransaction, StoreError> {
        match self {
            Self::Sqlite(turn) => turn.db(),
            Self::Postgres(transaction) => Ok(transaction),
        }
    }

    /// Returns once everything is durable.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(turn) => turn.commit().await,
            Self::Postgres(transaction) => transaction.commit().await.map_err(fault),
        }
    }
}

impl Transaction {
    pub(crate) const fn new(scope: Scope, head: Option<Head>, hold: Hold) -> Self {
        Self { scope, head, hold }
    }

    const fn tenant_id(&self) -> Option<TenantId> {
        match self.scope {
            Scope::Tenant(id) => Some(id),
            Scope::Installation | Scope::Account(_) => None,
        }
    }
}

#[async_trait]
impl Tx for Transaction {
    async fn installation(&mut self) -> Result<Installation, StoreError> {
        read::installation(self.hold.db()?).await
    }

    async fn tenant(&mut self) -> Result<Option<Tenant>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::tenant(self.hold.db()?, tenant).await
    }

    async fn roles(&mut self) -> Result<Vec<Role>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::roles(self.hold.db()?, tenant).await
    }

    async fn standing_of(&mut self, account: AccountId) -> Result<Option<Standing>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::standing_of(self.hold.db()?, tenant, account).await
    }

    async fn standing(&mut self, member: MemberId) -> Result<Option<Standing>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::standing(self.hold.db()?, tenant, member).await
    }

    async fn members_at(&mut self, addresses: &[EmailAddress]) -> Result<Vec<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::members_at(self.hold.db()?, tenant, addresses).await
    }

    async fn invitation(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::invitation(self.hold.db()?, tenant, id).await
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        read::account(self.hold.db()?, id).await
    }

    async fn account_by_login(&mut self, login: &Login) -> Result<Option<Account>, StoreError> {
        read::account_by_login(self.hold.db()?, login).await
    }

    async fn commit(self: Box<Self>, ctx: &Context, events: &[Event]) -> Result<(), StoreError> {
        write(self.hold.db()?, self.scope, self.head, ctx, events).await?;
        self.hold.commit().await
    }
}
