//! What a tenant is called and looks like.

use membership_core::{
    event::Event,
    refusal::Refusal as _,
    tenant::{
        branding::{Colour, LOGO_PIXELS, MAX_LOGO_BYTES, Picture, PictureFormat},
        edit::TenantChanges,
    },
};
use membership_testkit::{Bed, Failure, picture};

use crate::code;

fn named(name: &str) -> TenantChanges {
    TenantChanges { name: Some(name.into()), ..TenantChanges::default() }
}

fn coloured(colour: &str) -> TenantChanges {
    TenantChanges { colour: Some(colour.into()), ..TenantChanges::default() }
}

fn with_logo(bytes: &[u8]) -> TenantChanges {
    TenantChanges { logo: Some(bytes.to_vec()), ..TenantChanges::default() }
}

/// A PNG that says it has so many pixels.
fn of_size(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = picture::PNG.to_vec();
    bytes.splice(16..24, [width.to_be_bytes(), height.to_be_bytes()].concat());
    bytes
}

/// Each part changes by itself, and what is not named stays; what is emptied is gone; what changes nothing is no fact.
#[tokio::test]
async fn name_colour_and_logo_change_by_themselves() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ctx, id) = (bed.as_administrator(), bed.tenant.id);
    let edit = |changes| bed.membership.edit_tenant(&ctx, id, changes);
    edit(named("  Ácme Robotics ")).await?;
    edit(coloured("#0E7490")).await?;
    let tenant = edit(with_logo(picture::PNG)).await?;
    assert_eq!(tenant.name.as_str(), "Ácme Robotics");
    assert_eq!(tenant.branding.colour.map(|colour| colour.to_string()).as_deref(), Some("#0e7490"));
    let logo = tenant.branding.logo.ok_or("no logo")?;
    assert_eq!((logo.format(), logo.to_string().parse()), (PictureFormat::Png, Ok(logo)));
    let shown = bed.membership.logo(id, logo).await?;
    assert_eq!((shown.logo(), shown.bytes()), (logo, picture::PNG));
    assert_eq!(bed.world(id).await?.tenant, tenant);

    let revision = bed.world(id).await?.audit.len();
    edit(TenantChanges::default()).await?;
    edit(TenantChanges { name: Some("Ácme Robotics".into()), ..coloured("#0e7490") }).await?;
    edit(with_logo(picture::PNG)).await?;
    assert_eq!(bed.world(id).await?.audit.len(), revision, "nothing was changed, so nothing is told");

    let jpeg = edit(with_logo(picture::JPEG)).await?.branding.logo.ok_or("no logo")?;
    assert_eq!(jpeg.format(), PictureFormat::Jpeg);
    assert_eq!(code(bed.membership.logo(id, logo).await), "logo-unknown", "the former one is gone");
    let webp = edit(with_logo(picture::WEBP)).await?.branding.logo.ok_or("no logo")?;
    assert_eq!(webp.format(), PictureFormat::Webp);
    edit(coloured("")).await?;
    let bare = edit(with_logo(&[])).await?;
    assert_eq!((bare.branding, bare.name), (membership_core::tenant::Branding::default(), tenant.name));
    assert_eq!(code(bed.membership.logo(id, webp).await), "logo-unknown");
    Ok(())
}

