//! The rows of imports, many in one text: the kernel's own writing, which is kept as it is.

use membership_core::import::KeptBlock;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_block")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) import_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) block: i64,
    pub(crate) rows: String,
    /// What became of them; none until they are done.
    pub(crate) outcomes: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for KeptBlock {
    fn from(Model { rows, outcomes, .. }: Model) -> Self {
        Self { rows, outcomes }
    }
}
