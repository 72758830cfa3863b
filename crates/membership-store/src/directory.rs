//! The directory: lists and look-ups for showing. They take no lock and wait for no writer.

mod details;
mod door;
mod entrance;
mod footing;
mod line;
mod meant;
mod members;
mod records;
mod tally;
mod told;
mod united;
mod which;
mod world;

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
    member::{Member, transfer::Transfer},
    role::{Access, Assignments},
    store::{Scope, StoreError},
    tenant::{Tenant, branding::Picture, representative::Nomination},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    Database,
    fault::{corrupt, fault},
    moment::Moment,
    read,
    table::{challenge, invitation, logo, member, session, tenant, transfer},
};

#[async_trait]
impl Directory for Database {
    async fn installation(&self) -> Result<Installation, StoreError> {
        read::installation(self.reading()).await
    }

    async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError> {
        door::session(self.reading(), key).await
    }

    async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError> {
        let own = session::Entity::find()
            .filter(session::Column::AccountId.eq(account.as_uuid()))
            .order_by_desc(session::Column::Id)
            .limit(u64::from(MAX_PAGE));
        let rows = own.all(self.reading()).await.map_err(fault)?;
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn challenge(&self, key: &KeyHash) -> Result<Option<Challenge>, StoreError> {
        let by_key = challenge::Entity::find().filter(challenge::Column::KeyHash.eq(key.as_bytes().as_slice()));
        by_key.one(self.reading()).await.map_err(fault)?.map(Challenge::try_from).transpose()
    }

    async fn challenge_of(&self, challenge: ChallengeId) -> Result<Option<Challenge>, StoreError> {
        read::challenge(self.reading(), challenge).await
    }

    async fn api_key(&self, secret: &KeyHash) -> Result<Option<(ApiKey, Account)>, StoreError> {
        door::api_key(self.reading(), secret).await
    }

    async fn api_key_of(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        read::api_key(self.reading(), tenant, key).await
    }

    async fn api_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<ApiKey>, StoreError> {
        read::good_api_keys(self.reading(), tenant, now).await
    }

    async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError> {
        read::account(self.reading(), account).await
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

    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, StoreError> {
        read::tenant(self.reading(), tenant).await
    }

    async fn logo(&self, tenant: TenantId) -> Result<Option<Picture>, StoreError> {
        let row = logo::Entity::find_by_id(tenant.as_uuid()).one(self.reading()).await.map_err(fault)?;
        row.map(Picture::try_from).transpose()
    }

    async fn lineage(&self, tenant: TenantId) -> Result<Vec<Ancestor>, StoreError> {
        line::to(self.reading(), tenant).await
    }

    async fn footing(&self, tenant: TenantId, who: Who) -> Result<Option<Footing>, StoreError> {
        footing::of(self.reading(), tenant, who).await
    }

    async fn access(&self, tenant: TenantId) -> Result<Access, StoreError> {
        read::access(self.reading(), tenant).await
    }

    async fn departments(&self, tenant: TenantId) -> Result<Vec<(Department, Headcount)>, StoreError> {
        read::departments(self.reading(), tenant).await
    }

    async fn tally(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Tally, StoreError> {
        tally::of(self.reading(), tenant, now).await
    }

    async fn members(
        &self,
        tenant: TenantId,
        filter: &MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError> {
        members::page(self.reading(), tenant, filter, page).await
    }

    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberDetails>, StoreError> {
        details::of(self.reading(), tenant, member).await
    }

    async fn entrances(&self, tenant: TenantId, members: &[MemberId]) -> Result<Vec<Entrance>, StoreError> {
        entrance::of(self.reading(), tenant, members).await
    }

    async fn meant(&self, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
        meant::by(self.reading(), tenant, ids).await
    }

    async fn transfers_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, TransferId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = transfer::Entity::find()
            .select_only()
            .columns([transfer::Column::TenantId, transfer::Column::Id])
            .filter(transfer::Column::DueAt.lte(Moment::from(now)))
            .order_by_asc(transfer::Column::DueAt)
            .order_by_asc(transfer::Column::Id)
            .limit(u64::from(limit))
            .into_tuple()
            .all(self.reading())
            .await
            .map_err(fault)?;
        Ok(rows.into_iter().map(|(tenant, id)| (TenantId::from_uuid(tenant), TransferId::from_uuid(id))).collect())
    }

    async fn open_transfers(&self, tenant: TenantId) -> Result<Vec<Transfer>, StoreError> {
        read::open_transfers(self.reading(), tenant).await
    }

    async fn nomination(&self, tenant: TenantId) -> Result<Option<Nomination>, StoreError> {
        read::open_nomination(self.reading(), tenant).await
    }

    async fn nomination_view(&self, tenant: TenantId, id: NominationId) -> Result<Option<NominationView>, StoreError> {
        told::nomination(self.reading(), tenant, id).await
    }

    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError> {
        told::invitation(self.reading(), tenant, id).await
    }

    async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = invitation::Entity::find()
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

    async fn audit(
        &self,
        scope: Scope,
        filter: &RecordFilter,
        order: RecordOrder,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError> {
        records::list(self.reading(), scope, filter, order, limit).await
    }

    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let ids = tenant::Entity::find().select_only().column(tenant::Column::Id).order_by_asc(tenant::Column::Id);
        let ids: Vec<Uuid> = ids.into_tuple().all(self.reading()).await.map_err(fault)?;
        Ok(ids.into_iter().map(TenantId::from_uuid).collect())
    }

    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError> {
        world::read(self.reading(), tenant).await
    }
}

fn place((member, tenant): (member::Model, Option<tenant::Model>)) -> Result<Place, StoreError> {
    let tenant = tenant.ok_or_else(|| corrupt("member", member.id, "its tenant is missing"))?;
    let member = member.into_member(Assignments::default())?;
    Ok(Place { tenant: tenant.try_into()?, member: member.id, status: member.status() })
}
