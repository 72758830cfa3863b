//! The first start.

use membership_core::{ports::Secret, tenant::set_up::SetUp};
use membership_web::{Edge, Visitor};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    representation::{Member, SignedIn, Tenant, Transport},
};

/// What sets the installation up.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUpRequest {
    /// The token of the link that the server printed at its first start.
    token: String,
    /// What to call the first tenant.
    tenant: String,
    /// What the operator is called.
    name: String,
    /// The name that the operator signs in with.
    username: String,
    /// The operator's address. It is a mere claim until a mail to it comes back.
    email: Option<String>,
    /// The operator's password: 15 to 256 characters of any kind.
    password: String,
    /// How the operator's session is handed over.
    transport: Transport,
}

/// The installation is set up and its operator signed in.
#[derive(Object)]
struct SetUpAnswer {
    /// The first tenant.
    tenant: Tenant,
    /// Its representative administrator.
    member: Member,
    /// The operator's session.
    signed_in: SignedIn,
}

#[derive(ApiResponse)]
enum SetUpDone {
    /// The installation is set up.
    #[oai(status = 201)]
    Created(
        Json<SetUpAnswer>,
        /// The first tenant.
        #[oai(header = "Location")]
        String,
        /// The session cookie, if the transport is `cookie`.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
}

pub(crate) struct SetUpApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Tenants")]
impl SetUpApi {
    /// Set up the installation
    ///
    /// Whoever holds the one-time link that the server prints at its first start becomes the operator of the
    /// installation and the administrator of its first tenant. There is no default account and no default password.
    #[oai(path = "/set-up", method = "post", operation_id = "setUp")]
    async fn set_up(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<SetUpRequest>) -> Answer<SetUpDone> {
        let SetUpRequest { token, tenant, name, username, email, password, transport } = body.0;
        let command = SetUp { token, tenant, name, username, email, password: Secret::new(password) };
        let done = edge.membership().set_up(&visitor.context, command).await?;
        let (signed_in, cookie) = SignedIn::by(transport, &edge, done.account, &done.session, &done.key);
        let location = format!("{PREFIX}/tenants/{}", done.tenant.id);
        let answer = SetUpAnswer { tenant: done.tenant.into(), member: done.member.into(), signed_in };
        Ok(SetUpDone::Created(Json(answer), location, cookie))
    }
}
