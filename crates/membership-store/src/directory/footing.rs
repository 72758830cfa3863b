//! Where a member stands: asked on every request, so it is one statement, and its text is always the same.

use membership_core::{
    directory::{Footing, Who},
    id::{CatalogueId, TenantId, TreeId},
    store::StoreError,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use crate::{
    fault::fault,
    table::{Columns, Row, assignment, member, tenant},
};

/// One row for each assignment, and one for a member without.
macro_rules! footing {
    ($which:literal) => {
        concat!(
            "SELECT tenant.status, tenant.catalogue, tenant.tree, tenant.second_factor, ",
            member::columns!(),
            ", ",
            assignment::columns!(),
            " FROM tenant JOIN member ON member.tenant_id = tenant.id \
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
    let rows = rows.iter().map(|row| Ground::of(tenant, row)).collect::<Result<Vec<_>, _>>().map_err(fault)?;
    let mut rows = rows.into_iter();
    let Some(first) = rows.next() else { return Ok(None) };
    let at = Row::new("tenant", tenant.as_uuid());
    let given = first.given.into_iter().chain(rows.filter_map(|row| row.given));
    Ok(Some(Footing {
        status: tenant::status(at, &first.status)?,
        catalogue: CatalogueId::from_uuid(first.catalogue),
        tree: TreeId::from_uuid(first.tree),
        second_factor: at.kinds(first.second_factor)?,
        member: first.member.into_member(assignment::together(given)?)?,
        scope: None,
    }))
}

/// A row.
struct Ground {
    status: String,
    catalogue: Uuid,
    tree: Uuid,
    second_factor: i16,
    member: member::Model,
    given: Option<assignment::Model>,
}

impl Ground {
    fn of(tenant: TenantId, row: &QueryResult) -> Result<Self, DbErr> {
        let mut row = Columns::of(row);
        Ok(Self {
            status: row.take()?,
            catalogue: row.take()?,
            tree: row.take()?,
            second_factor: row.take()?,
            member: member::Model::take(tenant.as_uuid(), &mut row)?,
            given: assignment::Model::take(tenant.as_uuid(), &mut row)?,
        })
    }
}
