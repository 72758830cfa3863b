//! A store in memory, as strict as a database: the same locks, the same constraints, all of a commit or nothing.

mod directory;
mod imports;
mod outbox;
mod tables;
mod traces;
mod view;
mod write;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

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
    store::{Recognition, Scope, Store, StoreError, Tx},
    tenant::{Tenant, representative::Nomination},
};
use tokio::sync::OwnedMutexGuard;

use tables::Tables;

/// Implements [`Store`], [`Directory`](membership_core::directory::Directory) and
/// [`Outbox`](membership_core::outbox::Outbox) in memory. Cheap to clone; clones share what they hold.
///
/// A commit works on a copy of everything, which then takes the place of the original: simple, and atomic because there
/// is nothing in between. That is right for the some thousand rows of a test, and wrong for more.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
    locks: Arc<Mutex<BTreeMap<Scope, Arc<tokio::sync::Mutex<()>>>>>,
}

/// A transaction: holds the lock of its scope until it is committed or dropped.
struct MemoryTx {
    store: MemoryStore,
    scope: Scope,
    /// Of the scope, and of each account that is held beside it.
    locks: BTreeMap<Scope, OwnedMutexGuard<()>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    async fn lock(&self, scope: Scope) -> OwnedMutexGuard<()> {
        let lock = Arc::clone(locked(&self.locks).entry(scope).or_default());
        lock.lock_owned().await
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        locked(&self.tables)
    }
}

/// Nothing here panics while it holds a lock, so a poisoned one is as good as any.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, scope: Scope) -> Result<Box<dyn Tx>, StoreError> {
        let locks = [(scope, self.lock(scope).await)].into();
        Ok(Box::new(MemoryTx { store: self.clone(), scope, locks }))
    }
}

impl MemoryTx {
    /// The tenant that it is about.
    fn own(&self) -> Option<TenantId> {
        match self.scope {
            Scope::Tenant(tenant) => Some(tenant),
            Scope::Installation | Scope::Account(_) => None,
        }
    }

    /// Asks `question` about this transaction's tenant.
    fn ask<T: Default>(&self, question: impl FnOnce(&Tables, TenantId) -> T) -> T {
        self.own().map_or_else(T::default, |tenant| question(&self.store.tables(), tenant))
    }
}

#[async_trait]
impl Tx for MemoryTx {
    async fn installation(&mut self) -> Result<Installation, StoreError> {
        Ok(self.store.tables().installation)
    }

