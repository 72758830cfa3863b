//! Accounts.

use membership_core::{
    account::{Account, AccountEmail},
    id::AccountId,
    name::Username,
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
    pub(crate) sessions_valid_from: Moment,
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
            sessions_valid_from: account.sessions_valid_from.into(),
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
        let username = row.username.map(|text| username(at, &text)).transpose()?;
        Ok(Self {
            id: AccountId::from_uuid(row.id),
            name: at.name(&row.name)?,
            username,
            email,
            password: row.password.map(PasswordHash::from_phc),
            registered_at: at.moment(row.registered_at)?,
            sessions_valid_from: at.moment(row.sessions_valid_from)?,
        })
    }
}

fn username(at: Row, text: &str) -> Result<Username, StoreError> {
    let username = Username::parse(text).map_err(|error| at.corrupt(error))?;
    if username.as_str() == text { Ok(username) } else { Err(at.corrupt("its username is not in its one form")) }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("account::Model").field("id", &self.id).finish_non_exhaustive()
    }
}
