//! Members with what opens each: two statements for every few hundred.

use membership_core::{
    account::Account,
    directory::Entrance,
    id::{MemberId, TenantId},
    invitation::Invitation,
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    fault::fault,
    read,
    table::{
        account, invitation,
        member::{Column, Entity},
    },
    write::CHUNK,
};

pub(super) async fn of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    members: &[MemberId],
) -> Result<Vec<Entrance>, StoreError> {
    let ids: Vec<Uuid> = members.iter().map(|member| member.as_uuid()).collect();
    let mut entrances = Vec::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        // All of it in one statement, so that nobody joins in between.
        let rows = Entity::find()
            .filter(Column::TenantId.eq(tenant.as_uuid()))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .find_also_related(invitation::Entity)
            .find_also(Entity, account::Entity)
            .all(db)
            .await
            .map_err(fault)?;
        let mut assignments = read::assignments_of(db, tenant, ids).await?;
        for (row, invitation, account) in rows {
            let given = assignments.remove(&row.id).unwrap_or_default();
            entrances.push(Entrance {
                member: row.into_member(given)?,
                invitation: invitation.map(Invitation::try_from).transpose()?,
                account: account.map(Account::try_from).transpose()?,
            });
        }
    }
    Ok(entrances)
}
