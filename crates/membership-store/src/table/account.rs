//! Accounts.

use chrono::{DateTime, Utc};
use membership_core::{
    account::{
        Account, AccountEmail,
        address::{AddressChange, FormerAddress},
        reset::{Reset, ResetBy},
    },
    email::EmailAddress,
    id::AccountId,
    ports::PasswordHash,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Columns, Row},
};

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
    pub(crate) keys_from_epoch: i64,
    pub(crate) last_signed_in_at: Option<Moment>,
    /// As bits.
    pub(crate) kinds: i16,
    pub(crate) links: i64,
    pub(crate) reset_generation: Option<i64>,
    pub(crate) reset_issued_at: Option<Moment>,
    pub(crate) reset_by: Option<String>,
    pub(crate) new_email: Option<String>,
    pub(crate) new_email_generation: Option<i64>,
    pub(crate) new_email_asked_at: Option<Moment>,
    pub(crate) former_email: Option<String>,
    pub(crate) former_email_generation: Option<i64>,
    pub(crate) former_email_until: Option<Moment>,
    pub(crate) closed_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What [`Model::take`] takes.
macro_rules! columns {
    () => {
        "account.id, account.name, account.username, account.email, account.email_proved_at, account.password, \
         account.registered_at, account.password_is_temporary, account.epoch, account.sessions_from_epoch, account.keys_from_epoch, \
         account.last_signed_in_at, account.kinds, account.links, account.reset_generation, account.reset_issued_at, \
         account.reset_by, account.new_email, account.new_email_generation, account.new_email_asked_at, \
         account.former_email, account.former_email_generation, account.former_email_until, account.closed_at"
    };
}
pub(crate) use columns;

impl Model {
    /// The next columns of a row, in the order of [`columns!`].
    pub(crate) fn take(row: &mut Columns<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.take()?,
            name: row.take()?,
            username: row.take()?,
            email: row.take()?,
            email_proved_at: row.take()?,
            password: row.take()?,
            registered_at: row.take()?,
            password_is_temporary: row.take()?,
            epoch: row.take()?,
            sessions_from_epoch: row.take()?,
            keys_from_epoch: row.take()?,
            last_signed_in_at: row.take()?,
            kinds: row.take()?,
            links: row.take()?,
            reset_generation: row.take()?,
            reset_issued_at: row.take()?,
            reset_by: row.take()?,
            new_email: row.take()?,
            new_email_generation: row.take()?,
            new_email_asked_at: row.take()?,
            former_email: row.take()?,
            former_email_generation: row.take()?,
            former_email_until: row.take()?,
            closed_at: row.take()?,
        })
    }
}

impl From<&Account> for Model {
    fn from(account: &Account) -> Self {
        let (email, reset) = (account.email.as_ref(), account.reset.as_ref());
        let (change, former) = (account.address_change.as_ref(), account.former_address.as_ref());
        Self {
            id: account.id.as_uuid(),
            name: account.name.to_string(),
            username: account.username.as_ref().map(ToString::to_string),
            email: email.map(|email| email.address.to_string()),
            email_proved_at: email.and_then(|email| email.proved_at).map(Moment::from),
            password: account.password.as_ref().map(|password| password.as_phc().to_owned()),
            registered_at: account.registered_at.into(),
            password_is_temporary: account.password_is_temporary,
            epoch: account.epoch.into(),
            sessions_from_epoch: account.sessions_from_epoch.into(),
            keys_from_epoch: account.keys_from_epoch.into(),
            last_signed_in_at: account.last_signed_in_at.map(Moment::from),
            kinds: account.kinds.bits().into(),
            links: account.links.into(),
            reset_generation: reset.map(|reset| reset.generation.into()),
            reset_issued_at: reset.map(|reset| reset.issued_at.into()),
            reset_by: reset.map(|reset| reset.by.to_text()),
            new_email: change.map(|change| change.to.to_string()),
            new_email_generation: change.map(|change| change.generation.into()),
            new_email_asked_at: change.map(|change| change.asked_at.into()),
            former_email: former.map(|former| former.address.to_string()),
            former_email_generation: former.map(|former| former.generation.into()),
            former_email_until: former.map(|former| former.until.into()),
            closed_at: account.closed_at.map(Moment::from),
        }
    }
}

impl TryFrom<Model> for Account {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("account", row.id);
        Ok(Self {
            email: email(at, row.email.as_deref(), row.email_proved_at)?,
            reset: reset(at, row.reset_generation, row.reset_issued_at, row.reset_by.as_deref())?,
            address_change: dated(
                at,
                (row.new_email.as_deref(), row.new_email_generation, row.new_email_asked_at),
                |to, generation, asked_at| AddressChange { to, generation, asked_at },
            )?,
            former_address: dated(
                at,
                (row.former_email.as_deref(), row.former_email_generation, row.former_email_until),
                |address, generation, until| FormerAddress { address, generation, until },
            )?,
            id: AccountId::from_uuid(row.id),
            name: at.name(&row.name)?,
            username: row.username.map(|text| at.username(&text)).transpose()?,
            password: row.password.map(PasswordHash::from_phc),
            registered_at: at.moment(row.registered_at)?,
            password_is_temporary: row.password_is_temporary,
            epoch: at.number(row.epoch)?,
            sessions_from_epoch: at.number(row.sessions_from_epoch)?,
            keys_from_epoch: at.number(row.keys_from_epoch)?,
            last_signed_in_at: at.moment_if(row.last_signed_in_at)?,
            kinds: at.kinds(row.kinds)?,
            links: at.number(row.links)?,
            closed_at: at.moment_if(row.closed_at)?,
        })
    }
}

fn email(at: Row, address: Option<&str>, proved_at: Option<Moment>) -> Result<Option<AccountEmail>, StoreError> {
    match (address, proved_at) {
        (Some(address), proved_at) => {
            Ok(Some(AccountEmail { address: at.address(address)?, proved_at: at.moment_if(proved_at)? }))
        }
        (None, None) => Ok(None),
        (None, Some(_)) => Err(at.corrupt("it has proved an address and has none")),
    }
}

fn reset(
    at: Row,
    generation: Option<i64>,
    issued_at: Option<Moment>,
    by: Option<&str>,
) -> Result<Option<Reset>, StoreError> {
    match (generation, issued_at, by) {
        (None, None, None) => Ok(None),
        (Some(generation), Some(issued_at), Some(by)) => {
            let by = ResetBy::from_text(by)
                .ok_or_else(|| at.corrupt(format_args!("nobody who issues links is called {by}")))?;
            Ok(Some(Reset { generation: at.number(generation)?, issued_at: at.moment(issued_at)?, by }))
        }
        _ => Err(at.corrupt("what it says of a link to another password is not whole")),
    }
}

/// An address with the number of its link and a moment: all three, or none.
fn dated<T>(
    at: Row,
    columns: (Option<&str>, Option<i64>, Option<Moment>),
    make: impl Fn(EmailAddress, u32, DateTime<Utc>) -> T,
) -> Result<Option<T>, StoreError> {
    match columns {
        (None, None, None) => Ok(None),
        (Some(address), Some(generation), Some(moment)) => {
            Ok(Some(make(at.address(address)?, at.number(generation)?, at.moment(moment)?)))
        }
        _ => Err(at.corrupt("what it says of an address to come or of before is not whole")),
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("account::Model").field("id", &self.id).finish_non_exhaustive()
    }
}
