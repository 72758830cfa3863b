//! Hand-overs of what removed members held.

use membership_core::{
    id::{AccountId, MemberId, TenantId, TransferId},
    member::transfer::{Share, Transfer, TransferState},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Row, transfer_share},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfer")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) member_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) heir: Uuid,
    pub(crate) begun_at: Moment,
    /// When it is to be tried next; none once it is finished.
    pub(crate) due_at: Option<Moment>,
    pub(crate) finished_at: Option<Moment>,
    pub(crate) attempts: i64,
    pub(crate) trouble: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl Related<transfer_share::Entity> for Entity {
    fn to() -> RelationDef {
        transfer_share::Relation::Transfer.def().rev()
    }
}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Transfer> for Model {
    fn from(transfer: &Transfer) -> Self {
        let (due_at, finished_at) = match transfer.state {
            TransferState::Due(at) => (Some(at), None),
            TransferState::Finished(at) => (None, Some(at)),
        };
        Self {
            tenant_id: transfer.tenant.as_uuid(),
            id: transfer.id.as_uuid(),
            member_id: transfer.member.as_uuid(),
            account_id: transfer.account.as_uuid(),
            heir: transfer.heir.as_uuid(),
            begun_at: transfer.begun_at.into(),
            due_at: due_at.map(Moment::from),
            finished_at: finished_at.map(Moment::from),
            attempts: transfer.attempts.into(),
            trouble: transfer.trouble.clone(),
        }
    }
}

impl Model {
    /// The hand-over of `shares`, in their order.
    pub(crate) fn into_transfer(self, shares: Vec<Share>) -> Result<Transfer, StoreError> {
        let at = Row::new("transfer", self.id);
        let state = match (at.moment_if(self.due_at)?, at.moment_if(self.finished_at)?) {
            (Some(due), None) => TransferState::Due(due),
            (None, Some(finished)) => TransferState::Finished(finished),
            (Some(_), Some(_)) | (None, None) => return Err(at.corrupt("it is not exactly one of due and finished")),
        };
        Ok(Transfer {
            id: TransferId::from_uuid(self.id),
            tenant: TenantId::from_uuid(self.tenant_id),
            member: MemberId::from_uuid(self.member_id),
            account: AccountId::from_uuid(self.account_id),
            shares,
            heir: MemberId::from_uuid(self.heir),
            begun_at: at.moment(self.begun_at)?,
            attempts: at.number(self.attempts)?,
            trouble: self.trouble,
            state,
        })
    }
}
