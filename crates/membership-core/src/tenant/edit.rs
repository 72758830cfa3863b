//! Edit a tenant: what it is called, and what it looks like to those whom it invites.

use crate::{
    Membership,
    actor::{Denied, Granted},
    context::Context,
    event::Event,
    id::{MemberId, TenantId},
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    role::Permission,
    store::{Scope, StoreError},
    tenant::{
        Tenant,
        branding::{Branding, Colour, Logo, Picture},
    },
};

/// Change a tenant. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct TenantChanges {
    /// What people call it.
    pub name: Option<String>,
    /// Its colour, like `#1f6feb`; empty for none.
    pub colour: Option<String>,
    /// The file of its logo: PNG, JPEG or WebP, at most [`MAX_LOGO_BYTES`](crate::tenant::branding::MAX_LOGO_BYTES);
    /// empty for none.
    pub logo: Option<Vec<u8>>,
}

refusals! {
    /// Why a tenant was not changed.
    pub enum EditTenantError {
    } passing Denied(Denied), Faults(Faults), Store(StoreError)
}

refusals! {
    /// Why a logo is not shown.
    pub enum LogoError {
        /// It is not the tenant's logo, or not any more.
        Unknown = Absent "logo-unknown" ("there is no such logo", "ask for the tenant again: it says which logo it has now");
    } passing Store(StoreError)
}

impl Membership {
    /// Changes a tenant. Needs [`Permission::TENANT_MANAGE`].
    pub async fn edit_tenant(
        &self,
        ctx: &Context,
        tenant: TenantId,
        changes: TenantChanges,
    ) -> Result<Tenant, EditTenantError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (before, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let granted = grants.require(Permission::TENANT_MANAGE)?;
        let (tenant, event) = decide(granted, before, changes)?;
        if let Some(event) = event {
            tx.commit(ctx, &[event]).await?;
        }
        Ok(tenant)
    }

    /// The picture that `logo` of `tenant` is, as long as it is its logo. Nobody is asked who he is: a logo is called by
    /// what is in it, so whoever can name it has been shown it.
    pub async fn logo(&self, tenant: TenantId, logo: Logo) -> Result<Picture, LogoError> {
        let picture = self.directory.logo(tenant).await?;
        picture.filter(|picture| picture.logo() == logo).ok_or(LogoError::Unknown)
    }
}

/// The tenant as it shall be, and the fact, if that is another than it was.
fn decide(granted: Granted, before: Tenant, changes: TenantChanges) -> Result<(Tenant, Option<Event>), Faults> {
    let _: MemberId = granted.spend();
    let TenantChanges { name, colour, logo } = changes;
    let mut faults = Vec::new();
    let name = name.map_or_else(|| Ok(before.name.clone()), |name| DisplayName::parse(&name));
    let name = name.map_err(|fault| faults.push(Fault::new("/name", &fault)));
    let colour = match colour.as_deref() {
        None => Ok(before.branding.colour),
        Some("") => Ok(None),
        Some(text) => Colour::parse(text).map(Some),
    };
    let colour = colour.map_err(|fault| faults.push(Fault::new("/colour", &fault)));
    let removes = logo.as_ref().is_some_and(Vec::is_empty);
    let picture = logo.filter(|_| !removes).map(Picture::read).transpose();
    let picture = picture.map_err(|fault| faults.push(Fault::new("/logo", &fault)));
    let (Ok(name), Ok(colour), Ok(picture)) = (name, colour, picture) else { return Err(Faults::of(faults)) };
    let logo = picture.as_ref().map(Picture::logo).or(before.branding.logo.filter(|_| !removes));
    let tenant = Tenant { name, branding: Branding { colour, logo }, ..before.clone() };
    if tenant == before {
        return Ok((tenant, None));
    }
    let picture = picture.filter(|_| logo != before.branding.logo);
    let event = Event::TenantEdited { before: Box::new(before), tenant: Box::new(tenant.clone()), picture };
    Ok((tenant, Some(event)))
}
