//! Departments, and how many members each has.

use membership_core::{
    department::{Department, Headcount},
    id::{DepartmentId, TenantId},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Columns, Row, side_by_side},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "department")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    /// What no sibling has.
    pub(crate) canonical: String,
    pub(crate) parent: Option<Uuid>,
    pub(crate) place: i64,
    /// From the root to itself, 16 bytes for each.
    pub(crate) lineage: Vec<u8>,
    pub(crate) members: i64,
    pub(crate) meets: i64,
    pub(crate) created_at: Moment,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A row as it is read: what only databases look at is left out.
pub(crate) struct Read {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    parent: Option<Uuid>,
    place: i64,
    members: i64,
    meets: i64,
    created_at: Moment,
}

/// What [`Read::take`] takes. The tenant is known by whoever asks.
macro_rules! columns {
    () => {
        "department.id, department.name, department.parent, department.place, department.members, department.meets, \
         department.created_at"
    };
}
pub(crate) use columns;

impl Model {
    /// The row of a department that is new: nobody belongs to it yet.
    pub(crate) fn new(department: &Department, lineage: &[DepartmentId]) -> Self {
        Self {
            tenant_id: department.tenant.as_uuid(),
            id: department.id.as_uuid(),
            name: department.name.to_string(),
            canonical: department.name.canonical(),
            parent: department.parent.map(DepartmentId::as_uuid),
            place: department.place,
            lineage: side_by_side(lineage),
            members: 0,
            meets: 0,
            created_at: department.created_at.into(),
        }
    }
}

impl Read {
    /// The next columns of a row, in the order of [`columns!`], of a department of `tenant_id`.
    pub(crate) fn take(tenant_id: Uuid, row: &mut Columns<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            tenant_id,
            id: row.take()?,
            name: row.take()?,
            parent: row.take()?,
            place: row.take()?,
            members: row.take()?,
            meets: row.take()?,
            created_at: row.take()?,
        })
    }

    /// The department, with its numbers.
    pub(crate) fn into_department(self) -> Result<(Department, Headcount), StoreError> {
        let at = Row::new("department", self.id);
        let department = Department {
            id: DepartmentId::from_uuid(self.id),
            tenant: TenantId::from_uuid(self.tenant_id),
            name: at.name(&self.name)?,
            parent: self.parent.map(DepartmentId::from_uuid),
            place: self.place,
            created_at: at.moment(self.created_at)?,
        };
        Ok((department, Headcount { members: at.number(self.members)?, meets: at.number(self.meets)? }))
    }
}

/// What is below `top`, itself too: the lineages from the first to before the second.
pub(crate) fn range(top: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let mut end = top.clone();
    // The next of the same length; there is always one, because no identifier is nothing but ones.
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            break;
        }
    }
    (top, end)
}
