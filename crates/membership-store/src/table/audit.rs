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
    pub(crate) object: Uuid,
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) hash: Vec<u8>,
    /// The latest moment of this record and all before it.
    pub(crate) reached: Moment,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// `record`, by which the audit has come to `reached`.
    pub(crate) fn of(record: Record, reached: Moment) -> Self {
        Self {
            scope_id: record.scope.id(),
            revision: revision(record.revision),
            scope_kind: record.scope.kind().to_owned(),
            at: record.at.into(),
            actor: record.actor.to_text(),
            request: record.request.as_uuid(),
            object: record.object,
            name: record.name,
            body: record.body,
            hash: record.hash.to_vec(),
            reached,
        }
    }

    /// The record, which stands in the audit of `scope`.
    pub(crate) fn into_record(self, scope: Scope) -> Result<Record, StoreError> {
        let at = Row::new("audit", self.scope_id);
        let numbered = u64::try_from(self.revision);
        let hash = <[u8; 32]>::try_from(self.hash);
        match (numbered, RecordedActor::from_text(&self.actor), hash) {
            (Ok(revision), Some(actor), Ok(hash)) if self.scope_kind == scope.kind() && self.reached >= self.at => {
                Ok(Record {
                    scope,
                    revision,
                    at: at.moment(self.at)?,
                    actor,
                    request: RequestId::from_uuid(self.request),
                    object: self.object,
                    name: self.name,
                    body: self.body,
                    hash,
                })
            }
            _ => Err(at.corrupt(format_args!("revision {} makes no sense", self.revision))),
        }
    }
}
