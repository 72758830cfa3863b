//! Questions that transactions and the directory both ask. Each is answered by an index.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    account::{Account, Login},
    actor::Standing,
    email::EmailAddress,
    id::{AccountId, InvitationId, MemberId, RoleId, TenantId},
    installation::Installation,
    invitation::Invitation,
    member::{Member, MemberStatus},
    role::Role,
    store::StoreError,
    tenant::Tenant,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    fault::{corrupt, fault},
    table::{account, installation, invitation, member, member_role, role, tenant},
};

pub(crate) async fn installation<C: ConnectionTrait>(db: &C) -> Result<Installation, StoreError> {
    let row = installation::Entity::find_by_id(installation::ONLY).one(db).await.map_err(fault)?;
    row.ok_or_else(|| corrupt("installation", installation::ONLY, "the row is missing"))?.try_into()
}

pub(crate) async fn tenant<C: ConnectionTrait>(db: &C, id: TenantId) -> Result<Option<Tenant>, StoreError> {
    let row = tenant::Entity::find_by_id(id.as_uuid()).one(db).await.map_err(fault)?;
    row.map(Tenant::try_from).transpose()
}

/// Every role of the tenant, by name.
pub(crate) async fn roles<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Vec<Role>, StoreError> {
    let rows = role::Entity::find().filter(role::Column::TenantId.eq(tenant.as_uuid())).all(db).await.map_err(fault)?;
    let roles: Result<Vec<Role>, StoreError> = rows.into_iter().map(Role::try_from).collect();
    roles.map(by_name)
}

/// The member that `account` is, removed ones aside, with the roles it holds.
pub(crate) async fn standing_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    account: AccountId,
) -> Result<Option<Standing>, StoreError> {
    let own = member::Entity::find().filter(present(tenant).add(member::Column::AccountId.eq(account.as_uuid())));
    one_standing(db, own).await
}

/// A member, removed or not, with the roles it holds.
pub(crate) async fn standing<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<Option<Standing>, StoreError> {
    one_standing(db, member::Entity::find_by_id((tenant.as_uuid(), id.as_uuid()))).await
}

/// Those members, removed ones aside, that are known by one of `addresses`.
pub(crate) async fn members_at<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    addresses: &[EmailAddress],
) -> Result<Vec<Member>, StoreError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for some in addresses.chunks(crate::write::CHUNK) {
        let texts = some.iter().map(EmailAddress::as_str);
        let known = member::Entity::find().filter(present(tenant).add(member::Column::Email.is_in(texts)));
        found.extend(standings(db, known).await?.into_iter().map(|standing| standing.member));
    }
    Ok(found)
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

/// The members of the tenant that are not removed.
pub(crate) fn present(tenant: TenantId) -> Condition {
    Condition::all().add(member::Column::TenantId.eq(tenant.as_uuid())).add(not_removed())
}

/// In so many letters, not as a parameter: only then do databases see that an index over present members will do.
pub(crate) fn not_removed() -> Expr {
    Expr::col((member::Entity, member::Column::Status)).ne(Expr::Constant(MemberStatus::Removed.as_str().into()))
}

async fn one_standing<C: ConnectionTrait>(
    db: &C,
    member: Select<member::Entity>,
) -> Result<Option<Standing>, StoreError> {
    Ok(standings(db, member).await?.pop())
}

/// The members that `which` selects with the roles that each holds: one row for each role, and one for a member without.
async fn standings<C: ConnectionTrait>(db: &C, which: Select<member::Entity>) -> Result<Vec<Standing>, StoreError> {
    let rows = which
        .select_also(role::Entity)
        .join(JoinType::LeftJoin, member_role::Relation::Member.def().rev())
        .join(JoinType::LeftJoin, member_role::Relation::Role.def())
        .all(db)
        .await
        .map_err(fault)?;
    let mut members: BTreeMap<Uuid, (member::Model, Vec<Role>)> = BTreeMap::new();
    for (row, role) in rows {
        let (_, roles) = members.entry(row.id).or_insert_with(|| (row, Vec::new()));
        roles.extend(role.map(Role::try_from).transpose()?);
    }
    members.into_values().map(standing_from).collect()
}

fn standing_from((row, roles): (member::Model, Vec<Role>)) -> Result<Standing, StoreError> {
    let held: BTreeSet<RoleId> = roles.iter().map(|role| role.id).collect();
    Ok(Standing { member: row.into_member(held)?, roles: by_name(roles) })
}

/// Databases sort text by rules of their own; this order is the same on all.
pub(crate) fn by_name(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    roles
}
