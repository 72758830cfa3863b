//! The end of each audit, whose row is also the lock of its scope.

use membership_core::{
    audit::Head,
    store::{Scope, StoreError},
};
use sea_orm::entity::prelude::*;

use crate::table::Row;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope_id: Uuid,
    pub(crate) scope_kind: String,
    pub(crate) revision: i64,
    pub(crate) hash: Vec<u8>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn of(scope: Scope, head: &Head) -> Self {
        Self {
            scope_id: scope.id(),
            scope_kind: scope.kind().to_owned(),
            revision: revision(head.revision),
            hash: head.hash.to_vec(),
        }
    }
}

impl TryFrom<Model> for Head {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("audit_head", row.scope_id);
        match (u64::try_from(row.revision), <[u8; 32]>::try_from(row.hash)) {
            (Ok(revision), Ok(hash)) => Ok(Self { revision, hash }),
            _ => Err(at.corrupt("its revision or hash is none")),
        }
    }
}

/// A revision as a column holds it. Nobody writes 2^63 records.
pub(crate) fn revision(revision: u64) -> i64 {
    i64::try_from(revision).unwrap_or(i64::MAX)
}
