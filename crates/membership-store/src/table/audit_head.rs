//! The end of each audit, whose row is also the lock of its scope.

use membership_core::{
    audit::{Head, Record},
    store::{Scope, StoreError},
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope_id: Uuid,
    pub(crate) scope_kind: String,
    pub(crate) revision: i64,
    pub(crate) hash: Vec<u8>,
    /// The latest moment of any record.
    pub(crate) reached: Moment,
    /// How far behind that a record has ever been, in microseconds.
    pub(crate) lag: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where an audit ends, in order and in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    /// To which the next record is chained.
    pub(crate) head: Head,
    /// The latest moment of any record.
    pub(crate) reached: Moment,
    lag: i64,
}

impl End {
    /// Where an audit ends that has not begun.
    pub(crate) const NONE: Self = Self { head: Head { revision: 0, hash: [0; 32] }, reached: Moment::EARLIEST, lag: 0 };

    /// Where it ends after `record`. Records follow each other as they were committed, and servers' clocks differ.
    pub(crate) fn after(self, record: &Record) -> Self {
        let at = Moment::from(record.at);
        let reached = self.reached.max(at);
        Self { head: record.head(), reached, lag: self.lag.max(reached.since(at)) }
    }
}

impl Model {
    pub(crate) fn of(scope: Scope, end: &End) -> Self {
        Self {
            scope_id: scope.id(),
            scope_kind: scope.kind().to_owned(),
            revision: revision(end.head.revision),
            hash: end.head.hash.to_vec(),
            reached: end.reached,
            lag: end.lag,
        }
    }
}

impl TryFrom<Model> for End {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("audit_head", row.scope_id);
        match (u64::try_from(row.revision), <[u8; 32]>::try_from(row.hash), row.lag) {
            (Ok(revision), Ok(hash), 0..) => {
                Ok(Self { head: Head { revision, hash }, reached: row.reached, lag: row.lag })
            }
            _ => Err(at.corrupt("its revision, hash or lag is none")),
        }
    }
}

/// A revision as a column holds it. Nobody writes 2^63 records.
pub(crate) fn revision(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}
