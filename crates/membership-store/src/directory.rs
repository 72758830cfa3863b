//! The directory: lists and look-ups for showing. They take no lock and wait for no writer.

mod members;
mod world;

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, Login, Session, SessionKeyHash},
    actor::Standing,
    audit::Record,
    directory::{Directory, InvitationView, MemberFilter, MemberRow, Page, Place},
    id::{AccountId, InvitationId, MemberId, TenantId},
    installation::Installation,
    invariants::World,
    invitation::Inviter,
    role::Role,
    store::{Scope, StoreError},
    tenant::Tenant,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::{
    Database,
    fault::{corrupt, fault},
    moment::Moment,
    read,
    table::{account, audit, audit_head, invitation, member, session, tenant},
};

#[async_trait]
impl Directory for Database {
    async fn installation(&self) -> Result<Installation, StoreError> {
        read::installation(self.reading()).await
    }

    async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError> {
        let by_key = session::Entity::find().filter(session::Column::KeyHash.eq(key.as_bytes().as_slice()));
        let found = by_key.find_also_related(account::Entity).one(self.reading()).await.map_err(fault)?;
        let Some((session, account)) = found else { return Ok(None) };
        let account = account.ok_or_else(|| corrupt("session", session.id, "its account is missing"))?;
        Ok(Some((session.try_into()?, account.try_into()?)))
    }

    async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError> {
        read::account_by_login(self.reading(), login).await
    }

    async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError> {
        let rows = member::Entity::find()
            .filter(member::Column::AccountId.eq(account.as_uuid()))
            .filter(read::not_removed())
            .find_also_related(tenant::Entity)
            .all(self.reading())
            .await
            .map_err(fault)?;
        let mut places: Vec<Place> = rows.into_iter().map(place).collect::<Result<_, _>>()?;
        places.sort_by(|one, other| one.tenant.name.cmp(&other.tenant.name).then(one.tenant.id.cmp(&other.tenant.id)));
        Ok(places)
    }

    async fn standing_of(
        &self,
        tenant: TenantId,
        account: AccountId,
    ) -> Result<Option<(Tenant, Standing)>, StoreError> {
        let Some(standing) = read::standing_of(self.reading(), tenant, account).await? else { return Ok(None) };
        Ok(read::tenant(self.reading(), tenant).await?.map(|tenant| (tenant, standing)))
    }

    async fn roles(&self, tenant: TenantId) -> Result<Vec<Role>, StoreError> {
        read::roles(self.reading(), tenant).await
    }

    async fn members(
        &self,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError> {
        members::page(self.reading(), tenant, filter, page).await
    }

    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberRow>, StoreError> {
        members::one(self.reading(), tenant, member).await
    }

    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError> {
        let db = self.reading();
        let Some((invitation, delivery)) = members::invitation(db, tenant, id).await? else { return Ok(None) };
        let (Some(Standing { member, roles }), Some(tenant)) =
            (read::standing(db, tenant, invitation.member).await?, read::tenant(db, tenant).await?)
        else {
            return Err(corrupt("invitation", id, "its member or tenant is missing"));
        };
        let inviter = match invitation.inviter {
            Inviter::Member(inviter) => read::standing(db, tenant.id, inviter).await?,
            Inviter::Operator(_) => None,
        };
        let has_account = match invitation.address() {
            Some(address) => read::account_by_login(db, &Login::Email(address.clone())).await?.is_some(),
            None => false,
        };
        let inviter = inviter.map(|standing| standing.member.name.to_string());
        Ok(Some(InvitationView { invitation, member, tenant, roles, inviter, delivery, has_account }))
    }

    async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError> {
        let rows: Vec<(uuid::Uuid, uuid::Uuid)> = invitation::Entity::find()
            .select_only()
            .columns([invitation::Column::TenantId, invitation::Column::Id])
            .filter(invitation::Column::ExpiresAt.lte(Moment::from(now)))
            .order_by_asc(invitation::Column::ExpiresAt)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reading())
            .await
            .map_err(fault)?;
        Ok(rows.into_iter().map(|(tenant, id)| (TenantId::from_uuid(tenant), InvitationId::from_uuid(id))).collect())
    }

    async fn audit(&self, scope: Scope, after: u64, limit: u16) -> Result<Vec<Record>, StoreError> {
        let rows = audit::Entity::find()
            .filter(audit::Column::ScopeId.eq(scope.id()))
            .filter(audit::Column::Revision.gt(audit_head::revision(after)))
            .order_by_asc(audit::Column::Revision)
            .limit(u64::from(limit))
            .all(self.reading())
            .await
            .map_err(fault)?;
        rows.into_iter().map(|row| row.into_record(scope)).collect()
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let ids = tenant::Entity::find().select_only().column(tenant::Column::Id).order_by_asc(tenant::Column::Id);
        let ids: Vec<uuid::Uuid> = ids.into_tuple().all(self.reading()).await.map_err(fault)?;
        Ok(ids.into_iter().map(TenantId::from_uuid).collect())
    }

    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError> {
        world::read(self.reading(), tenant).await
    }
}

fn place((member, tenant): (member::Model, Option<tenant::Model>)) -> Result<Place, StoreError> {
    let tenant = tenant.ok_or_else(|| corrupt("member", member.id, "its tenant is missing"))?;
    let member = member.into_member(BTreeSet::new())?;
    Ok(Place { tenant: tenant.try_into()?, member: member.id, status: member.status() })
}
