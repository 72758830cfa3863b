//! Applications, roles, and the table of the ones against the others.

use membership_core::{
    id::{RoleId, TenantId},
    role::{
        RoleUnknown,
        define::{RoleDraft, RoleOf},
    },
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Application, AuthorityTable, Role},
};

/// The applications of a tenant.
#[derive(Object)]
struct ApplicationList {
    /// In the order of the preset.
    applications: Vec<Application>,
}

/// The roles of a tenant.
#[derive(Object)]
struct RoleList {
    /// By name.
    roles: Vec<Role>,
}

/// What a role shall be.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleRequest {
    /// What to call it; unique in the tenant.
    name: String,
    /// What it allows by itself: permissions of the tenant's applications.
    permissions: Vec<String>,
    /// The roles of the tenant that it includes. Never in a circle.
    includes: Vec<Uuid>,
}

#[derive(ApiResponse)]
enum RoleDefined {
    /// The role exists.
    #[oai(status = 201)]
    Created(
        Json<Role>,
        /// The role.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum RoleDeleted {
    /// The role is gone.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct RolesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Roles")]
impl RolesApi {
    /// List the applications of a tenant
    ///
    /// The products that the tenant uses, member management itself among them, with all that can be allowed in each.
    /// Every member may know them.
    #[oai(path = "/tenants/:tenant/applications", method = "get", operation_id = "listApplications")]
    async fn applications(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<ApplicationList>> {
        let access = edge.membership().access(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(ApplicationList { applications: access.applications.iter().map(Application::from).collect() }))
    }

    /// Show the table of authority
    ///
    /// Each application's permissions, and for each of them the roles that give it. Every member may know it.
    #[oai(path = "/tenants/:tenant/authority", method = "get", operation_id = "getAuthority")]
    async fn authority(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<AuthorityTable>> {
        let tenant = TenantId::named(&tenant);
        let access = edge.membership().access(&caller.context, tenant).await?;
        let roles = edge.membership().authority(&caller.context, tenant).await?;
        Ok(Json(AuthorityTable::of(&access.applications, &roles)))
    }

    /// List the roles of a tenant
    ///
    /// Every role with its permissions, by name. Every member may know them.
    #[oai(path = "/tenants/:tenant/roles", method = "get", operation_id = "listRoles")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<RoleList>> {
        let access = edge.membership().access(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(RoleList { roles: access.roles.into_iter().map(Role::from).collect() }))
    }

    /// Define a role
    ///
    /// Makes a role of the tenant's own. Needs `membership:roles.manage` and, for good, every permission that the role
    /// shall give.
    #[oai(path = "/tenants/:tenant/roles", method = "post", operation_id = "defineRole")]
    async fn define(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<RoleRequest>,
    ) -> Answer<RoleDefined> {
        let tenant = TenantId::named(&tenant);
        let role = edge.membership().define_role(&caller.context, tenant, body.0.into()).await?;
        let location = format!("{PREFIX}/tenants/{tenant}/roles/{}", role.id);
        Ok(RoleDefined::Created(Json(role.into()), location))
    }

    /// Show a role
    ///
    /// One role with its permissions. Every member may know it.
    #[oai(path = "/tenants/:tenant/roles/:role", method = "get", operation_id = "getRole")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The role.
        role: Path<String>,
    ) -> Answer<Json<Role>> {
        let RoleOf { tenant, role } = at(&tenant, &role);
        let found = edge.membership().role(&caller.context, tenant, role).await?;
        Ok(Json(found.ok_or(RoleUnknown::InTenant)?.into()))
    }

    /// Edit a role
    ///
    /// Changes a role for everybody who holds it, at once. Needs `membership:roles.manage` and, for good, every
    /// permission that the role gives and that it shall give. Nobody edits a role that he or she holds.
    #[oai(path = "/tenants/:tenant/roles/:role", method = "put", operation_id = "editRole")]
    async fn edit(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The role.
        role: Path<String>,
        body: Body<RoleRequest>,
    ) -> Answer<Json<Role>> {
        let role = edge.membership().edit_role(&caller.context, at(&tenant, &role), body.0.into()).await?;
        Ok(Json(role.into()))
    }

    /// Delete a role
    ///
    /// Deletes a role that nobody holds and that no other role includes. Needs `membership:roles.manage` and, for good,
    /// every permission that the role gives.
    #[oai(path = "/tenants/:tenant/roles/:role", method = "delete", operation_id = "deleteRole")]
    async fn delete(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The role.
        role: Path<String>,
    ) -> Answer<RoleDeleted> {
        edge.membership().delete_role(&caller.context, at(&tenant, &role)).await?;
        Ok(RoleDeleted::Done)
    }
}

fn at(tenant: &str, role: &str) -> RoleOf {
    RoleOf { tenant: TenantId::named(tenant), role: RoleId::named(role) }
}

impl From<RoleRequest> for RoleDraft {
    fn from(request: RoleRequest) -> Self {
        let RoleRequest { name, permissions, includes } = request;
        Self { name, permissions, includes: includes.into_iter().map(RoleId::from_uuid).collect() }
    }
}
