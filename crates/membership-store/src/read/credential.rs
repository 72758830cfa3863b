//! What an account is opened by, and the account held.

use membership_core::{
    account::{Account, Challenge, Factors},
    id::{AccountId, ChallengeId},
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::LockType};

use crate::{
    fault::fault,
    table::{account, challenge, factors},
};

/// An account whose row nobody else changes until the transaction ends. On SQLite nobody else writes anyway.
pub(crate) async fn held_account<C: ConnectionTrait>(db: &C, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = account::Entity::find_by_id(id.as_uuid()).lock(LockType::NoKeyUpdate).one(db).await.map_err(fault)?;
    row.map(Account::try_from).transpose()
}

/// Holds the account's row, if there is one, without looking at it.
pub(crate) async fn hold_account<C: ConnectionTrait>(db: &C, id: AccountId) -> Result<(), StoreError> {
    let row = account::Entity::find().select_only().column(account::Column::Id);
    let row = row.filter(account::Column::Id.eq(id.as_uuid())).lock(LockType::NoKeyUpdate);
    row.into_tuple::<uuid::Uuid>().one(db).await.map_err(fault).map(drop)
}

pub(crate) async fn factors<C: ConnectionTrait>(db: &C, id: AccountId) -> Result<Factors, StoreError> {
    let row = factors::Entity::find_by_id(id.as_uuid()).one(db).await.map_err(fault)?;
    row.map_or_else(|| Ok(Factors::none(id)), Factors::try_from)
}

pub(crate) async fn challenge<C: ConnectionTrait>(db: &C, id: ChallengeId) -> Result<Option<Challenge>, StoreError> {
    let row = challenge::Entity::find_by_id(id.as_uuid()).one(db).await.map_err(fault)?;
    row.map(Challenge::try_from).transpose()
}
