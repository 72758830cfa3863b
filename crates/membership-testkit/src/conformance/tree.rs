//! The tree of tenants.

use membership_core::{
    directory::Ancestor,
    id::TenantId,
    invitation::invite::Reach,
    refusal::Refusal,
    tenant::{Tenant, create::CreateTenant},
};

use super::Outcome;
use crate::{Adapter, Bed, Failure, bed::Founded};

/// Proves: TEN-4 in part. A tenant knows those above it, from the top down to itself, and who is a member where; nothing is
/// inherited: whoever administers the top is nobody beneath it.
pub(super) async fn a_tenant_knows_those_above_it(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let middle = beneath(&bed, "Middle", bed.tenant.id).await?;
    let bottom = beneath(&bed, "Bottom", middle.tenant.id).await?;
    let beside = beneath(&bed, "Beside", bed.tenant.id).await?;
    let line = |tenants: &[&Tenant]| -> Vec<Ancestor> {
        tenants.iter().map(|tenant| Ancestor { id: tenant.id, name: tenant.name.to_string() }).collect()
    };
    let (top, middle_one) = (&bed.tenant, &middle.tenant);
    for (tenant, expected) in [
        (top, line(&[top])),
        (middle_one, line(&[top, middle_one])),
        (&bottom.tenant, line(&[top, middle_one, &bottom.tenant])),
        (&beside.tenant, line(&[top, &beside.tenant])),
    ] {
        assert_eq!(bed.adapter.directory.lineage(tenant.id).await?, expected);
        assert_eq!(tenant.parent, expected.iter().rev().nth(1).map(|above| above.id));
    }
    let nowhere = TenantId::new(bed.clock.now(), bed.membership.entropy());
    assert_eq!(bed.adapter.directory.lineage(nowhere).await?, []);

    let view = bed.membership.tenant(&bed.as_account(&bottom.administrator), bottom.tenant.id).await?;
    let member_of: Vec<bool> = view.lineage.iter().map(|(_, member)| *member).collect();
    assert_eq!(member_of, [false, false, true]);
    let refused = bed.membership.tenant(&bed.as_administrator(), bottom.tenant.id).await.err();
    assert_eq!(refused.map(|refused| refused.code()), Some("tenant-unknown"));
    Ok(())
}

async fn beneath(bed: &Bed, name: &str, parent: TenantId) -> Result<Founded, Failure> {
    let command = CreateTenant {
        name: name.into(),
        administrator: "Other Example".into(),
        reach: Reach::Link(None),
        preset: None,
        parent: Some(parent),
    };
    bed.found_by(command, &name.to_lowercase()).await
}
