//! The pictures that are tenants' logos: apart from the tenants, which are read on every request.

use membership_core::{
    id::TenantId,
    store::StoreError,
    tenant::branding::{BrandingFault, Picture},
};
use sea_orm::entity::prelude::*;

use crate::table::Row;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "logo")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    /// What it is called, as the tenant has it.
    pub(crate) name: String,
    pub(crate) picture: Vec<u8>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn of(tenant: TenantId, picture: &Picture) -> Self {
        Self { tenant_id: tenant.as_uuid(), name: picture.logo().to_string(), picture: picture.bytes().to_vec() }
    }
}

impl TryFrom<Model> for Picture {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("logo", row.tenant_id);
        let picture = Self::read(row.picture).map_err(|error: BrandingFault| at.corrupt(error))?;
        if picture.logo().to_string() != row.name {
            return Err(at.corrupt("it is not the picture that its name says"));
        }
        Ok(picture)
    }
}
