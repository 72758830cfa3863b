//! The one row of the installation.

use membership_core::{id::AccountId, installation::Installation, store::StoreError};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

/// The key of the only row.
pub(crate) const ONLY: i64 = 1;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "installation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i64,
    pub(crate) generation: i64,
    pub(crate) issued_at: Option<Moment>,
    pub(crate) operator: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Installation> for Model {
    fn from(installation: &Installation) -> Self {
        Self {
            id: ONLY,
            generation: installation.generation.into(),
            issued_at: installation.issued_at.map(Moment::from),
            operator: installation.operator.map(AccountId::as_uuid),
        }
    }
}

impl TryFrom<Model> for Installation {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("installation", Uuid::nil());
        Ok(Self {
            generation: at.number(row.generation)?,
            issued_at: at.moment_if(row.issued_at)?,
            operator: row.operator.map(AccountId::from_uuid),
        })
    }
}
