//! Sign-ins that wait for their second factor.

use membership_core::{
    account::Challenge,
    id::{AccountId, ChallengeId},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "challenge")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) key_hash: Vec<u8>,
    pub(crate) epoch: i64,
    pub(crate) started_at: Moment,
    pub(crate) ends_at: Moment,
    pub(crate) mailed: i64,
    pub(crate) address: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Challenge> for Model {
    fn from(challenge: &Challenge) -> Self {
        Self {
            id: challenge.id.as_uuid(),
            account_id: challenge.account.as_uuid(),
            key_hash: challenge.key.as_bytes().to_vec(),
            epoch: challenge.epoch.into(),
            started_at: challenge.started_at.into(),
            ends_at: challenge.ends_at.into(),
            mailed: challenge.mailed.into(),
            address: challenge.address.as_ref().map(ToString::to_string),
        }
    }
}

impl TryFrom<Model> for Challenge {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("challenge", row.id);
        Ok(Self {
            id: ChallengeId::from_uuid(row.id),
            account: AccountId::from_uuid(row.account_id),
            key: at.hash(&row.key_hash)?,
            epoch: at.number(row.epoch)?,
            started_at: at.moment(row.started_at)?,
            ends_at: at.moment(row.ends_at)?,
            mailed: at.number(row.mailed)?,
            address: row.address.map(|text| at.address(&text)).transpose()?,
        })
    }
}
