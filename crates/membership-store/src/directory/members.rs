//! Members with what a list shows of them. Three statements for a page of any length, each answered by an index.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    directory::{MAX_PAGE, MemberFilter, MemberRow, Page},
    id::{InvitationId, MemberId, RoleId, TenantId},
    invitation::Invitation,
    outbox::Delivery,
    store::StoreError,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::{
    fault::fault,
    read,
    table::{invitation, member, member_role, outbox},
};

/// A page, newest first: identifiers sort by the moment they were made.
pub(super) async fn page<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    filter: MemberFilter,
    page: Page<MemberId>,
) -> Result<Vec<MemberRow>, StoreError> {
    let wanted = match filter.status {
        Some(status) => Condition::all()
            .add(member::Column::TenantId.eq(tenant.as_uuid()))
            .add(member::Column::Status.eq(status.as_str())),
        None => read::present(tenant),
    };
    let mut select = member::Entity::find().filter(wanted);
    if let Some(after) = page.after {
        select = select.filter(member::Column::Id.lt(after.as_uuid()));
    }
    let limit = u64::from(page.limit.min(MAX_PAGE));
    let rows = select.order_by_desc(member::Column::Id).limit(limit).all(db).await.map_err(fault)?;
    with_details(db, tenant, rows).await
}

pub(super) async fn one<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<Option<MemberRow>, StoreError> {
    let row = member::Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    Ok(with_details(db, tenant, row.into_iter().collect()).await?.pop())
}

/// An invitation with what became of the mail that carries its newest link.
pub(super) async fn invitation<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<(Invitation, Option<Delivery>)>, StoreError> {
    let row = invitation::Entity::find_by_id((tenant.as_uuid(), id.as_uuid()));
    let row = row.find_also_related(outbox::Entity).one(db).await.map_err(fault)?;
    row.map(with_delivery).transpose()
}

async fn with_details<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    rows: Vec<member::Model>,
) -> Result<Vec<MemberRow>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut roles = roles_of(db, tenant, &ids).await?;
    let mut invitations = invitations_of(db, tenant, &ids).await?;
    let detailed = rows.into_iter().map(|row| {
        let (invitation, delivery) = invitations.remove(&row.id).unzip();
        let roles = roles.remove(&row.id).unwrap_or_default();
        Ok(MemberRow { member: row.into_member(roles)?, invitation, delivery: delivery.flatten() })
    });
    detailed.collect()
}

async fn roles_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    members: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<RoleId>>, StoreError> {
    let held = member_role::Entity::find()
        .filter(member_role::Column::TenantId.eq(tenant.as_uuid()))
        .filter(member_role::Column::MemberId.is_in(members.iter().copied()));
    Ok(roles_by_member(held.all(db).await.map_err(fault)?))
}

pub(super) fn roles_by_member(rows: Vec<member_role::Model>) -> BTreeMap<Uuid, BTreeSet<RoleId>> {
    let mut roles: BTreeMap<Uuid, BTreeSet<RoleId>> = BTreeMap::new();
    for row in rows {
        roles.entry(row.member_id).or_default().insert(RoleId::from_uuid(row.role_id));
    }
    roles
}

async fn invitations_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    members: &[Uuid],
) -> Result<BTreeMap<Uuid, (Invitation, Option<Delivery>)>, StoreError> {
    let theirs = invitation::Entity::find()
        .filter(invitation::Column::TenantId.eq(tenant.as_uuid()))
        .filter(invitation::Column::MemberId.is_in(members.iter().copied()))
        .find_also_related(outbox::Entity);
    let rows = theirs.all(db).await.map_err(fault)?;
    rows.into_iter().map(|row| Ok((row.0.member_id, with_delivery(row)?))).collect()
}

fn with_delivery(
    (invitation, mail): (invitation::Model, Option<outbox::Model>),
) -> Result<(Invitation, Option<Delivery>), StoreError> {
    Ok((invitation.try_into()?, mail.as_ref().map(Delivery::try_from).transpose()?))
}
