//! Lists that are put together of several, each of which is read along an index of its own, and no further than a page
//! needs: one index cannot give "whoever holds one of these roles, newest first".

use std::collections::BTreeSet;

use membership_core::store::StoreError;
use sea_orm::{
    ConnectionTrait, Order, TryGetable,
    sea_query::{Alias, ColumnRef, Expr, Query, SelectStatement, UnionType},
};

use crate::fault::fault;

/// Most parts of one statement: well within what SQLite takes.
const TOGETHER: usize = 100;
const KEY: &str = "key";

/// One of the lists: the keys of some rows.
pub(super) struct Part {
    select: SelectStatement,
    key: ColumnRef,
}

impl Part {
    /// `key` of the rows that `select` selects; it has no columns yet.
    pub(super) fn new(mut select: SelectStatement, key: ColumnRef) -> Self {
        select.expr_as(Expr::col(key.clone()), Alias::new(KEY));
        Self { select, key }
    }

    fn ordered(self, order: &Order, limit: u64) -> SelectStatement {
        let Self { mut select, key } = self;
        select.order_by(key, order.clone()).limit(limit);
        Query::select().column(Alias::new(KEY)).from_subquery(select, Alias::new("part")).take()
    }
}

/// The first `limit` keys of all `parts`, in `order`, each once.
pub(super) async fn first<C: ConnectionTrait, T: TryGetable + Ord>(
    db: &C,
    parts: Vec<Part>,
    order: Order,
    limit: u64,
) -> Result<Vec<T>, StoreError> {
    let mut keys = BTreeSet::new();
    let mut parts = parts.into_iter().peekable();
    while parts.peek().is_some() {
        let mut some = parts.by_ref().take(TOGETHER).map(|part| part.ordered(&order, limit));
        let Some(mut united) = some.next() else { break };
        united.unions(some.map(|part| (UnionType::Distinct, part)));
        united.order_by(Alias::new(KEY), order.clone()).limit(limit);
        let rows = db.query_all(&united).await.map_err(fault)?;
        for row in rows {
            keys.insert(row.try_get::<T>("", KEY).map_err(fault)?);
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(match order {
        Order::Desc => keys.into_iter().rev().take(limit).collect(),
        Order::Asc | Order::Field(_) | _ => keys.into_iter().take(limit).collect(),
    })
}
