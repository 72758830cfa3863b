//! What access in a tenant is decided by.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    id::{RoleId, TenantId},
    role::{Access, Application, Role},
    store::StoreError,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    fault::fault,
    table::{application, role, role_include},
};

/// The tenant's applications, in their order, and its roles, by name.
pub(crate) async fn access<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<Access, StoreError> {
    let rows = application::Entity::find()
        .filter(application::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(application::Column::Position)
        .all(db)
        .await
        .map_err(fault)?;
    let applications = rows.into_iter().map(Application::try_from).collect::<Result<_, _>>()?;
    Ok(Access { applications, roles: roles_where(db, tenant, Condition::all(), Condition::all()).await? })
}

/// Those of the tenant's roles that are named, by name.
pub(crate) async fn roles_of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    ids: &BTreeSet<RoleId>,
) -> Result<Vec<Role>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = || ids.iter().map(|id| id.as_uuid());
    let includes = Condition::all().add(role_include::Column::RoleId.is_in(ids()));
    roles_where(db, tenant, Condition::all().add(role::Column::Id.is_in(ids())), includes).await
}

async fn roles_where<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    which: Condition,
    including: Condition,
) -> Result<Vec<Role>, StoreError> {
    let included = role_include::Entity::find().filter(role_include::Column::TenantId.eq(tenant.as_uuid()));
    let mut includes: BTreeMap<Uuid, BTreeSet<RoleId>> = BTreeMap::new();
    for row in included.filter(including).all(db).await.map_err(fault)? {
        includes.entry(row.role_id).or_default().insert(RoleId::from_uuid(row.includes));
    }
    let roles = role::Entity::find().filter(role::Column::TenantId.eq(tenant.as_uuid())).filter(which);
    let rows = roles.all(db).await.map_err(fault)?;
    let roles = rows.into_iter().map(|row| {
        let includes = includes.remove(&row.id).unwrap_or_default();
        row.into_role(includes)
    });
    let mut roles: Vec<Role> = roles.collect::<Result<_, _>>()?;
    // Databases sort text by rules of their own; this order is the same on all.
    roles.sort_by(|one, other| one.name.cmp(&other.name).then(one.id.cmp(&other.id)));
    Ok(roles)
}
