//! Departments and who belongs to them, as everything that is kept of them says with one voice.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    department::{Department, Headcount, MAX_DEPTH},
    id::{DepartmentId, TenantId},
    member::Member,
    store::StoreError,
};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{
    fault::{corrupt, fault},
    read,
    table::{
        department::{self, Model},
        member_department,
    },
};

/// The departments, which hang where their lineages say, and are unique by what they are called.
pub(super) async fn departments(
    db: &DatabaseTransaction,
    tenant: TenantId,
) -> Result<Vec<(Department, Headcount)>, StoreError> {
    let departments = read::departments(db, tenant).await?;
    let above: BTreeMap<Uuid, Option<Uuid>> = departments
        .iter()
        .map(|(department, _)| (department.id.as_uuid(), department.parent.map(DepartmentId::as_uuid)))
        .collect();
    let canonical: BTreeMap<Uuid, String> =
        departments.iter().map(|(department, _)| (department.id.as_uuid(), department.name.canonical())).collect();
    let all = department::Entity::find().filter(department::Column::TenantId.eq(tenant.as_uuid()));
    for Model { id, lineage, canonical: own, .. } in all.all(db).await.map_err(fault)? {
        if lineage != way_to(id, &above) {
            return Err(corrupt("department", id, "its lineage is not the way from the root"));
        }
        if canonical.get(&id) != Some(&own) {
            return Err(corrupt("department", id, "it is compared by what it is not called"));
        }
    }
    Ok(departments)
}

fn way_to(department: Uuid, above: &BTreeMap<Uuid, Option<Uuid>>) -> Vec<u8> {
    let up = |id: &Uuid| above.get(id).copied().flatten();
    // Longer than any can be, and not endless should they hang in a circle.
    let mut way: Vec<Uuid> = std::iter::successors(Some(department), up).take(MAX_DEPTH + 1).collect();
    way.reverse();
    way.into_iter().flat_map(Uuid::into_bytes).collect()
}

/// The members, if they belong where the lists say so.
pub(super) async fn agreed(
    db: &DatabaseTransaction,
    members: Vec<Member>,
    tenant: TenantId,
) -> Result<Vec<Member>, StoreError> {
    let all = member_department::Entity::find().filter(member_department::Column::TenantId.eq(tenant.as_uuid()));
    let mut listed: BTreeMap<Uuid, BTreeSet<(Uuid, bool)>> = BTreeMap::new();
    for row in all.all(db).await.map_err(fault)? {
        listed.entry(row.member_id).or_default().insert((row.department_id, row.several));
    }
    for member in &members {
        let own = member_department::of(member).map(|row| (row.department_id, row.several)).collect();
        if listed.remove(&member.id.as_uuid()).unwrap_or_default() != own {
            return Err(corrupt("member_department", member.id, "the lists say otherwise than the member"));
        }
    }
    Ok(members)
}
