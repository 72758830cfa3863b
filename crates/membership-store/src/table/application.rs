//! The applications of each tenant: a table of their own, because only a catalogue is compiled from them.

use membership_core::{id::TenantId, role::Application, store::StoreError};
use sea_orm::entity::prelude::*;

use crate::table::Row;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key: String,
    /// From 0 on.
    pub(crate) position: i64,
    pub(crate) name: String,
    /// A JSON list of permissions and their names.
    pub(crate) permissions: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The rows of `applications`, in their order.
pub(crate) fn of(tenant: TenantId, applications: &[Application]) -> impl Iterator<Item = Model> {
    applications.iter().zip(0..).map(move |(application, position)| Model {
        tenant_id: tenant.as_uuid(),
        key: application.key.clone(),
        position,
        name: application.name.to_string(),
        permissions: serde_json::to_string(&application.permissions).unwrap_or_default(),
    })
}

impl TryFrom<Model> for Application {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("application", row.tenant_id);
        Ok(Self {
            name: at.name(&row.name)?,
            permissions: serde_json::from_str(&row.permissions).map_err(|error| at.corrupt(error))?,
            key: row.key,
        })
    }
}
