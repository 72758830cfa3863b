//! Sessions.

use membership_core::{
    account::Session,
    id::{AccountId, SessionId},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Row, account},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) epoch: i64,
    pub(crate) started_at: Moment,
    pub(crate) ends_at: Moment,
    pub(crate) used_at: Moment,
    /// As bits.
    pub(crate) with_kinds: i16,
    pub(crate) agent: Option<String>,
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

impl From<&Session> for Model {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.as_uuid(),
            account_id: session.account.as_uuid(),
            key_hash: session.key.as_bytes().to_vec(),
            epoch: session.epoch.into(),
            started_at: session.started_at.into(),
            ends_at: session.ends_at.into(),
            used_at: session.used_at.into(),
            with_kinds: session.with.bits().into(),
            agent: session.agent.clone(),
        }
    }
}

impl TryFrom<Model> for Session {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("session", row.id);
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            key: at.hash(&row.key_hash)?,
            epoch: at.number(row.epoch)?,
            started_at: at.moment(row.started_at)?,
            ends_at: at.moment(row.ends_at)?,
            used_at: at.moment(row.used_at)?,
            with: at.kinds(row.with_kinds)?,
            agent: row.agent,
        })
    }
}
