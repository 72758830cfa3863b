//! What a tenant is called and looks like, and the picture that is its logo.

use membership_core::{
    event::Event,
    id::TenantId,
    name::DisplayName,
    store::Scope,
    tenant::{
        Branding, Tenant,
        branding::{Colour, Picture},
    },
};

use super::Outcome;
use crate::{Adapter, Bed, Failure, picture};

async fn edited(
    bed: &Bed,
    before: &Tenant,
    name: &str,
    branding: Branding,
    picture: Option<&Picture>,
) -> Result<Tenant, Failure> {
    let tenant = Tenant { name: DisplayName::parse(name)?, branding, ..before.clone() };
    let (after, picture) = (Box::new(tenant.clone()), picture.cloned());
    let event = Event::TenantEdited { before: Box::new(before.clone()), tenant: after, picture };
    bed.commit(Scope::Tenant(before.id), &[event]).await?;
    let (directory, world) = (&bed.adapter.directory, bed.world(before.id).await?);
    assert_eq!((directory.tenant(before.id).await?, world.tenant), (Some(tenant.clone()), tenant.clone()));
    Ok(tenant)
}

async fn logo(bed: &Bed, tenant: TenantId) -> Result<Option<Picture>, Failure> {
    Ok(bed.adapter.directory.logo(tenant).await?)
}

/// A logo is there, is another, stays where something else changes, and goes; the one of another tenant is another.
pub(super) async fn a_logo_comes_changes_and_goes(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.world(bed.found("Other", "oda").await?.tenant.id).await?.tenant;
    let id = bed.tenant.id;
    let [first, second, others] =
        [picture::PNG, picture::JPEG, picture::WEBP].map(|bytes| Picture::read(bytes.to_vec()));
    let (first, second, others) = (first?, second?, others?);
    assert_eq!(logo(&bed, id).await?, None);

    let with = |picture: &Picture| Branding { colour: None, logo: Some(picture.logo()) };
    edited(&bed, &other, "Other", with(&others), Some(&others)).await?;
    let one = edited(&bed, &bed.tenant, "Acme", with(&first), Some(&first)).await?;
    assert_eq!(logo(&bed, id).await?.as_ref(), Some(&first));
    let two = edited(&bed, &one, "Acme", with(&second), Some(&second)).await?;
    assert_eq!(logo(&bed, id).await?.as_ref(), Some(&second));

    let coloured = Branding { colour: Some(Colour::parse("#0E7490")?), ..two.branding };
    let three = edited(&bed, &two, "Ácme 'Ltd' 界", coloured, None).await?;
    assert_eq!(logo(&bed, id).await?.as_ref(), Some(&second));
    let bare = edited(&bed, &three, "Acme", Branding::default(), None).await?;
    assert_eq!(logo(&bed, id).await?, None);
    edited(&bed, &bare, "Acme", with(&first), Some(&first)).await?;
    assert_eq!((logo(&bed, id).await?, logo(&bed, other.id).await?), (Some(first), Some(others)));
    Ok(())
}
