//! Members with what a list shows of them. Three statements for a page of any length, each answered by an index, and a
//! fourth where somebody on it was removed.

use std::collections::BTreeMap;

use membership_core::{
    account::Kinds,
    directory::{MemberFilter, MemberRow, Page},
    id::{InvitationId, MemberId, TenantId},
    invitation::Invitation,
    member::{Member, MemberStatus, transfer::Transfer},
    outbox::Delivery,
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::which::{self, Shown};
use crate::{
    fault::fault,
    read,
    table::{Row, invitation, outbox},
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
    rows: Vec<Shown>,
) -> Result<Vec<MemberRow>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|shown| shown.row.id).collect();
    let gone = rows.iter().filter(|shown| shown.row.status == MemberStatus::Removed.as_str());
    let gone: Vec<Uuid> = gone.map(|shown| shown.row.id).collect();
    let mut assignments = read::assignments_of(db, tenant, &ids).await?;
    let mut invitations = invitations_of(db, tenant, &ids).await?;
    let transfers = read::transfers_of(db, tenant, &gone).await?;
    let mut transfers: BTreeMap<MemberId, Transfer> =
        transfers.into_iter().map(|transfer| (transfer.member, transfer)).collect();
    let detailed = rows.into_iter().map(|Shown { row, kinds }| {
        let (invitation, delivery) = invitations.remove(&row.id).unzip();
        let given = assignments.remove(&row.id).unwrap_or_default();
        let member = row.into_member(given)?;
        let transfer = transfers.remove(&member.id);
        let kinds = kinds_of(&member, kinds)?;
        Ok(MemberRow { member, invitation, delivery: delivery.flatten(), transfer, kinds })
    });
    detailed.collect()
}

/// The second factors of the member's account, which have the bits `kinds`. Of whoever was removed the tenant learns nothing
/// any more.
pub(super) fn kinds_of(member: &Member, kinds: Option<i16>) -> Result<Kinds, StoreError> {
    match (member.account(), kinds) {
        (Some(account), Some(bits)) if member.status() != MemberStatus::Removed => {
            Row::new("account", account.as_uuid()).kinds(bits)
        }
        (_, Some(_) | None) => Ok(Kinds::NONE),
    }
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
