//! Departments, who belongs to them, and what was given for them.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    department::{Department, DepartmentUse, Departments, Headcount},
    id::{DepartmentId, MemberId, TenantId},
    member::Member,
    role::{Grant, assignment::Until},
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QueryResult, QuerySelect, Statement,
};
use uuid::Uuid;

use crate::{
    fault::fault,
    moment::Moment,
    read,
    table::{Columns, Row, assignment, department, member, member_department},
    write::CHUNK,
};

const ALL: &str = concat!("SELECT ", department::columns!(), " FROM department WHERE department.tenant_id = $1");

const USE: &str = "SELECT count(member.id), coalesce(sum(CASE WHEN member.status = 'not-joined' THEN 1 ELSE 0 END), 0), \
     (SELECT count(*) FROM assignment WHERE assignment.tenant_id = $1 AND assignment.within_id = $2) \
     FROM member_department \
     JOIN member ON member.tenant_id = member_department.tenant_id AND member.id = member_department.member_id \
     WHERE member_department.tenant_id = $1 AND member_department.department_id = $2";

/// Of those who belong to several, so that it is not all who belong to what is moved.
const ACROSS: &str = "SELECT member.id, member.departments, member.meets FROM member_department \
     JOIN member ON member.tenant_id = member_department.tenant_id AND member.id = member_department.member_id \
     WHERE member_department.tenant_id = $1 AND member_department.several AND member_department.department_id IN \
     (SELECT id FROM department WHERE tenant_id = $1 AND lineage >= $2 AND lineage < $3)";

/// All of a tenant, in one statement whose text is always the same.
pub(crate) async fn departments<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
) -> Result<Vec<(Department, Headcount)>, StoreError> {
    let question = Statement::from_sql_and_values(db.get_database_backend(), ALL, [tenant.as_uuid().into()]);
    let rows = db.query_all_raw(question).await.map_err(fault)?;
    let read = |row| department::Read::take(tenant.as_uuid(), &mut Columns::of(row)).map_err(fault)?.into_department();
    rows.iter().map(read).collect()
}

pub(crate) async fn department_use<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    department: DepartmentId,
) -> Result<DepartmentUse, StoreError> {
    let values = [tenant.as_uuid().into(), department.as_uuid().into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), USE, values);
    let Some(row) = db.query_one_raw(question).await.map_err(fault)? else { return Ok(DepartmentUse::default()) };
    let [all, invited, grants] = counts(&row).map_err(fault)?.map(|count| u64::try_from(count).unwrap_or(0));
    Ok(DepartmentUse { members: all.saturating_sub(invited), invited, grants })
}

fn counts(row: &QueryResult) -> Result<[i64; 3], DbErr> {
    let mut row = Columns::of(row);
    Ok([row.take()?, row.take()?, row.take()?])
}

/// Who belongs to `department` itself, by their ids.
pub(crate) async fn members_in<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    department: DepartmentId,
    limit: u16,
) -> Result<Vec<Member>, StoreError> {
    use member_department::Column;
    let ids = member_department::Entity::find()
        .select_only()
        .column(Column::MemberId)
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::DepartmentId.eq(department.as_uuid()))
        .order_by_asc(Column::MemberId)
        .limit(u64::from(limit));
    these(db, tenant, &ids.into_tuple().all(db).await.map_err(fault)?).await
}

/// Who was given something for `department` itself, by their ids.
pub(crate) async fn holders_within<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    department: DepartmentId,
    limit: u16,
) -> Result<Vec<Member>, StoreError> {
    use assignment::Column;
    let ids = assignment::Entity::find()
        .select_only()
        .column(Column::MemberId)
        .distinct()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::WithinId.eq(department.as_uuid()))
        .order_by_asc(Column::MemberId)
        .limit(u64::from(limit));
    these(db, tenant, &ids.into_tuple().all(db).await.map_err(fault)?).await
}

/// The members `ids`, which are sorted.
async fn these<C: ConnectionTrait>(db: &C, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Member>, StoreError> {
    let mut members = Vec::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        members.extend(read::members(db, tenant, some.iter().copied().map(MemberId::from_uuid)).await?.into_values());
    }
    Ok(members)
}

/// Who belongs to several departments, one of which is `top` or below it, by their ids.
pub(crate) async fn members_across<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    top: DepartmentId,
) -> Result<Vec<(MemberId, Departments)>, StoreError> {
    use department::Column;
    let lineage =
        department::Entity::find_by_id((tenant.as_uuid(), top.as_uuid())).select_only().column(Column::Lineage);
    let Some(lineage) = lineage.into_tuple::<Vec<u8>>().one(db).await.map_err(fault)? else { return Ok(Vec::new()) };
    let (first, end) = department::range(lineage);
    let values = [tenant.as_uuid().into(), first.into(), end.into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), ACROSS, values);
    // Who belongs to several of them comes several times.
    let mut members = BTreeMap::new();
    for row in db.query_all_raw(question).await.map_err(fault)? {
        let (id, of, meets) = belonging(&row).map_err(fault)?;
        members.insert(MemberId::from_uuid(id), member::departments(Row::new("member", id), &of, &meets)?);
    }
    Ok(members.into_iter().collect())
}

fn belonging(row: &QueryResult) -> Result<(Uuid, Vec<u8>, Vec<u8>), DbErr> {
    let mut row = Columns::of(row);
    Ok((row.take()?, row.take()?, row.take()?))
}

/// For which department, which role or single permission, until when.
type Given = (Uuid, Option<Uuid>, Option<String>, Option<Moment>);

/// What anybody was given for one of `departments` themselves, with its end, each once.
pub(crate) async fn granted_within<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    departments: &[DepartmentId],
) -> Result<Vec<(Grant, Until)>, StoreError> {
    use assignment::Column;
    if departments.is_empty() {
        return Ok(Vec::new());
    }
    let given = assignment::Entity::find()
        .select_only()
        .columns([Column::WithinId, Column::RoleId, Column::Permission, Column::Until])
        .distinct()
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::WithinId.is_in(departments.iter().map(|department| department.as_uuid())));
    let rows: Vec<Given> = given.into_tuple().all(db).await.map_err(fault)?;
    let grants = rows.into_iter().map(|(within, role, permission, until)| {
        let at = Row::new("assignment within", within);
        let until = at.moment_if(until)?;
        Ok((assignment::grant(at, role, permission.as_deref())?, until))
    });
    Ok(grants.collect::<Result<BTreeSet<_>, StoreError>>()?.into_iter().collect())
}
