//! What a hand-over consists of: everything of one kind, with its heir.

use membership_core::{
    id::MemberId,
    member::transfer::{Share, Transfer},
    ports::Holding,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Row, transfer},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfer_share")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) transfer_id: Uuid,
    /// From 0 on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) position: i64,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) count: i64,
    pub(crate) heir: Uuid,
    pub(crate) done_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    #[sea_orm(
        belongs_to = "transfer::Entity",
        from = "(Column::TenantId, Column::TransferId)",
        to = "(transfer::Column::TenantId, transfer::Column::Id)"
    )]
    Transfer,
}

impl ActiveModelBehavior for ActiveModel {}

/// The rows of the shares of `transfer`.
pub(crate) fn of(transfer: &Transfer) -> impl Iterator<Item = Model> {
    let (tenant_id, transfer_id) = (transfer.tenant.as_uuid(), transfer.id.as_uuid());
    transfer.shares.iter().zip(0..).map(move |(share, position)| Model {
        tenant_id,
        transfer_id,
        position,
        kind: share.holding.kind.clone(),
        name: share.holding.name.clone(),
        // It is only shown, and nobody holds 2^63 things.
        count: i64::try_from(share.holding.count).unwrap_or(i64::MAX),
        heir: share.heir.as_uuid(),
        done_at: share.done_at.map(Moment::from),
    })
}

impl TryFrom<Model> for Share {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("transfer_share", row.transfer_id);
        let count =
            u64::try_from(row.count).map_err(|_| at.corrupt(format_args!("the count {} is none", row.count)))?;
        Ok(Self {
            holding: Holding { kind: row.kind, name: row.name, count },
            heir: MemberId::from_uuid(row.heir),
            done_at: at.moment_if(row.done_at)?,
        })
    }
}
