//! The directory of the store in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, ApiKey, Challenge, Login, Session, SessionKeyHash, credential::KeyHash},
    audit::Record,
    department::{Department, Headcount},
    directory::{
        Ancestor, Directory, Entrance, Footing, InvitationView, MAX_PAGE, MemberDetails, MemberFilter, MemberRow,
        NominationView, Page, Place, RecordFilter, RecordOrder, Tally, Who,
    },
    id::{AccountId, ApiKeyId, ChallengeId, InvitationId, MemberId, NominationId, TenantId, TransferId},
    installation::Installation,
    invariants::World,
    member::{Member, MemberStatus, transfer::Transfer},
    role::Access,
    store::{Scope, StoreError},
    tenant::{Tenant, branding::Picture, representative::Nomination},
};

use uuid::Uuid;

use super::MemoryStore;

#[async_trait]
impl Directory for MemoryStore {
    async fn installation(&self) -> Result<Installation, StoreError> {
        Ok(self.tables().installation)
    }

    async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError> {
        let tables = self.tables();
        let session = tables.sessions.values().find(|session| session.key == *key);
        Ok(session.and_then(|session| Some((session.clone(), tables.accounts.get(&session.account)?.clone()))))
    }

    async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        let tables = self.tables();
        let own = tables.sessions.values().rev().filter(|session| session.account == account);
        Ok(own.take(MAX_PAGE.into()).cloned().collect())
    }

    async fn challenge(&self, key: &KeyHash) -> Result<Option<Challenge>, StoreError> {
        Ok(self.tables().challenges.values().find(|challenge| challenge.key == *key).cloned())
    }

    async fn challenge_of(&self, challenge: ChallengeId) -> Result<Option<Challenge>, StoreError> {
        Ok(self.tables().challenges.get(&challenge).cloned())
    }

    async fn api_key(&self, secret: &KeyHash) -> Result<Option<(ApiKey, Account)>, StoreError> {
        let tables = self.tables();
        let key = tables.api_keys.values().find(|key| key.secret == *secret);
        Ok(key.and_then(|key| Some((key.clone(), tables.accounts.get(&key.account)?.clone()))))
    }

    async fn api_key_of(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.tables().api_keys.get(&key).filter(|key| key.tenant == tenant).cloned())
    }

    async fn api_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<ApiKey>, StoreError> {
        Ok(self.tables().good_api_keys(tenant, now).cloned().collect())
    }

    async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.tables().accounts.get(&account).cloned())
    }

    async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError> {
        Ok(self.tables().account_by_login(login).cloned())
    }

    async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError> {
        let tables = self.tables();
        let place = |(tenant, member): (&Tenant, &Member)| Place {
            tenant: tenant.clone(),
            member: member.id,
            status: member.status(),
        };
        let mut places: Vec<Place> = tables.tenants_of(account).map(place).collect();
        places.sort_by(|a, b| a.tenant.name.cmp(&b.tenant.name));
        Ok(places)
    }

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, StoreError> {
        Ok(self.tables().tenants.get(&tenant).cloned())
    }

    async fn logo(&self, tenant: TenantId) -> Result<Option<Picture>, StoreError> {
        Ok(self.tables().logos.get(&tenant).cloned())
    }

    async fn lineage(&self, tenant: TenantId) -> Result<Vec<Ancestor>, StoreError> {
        let tables = self.tables();
        let first = tables.tenants.get(&tenant);
        let up = |tenant: &&Tenant| tenant.parent.and_then(|parent| tables.tenants.get(&parent));
        let line = std::iter::successors(first, up);
        let mut line: Vec<Ancestor> =
            line.map(|tenant| Ancestor { id: tenant.id, name: tenant.name.to_string() }).collect();
        line.reverse();
        Ok(line)
    }

    async fn footing(&self, tenant: TenantId, who: Who) -> Result<Option<Footing>, StoreError> {
        let tables = self.tables();
        let member = match who {
            Who::Account(account) => tables.member_of(tenant, account),
            Who::Member(member) => tables.member(tenant, member),
        };
        let Some((tenant, member)) = tables.tenants.get(&tenant).zip(member) else { return Ok(None) };
        Ok(Some(Footing {
            status: tenant.status,
            catalogue: tenant.catalogue,
            tree: tenant.tree,
            second_factor: tenant.policy.second_factor.wanted(),
            member: member.clone(),
            scope: None,
        }))
    }

    async fn access(&self, tenant: TenantId) -> Result<Access, StoreError> {
        Ok(self.tables().access(tenant))
    }

    async fn departments(&self, tenant: TenantId) -> Result<Vec<(Department, Headcount)>, StoreError> {
        Ok(self.tables().departments_of(tenant).cloned().collect())
    }

    async fn tally(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Tally, StoreError> {
        Ok(self.tables().tally(tenant, now))
    }

    async fn members(
        &self,
        tenant: TenantId,
        filter: &MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let tables = self.tables();
        // Identifiers sort by the moment of creation.
        let rows = tables.members_of(tenant).rev().filter(|member| tables.fits(filter, member));
        let rest = rows.filter(|member| page.after.is_none_or(|after| member.id < after));
        Ok(rest.take(page.limit.clamp(1, MAX_PAGE).into()).map(|member| tables.row(member)).collect())
    }

    async fn entrances(&self, tenant: TenantId, members: &[MemberId]) -> Result<Vec<Entrance>, StoreError> {
        let tables = self.tables();
        let found = members.iter().filter_map(|member| tables.member(tenant, *member)).map(|member| Entrance {
            member: member.clone(),
            invitation: tables.invitation_of(member.id).filter(|_| member.status() == MemberStatus::NotJoined).cloned(),
            account: member.account().and_then(|account| tables.accounts.get(&account)).cloned(),
        });
        Ok(found.collect())
    }

    async fn meant(&self, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
        let tables = self.tables();
        let is_meant = |member: &&Member| {
            let account = member.account().map(AccountId::as_uuid);
            ids.contains(&member.id.as_uuid()) || account.is_some_and(|account| ids.contains(&account))
        };
        Ok(tables.members.values().filter(|member| member.tenant == tenant).filter(is_meant).cloned().collect())
    }

    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberDetails>, StoreError> {
        let tables = self.tables();
        Ok(tables.member(tenant, member).map(|member| tables.details(member)))
    }

    async fn transfers_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, TransferId)>, StoreError> {
        let tables = self.tables();
        let due = tables.transfers.values().filter_map(|transfer| Some((transfer.due_at()?, transfer)));
        let mut due: Vec<_> =
            due.filter(|(at, _)| *at <= now).map(|(at, transfer)| (at, transfer.tenant, transfer.id)).collect();
        due.sort_unstable();
        Ok(first(due, limit).map(|(_, tenant, id)| (tenant, id)).collect())
    }

    async fn open_transfers(&self, tenant: TenantId) -> Result<Vec<Transfer>, StoreError> {
        Ok(self.tables().open_transfers(tenant))
    }

    async fn nomination(&self, tenant: TenantId) -> Result<Option<Nomination>, StoreError> {
        Ok(self.tables().open_nomination(tenant).cloned())
    }

    async fn nomination_view(&self, tenant: TenantId, id: NominationId) -> Result<Option<NominationView>, StoreError> {
        Ok(self.tables().nomination_view(tenant, id))
    }

    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError> {
        let tables = self.tables();
        Ok(tables.invitation(tenant, id).and_then(|invitation| tables.view(invitation)))
    }

    async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError> {
        let tables = self.tables();
        let mut overdue: Vec<_> = tables
            .invitations
            .values()
            .filter_map(|invitation| Some((invitation.deadline()?, invitation.tenant, invitation.id)))
            .filter(|(deadline, _, _)| *deadline <= now)
            .collect();
        overdue.sort_unstable();
        Ok(first(overdue, limit).map(|(_, tenant, id)| (tenant, id)).collect())
    }

    async fn audit(
        &self,
        scope: Scope,
        filter: &RecordFilter,
        order: RecordOrder,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError> {
        let tables = self.tables();
        let audit = tables.audits.get(&scope).map_or(&[][..], Vec::as_slice);
        let audit = audit.iter().filter(|record| fits(filter, record));
        let limit = usize::from(limit);
        Ok(match order {
            RecordOrder::After(after) => audit.filter(|record| record.revision > after).take(limit).cloned().collect(),
            RecordOrder::Before(before) => {
                let older = audit.rev().filter(|record| before.is_none_or(|before| record.revision < before));
                older.take(limit).cloned().collect()
            }
        })
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        Ok(self.tables().tenants.keys().copied().collect())
    }

    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError> {
        let tables = self.tables();
        Ok(tables.tenants.get(&tenant).map(|tenant| tables.world(tenant)))
    }
}

fn fits(filter: &RecordFilter, record: &Record) -> bool {
    let RecordFilter { object, actor, name, from, before } = filter;
    let named = |name: &String| {
        let rest = record.name.strip_prefix(name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    object.is_none_or(|object| record.object == object)
        && actor.is_none_or(|actor| record.actor == actor)
        && name.as_ref().is_none_or(named)
        && from.is_none_or(|from| record.at >= from)
        && before.is_none_or(|before| record.at < before)
}

fn first<T>(all: Vec<T>, limit: u32) -> impl Iterator<Item = T> {
    all.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX))
}
