//! Changes of the tree of departments, and of how many people belong where: many rows in each statement, because a department
//! can be moved with thousands below it.

use membership_core::{
    department::{Department, Departments, Lineage},
    event::HeadcountChange,
    id::{DepartmentId, MemberId, TenantId, TreeId},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

use super::super::script::Script;
use crate::table::{department, side_by_side, tenant};

/// What the department itself says. How many members it has is counted elsewhere, and where it hangs is said of all below it.
pub(super) fn replace(script: &mut Script, department: &Department) {
    use department::Column::{Id, TenantId};
    let changed = department::ActiveModel {
        name: Set(department.name.to_string()),
        canonical: Set(department.name.canonical()),
        parent: Set(department.parent.map(DepartmentId::as_uuid)),
        place: Set(department.place),
        ..Default::default()
    };
    let which = department::Entity::update_many().set(changed).filter(TenantId.eq(department.tenant.as_uuid()));
    script.change(&which.filter(Id.eq(department.id.as_uuid())), Some(1));
}

pub(super) fn places(script: &mut Script, tenant: TenantId, siblings: &[Department]) {
    let rows = siblings.iter().map(|sibling| vec![sibling.id.as_uuid().into(), sibling.place.into()]);
    script.change_each("department", "place = changed.column2", tenant, &rows.collect::<Vec<_>>());
}

pub(super) fn lineages(script: &mut Script, tenant: TenantId, lineages: &[(DepartmentId, Lineage)]) {
    let rows = lineages.iter().map(|(id, lineage)| vec![id.as_uuid().into(), side_by_side(&lineage.0).into()]);
    script.change_each("department", "lineage = changed.column2", tenant, &rows.collect::<Vec<_>>());
}

pub(super) fn meets(script: &mut Script, tenant: TenantId, members: &[(MemberId, Departments)]) {
    let rows = members.iter().map(|(id, belongs)| vec![id.as_uuid().into(), side_by_side(belongs.meets()).into()]);
    script.change_each("member", "meets = changed.column2", tenant, &rows.collect::<Vec<_>>());
}

pub(super) fn headcounts(script: &mut Script, tenant: TenantId, counts: &[(DepartmentId, HeadcountChange)]) {
    let rows = counts.iter().map(|(id, HeadcountChange { members, meets })| {
        vec![id.as_uuid().into(), i64::from(*members).into(), i64::from(*meets).into()]
    });
    let set = "members = department.members + changed.column2, meets = department.meets + changed.column3";
    script.change_each("department", set, tenant, &rows.collect::<Vec<_>>());
}

pub(super) fn delete(script: &mut Script, tenant: TenantId, id: DepartmentId) {
    script.change(&department::Entity::delete_by_id((tenant.as_uuid(), id.as_uuid())), Some(1));
}

/// Which tree the tenant has from now on.
pub(super) fn tree(script: &mut Script, tenant: TenantId, tree: TreeId) {
    let changed = tenant::ActiveModel { tree: Set(tree.as_uuid()), ..Default::default() };
    script.change(&tenant::Entity::update_many().set(changed).filter(tenant::Column::Id.eq(tenant.as_uuid())), Some(1));
}
