//! Replaying an audit gives the tables.

use membership_core::{
    audit::replay::Replay,
    member::{edit::Changes, remove::Heirs},
    role::define::RoleOf,
    tenant::edit::TenantChanges,
};
use membership_testkit::{Bed, Failure, picture};

/// Proves that replaying the records of a tenant gives its tables, whatever happened in it; and that tables, or records,
/// that somebody changed by another way are found.
#[tokio::test]
async fn replaying_the_audit_gives_the_tables() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let ann = bed.join("ann@example.org").await?;
    let second = bed.added("second", &["Administrator"]).await?;
    let asked = bed.invite("bob@example.org").await?;
    bed.custodian().put(ann.member.id, "recordings", 3);
    let role = bed.define_role("Auditor", &["membership:audit.read"], &[]).await?;
    bed.edit_role(role.id, "Reviewer", &[], &[]).await?;
    bed.membership.delete_role(&ctx, RoleOf { tenant: bed.tenant.id, role: role.id }).await?;
    let email = Changes { email: Some("bob@example.com".into()), ..Changes::default() };
    bed.membership.edit_member(&ctx, bed.target(&asked.member), email).await?;
    bed.membership.disable_member(&ctx, bed.target(&ann.member)).await?;
    bed.membership.nominate(&ctx, bed.target(&second.member)).await?;
    bed.membership.accept_nomination(&bed.as_account(&second.account), bed.tenant.id).await?;
    let ctx = bed.as_account(&second.account);
    bed.membership.remove_member(&ctx, bed.target(&ann.member), Heirs::everything_to(second.member.id)).await?;
    bed.carry().await?;
    let mut policy = bed.tenant.policy.clone();
    policy.links_allowed = false;
    let plan = bed.membership.plan_policy(&ctx, bed.tenant.id, policy.clone()).await?;
    bed.membership.change_policy(&ctx, bed.tenant.id, policy, plan.hash).await?;
    let changes = TenantChanges {
        name: Some("Acme II".into()),
        colour: Some("#0e7490".into()),
        logo: Some(picture::PNG.to_vec()),
    };
    bed.membership.edit_tenant(&ctx, bed.tenant.id, changes).await?;
    bed.membership.suspend_tenant(&bed.as_administrator(), bed.tenant.id).await?;

    let world = bed.world(bed.tenant.id).await?;
    let mut replay = Replay::default();
    for record in &world.audit {
        replay.add(record)?;
    }
    assert_eq!(replay.differences(&world), Vec::<String>::new());

    let mut edited = world.clone();
    edited.members[0].representative = !edited.members[0].representative;
    edited.invitations.pop();
    edited.access.roles[0].permissions = [].into_iter().collect();
    assert_eq!(replay.differences(&edited).len(), 3);
    let mut half = Replay::default();
    half.add(&world.audit[0])?;
    let skipped = half.add(&world.audit[2]).expect_err("one is missing");
    assert_eq!(skipped.revision, 3);
    Ok(())
}
