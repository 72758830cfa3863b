//! Tenants.

use membership_core::{
    id::{CatalogueId, TenantId, TreeId},
    store::StoreError,
    tenant::{Branding, Policy, Tenant, TenantStatus, branding::Colour},
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
    pub(crate) parent: Option<Uuid>,
    pub(crate) colour: Option<String>,
    /// What its picture is called; the picture is in `logo`.
    pub(crate) logo: Option<String>,
    pub(crate) preset: String,
    /// JSON: a switch that is added later needs no column of its own.
    pub(crate) policy: String,
    /// What of the policy is asked on every request.
    pub(crate) second_factor: i16,
    pub(crate) catalogue: Uuid,
    pub(crate) tree: Uuid,
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
            parent: tenant.parent.map(TenantId::as_uuid),
            colour: tenant.branding.colour.map(|colour| colour.to_string()),
            logo: tenant.branding.logo.map(|logo| logo.to_string()),
            preset: tenant.preset.clone(),
            // Numbers, words and lists of words: nothing here that JSON cannot say.
            policy: serde_json::to_string(&tenant.policy).unwrap_or_default(),
            second_factor: tenant.policy.second_factor.wanted().bits().into(),
            catalogue: tenant.catalogue.as_uuid(),
            tree: tenant.tree.as_uuid(),
            created_at: tenant.created_at.into(),
        }
    }
}

impl TryFrom<Model> for Tenant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("tenant", row.id);
        let policy: Policy = serde_json::from_str(&row.policy).map_err(|error| at.corrupt(error))?;
        if at.kinds(row.second_factor)? != policy.second_factor.wanted() {
            return Err(at.corrupt("its second factor is not that of its policy"));
        }
        Ok(Self {
            id: TenantId::from_uuid(row.id),
            name: at.name(&row.name)?,
            status: status(at, &row.status)?,
            parent: row.parent.map(TenantId::from_uuid),
            branding: Branding {
                colour: row.colour.as_deref().map(Colour::parse).transpose().map_err(|error| at.corrupt(error))?,
                logo: row.logo.as_deref().map(str::parse).transpose().map_err(|error| at.corrupt(error))?,
            },
            preset: row.preset,
            policy,
            catalogue: CatalogueId::from_uuid(row.catalogue),
            tree: TreeId::from_uuid(row.tree),
            created_at: at.moment(row.created_at)?,
        })
    }
}

pub(crate) fn status(at: Row, text: &str) -> Result<TenantStatus, StoreError> {
    match text {
        "setting-up" => Ok(TenantStatus::SettingUp),
        "active" => Ok(TenantStatus::Active),
        "suspended" => Ok(TenantStatus::Suspended),
        other => Err(at.corrupt(format_args!("the status {other} is none"))),
    }
}
