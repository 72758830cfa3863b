//! The keys of programs.

use membership_core::{
    account::ApiKey,
    id::{AccountId, ApiKeyId, MemberId, TenantId},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Row, account},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) secret_hash: Vec<u8>,
    pub(crate) member_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) epoch: i64,
    /// As bits.
    pub(crate) with_kinds: i16,
    /// A JSON list of words.
    pub(crate) scope: String,
    pub(crate) parent: Option<Uuid>,
    pub(crate) made_at: Moment,
    pub(crate) ends_at: Moment,
    pub(crate) revoked_at: Option<Moment>,
    pub(crate) used_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    #[sea_orm(belongs_to = "account::Entity", from = "Column::AccountId", to = "account::Column::Id")]
    Account,
}

impl Related<account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Account.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl From<&ApiKey> for Model {
    fn from(key: &ApiKey) -> Self {
        Self {
            tenant_id: key.tenant.as_uuid(),
            id: key.id.as_uuid(),
            name: key.name.to_string(),
            secret_hash: key.secret.as_bytes().to_vec(),
            member_id: key.member.as_uuid(),
            account_id: key.account.as_uuid(),
            epoch: key.epoch.into(),
            with_kinds: key.with.bits().into(),
            scope: serde_json::to_string(&key.scope).unwrap_or_default(),
            parent: key.parent.map(ApiKeyId::as_uuid),
            made_at: key.made_at.into(),
            ends_at: key.ends_at.into(),
            revoked_at: key.revoked_at.map(Moment::from),
            used_at: key.used_at.map(Moment::from),
        }
    }
}

impl TryFrom<Model> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("api_key", row.id);
        Ok(Self {
            id: ApiKeyId::from_uuid(row.id),
            tenant: TenantId::from_uuid(row.tenant_id),
            name: at.name(&row.name)?,
            secret: at.hash(&row.secret_hash)?,
            member: MemberId::from_uuid(row.member_id),
            account: AccountId::from_uuid(row.account_id),
            epoch: at.number(row.epoch)?,
            with: at.kinds(row.with_kinds)?,
            scope: serde_json::from_str(&row.scope).map_err(|error| at.corrupt(error))?,
            parent: row.parent.map(ApiKeyId::from_uuid),
            made_at: at.moment(row.made_at)?,
            ends_at: at.moment(row.ends_at)?,
            revoked_at: at.moment_if(row.revoked_at)?,
            used_at: at.moment_if(row.used_at)?,
        })
    }
}