/// Every fault at once, and nothing is changed by any of them.
#[tokio::test]
async fn what_is_no_colour_and_no_logo_is_refused() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ctx, id) = (bed.as_administrator(), bed.tenant.id);
    let edit = |changes| bed.membership.edit_tenant(&ctx, id, changes);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'><script>alert(1)</script></svg>";
    let wrong = TenantChanges { name: Some(" ".into()), colour: Some("teal".into()), logo: Some(svg.to_vec()) };
    let error = edit(wrong).await.err().ok_or("it was changed")?;
    let faults: Vec<_> = error.faults().iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(faults, [("/name", "name-empty"), ("/colour", "colour-malformed"), ("/logo", "logo-not-a-picture")]);
    for text in ["#12345", "#1234567", "123456", "#12345g", "#+12345", "#é2345", "red;}", "#12 345"] {
        assert_eq!(code(edit(coloured(text)).await), "colour-malformed", "{text}");
    }
    let gif = b"GIF89a\x40\0\x40\0\x80\0\0";
    let cut = picture::PNG.get(..12).ok_or("too short")?;
    for bytes in [gif.as_slice(), cut, b"\xff\xd8\xff", b"PNG", b"RIFF\0\0\0\0WEBPVP8 "] {
        assert_eq!(code(edit(with_logo(bytes)).await), "logo-not-a-picture", "{bytes:?}");
    }
    let heavy = [picture::PNG, &vec![0; MAX_LOGO_BYTES]].concat();
    assert_eq!(code(edit(with_logo(&heavy)).await), "logo-too-large");
    for (width, height) in [(15, 16), (16, 15), (1_025, 16), (16, 1_025), (0, 0), (u32::MAX, u32::MAX)] {
        let refused = code(edit(with_logo(&of_size(width, height))).await);
        assert_eq!(refused, "logo-misshapen", "{width} by {height}");
    }
    assert_eq!(bed.world(id).await?.tenant, bed.tenant);
    for side in [*LOGO_PIXELS.start(), *LOGO_PIXELS.end()] {
        let side = u32::try_from(side)?;
        edit(with_logo(&of_size(side, side))).await?;
    }
    Ok(())
}

/// Whoever rules the tenant may, and nobody else; a logo is called by what is in it, and only so it is shown.
#[tokio::test]
async fn only_who_rules_the_tenant_brands_it() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let id = bed.tenant.id;
    let manager = bed.as_account(&bed.manager().await?.account);
    assert_eq!(code(bed.membership.edit_tenant(&manager, id, named("Mine")).await), "permission-missing");
    let other = bed.found("Other", "oda").await?;
    let stranger = bed.as_account(&other.administrator);
    assert_eq!(code(bed.membership.edit_tenant(&stranger, id, named("Mine")).await), "tenant-unknown");
    let ctx = bed.as_administrator();
    let logo = bed.membership.edit_tenant(&ctx, id, with_logo(picture::PNG)).await?.branding.logo.ok_or("no logo")?;
    let elsewhere = bed.membership.logo(other.tenant.id, logo).await;
    assert_eq!(code(elsewhere), "logo-unknown", "another tenant has no such logo");
    let unseen = Picture::read(picture::WEBP.to_vec())?.logo();
    assert_eq!(code(bed.membership.logo(id, unseen).await), "logo-unknown");
    Ok(())
}

/// The audit tells what was changed, by whom, and the picture by its name; replaying it gives the tenant again.
#[tokio::test]
async fn the_audit_tells_what_it_became() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ctx, id) = (bed.as_administrator(), bed.tenant.id);
    let changes = TenantChanges { name: Some("Acme II".into()), ..with_logo(picture::PNG) };
    let tenant =
        bed.membership.edit_tenant(&ctx, id, TenantChanges { colour: Some("#abcdef".into()), ..changes }).await?;
    let colour = tenant.branding.colour;
    assert_eq!(colour.map(Colour::rgb), Some([0xab, 0xcd, 0xef]));
    let record = bed.world(id).await?.audit.pop().ok_or("no record")?;
    let fact =
        Event::TenantEdited { before: Box::new(bed.tenant.clone()), tenant: Box::new(tenant.clone()), picture: None };
    assert_eq!(record.name, fact.name());
    let name = tenant.branding.logo.ok_or("no logo")?.to_string();
    assert!(record.body.contains(&name) && record.body.contains("#abcdef"), "{}", record.body);
    assert!(record.body.len() < 4_096, "the picture itself is not in it");
    Ok(())
}
