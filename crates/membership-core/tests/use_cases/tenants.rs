//! The tree of tenants, presets, suspending.

use membership_core::{
    directory::{MemberFilter, Page},
    invitation::invite::Reach,
    tenant::{TenantStatus, create::CreateTenant},
};
use membership_testkit::{Bed, Failure};

use crate::code;

fn below(parent: Option<membership_core::id::TenantId>) -> CreateTenant {
    CreateTenant { name: "Below".into(), administrator: "Bea".into(), reach: Reach::Link(None), preset: None, parent }
}

/// Proves TEN-4 in its decision: from a tenant the one at the top is reached, by whoever is a member there; nothing is
/// inherited.
#[tokio::test]
async fn the_top_is_reachable_and_gives_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let middle = bed.found_by(below(Some(bed.tenant.id)), "bea").await?;
    let bottom = bed.found_by(below(Some(middle.tenant.id)), "cleo").await?;
    let cleo = bed.as_account(&bottom.administrator);
    let seen = bed.membership.tenant(&cleo, bottom.tenant.id).await?;
    let line: Vec<_> = seen.lineage.iter().map(|(tenant, member)| (tenant.id, *member)).collect();
    assert_eq!(line, [(bed.tenant.id, false), (middle.tenant.id, false), (bottom.tenant.id, true)]);
    // Neither who is above nor who is below has any right in the other.
    assert_eq!(code(bed.membership.tenant(&cleo, middle.tenant.id).await), "tenant-unknown");
    let bea = bed.as_account(&middle.administrator);
    assert_eq!(code(bed.membership.tenant(&bea, bottom.tenant.id).await), "tenant-unknown");
    let page = Page { after: None, limit: 10 };
    let filter = MemberFilter::default();
    let list = bed.membership.members(&bed.as_administrator(), bottom.tenant.id, filter, page).await;
    assert_eq!(code(list), "tenant-unknown");
    let nobody = membership_core::id::TenantId::from_uuid(uuid::Uuid::nil());
    let refused = bed.membership.create_tenant(&bed.as_administrator(), below(Some(nobody))).await;
    assert_eq!(code(refused), "parent-unknown");
    Ok(())
}

/// A line of tenants has an end.
#[tokio::test]
async fn tenants_are_at_most_thirty_two_deep() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let mut parent = bed.tenant.id;
    for _ in 1..32 {
        parent = bed.membership.create_tenant(&bed.as_administrator(), below(Some(parent))).await?.tenant.id;
    }
    let refused = bed.membership.create_tenant(&bed.as_administrator(), below(Some(parent))).await;
    assert_eq!(code(refused), "tenants-too-deep");
    Ok(())
}

/// A tenant copies its preset, whichever was asked for; one that does not exist is refused with those that do.
#[tokio::test]
async fn a_tenant_starts_with_its_preset() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    for name in ["streaming-app", "livestream-account", "portal-tenant", "organization"] {
        let command = CreateTenant { preset: Some(name.into()), ..below(None) };
        let made = bed.membership.create_tenant(&bed.as_administrator(), command).await?;
        let preset = bed.membership.presets().get(name).ok_or("the preset")?;
        assert_eq!((made.tenant.preset.as_str(), &made.tenant.policy), (name, &preset.policy));
        let world = bed.world(made.tenant.id).await?;
        assert_eq!(world.access.applications, preset.applications);
        assert_eq!(world.access.roles.len(), preset.roles.len() + 1);
    }
    let command = CreateTenant { preset: Some("acme".into()), ..below(None) };
    let refused = bed.membership.create_tenant(&bed.as_administrator(), command).await.expect_err("no such preset");
    assert!(refused.to_string().contains("portal-tenant"), "{refused}");
    assert_eq!(code(Err::<(), _>(refused)), "preset-unknown");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// The operator closes a tenant for everybody, and opens it again as it was.
#[tokio::test]
async fn a_suspended_tenant_is_closed_for_everybody() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let other = bed.found("Other", "olga").await?;
    let olga = bed.as_account(&other.administrator);
    let operator = bed.as_administrator();
    assert_eq!(code(bed.membership.suspend_tenant(&olga, other.tenant.id).await), "operator-only");
    assert_eq!(code(bed.membership.resume_tenant(&operator, other.tenant.id).await), "tenant-active-already");
    let closed = bed.membership.suspend_tenant(&operator, other.tenant.id).await?;
    assert_eq!(closed.status, TenantStatus::Suspended);
    assert_eq!(code(bed.membership.tenant(&olga, other.tenant.id).await), "tenant-suspended");
    let refused = bed.membership.check(&olga, other.tenant.id, &crate::question("membership:members.read")).await;
    assert_eq!(code(refused), "tenant-suspended");
    assert_eq!(code(bed.membership.suspend_tenant(&operator, other.tenant.id).await), "tenant-suspended-already");
    bed.membership.resume_tenant(&operator, other.tenant.id).await?;
    bed.membership.tenant(&olga, other.tenant.id).await?;
    let made = bed.membership.create_tenant(&operator, below(None)).await?;
    assert_eq!(code(bed.membership.suspend_tenant(&operator, made.tenant.id).await), "tenant-setting-up");
    assert_eq!(code(bed.membership.resume_tenant(&operator, made.tenant.id).await), "tenant-setting-up");
    let nobody = membership_core::id::TenantId::from_uuid(uuid::Uuid::nil());
    assert_eq!(code(bed.membership.suspend_tenant(&operator, nobody).await), "tenant-unknown");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}
