//! The logos of tenants: pictures that anybody is shown who was told their names.

use membership_core::{
    id::TenantId,
    tenant::{Tenant, branding::Logo, edit::LogoError},
};
use poem::{
    Response, Result,
    http::{HeaderValue, header},
};

use crate::{Edge, Problem};

/// Where the logo of `tenant` is, if it has one: a path at this server.
pub fn logo_of(tenant: &Tenant) -> Option<String> {
    tenant.branding.logo.map(|logo| format!("/logo/{}/{logo}", tenant.id))
}

/// The picture at `/logo/{tenant}/{logo}`.
pub async fn show_logo(edge: &Edge, tenant: &str, logo: &str) -> Result<Response> {
    let named = tenant.parse::<TenantId>().ok().zip(logo.parse::<Logo>().ok());
    let (tenant, logo) = named.ok_or(LogoError::Unknown).map_err(Problem::from)?;
    let picture = edge.membership().logo(tenant, logo).await.map_err(Problem::from)?;
    let answer = Response::builder()
        .content_type(picture.logo().format().media_type())
        // The same path never shows another picture. Whoever has seen one may go on seeing it.
        .header(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"))
        .body(picture.into_bytes());
    Ok(answer)
}
