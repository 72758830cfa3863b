//! Imports. The row's body says everything; the columns beside it are what is asked for.

use chrono::{DateTime, Utc};
use membership_core::{
    import::{Import, ImportState},
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

/// Stable words that queries ask for; the others are those of [`Import::status`].
pub(crate) const READING: &str = "reading";
pub(crate) const PLANNED: &str = "planned";
pub(crate) const RUNNING: &str = "running";

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) maker: Uuid,
    pub(crate) status: String,
    pub(crate) created_at: Moment,
    pub(crate) ended_at: Option<Moment>,
    /// JSON.
    pub(crate) body: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TryFrom<&Import> for Model {
    type Error = StoreError;

    fn try_from(import: &Import) -> Result<Self, StoreError> {
        let at = Row::new("import", import.id.as_uuid());
        Ok(Self {
            tenant_id: import.tenant.as_uuid(),
            id: import.id.as_uuid(),
            maker: import.maker.as_uuid(),
            status: import.status().to_owned(),
            created_at: import.created_at.into(),
            ended_at: ended_at(import).map(Moment::from),
            body: serde_json::to_string(import).map_err(|error| at.corrupt(error))?,
        })
    }
}

impl TryFrom<Model> for Import {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("import", row.id);
        let import: Self = serde_json::from_str(&row.body).map_err(|error| at.corrupt(error))?;
        let said = (import.tenant.as_uuid(), import.id.as_uuid(), import.maker.as_uuid(), import.status());
        let stands = (import.created_at, ended_at(&import));
        if said == (row.tenant_id, row.id, row.maker, row.status.as_str())
            && stands == (at.moment(row.created_at)?, at.moment_if(row.ended_at)?)
        {
            Ok(import)
        } else {
            Err(at.corrupt("its body does not go with its other columns"))
        }
    }
}

const fn ended_at(import: &Import) -> Option<DateTime<Utc>> {
    match import.state {
        ImportState::Reading | ImportState::Planned | ImportState::Running(_) => None,
        ImportState::Ended { at, .. } => Some(at),
    }
}
