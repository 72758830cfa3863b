//! A transaction on either database: questions, then one commit.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, ApiKey, Challenge, Factors, Login},
    context::Context,
    department::{Department, DepartmentUse, Departments},
    email::EmailAddress,
    event::Event,
    id::{
        AccountId, ApiKeyId, ChallengeId, DepartmentId, ImportId, InvitationId, MemberId, RoleId, TenantId, TransferId,
    },
    import::Import,
    installation::Installation,
    invitation::Invitation,
    member::{Member, transfer::Transfer},
    role::{Access, Grant, assignment::Until},
    store::{Recognition, Scope, StoreError, Tx},
    tenant::{Tenant, representative::Nomination},
};
use sea_orm::DatabaseTransaction;

use crate::{fault::fault, read, sqlite::Turn, table::audit_head::End, write::write};

/// What holds the lock, and ends with it.
pub(crate) enum Hold {
    Sqlite(Turn),
    Postgres(DatabaseTransaction),
}

/// A transaction about one scope.
pub(crate) struct Transaction {
    scope: Scope,
    /// Where the scope's audit ends; `None` if it has not begun.
    end: Option<End>,
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
    pub(crate) const fn new(scope: Scope, end: Option<End>, hold: Hold) -> Self {
        Self { scope, end, hold }
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

    async fn access(&mut self) -> Result<Access, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Access::default()) };
        read::access(self.hold.db()?, tenant).await
    }

    async fn departments(&mut self) -> Result<Vec<Department>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        let departments = read::departments(self.hold.db()?, tenant).await?;
        Ok(departments.into_iter().map(|(department, _)| department).collect())
    }

    async fn department_use(&mut self, department: DepartmentId) -> Result<DepartmentUse, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(DepartmentUse::default()) };
        read::department_use(self.hold.db()?, tenant, department).await
    }

    async fn members_in(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::members_in(self.hold.db()?, tenant, department, limit).await
    }

    async fn holders_within(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::holders_within(self.hold.db()?, tenant, department, limit).await
    }

    async fn members_across(&mut self, top: DepartmentId) -> Result<Vec<(MemberId, Departments)>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::members_across(self.hold.db()?, tenant, top).await
    }

    async fn granted_within(&mut self, departments: &[DepartmentId]) -> Result<Vec<(Grant, Until)>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::granted_within(self.hold.db()?, tenant, departments).await
    }

    async fn member(&mut self, member: MemberId) -> Result<Option<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::member(self.hold.db()?, tenant, member).await
    }

    async fn member_of(&mut self, account: AccountId) -> Result<Option<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::member_of(self.hold.db()?, tenant, account).await
    }

    async fn representative(&mut self) -> Result<Option<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::representative(self.hold.db()?, tenant).await
    }

    async fn members_at(&mut self, addresses: &[EmailAddress]) -> Result<Vec<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::members_at(self.hold.db()?, tenant, addresses).await
    }

    async fn holders_of(&mut self, role: RoleId) -> Result<u64, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(0) };
        read::holders_of(self.hold.db()?, tenant, role).await
    }

    async fn waiting(&mut self, after: Option<MemberId>, limit: u16) -> Result<Vec<(Member, Invitation)>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::waiting(self.hold.db()?, tenant, after, limit).await
    }

    async fn transfer(&mut self, id: TransferId) -> Result<Option<Transfer>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::transfer(self.hold.db()?, tenant, id).await
    }

    async fn open_transfers(&mut self) -> Result<Vec<Transfer>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::open_transfers(self.hold.db()?, tenant).await
    }

    async fn nomination(&mut self) -> Result<Option<Nomination>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::open_nomination(self.hold.db()?, tenant).await
    }

    async fn invitation(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::invitation(self.hold.db()?, tenant, id).await
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        read::account(self.hold.db()?, id).await
    }

    async fn hold_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        read::held_account(self.hold.db()?, id).await
    }

    async fn factors(&mut self, id: AccountId) -> Result<Factors, StoreError> {
        read::factors(self.hold.db()?, id).await
    }

    async fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>, StoreError> {
        read::challenge(self.hold.db()?, id).await
    }

    async fn api_key(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::api_key(self.hold.db()?, tenant, id).await
    }

    async fn good_api_keys(&mut self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(0) };
        read::count_of_good_api_keys(self.hold.db()?, tenant, now).await
    }

    async fn other_places(&mut self, account: AccountId) -> Result<u64, StoreError> {
        read::places_beside(self.hold.db()?, self.tenant_id(), account).await
    }

    async fn account_by_login(&mut self, login: &Login) -> Result<Option<Account>, StoreError> {
        read::account_by_login(self.hold.db()?, login).await
    }

    async fn members_recognised(&mut self, keys: &Recognition) -> Result<Vec<Member>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(Vec::new()) };
        read::members_recognised(self.hold.db()?, tenant, keys).await
    }

    async fn accounts_by_logins(&mut self, logins: &[Login]) -> Result<Vec<Account>, StoreError> {
        read::accounts_by_logins(self.hold.db()?, logins).await
    }

    async fn import(&mut self, id: ImportId) -> Result<Option<Import>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::held_import(self.hold.db()?, tenant, id).await
    }

    async fn running_import(&mut self) -> Result<Option<ImportId>, StoreError> {
        let Some(tenant) = self.tenant_id() else { return Ok(None) };
        read::running_import(self.hold.db()?, tenant).await
    }

    async fn commit(self: Box<Self>, ctx: &Context, events: &[Event]) -> Result<(), StoreError> {
        write(self.hold.db()?, self.scope, self.end, ctx, events).await?;
        self.hold.commit().await
    }
}
