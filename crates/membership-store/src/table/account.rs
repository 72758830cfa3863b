//! Accounts.

use membership_core::{
    account::{Account, AccountEmail},
    id::AccountId,
    ports::PasswordHash,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) username: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) email_proved_at: Option<Moment>,
    pub(crate) password: Option<String>,
    pub(crate) registered_at: Moment,
    pub(crate) password_is_temporary: bool,
    pub(crate) epoch: i64,
    pub(crate) sessions_from_epoch: i64,
    pub(crate) last_signed_in_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Account> for Model {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.as_uuid(),
            name: account.name.to_string(),
            username: account.username.as_ref().map(ToString::to_string),
            email: account.email.as_ref().map(|email| email.address.to_string()),
            email_proved_at: account.email.as_ref().and_then(|email| email.proved_at).map(Moment::from),
            password: account.password.as_ref().map(|password| password.as_phc().to_owned()),
            registered_at: account.registered_at.into(),
            password_is_temporary: account.password_is_temporary,
            epoch: account.epoch.into(),
            sessions_from_epoch: account.sessions_from_epoch.into(),
            last_signed_in_at: account.last_signed_in_at.map(Moment::from),
        }
    }
}

impl TryFrom<Model> for Account {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("account", row.id);
        let email = match (row.email, row.email_proved_at) {
            (Some(address), proved_at) => {
                Some(AccountEmail { address: at.address(&address)?, proved_at: at.moment_if(proved_at)? })
            }
            (None, None) => None,
            (None, Some(_)) => return Err(at.corrupt("it has proved an address and has none")),
        };
        Ok(Self {
            id: AccountId::from_uuid(row.id),
            name: at.name(&row.name)?,
            username: row.username.map(|text| at.username(&text)).transpose()?,
            email,
            password: row.password.map(PasswordHash::from_phc),
            registered_at: at.moment(row.registered_at)?,
            password_is_temporary: row.password_is_temporary,
            epoch: at.number(row.epoch)?,
            sessions_from_epoch: at.number(row.sessions_from_epoch)?,
            last_signed_in_at: at.moment_if(row.last_signed_in_at)?,
        })
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("account::Model").field("id", &self.id).finish_non_exhaustive()
    }
}
