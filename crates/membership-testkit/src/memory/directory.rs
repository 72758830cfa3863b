//! The directory of the store in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, Login, Session, SessionKeyHash},
    actor::Standing,
    audit::Record,
    directory::{Directory, InvitationView, MAX_PAGE, MemberFilter, MemberRow, Page, Place},
    id::{AccountId, InvitationId, MemberId, TenantId},
    installation::Installation,
    invariants::World,
    invitation::{Invitation, Inviter},
    member::{Member, MemberStatus},
    outbox::Delivery,
    role::Role,
    store::{Scope, StoreError},
    tenant::Tenant,
};

use super::{MemoryStore, tables::Tables};

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

    async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError> {
        Ok(self.tables().account_by_login(login).cloned())
    }

    async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError> {
        let tables = self.tables();
        let mut places: Vec<Place> = tables
            .tenants
            .values()
            .filter_map(|tenant| {
                let member = tables.member_of(tenant.id, account)?;
                Some(Place { tenant: tenant.clone(), member: member.id, status: member.status() })
            })
            .collect();
        places.sort_by(|a, b| a.tenant.name.cmp(&b.tenant.name));
        Ok(places)
    }

    async fn standing_of(
        &self,
        tenant: TenantId,
        account: AccountId,
    ) -> Result<Option<(Tenant, Standing)>, StoreError> {
        let tables = self.tables();
        let member = tables.member_of(tenant, account);
        Ok(member.and_then(|member| Some((tables.tenants.get(&tenant)?.clone(), tables.standing(member)))))
    }

    async fn roles(&self, tenant: TenantId) -> Result<Vec<Role>, StoreError> {
        Ok(self.tables().roles_of(tenant))
    }

    async fn members(
        &self,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError> {
        let tables = self.tables();
        let wanted = |member: &&Member| match filter.status {
            Some(status) => member.status() == status,
            None => member.status() != MemberStatus::Removed,
        };
        // Identifiers sort by the moment of creation.
        let rows = tables.members_of(tenant).rev().filter(wanted);
        let rest = rows.filter(|member| page.after.is_none_or(|after| member.id < after));
        Ok(rest.take(page.limit.clamp(1, MAX_PAGE).into()).map(|member| tables.row(member)).collect())
    }

    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberRow>, StoreError> {
        let tables = self.tables();
        Ok(tables.member(tenant, member).map(|member| tables.row(member)))
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
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(overdue.into_iter().take(limit).map(|(_, tenant, id)| (tenant, id)).collect())
    }

    async fn audit(&self, scope: Scope, after: u64, limit: u16) -> Result<Vec<Record>, StoreError> {
        let tables = self.tables();
        let records = tables.audits.get(&scope).into_iter().flatten();
        Ok(records.filter(|record| record.revision > after).take(limit.into()).cloned().collect())
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        Ok(self.tables().tenants.keys().copied().collect())
    }

    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError> {
        let tables = self.tables();
        Ok(tables.tenants.get(&tenant).map(|tenant| tables.world(tenant)))
    }
}

impl Tables {
    fn row(&self, member: &Member) -> MemberRow {
        let invitation = self.invitations.values().find(|invitation| invitation.member == member.id).cloned();
        let delivery = invitation.as_ref().and_then(|invitation| self.newest_delivery(invitation));
        MemberRow { member: member.clone(), invitation, delivery }
    }

    fn newest_delivery(&self, invitation: &Invitation) -> Option<Delivery> {
        let mails = self.messages.values().filter(|message| message.mail.subject == invitation.id.as_uuid());
        mails.max_by_key(|message| message.mail.generation).map(|message| message.delivery.clone())
    }

    fn view(&self, invitation: &Invitation) -> Option<InvitationView> {
        let Standing { member, roles } = self.standing(self.members.get(&invitation.member)?);
        let inviter = match invitation.inviter {
            Inviter::Member(inviter) => self.members.get(&inviter).map(|inviter| inviter.name.to_string()),
            Inviter::Operator(_) => None,
        };
        let login = invitation.address().cloned().map(Login::Email);
        Some(InvitationView {
            tenant: self.tenants.get(&invitation.tenant)?.clone(),
            member,
            roles,
            inviter,
            delivery: self.newest_delivery(invitation),
            has_account: login.is_some_and(|login| self.account_by_login(&login).is_some()),
            invitation: invitation.clone(),
        })
    }

    fn world(&self, tenant: &Tenant) -> World {
        let id = tenant.id;
        let accounts: BTreeSet<AccountId> = self.members_of(id).filter_map(Member::account).collect();
        World {
            tenant: tenant.clone(),
            roles: self.roles_of(id),
            members: self.members_of(id).cloned().collect(),
            invitations: self.invitations.values().filter(|invitation| invitation.tenant == id).cloned().collect(),
            accounts: accounts.iter().filter_map(|account| self.accounts.get(account)).cloned().collect(),
            outbox: self
                .messages
                .iter()
                .filter(|(_, message)| message.mail.tenant == id)
                .map(|(id, message)| (*id, message.mail.clone(), message.delivery.clone()))
                .collect(),
            audit: self.audits.get(&Scope::Tenant(id)).cloned().unwrap_or_default(),
        }
    }
}
