//! Text search on PostgreSQL: tokens are an array of numbers with an inverted index.

use membership_core::{
    id::{MemberId, TenantId},
    search::{AllOf, Plan, Token},
};
use sea_orm::{
    Condition, DbBackend, Iterable, Order, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use crate::{
    search::{Entry, joined},
    table::member::{self, Column},
};

/// The statement that indexes new members. It touches as many rows as there are `entries`.
pub(crate) fn insert(entries: &[Entry]) -> [Statement; 1] {
    let rows = joined(0..entries.len(), ", ", |row| {
        format!("(${}, ${}, CAST(${} AS bigint[]))", 3 * row + 1, 3 * row + 2, 3 * row + 3)
    });
    let sql = format!("INSERT INTO member_text (tenant_id, member_id, tokens) VALUES {rows}");
    let values = entries.iter().flat_map(|entry| {
        [entry.tenant.as_uuid().into(), entry.member.as_uuid().into(), Value::from(array(&entry.tokens))]
    });
    [Statement::from_sql_and_values(DbBackend::Postgres, sql, values)]
}

/// The statement that indexes one member anew.
pub(crate) fn replace(entry: &Entry) -> Statement {
    let sql = "UPDATE member_text SET tokens = CAST($1 AS bigint[]) WHERE tenant_id = $2 AND member_id = $3";
    let values: [Value; 3] =
        [array(&entry.tokens).into(), entry.tenant.as_uuid().into(), entry.member.as_uuid().into()];
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// Members of `tenant` that may be what `plan` is for, newest first, those after `after`.
pub(crate) fn candidates(tenant: TenantId, plan: &Plan, after: Option<MemberId>) -> SelectStatement {
    let (text, table) = (Alias::new("member_text"), member::Entity);
    let mut wanted = Condition::all();
    for word in plan.words() {
        let ways = word.alternatives().iter().map(has_all);
        wanted = wanted.add(ways.fold(Condition::any(), Condition::add));
    }
    let mut select = Query::select();
    select
        .columns(Column::iter().map(|column| (table, column)))
        .from(text)
        .join(
            JoinType::InnerJoin,
            table,
            Expr::cust("member.tenant_id = member_text.tenant_id AND member.id = member_text.member_id"),
        )
        .cond_where(wanted)
        .and_where(Expr::cust("member_text.tenant_id").eq(tenant.as_uuid()))
        .order_by_expr(Expr::cust("member_text.member_id"), Order::Desc);
    if let Some(after) = after {
        select.and_where(Expr::cust("member_text.member_id").lt(after.as_uuid()));
    }
    select
}

fn has_all(way: &AllOf) -> Expr {
    Expr::cust_with_values("member_text.tokens @> CAST($1 AS bigint[])", [array(way.tokens())])
}

/// The tokens as PostgreSQL writes an array.
fn array<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> String {
    format!("{{{}}}", joined(tokens, ",", |token| token.as_i64().to_string()))
}
