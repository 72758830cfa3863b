//! Questions that transactions and the directory both ask. Each is answered by an index.

mod access;
mod api_key;
mod credential;
mod department;
mod import;
mod member;
mod nomination;
mod transfer;

use membership_core::{
    account::{Account, Login},
    email::EmailAddress,
    id::{AccountId, InvitationId, TenantId},
    installation::Installation,
    invitation::Invitation,
    store::StoreError,
    tenant::Tenant,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

pub(crate) use access::{access, roles_of};
pub(crate) use api_key::{api_key, count_of_good_api_keys, good_api_keys};
pub(crate) use credential::{challenge, factors, held_account, hold_account};
pub(crate) use department::{department_use, departments, granted_within, holders_within, members_across, members_in};
pub(crate) use import::{accounts_by_logins, held_import, import, members_recognised, running_import, stands};
pub(crate) use member::{
    assignments_of, holders_of, member, member_of, members, members_at, not_removed, places_beside, representative,
    waiting,
};
pub(crate) use nomination::{nomination, open_nomination};
pub(crate) use transfer::{open_transfers, transfer, transfers, transfers_of};

use crate::{
    fault::{corrupt, fault},
    table::{account, installation, invitation, tenant},
};

pub(crate) async fn installation<C: ConnectionTrait>(db: &C) -> Result<Installation, StoreError> {
    let row = installation::Entity::find_by_id(installation::ONLY).one(db).await.map_err(fault)?;
    row.ok_or_else(|| corrupt("installation", installation::ONLY, "the row is missing"))?.try_into()
}

pub(crate) async fn tenant<C: ConnectionTrait>(db: &C, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    let row = tenant::Entity::find_by_id(id.as_uuid()).one(db).await.map_err(fault)?;
    row.map(Tenant::try_from).transpose()
}

pub(crate) async fn invitation<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<Invitation>, StoreError> {
    let row = invitation::Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    row.map(Invitation::try_from).transpose()
}

pub(crate) async fn account<C: ConnectionTrait>(db: &C, id: AccountId) -> Result<Option<Account>, StoreError> {
    let row = account::Entity::find_by_id(id.as_uuid()).one(db).await.map_err(fault)?;
    row.map(Account::try_from).transpose()
}

pub(crate) async fn account_by_login<C: ConnectionTrait>(db: &C, login: &Login) -> Result<Option<Account>, StoreError> {
    let whose = match login {
        Login::Email(address) => proved(address),
        Login::Username(name) => Condition::all().add(account::Column::Username.eq(name.as_str())),
    };
    let row = account::Entity::find().filter(whose).one(db).await.map_err(fault)?;
    row.map(Account::try_from).transpose()
}

/// The account that has proved `address`.
fn proved(address: &EmailAddress) -> Condition {
    Condition::all().add(account::Column::Email.eq(address.as_str())).add(account::Column::EmailProvedAt.is_not_null())
}
