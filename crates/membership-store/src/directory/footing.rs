//! Where a member stands: asked on every request, so it is one statement, and its text is always the same.

use membership_core::{
    directory::{Footing, Who},
    id::{CatalogueId, TenantId},
    store::StoreError,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use crate::{
    fault::fault,
    moment::Moment,
    table::{Row, assignment, member, tenant},
};

/// One row for each assignment, and one for a member without.
macro_rules! footing {
    ($which:literal) => {
        concat!(
            "SELECT tenant.status, tenant.catalogue, \
             member.tenant_id, member.id, member.name, member.email, member.username, member.representative, \
             member.creator, member.created_at, member.epoch, member.status, member.invitation_id, member.account_id, \
             member.joined_at, member.disabled_at, member.removed_at, \
             assignment.tenant_id, assignment.role_id, assignment.permission, assignment.until \
             FROM tenant JOIN member ON member.tenant_id = tenant.id \
             LEFT JOIN assignment ON assignment.tenant_id = member.tenant_id AND assignment.member_id = member.id \
             WHERE tenant.id = $1 AND ",
            $which
        )
    };
}

const OF_MEMBER: &str = footing!("member.id = $2");
const OF_ACCOUNT: &str = footing!("member.account_id = $2 AND member.status <> 'removed'");

pub(super) async fn of<C: ConnectionTrait>(db: &C, tenant: TenantId, who: Who) -> Result<Option<Footing>, StoreError> {
    let (sql, id) = match who {
        Who::Account(account) => (OF_ACCOUNT, account.as_uuid()),
        Who::Member(member) => (OF_MEMBER, member.as_uuid()),
    };
    let values = [tenant.as_uuid().into(), id.into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(question).await.map_err(fault)?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (status, catalogue, member) = standing(first).map_err(fault)?;
    let given = rows.iter().map(|row| assignment(member.id, row).map_err(fault)).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Footing {
        status: tenant::status(Row::new("tenant", tenant.as_uuid()), &status)?,
        catalogue: CatalogueId::from_uuid(catalogue),
        member: member.into_member(assignment::together(given.into_iter().flatten())?)?,
    }))
}

/// What is the same in each row. Columns are taken by their place: looking their names up costs as much as the rest.
fn standing(row: &QueryResult) -> Result<(String, Uuid, member::Model), DbErr> {
    let member = member::Model {
        tenant_id: row.try_get_by_index(2)?,
        id: row.try_get_by_index(3)?,
        name: row.try_get_by_index(4)?,
        email: row.try_get_by_index(5)?,
        username: row.try_get_by_index(6)?,
        representative: row.try_get_by_index(7)?,
        creator: row.try_get_by_index(8)?,
        created_at: row.try_get_by_index(9)?,
        epoch: row.try_get_by_index(10)?,
        status: row.try_get_by_index(11)?,
        invitation_id: row.try_get_by_index(12)?,
        account_id: row.try_get_by_index(13)?,
        joined_at: row.try_get_by_index(14)?,
        disabled_at: row.try_get_by_index(15)?,
        removed_at: row.try_get_by_index(16)?,
    };
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, member))
}

/// The assignment in a row; `None` for a member without.
fn assignment(member_id: Uuid, row: &QueryResult) -> Result<Option<assignment::Model>, DbErr> {
    let Some(tenant_id) = row.try_get_by_index(17)? else { return Ok(None) };
    let (role_id, permission) = (row.try_get_by_index(18)?, row.try_get_by_index(19)?);
    let until: Option<Moment> = row.try_get_by_index(20)?;
    Ok(Some(assignment::Model { tenant_id, member_id, role_id, permission, until }))
}
