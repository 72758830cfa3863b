//! API keys: what a program asks by, in one tenant, for the member that made it.

use membership_core::{
    account::api_key::{ApiKeyError, MakeApiKey},
    id::{ApiKeyId, TenantId},
    refusal::{Fault, Faults},
    role::Permission,
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;

use super::{Chapter, Named, PREFIX};
use crate::{answer::Answer, body::Body, caller::Caller, representation::ApiKey};

/// An API key to make.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewApiKey {
    /// What it is for.
    name: String,
    /// What it may be used for, as `application:object.action`: at least one permission, and none that one does not hold.
    scope: Vec<String>,
    /// How long it lasts, in seconds: 60 to 31622400, which is 366 days. One that a key makes lasts 3600 at most.
    seconds: u32,
}

/// A new API key.
#[derive(Object)]
struct MadeApiKey {
    /// The key.
    api_key: ApiKey,
    /// Its secret, to be sent as `Authorization: Bearer …`. It is shown this once.
    secret: String,
}

/// The API keys of a tenant.
#[derive(Object)]
struct ApiKeyList {
    /// Those that are good, newest first.
    api_keys: Vec<ApiKey>,
}

#[derive(ApiResponse)]
enum ApiKeyCreated {
    /// The key is good from now on.
    #[oai(status = 201)]
    Created(
        Json<MadeApiKey>,
        /// The key.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum ApiKeyRevoked {
    /// The key opens nothing any more, nor do those that it has made.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct ApiKeysApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::ApiKeys")]
impl ApiKeysApi {
    /// List the API keys
    ///
    /// The tenant's keys that are good: all of them with `membership:members.manage`, else the own ones.
    #[oai(path = "/tenants/:tenant/api-keys", method = "get", operation_id = "listApiKeys")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<ApiKeyList>> {
        let keys = edge.membership().api_keys(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(ApiKeyList { api_keys: keys.into_iter().map(ApiKey::from).collect() }))
    }

    /// Make an API key
    ///
    /// For a program that acts for whoever asks. It opens this tenant alone, and allows what is in its scope and what its
    /// maker may do at that moment. A person needs a sign-in of the last 15 minutes; a key makes only lesser ones that last
    /// an hour.
    #[oai(path = "/tenants/:tenant/api-keys", method = "post", operation_id = "makeApiKey")]
    async fn make(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<NewApiKey>,
    ) -> Answer<ApiKeyCreated> {
        let NewApiKey { name, scope, seconds } = body.0;
        let (tenant, scope) = (TenantId::named(&tenant), read(&scope)?);
        let command = MakeApiKey { tenant, name, scope, seconds };
        let made = edge.membership().make_api_key(&caller.context, command).await?;
        let location = format!("{PREFIX}/tenants/{tenant}/api-keys/{}", made.key.id);
        let answer = MadeApiKey { api_key: made.key.into(), secret: made.secret.expose().to_owned() };
        Ok(ApiKeyCreated::Created(Json(answer), location))
    }

    /// Show an API key
    ///
    /// One of the tenant's keys that are good: the own ones, or with `membership:members.manage` anybody's.
    #[oai(path = "/tenants/:tenant/api-keys/:api_key", method = "get", operation_id = "getApiKey")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The key.
        api_key: Path<String>,
    ) -> Answer<Json<ApiKey>> {
        let id = ApiKeyId::named(&api_key);
        let keys = edge.membership().api_keys(&caller.context, TenantId::named(&tenant)).await?;
        let key = keys.into_iter().find(|key| key.id == id).ok_or(ApiKeyError::Unknown)?;
        Ok(Json(key.into()))
    }

    /// Revoke an API key
    ///
    /// Ends it and those that it has made, at once: the own ones, or with `membership:members.manage` anybody's.
    #[oai(path = "/tenants/:tenant/api-keys/:api_key", method = "delete", operation_id = "revokeApiKey")]
    async fn revoke(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The key.
        api_key: Path<String>,
    ) -> Answer<ApiKeyRevoked> {
        let (tenant, id) = (TenantId::named(&tenant), ApiKeyId::named(&api_key));
        edge.membership().revoke_api_key(&caller.context, tenant, id).await?;
        Ok(ApiKeyRevoked::Done)
    }
}

/// The permissions of a scope, or every one that is none.
fn read(scope: &[String]) -> Result<Vec<Permission>, Faults> {
    let mut faults = Vec::new();
    let mut permissions = Vec::new();
    for (row, text) in scope.iter().enumerate() {
        match Permission::parse(text) {
            Ok(permission) => permissions.push(permission),
            Err(fault) => faults.push(Fault::new(format!("/scope/{row}"), &fault)),
        }
    }
    Faults::refuse(faults).map(|()| permissions)
}
