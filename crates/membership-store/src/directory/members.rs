//! Members with what a list shows of them. Three statements for a page of any length, each answered by an index, and a
//! fourth where somebody on it was removed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use membership_core::{
    directory::{MemberDetails, MemberFilter, MemberRow, Page},
    id::{InvitationId, MemberId, TenantId},
    invitation::Invitation,
    member::{MemberStatus, transfer::Transfer},
    outbox::Delivery,
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
    sea_query::{Alias, Expr},
};
use uuid::Uuid;

use super::which;
use crate::{
    fault::fault,
    moment::Moment,
    read,
    table::{Row, account, invitation, member, outbox},
};

/// A page, newest first: identifiers sort by the moment they were made.
pub(super) async fn page<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    filter: &MemberFilter,
    page: Page<MemberId>,
) -> Result<Vec<MemberRow>, StoreError> {
    let rows = which::members(db, tenant, filter, page).await?;
    with_details(db, tenant, rows).await
}

pub(super) async fn one<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<Option<MemberDetails>, StoreError> {
    let row = member::Entity::find_by_id((tenant.as_uuid(), id.as_uuid())).one(db).await.map_err(fault)?;
    let Some(row) = with_details(db, tenant, row.into_iter().collect()).await?.pop() else { return Ok(None) };
    let (creator, last_signed_in_at) = around(db, tenant, id).await?;
    Ok(Some(MemberDetails { row, last_signed_in_at, creator }))
}

/// The name of a member's creator, and when its account last signed in.
async fn around<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<(Option<String>, Option<DateTime<Utc>>), StoreError> {
    let creator = Alias::new("creator");
    let found: Option<(Option<String>, Option<Moment>)> = member::Entity::find_by_id((tenant.as_uuid(), id.as_uuid()))
        .select_only()
        .column_as(Expr::col((creator.clone(), member::Column::Name)), "creator_name")
        .column(account::Column::LastSignedInAt)
        .join_as(JoinType::LeftJoin, member::Relation::Creator.def(), creator)
        .join(JoinType::LeftJoin, member::Relation::Account.def())
        .into_tuple()
        .one(db)
        .await
        .map_err(fault)?;
    let (creator, signed_in) = found.unwrap_or_default();
    Ok((creator, Row::new("account of member", id.as_uuid()).moment_if(signed_in)?))
}

/// An invitation with what became of the mail that carries its newest link.
pub(super) async fn with_mail<C: ConnectionTrait>(
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
    let gone = rows.iter().filter(|row| row.status == MemberStatus::Removed.as_str());
    let gone: Vec<Uuid> = gone.map(|row| row.id).collect();
    let mut assignments = read::assignments_of(db, tenant, &ids).await?;
    let mut invitations = invitations_of(db, tenant, &ids).await?;
    let transfers = read::transfers_of(db, tenant, &gone).await?;
    let mut transfers: BTreeMap<MemberId, Transfer> =
        transfers.into_iter().map(|transfer| (transfer.member, transfer)).collect();
    let detailed = rows.into_iter().map(|row| {
        let (invitation, delivery) = invitations.remove(&row.id).unzip();
        let given = assignments.remove(&row.id).unwrap_or_default();
        let member = row.into_member(given)?;
        let transfer = transfers.remove(&member.id);
        Ok(MemberRow { member, invitation, delivery: delivery.flatten(), transfer })
    });
    detailed.collect()
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
