//! Members with what they were given.

use std::collections::BTreeMap;

use membership_core::{
    email::EmailAddress,
    id::{AccountId, MemberId, RoleId, TenantId},
    invitation::Invitation,
    member::{Member, MemberStatus},
    role::Assignments,
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use crate::{
    fault::{corrupt, fault},
    table::{
        assignment, invitation,
        member::{self, Column},
    },
};

/// A member, removed or not.
pub(crate) async fn member<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<Option<Member>, StoreError> {
    one(db, member::Entity::find_by_id((tenant.as_uuid(), id.as_uuid()))).await
}

/// Those members, removed or not, by their identifiers.
pub(crate) async fn members<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    ids: impl IntoIterator<Item = MemberId>,
) -> Result<BTreeMap<MemberId, Member>, StoreError> {
    let ids = Column::Id.is_in(ids.into_iter().map(MemberId::as_uuid));
    let which = member::Entity::find().filter(Column::TenantId.eq(tenant.as_uuid())).filter(ids);
    Ok(members_where(db, which).await?.into_iter().map(|member| (member.id, member)).collect())
}

/// The member that `account` is, removed ones aside.
pub(crate) async fn member_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    account: AccountId,
) -> Result<Option<Member>, StoreError> {
    one(db, member::Entity::find().filter(present(tenant).add(Column::AccountId.eq(account.as_uuid())))).await
}

/// The representative administrator.
pub(crate) async fn representative<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Option<Member>, StoreError> {
    // In so many letters, like the state: see `not_removed`.
    let representative = Expr::col((member::Entity, Column::Representative));
    one(db, member::Entity::find().filter(present(tenant).add(representative))).await
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
        let known = member::Entity::find().filter(present(tenant).add(Column::Email.is_in(texts)));
        found.extend(members_where(db, known).await?);
    }
    Ok(found)
}

/// How many members were given `role`.
pub(crate) async fn holders_of<C: ConnectionTrait>(db: &C, tenant: TenantId, role: RoleId) -> Result<u64, StoreError> {
    // It may have been given for several departments.
    let given = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::MemberId)
        .distinct()
        .filter(assignment::Column::TenantId.eq(tenant.as_uuid()))
        .filter(assignment::Column::RoleId.eq(role.as_uuid()));
    given.count(db).await.map_err(fault)
}

/// How many tenants beside `tenant` have `account` as a member that is not removed.
pub(crate) async fn places_beside<C: ConnectionTrait>(
    db: &C,
    tenant: Option<TenantId>,
    account: AccountId,
) -> Result<u64, StoreError> {
    let mut theirs = member::Entity::find().filter(Column::AccountId.eq(account.as_uuid())).filter(not_removed());
    if let Some(tenant) = tenant {
        theirs = theirs.filter(Column::TenantId.ne(tenant.as_uuid()));
    }
    theirs.count(db).await.map_err(fault)
}

/// Members that have not joined, with their invitations, newest first.
pub(crate) async fn waiting<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    after: Option<MemberId>,
    limit: u16,
) -> Result<Vec<(Member, Invitation)>, StoreError> {
    let mut select = member::Entity::find()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Status.eq(MemberStatus::NotJoined.as_str()));
    if let Some(after) = after {
        select = select.filter(Column::Id.lt(after.as_uuid()));
    }
    let select = select.order_by_desc(Column::Id).limit(u64::from(limit)).find_also_related(invitation::Entity);
    let rows = select.all(db).await.map_err(fault)?;
    let ids: Vec<Uuid> = rows.iter().map(|(row, _)| row.id).collect();
    let mut assignments = assignments_of(db, tenant, &ids).await?;
    let waiting = rows.into_iter().map(|(row, invitation)| {
        let invitation = invitation.ok_or_else(|| corrupt("member", row.id, "its invitation is missing"))?;
        let given = assignments.remove(&row.id).unwrap_or_default();
        Ok((row.into_member(given)?, invitation.try_into()?))
    });
    waiting.collect()
}

/// What each of `members` was given; nothing for those who are not among the keys.
pub(crate) async fn assignments_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    members: &[Uuid],
) -> Result<BTreeMap<Uuid, Assignments>, StoreError> {
    if members.is_empty() {
        return Ok(BTreeMap::new());
    }
    let given = assignment::Entity::find()
        .filter(assignment::Column::TenantId.eq(tenant.as_uuid()))
        .filter(assignment::Column::MemberId.is_in(members.iter().copied()));
    assignment::by_member(given.all(db).await.map_err(fault)?)
}

/// The members of the tenant that are not removed.
pub(super) fn present(tenant: TenantId) -> Condition {
    Condition::all().add(Column::TenantId.eq(tenant.as_uuid())).add(not_removed())
}

/// In so many letters, not as a parameter: only then do databases see that an index over present members will do.
pub(crate) fn not_removed() -> Expr {
    Expr::col((member::Entity, Column::Status)).ne(Expr::Constant(MemberStatus::Removed.as_str().into()))
}

async fn one<C: ConnectionTrait>(db: &C, which: Select<member::Entity>) -> Result<Option<Member>, StoreError> {
    Ok(members_where(db, which).await?.pop())
}

/// The members that `which` selects: one row for each assignment, and one for a member without.
pub(super) async fn members_where<C: ConnectionTrait>(
    db: &C,
    which: Select<member::Entity>,
) -> Result<Vec<Member>, StoreError> {
    let rows = which
        .select_also(assignment::Entity)
        .join(JoinType::LeftJoin, assignment::Relation::Member.def().rev())
        .all(db)
        .await
        .map_err(fault)?;
    let mut members: BTreeMap<Uuid, (member::Model, Vec<assignment::Model>)> = BTreeMap::new();
    for (row, given) in rows {
        members.entry(row.id).or_insert_with(|| (row, Vec::new())).1.extend(given);
    }
    members.into_values().map(|(row, given)| row.into_member(assignment::together(given)?)).collect()
}
