//! Tenants.

use membership_core::{
    id::TenantId,
    store::StoreError,
    tenant::{Tenant, TenantStatus},
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) status: String,
    /// JSON: a switch that is added later needs no column of its own.
    pub(crate) policy: String,
    pub(crate) created_at: Moment,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Tenant> for Model {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.as_uuid(),
            name: tenant.name.to_string(),
            status: tenant.status.as_str().to_owned(),
            // Numbers, words and a list of words: nothing here that JSON cannot say.
            policy: serde_json::to_string(&tenant.policy).unwrap_or_default(),
            created_at: tenant.created_at.into(),
        }
    }
}

impl TryFrom<Model> for Tenant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("tenant", row.id);
        let status = match row.status.as_str() {
            "setting-up" => TenantStatus::SettingUp,
            "active" => TenantStatus::Active,
            "suspended" => TenantStatus::Suspended,
            other => return Err(at.corrupt(format_args!("the status {other} is none"))),
        };
        Ok(Self {
            id: TenantId::from_uuid(row.id),
            name: at.name(&row.name)?,
            status,
            policy: serde_json::from_str(&row.policy).map_err(|error| at.corrupt(error))?,
            created_at: at.moment(row.created_at)?,
        })
    }
}
