//! Tenants: making them, looking at them, closing them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use membership_core::{
    TenantView,
    id::TenantId,
    tenant::{
        create::{CreateTenant, TenantMade},
        edit,
    },
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json, types::MaybeUndefined};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX, members::or_none, reach};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Ancestor, Invitation, LimitedPermissions, Member, StateWords, Tenant, Via},
};

/// A tenant to make.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTenant {
    /// What to call it.
    name: String,
    /// Its first administrator, who is invited.
    administrator: NewAdministrator,
    /// The preset to make it by; the configured one unless told otherwise.
    preset: Option<String>,
    /// The tenant above it, if it shall have one. Nothing is inherited from it.
    parent: Option<Uuid>,
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

/// What shall be otherwise. What is left out stays as it is.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantChanges {
    /// What people call it.
    name: Option<String>,
    /// Its colour, `#` and six hexadecimal digits; null or empty for none.
    #[serde(default)]
    colour: MaybeUndefined<String>,
    /// The file of its logo in base64 (RFC 4648, section 4): PNG, JPEG or WebP of at most 32 KiB, 16 to 1,024 pixels wide and
    /// high; null or empty for none.
    #[serde(default)]
    logo: MaybeUndefined<String>,
}

/// A new tenant that waits for its first administrator.
#[derive(Object)]
struct MadeTenant {
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
    /// Whether one is its representative administrator.
    representative: bool,
    /// What one may do there at this moment, in the whole tenant.
    permissions: Vec<String>,
    /// What one may do for a department and all below it alone; empty if there is nothing of the kind.
    limited_permissions: Vec<LimitedPermissions>,
    /// The tenants from the top to this one, itself the last.
    lineage: Vec<Ancestor>,
    /// What the states are called there.
    words: StateWords,
}

#[derive(ApiResponse)]
enum TenantCreated {
    /// The tenant exists and its first administrator is invited.
    #[oai(status = 201)]
    Created(
        Json<MadeTenant>,
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
    /// Makes a tenant with the applications, the roles and the policy of a preset and invites its first administrator. The
    /// preset is copied: what becomes of it later changes no tenant. Only the operator of the installation may.
    #[oai(path = "/tenants", method = "post", operation_id = "createTenant")]
    async fn create(&self, edge: Data<&Edge>, caller: Caller, body: Body<NewTenant>) -> Answer<TenantCreated> {
        let NewTenant { name, administrator: NewAdministrator { name: administrator, via, email }, preset, parent } =
            body.0;
        let parent = parent.map(TenantId::from_uuid);
        let command = CreateTenant { name, administrator, reach: reach(via, email), preset, parent };
        let TenantMade { tenant, administrator, invitation, link } =
            edge.membership().create_tenant(&caller.context, command).await?;
        let location = format!("{PREFIX}/tenants/{}", tenant.id);
        let invitation = Invitation::at(&invitation, None, caller.context.now);
        let answer = MadeTenant { tenant: tenant.into(), administrator: administrator.into(), invitation, link };
        Ok(TenantCreated::Created(Json(answer), location))
    }

    /// Show a tenant
    ///
    /// The tenant, what one is and may do in it, and the tenants above it. A tenant where one is not a member is answered
    /// as one that does not exist.
    #[oai(path = "/tenants/:tenant", method = "get", operation_id = "getTenant")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<TenantSeen>> {
        let seen = edge.membership().tenant(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(seen.into()))
    }

    /// Edit a tenant
    ///
    /// Changes what a tenant is called, and what it looks like to those whom it invites. Needs `membership:tenant.manage`.
    #[oai(path = "/tenants/:tenant", method = "patch", operation_id = "editTenant")]
    async fn edit(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<TenantChanges>,
    ) -> Answer<Json<Tenant>> {
        let TenantChanges { name, colour, logo } = body.0;
        // What is no base64 is no picture either.
        let decoded = |text: String| STANDARD.decode(&text).unwrap_or(text.into_bytes());
        let changes = edit::TenantChanges { name, colour: or_none(colour), logo: or_none(logo).map(decoded) };
        let tenant = edge.membership().edit_tenant(&caller.context, TenantId::named(&tenant), changes).await?;
        Ok(Json(tenant.into()))
    }

    /// Suspend a tenant
    ///
    /// Closes it for all of its members, at once. Nothing is lost. Only the operator of the installation may.
    #[oai(path = "/tenants/:tenant/suspend", method = "post", operation_id = "suspendTenant")]
    async fn suspend(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Tenant>> {
        let tenant = edge.membership().suspend_tenant(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(tenant.into()))
    }

    /// Resume a tenant
    ///
    /// Opens a suspended tenant again: everybody is let in as before. Only the operator of the installation may.
    #[oai(path = "/tenants/:tenant/resume", method = "post", operation_id = "resumeTenant")]
    async fn resume(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Tenant>> {
        let tenant = edge.membership().resume_tenant(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(tenant.into()))
    }
}

impl From<TenantView> for TenantSeen {
    fn from(view: TenantView) -> Self {
        let TenantView { tenant, grants, lineage } = view;
        Self {
            member: grants.member().id.as_uuid(),
            representative: grants.member().representative,
            permissions: grants.permissions().map(ToString::to_string).collect(),
            limited_permissions: LimitedPermissions::all(&grants),
            lineage: lineage.into_iter().map(Ancestor::from).collect(),
            words: StateWords::all(&tenant.policy.words),
            tenant: tenant.into(),
        }
    }
}
