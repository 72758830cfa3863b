//! Imports, and whom a block of their rows is about: asked for a thousand people at once.

use std::collections::BTreeMap;

use membership_core::{
    account::{Account, Login},
    email::EmailAddress,
    id::{ImportId, MemberId, TenantId},
    import::Import,
    member::Member,
    name::{DisplayName, Username},
    store::{Recognition, StoreError},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Value,
    sea_query::{Expr, ExprTrait, LockType},
};
use uuid::Uuid;

use super::member::{members_where, present};
use crate::{
    fault::fault,
    table::{
        account,
        import::{Column, Entity, RUNNING},
        member,
    },
    write::CHUNK,
};

pub(crate) async fn import<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: ImportId,
) -> Result<Option<Import>, StoreError> {
    let row = Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    row.map(Import::try_from).transpose()
}

/// An import that nobody else writes until the transaction ends: what is planned is kept without the tenant's lock.
pub(crate) async fn held_import<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: ImportId,
) -> Result<Option<Import>, StoreError> {
    let held = Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).lock(LockType::NoKeyUpdate);
    held.one(db).await.map_err(fault)?.map(Import::try_from).transpose()
}

/// The import of the tenant that is being carried out.
pub(crate) async fn running_import<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
) -> Result<Option<ImportId>, StoreError> {
    let running = Entity::find().select_only().column(Column::Id).filter(Column::TenantId.eq(tenant.as_uuid()));
    let id: Option<Uuid> = running.filter(stands(RUNNING)).into_tuple().one(db).await.map_err(fault)?;
    Ok(id.map(ImportId::from_uuid))
}

/// Whether an import has this status, in so many letters: see [`super::not_removed`].
pub(crate) fn stands(status: &'static str) -> Expr {
    Expr::col((Entity, Column::Status)).eq(Expr::Constant(status.into()))
}

/// Those members, removed ones aside, that one of `keys` recognises.
pub(crate) async fn members_recognised<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    keys: &Recognition,
) -> Result<Vec<Member>, StoreError> {
    use member::Column::{Email, Id, Name, Username as SignsInAs};
    // As the index over them says it. Were it said otherwise, databases would take the index of addresses instead, and read
    // everybody who has none.
    let addressless = || Expr::cust("coalesce(member.email, '') = ''");
    let signs_in = || SignsInAs.is_not_null();
    let always = || Condition::all();
    let kinds: [(member::Column, Condition, Vec<Value>); 4] = [
        (Id, always(), keys.ids.iter().map(|id| id.as_uuid().into()).collect()),
        (
            SignsInAs,
            always().add(signs_in()),
            keys.usernames.iter().map(|name| Username::as_str(name).into()).collect(),
        ),
        (Email, always(), keys.emails.iter().map(|email| EmailAddress::as_str(email).into()).collect()),
        (Name, always().add(addressless()), keys.names.iter().map(|name| DisplayName::as_str(name).into()).collect()),
    ];
    let mut found: BTreeMap<MemberId, Member> = BTreeMap::new();
    for (column, which, values) in kinds {
        for some in values.chunks(CHUNK) {
            let among = Expr::col((member::Entity, column)).is_in(some.iter().cloned());
            let known = member::Entity::find().filter(present(tenant).add(which.clone()).add(among));
            found.extend(members_where(db, known).await?.into_iter().map(|member| (member.id, member)));
        }
    }
    Ok(found.into_values().collect())
}

/// Those accounts that somebody signs in to with one of `logins`.
pub(crate) async fn accounts_by_logins<C: ConnectionTrait>(
    db: &C,
    logins: &[Login],
) -> Result<Vec<Account>, StoreError> {
    use account::Column::{Email, EmailProvedAt, Username};
    let (mut names, mut addresses) = (Vec::new(), Vec::new());
    for login in logins {
        match login {
            Login::Username(name) => names.push(name.as_str()),
            Login::Email(address) => addresses.push(address.as_str()),
        }
    }
    let by_name = names.chunks(CHUNK).map(|some| Condition::all().add(Username.is_in(some.iter().copied())));
    let by_address = addresses
        .chunks(CHUNK)
        .map(|some| Condition::all().add(Email.is_in(some.iter().copied())).add(EmailProvedAt.is_not_null()));
    let mut found = BTreeMap::new();
    for which in by_name.chain(by_address) {
        let rows = account::Entity::find().filter(which).all(db).await.map_err(fault)?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    found.into_values().map(Account::try_from).collect()
}
