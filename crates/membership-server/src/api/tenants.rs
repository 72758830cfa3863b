//! Tenants and their roles.

use membership_core::{id::TenantId, tenant::create::CreateTenant};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX, reach};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Invitation, Member, Role, Tenant, Via},
};

/// A tenant to make.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTenant {
    /// What to call it.
    name: String,
    /// Its first administrator, who is invited.
    administrator: NewAdministrator,
}

/// The first administrator of a tenant.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAdministrator {
    /// What to call the person.
    name: String,
    /// How to reach the person.
    via: Via,
    /// The person's address; needed for `mail`.
    email: Option<String>,
}

/// A new tenant that waits for its first administrator.
#[derive(Object)]
struct TenantMade {
    /// The tenant.
    tenant: Tenant,
    /// Its representative administrator, not joined.
    administrator: Member,
    /// The administrator's invitation.
    invitation: Invitation,
    /// The link to hand over, when it goes by link. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
}

/// A tenant as one of its members sees it.
#[derive(Object)]
struct TenantSeen {
    /// The tenant.
    tenant: Tenant,
    /// The member that one is there.
    member: Uuid,
    /// What one may do there.
    permissions: Vec<String>,
}

/// The roles of a tenant.
#[derive(Object)]
struct RoleList {
    /// By name.
    roles: Vec<Role>,
}

#[derive(ApiResponse)]
enum TenantCreated {
    /// The tenant exists and its first administrator is invited.
    #[oai(status = 201)]
    Created(
        Json<TenantMade>,
        /// The tenant.
        #[oai(header = "Location")]
        String,
    ),
}

pub(crate) struct TenantsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Tenants")]
impl TenantsApi {
    /// Make a tenant
    ///
    /// Makes a tenant with the roles and the policy of the configured preset and invites its first administrator. Only
    /// the operator of the installation may.
    #[oai(path = "/tenants", method = "post", operation_id = "createTenant")]
    async fn create(&self, edge: Data<&Edge>, caller: Caller, body: Body<NewTenant>) -> Answer<TenantCreated> {
        let NewTenant { name, administrator: NewAdministrator { name: administrator, via, email } } = body.0;
        let command = CreateTenant { name, administrator, reach: reach(via, email) };
        let made = edge.membership().create_tenant(&caller.context, command).await?;
        let location = format!("{PREFIX}/tenants/{}", made.tenant.id);
        let answer = TenantMade {
            tenant: made.tenant.into(),
            administrator: made.administrator.into(),
            invitation: Invitation::at(&made.invitation, None, caller.context.now),
            link: made.link,
        };
        Ok(TenantCreated::Created(Json(answer), location))
    }

    /// Show a tenant
    ///
    /// The tenant, and what one may do in it. A tenant where one is not a member is answered as one that does not exist.
    #[oai(path = "/tenants/:tenant", method = "get", operation_id = "getTenant")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<TenantSeen>> {
        let (tenant, grants) = edge.membership().tenant(&caller.context, TenantId::named(&tenant)).await?;
        let permissions = grants.all().iter().map(ToString::to_string).collect();
        Ok(Json(TenantSeen { tenant: tenant.into(), member: grants.member().id.as_uuid(), permissions }))
    }

    /// List the roles of a tenant
    ///
    /// Every role with its permissions, by name. Every member may know them.
    #[oai(path = "/tenants/:tenant/roles", method = "get", operation_id = "listRoles")]
    async fn roles(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<RoleList>> {
        let roles = edge.membership().roles(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(RoleList { roles: roles.into_iter().map(Role::from).collect() }))
    }
}
