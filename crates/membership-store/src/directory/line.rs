//! The line of tenants from the top.

use std::cmp::Reverse;

use membership_core::{directory::Ancestor, id::TenantId, store::StoreError};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use crate::fault::fault;

/// The depth is bounded: should tenants ever stand in a circle, the question still ends.
const LINE: &str = "\
WITH RECURSIVE line (id, name, parent, depth) AS (
    SELECT id, name, parent, 1 FROM tenant WHERE id = $1
    UNION ALL
    SELECT above.id, above.name, above.parent, line.depth + 1
    FROM line JOIN tenant above ON above.id = line.parent
    WHERE line.depth < 32
)
SELECT id, name, depth FROM line";

/// The tenants from the top to `tenant`, at most 32.
pub(super) async fn to<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Vec<Ancestor>, StoreError> {
    let line = Statement::from_sql_and_values(db.get_database_backend(), LINE, [tenant.as_uuid().into()]);
    let rows = db.query_all_raw(line).await.map_err(fault)?;
    let mut ancestors = rows.iter().map(ancestor).collect::<Result<Vec<_>, _>>().map_err(fault)?;
    ancestors.sort_by_key(|(depth, _)| Reverse(*depth));
    Ok(ancestors.into_iter().map(|(_, ancestor)| ancestor).collect())
}

fn ancestor(row: &QueryResult) -> Result<(i32, Ancestor), DbErr> {
    let id: Uuid = row.try_get("", "id")?;
    Ok((row.try_get("", "depth")?, Ancestor { id: TenantId::from_uuid(id), name: row.try_get("", "name")? }))
}
