//! The columns of a row, taken one after the other in the order of the statement: looking their names up costs as much as all
//! the rest of a question.

use sea_orm::{DbErr, QueryResult, TryGetable};

/// What is left of a row.
pub(crate) struct Columns<'a> {
    row: &'a QueryResult,
    next: usize,
}

impl<'a> Columns<'a> {
    /// All of `row`.
    pub(crate) const fn of(row: &'a QueryResult) -> Self {
        Self { row, next: 0 }
    }

    /// The next column.
    pub(crate) fn take<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        let at = self.next;
        self.next += 1;
        self.row.try_get_by_index(at)
    }
}
