//! Members by text: the index offers candidates, the kernel has the last word on each.

use membership_core::{id::MemberId, search::Query, store::StoreError};
use sea_orm::{
    ConnectionTrait, DbBackend, FromQueryResult, JoinType,
    sea_query::{Alias, Expr, ExprTrait},
};

use super::{KINDS, Shown, Wanted, lead::Lead};
use crate::{
    fault::fault,
    postgres, sqlite,
    table::{account, member},
};

/// Most candidates of one page. The index offers few whom the kernel refuses, so that a page is full long before.
const MOST: usize = 1_000;

/// How many people are read through instead of asking the index, which knows nothing of departments, factors and mail.
pub(super) const FEW: u64 = if cfg!(test) { 3 } else { 1_000 };

/// Those to whom `lead` leads, who are no more than [`FEW`].
pub(super) async fn among<C: ConnectionTrait>(
    db: &C,
    wanted: Wanted<'_>,
    query: &Query,
    lead: Lead<'_>,
) -> Result<Vec<Shown>, StoreError> {
    let all = Wanted { limit: u16::try_from(FEW).unwrap_or(u16::MAX), ..wanted };
    let mut found = all.page(db, lead).await?;
    found.retain(|shown| matches(query, &shown.row));
    found.truncate(wanted.limit.into());
    Ok(found)
}

pub(super) async fn members<C: ConnectionTrait>(
    db: &C,
    wanted: Wanted<'_>,
    query: &Query,
) -> Result<Vec<Shown>, StoreError> {
    let plan = query.plan(wanted.tenant);
    let (limit, mut found, mut seen) = (usize::from(wanted.limit), Vec::new(), 0);
    let mut after = wanted.after;
    while found.len() < limit && seen < MOST {
        let mut select = match db.get_database_backend() {
            DbBackend::Postgres => postgres::search::candidates(wanted.tenant, &plan, after),
            DbBackend::Sqlite | DbBackend::MySql | _ => sqlite::search::candidates(wanted.tenant, &plan, after),
        };
        select.join(
            JoinType::LeftJoin,
            account::Entity,
            Expr::col((account::Entity, account::Column::Id)).equals((member::Entity, member::Column::AccountId)),
        );
        select.expr_as(Expr::col((account::Entity, account::Column::Kinds)), Alias::new(KINDS));
        let id = Expr::col((member::Entity, member::Column::Id));
        select.and_where(wanted.has_status());
        for asked in wanted.beside_status(&id, None) {
            select.and_where(asked);
        }
        let some = limit.min(MOST - seen);
        select.limit(some as u64);
        let rows = db.query_all(&select).await.map_err(fault)?;
        seen += rows.len();
        let ended = rows.len() < some;
        for row in &rows {
            let shown = Shown::from_query_result(row, "").map_err(fault)?;
            after = Some(MemberId::from_uuid(shown.row.id));
            if found.len() < limit && matches(query, &shown.row) {
                found.push(shown);
            }
        }
        if ended {
            break;
        }
    }
    Ok(found)
}

fn matches(query: &Query, row: &member::Model) -> bool {
    let texts = [Some(&row.name), row.email.as_ref(), row.username.as_ref()];
    let texts: Vec<&str> = texts.into_iter().flatten().map(String::as_str).collect();
    query.matches(&texts)
}
