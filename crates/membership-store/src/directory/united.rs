//! Lists that are put together of several, each of which is read along an index of its own, and no further than a page
//! needs: one index cannot give "whoever holds one of these roles, newest first".

use sea_orm::{
    DbErr, Order, QueryResult,
    sea_query::{Alias, ColumnRef, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

/// Most parts of one statement: well within what SQLite takes.
const TOGETHER: usize = 100;
/// What the column of keys is called.
pub(super) const KEY: &str = "key";

/// One of the lists: the keys of some rows.
pub(super) struct Part {
    select: SelectStatement,
    key: ColumnRef,
    /// Whether it may have a key several times.
    repeats: bool,
}

impl Part {
    /// `key` of the rows that `select` selects; it has no columns yet.
    pub(super) fn new(mut select: SelectStatement, key: ColumnRef) -> Self {
        select.expr_as(Expr::col(key.clone()), Alias::new(KEY));
        Self { select, key, repeats: false }
    }

    /// Each key once, though several rows have it.
    pub(super) fn distinct(self) -> Self {
        Self { repeats: true, ..self }
    }

    fn ordered(self, order: &Order, limit: u64) -> SelectStatement {
        let Self { mut select, key, repeats } = self;
        if repeats {
            select.distinct();
        }
        select.order_by(key, order.clone()).limit(limit);
        Query::select().column(Alias::new(KEY)).from_subquery(select, Alias::new("part")).take()
    }
}

/// The first `limit` keys of all `parts`, in `order`, each once. Where the parts are very many it is more than one
/// statement, and the first of all are among theirs.
pub(super) fn first(parts: Vec<Part>, order: &Order, limit: u64) -> Vec<SelectStatement> {
    let mut parts = parts.into_iter().map(|part| part.ordered(order, limit));
    let mut statements = Vec::new();
    while let Some(mut united) = parts.next() {
        united.unions(parts.by_ref().take(TOGETHER - 1).map(|part| (UnionType::Distinct, part)));
        statements.push(united.order_by(Alias::new(KEY), order.clone()).limit(limit).take());
    }
    statements
}

/// The key of each of `parts` that comes after so many of it, for those that have as many.
pub(super) fn each_nth(parts: Vec<Part>, order: &Order, nth: u64) -> Vec<SelectStatement> {
    let mut parts = parts.into_iter().map(|Part { mut select, key, .. }| {
        select.order_by(key, order.clone()).limit(1).offset(nth);
        Query::select().column(Alias::new(KEY)).from_subquery(select, Alias::new("part")).take()
    });
    let mut statements = Vec::new();
    while let Some(mut united) = parts.next() {
        united.unions(parts.by_ref().take(TOGETHER - 1).map(|part| (UnionType::Distinct, part)));
        statements.push(united);
    }
    statements
}

/// The key of a row.
pub(super) fn key(row: &QueryResult) -> Result<Uuid, DbErr> {
    row.try_get("", KEY)
}
