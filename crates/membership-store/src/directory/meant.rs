//! Members by what stands for them in records: their own identifiers, or those of their accounts.

use std::collections::BTreeMap;

use membership_core::{
    id::{MemberId, TenantId},
    member::Member,
    store::StoreError,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    fault::fault,
    read,
    table::member::{Column, Entity},
    write::CHUNK,
};

pub(super) async fn by<C: ConnectionTrait>(db: &C, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
    let mut found: BTreeMap<MemberId, Member> = BTreeMap::new();
    for ids in ids.chunks(CHUNK) {
        // By two questions, because each of the two has an index and the choice between them has none.
        for column in [Column::Id, Column::AccountId] {
            let rows = Entity::find()
                .filter(Column::TenantId.eq(tenant.as_uuid()))
                .filter(column.is_in(ids.iter().copied()))
                .all(db)
                .await
                .map_err(fault)?;
            let own: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let mut assignments = read::assignments_of(db, tenant, &own).await?;
            for row in rows {
                let given = assignments.remove(&row.id).unwrap_or_default();
                let member = row.into_member(given)?;
                found.insert(member.id, member);
            }
        }
    }
    Ok(found.into_values().collect())
}