    async fn tenant(&mut self) -> Result<Option<Tenant>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.tenants.get(&tenant).cloned()))
    }

    async fn access(&mut self) -> Result<Access, StoreError> {
        Ok(self.ask(Tables::access))
    }

    async fn departments(&mut self) -> Result<Vec<Department>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.departments_of(tenant).map(|(department, _)| department.clone()).collect()))
    }

    async fn department_use(&mut self, department: DepartmentId) -> Result<DepartmentUse, StoreError> {
        Ok(self.ask(|tables, tenant| tables.department_use(tenant, department)))
    }

    async fn members_in(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError> {
        let belongs = |member: &&Member| member.departments.has(department);
        Ok(self.ask(|tables, tenant| tables.present(tenant).filter(belongs).take(limit.into()).cloned().collect()))
    }

    async fn holders_within(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError> {
        let holds = |member: &&Member| member.assignments.iter().any(|held| held.within == Some(department));
        Ok(self.ask(|tables, tenant| tables.present(tenant).filter(holds).take(limit.into()).cloned().collect()))
    }

    async fn members_across(&mut self, top: DepartmentId) -> Result<Vec<(MemberId, Departments)>, StoreError> {
        Ok(self.ask(|tables, tenant| {
            let across = |member: &&Member| {
                let all = member.departments.all();
                all.len() > 1 && all.iter().any(|own| tables.is_within(*own, top))
            };
            let members = tables.present(tenant).filter(across);
            members.map(|member| (member.id, member.departments.clone())).collect()
        }))
    }

    async fn granted_within(&mut self, departments: &[DepartmentId]) -> Result<Vec<(Grant, Until)>, StoreError> {
        let granted = self.ask(|tables, tenant| {
            let all = tables.present(tenant).flat_map(|member| member.assignments.iter());
            let those = all.filter(|held| held.within.is_some_and(|within| departments.contains(&within)));
            those.map(|held| (held.grant.clone(), held.until)).collect::<BTreeSet<_>>()
        });
        Ok(granted.into_iter().collect())
    }

    async fn member(&mut self, member: MemberId) -> Result<Option<Member>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.member(tenant, member).cloned()))
    }

    async fn member_of(&mut self, account: AccountId) -> Result<Option<Member>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.member_of(tenant, account).cloned()))
    }

    async fn representative(&mut self) -> Result<Option<Member>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.present(tenant).find(|member| member.representative).cloned()))
    }

    async fn members_at(&mut self, addresses: &[EmailAddress]) -> Result<Vec<Member>, StoreError> {
        let known = |member: &&Member| member.email.as_ref().is_some_and(|address| addresses.contains(address));
        Ok(self.ask(|tables, tenant| tables.present(tenant).filter(known).cloned().collect()))
    }

    async fn holders_of(&mut self, role: RoleId) -> Result<u64, StoreError> {
        let holds = |member: &&Member| member.assignments.roles().any(|held| held == role);
        Ok(self.ask(|tables, tenant| tables.members_of(tenant).filter(holds).count() as u64))
    }

    async fn waiting(&mut self, after: Option<MemberId>, limit: u16) -> Result<Vec<(Member, Invitation)>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.waiting(tenant, after).take(limit.into()).collect()))
    }

    async fn transfer(&mut self, id: TransferId) -> Result<Option<Transfer>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.transfer(tenant, id).cloned()))
    }

    async fn open_transfers(&mut self) -> Result<Vec<Transfer>, StoreError> {
        Ok(self.ask(Tables::open_transfers))
    }

    async fn nomination(&mut self) -> Result<Option<Nomination>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.open_nomination(tenant).cloned()))
    }

    async fn invitation(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.invitation(tenant, id).cloned()))
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.store.tables().accounts.get(&id).cloned())
    }

    async fn hold_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError> {
        let scope = Scope::Account(id);
        if !self.locks.contains_key(&scope) {
            let lock = self.store.lock(scope).await;
            self.locks.insert(scope, lock);
        }
        self.account(id).await
    }

    async fn factors(&mut self, id: AccountId) -> Result<Factors, StoreError> {
        Ok(self.store.tables().factors_of(id))
    }

    async fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>, StoreError> {
        Ok(self.store.tables().challenges.get(&id).cloned())
    }

    async fn api_key(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.api_keys.get(&id).filter(|key| key.tenant == tenant).cloned()))
    }

    async fn good_api_keys(&mut self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        Ok(self.ask(|tables, tenant| tables.good_api_keys(tenant, now).count() as u64))
    }

    async fn other_places(&mut self, account: AccountId) -> Result<u64, StoreError> {
        let own = self.own();
        Ok(self.store.tables().tenants_of(account).filter(|(tenant, _)| Some(tenant.id) != own).count() as u64)
    }

    async fn account_by_login(&mut self, login: &Login) -> Result<Option<Account>, StoreError> {
        Ok(self.store.tables().account_by_login(login).cloned())
    }

    async fn members_recognised(&mut self, keys: &Recognition) -> Result<Vec<Member>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.recognised(tenant, keys)))
    }

    async fn accounts_by_logins(&mut self, logins: &[Login]) -> Result<Vec<Account>, StoreError> {
        let tables = self.store.tables();
        let found = logins.iter().filter_map(|login| tables.account_by_login(login));
        Ok(found.map(|account| (account.id, account.clone())).collect::<BTreeMap<_, _>>().into_values().collect())
    }

    async fn import(&mut self, id: ImportId) -> Result<Option<Import>, StoreError> {
        Ok(self.ask(|tables, tenant| tables.import(tenant, id).cloned()))
    }

    async fn running_import(&mut self) -> Result<Option<ImportId>, StoreError> {
        Ok(self.ask(Tables::running_import))
    }

    async fn commit(self: Box<Self>, ctx: &Context, events: &[Event]) -> Result<(), StoreError> {
        let mut tables = self.store.tables();
        let mut next = tables.clone();
        for event in events {
            next.write(self.scope, ctx, event)?;
        }
        *tables = next;
        Ok(())
    }
}
