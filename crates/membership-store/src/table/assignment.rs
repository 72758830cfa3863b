//! Assignments: what each member was given.

use std::collections::BTreeMap;

use membership_core::{
    id::{DepartmentId, RoleId},
    member::Member,
    role::{Assignment, Assignments, Grant, Permission},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Columns, Row, member},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub(crate) struct Model {
    // The table's real keys are two unique indexes, one for roles and one for permissions; a row is never looked up alone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) member_id: Uuid,
    pub(crate) role_id: Option<Uuid>,
    pub(crate) permission: Option<String>,
    pub(crate) within_id: Option<Uuid>,
    pub(crate) until: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    #[sea_orm(
        belongs_to = "member::Entity",
        from = "(Column::TenantId, Column::MemberId)",
        to = "(member::Column::TenantId, member::Column::Id)"
    )]
    Member,
}

impl ActiveModelBehavior for ActiveModel {}

/// The rows that say what `member` was given.
pub(crate) fn of(member: &Member) -> impl Iterator<Item = Model> {
    let (tenant_id, member_id) = (member.tenant.as_uuid(), member.id.as_uuid());
    member.assignments.iter().map(move |Assignment { grant, within, until }| {
        let within_id = within.map(DepartmentId::as_uuid);
        let (role_id, permission) = match grant {
            Grant::Role(role) => (Some(role.as_uuid()), None),
            Grant::Permission(permission) => (None, Some(permission.to_string())),
        };
        Model { tenant_id, member_id, role_id, permission, within_id, until: until.map(Moment::from) }
    })
}

/// What [`Model::take`] takes.
macro_rules! columns {
    () => {
        "assignment.member_id, assignment.role_id, assignment.permission, assignment.within_id, assignment.until"
    };
}
pub(crate) use columns;

impl Model {
    /// The next columns of a row, in the order of [`columns!`], of a member of `tenant_id`; `None` where no assignment was
    /// joined.
    pub(crate) fn take(tenant_id: Uuid, row: &mut Columns<'_>) -> Result<Option<Self>, DbErr> {
        let member: Option<Uuid> = row.take()?;
        let (role_id, permission, within_id, until) = (row.take()?, row.take()?, row.take()?, row.take()?);
        Ok(member.map(|member_id| Self { tenant_id, member_id, role_id, permission, within_id, until }))
    }

    fn given(self) -> Result<Assignment, StoreError> {
        let at = Row::new("assignment", self.member_id);
        Ok(Assignment {
            grant: grant(at, self.role_id, self.permission.as_deref())?,
            within: self.within_id.map(DepartmentId::from_uuid),
            until: at.moment_if(self.until)?,
        })
    }
}

/// What is given by a row that is known to be `at`.
pub(crate) fn grant(at: Row, role: Option<Uuid>, permission: Option<&str>) -> Result<Grant, StoreError> {
    match (role, permission) {
        (Some(role), None) => Ok(Grant::Role(RoleId::from_uuid(role))),
        (None, Some(text)) => Ok(Grant::Permission(Permission::parse(text).map_err(|error| at.corrupt(error))?)),
        (Some(_), Some(_)) | (None, None) => Err(at.corrupt("it gives not exactly one thing")),
    }
}

/// What `rows` say of each member.
pub(crate) fn by_member(rows: Vec<Model>) -> Result<BTreeMap<Uuid, Assignments>, StoreError> {
    let mut members: BTreeMap<Uuid, Vec<Model>> = BTreeMap::new();
    for row in rows {
        members.entry(row.member_id).or_default().push(row);
    }
    members.into_iter().map(|(member, rows)| Ok((member, together(rows)?))).collect()
}

/// What `rows`, all of one member, say together.
pub(crate) fn together(rows: impl IntoIterator<Item = Model>) -> Result<Assignments, StoreError> {
    rows.into_iter().map(Model::given).collect()
}
