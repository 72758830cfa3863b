//! The audit: one row for each event, chained by hashes.

use membership_core::{
    audit::{Record, RecordedActor},
    id::RequestId,
    store::{Scope, StoreError},
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Row, audit_head::revision},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) revision: i64,
    pub(crate) scope_kind: String,
    pub(crate) at: Moment,
    pub(crate) actor: String,
    pub(crate) request: Uuid,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) hash: Vec<u8>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Record> for Model {
    fn from(record: Record) -> Self {
        Self {
            scope_id: record.scope.id(),
            revision: revision(record.revision),
            scope_kind: record.scope.kind().to_owned(),
            at: record.at.into(),
            actor: record.actor.to_text(),
            request: record.request.as_uuid(),
            name: record.name,
            body: record.body,
            hash: record.hash.to_vec(),
        }
    }
}

impl Model {
    /// The record, which stands in the audit of `scope`.
    pub(crate) fn into_record(self, scope: Scope) -> Result<Record, StoreError> {
        let at = Row::new("audit", self.scope_id);
        let numbered = u64::try_from(self.revision);
        let hash = <[u8; 32]>::try_from(self.hash);
        match (numbered, RecordedActor::from_text(&self.actor), hash) {
            (Ok(revision), Some(actor), Ok(hash)) if self.scope_kind == scope.kind() => Ok(Record {
                scope,
                revision,
                at: at.moment(self.at)?,
                actor,
                request: RequestId::from_uuid(self.request),
                name: self.name,
                body: self.body,
                hash,
            }),
            _ => Err(at.corrupt(format_args!("revision {} makes no sense", self.revision))),
        }
    }
}
