//! Changing the policy by a plan.

use chrono::TimeDelta;
use membership_core::{
    invitation::{
        Subject,
        invite::{Invite, Reach},
    },
    refusal::Refusal as _,
    tenant::{
        change_policy::Effect,
        policy::{Ending, ExistingAccount},
    },
};
use membership_testkit::{Bed, Failure};

use crate::code;

/// A plan says whom the new rules touch and changes nothing; only that plan can be applied.
#[tokio::test]
async fn a_plan_says_whom_it_touches() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let by_mail = bed.invite("ann@example.com").await?;
    // Newest first: each has a moment of its own.
    bed.clock.advance(TimeDelta::seconds(1));
    let ours = bed.invite("ben@example.org").await?;
    bed.clock.advance(TimeDelta::seconds(1));
    let people = vec![bed.invitee(Reach::Link(None)).await?];
    let by_link = bed.invite_one(Invite { people, ..bed.invitation_to("x@example.org").await? }).await?;
    bed.clock.advance(TimeDelta::seconds(1));
    let declined = bed.invite("carol@example.org").await?;
    bed.membership.reject_invitation(&bed.as_anybody(), &bed.token(&declined.invitation)).await?;

    let mut policy = bed.tenant.policy.clone();
    policy.links_allowed = false;
    policy.allowed_domains = vec!["Example.ORG".into(), "example.org".into()];
    policy.reinvite_after = [Ending::Expired].into();
    let plan = bed.membership.plan_policy(&ctx, bed.tenant.id, policy.clone()).await?;
    let touched: Vec<_> = plan.touched.iter().map(|touched| (touched.member, touched.how)).collect();
    assert_eq!(
        touched,
        [
            (declined.member.id, Effect::NotAgain),
            (by_link.member.id, Effect::LinkNotAllowed),
            (by_mail.member.id, Effect::AddressNotAllowed),
        ]
    );
    assert_eq!((plan.count, plan.after.allowed_domains.as_slice()), (3, ["example.org".to_owned()].as_slice()));
    assert_eq!(bed.world(bed.tenant.id).await?.tenant.policy, bed.tenant.policy, "a plan changes nothing");

    let late = bed.invite("dan@example.com").await?;
    let apply = |hash| bed.membership.change_policy(&ctx, bed.tenant.id, policy.clone(), hash);
    assert_eq!(code(apply(plan.hash).await), "plan-outdated");
    let plan = bed.membership.plan_policy(&ctx, bed.tenant.id, policy.clone()).await?;
    assert!(plan.touched.iter().any(|touched| touched.member == late.member.id));
    let tenant = apply(plan.hash).await?;
    assert_eq!(tenant.policy, plan.after);
    assert_eq!(code(apply(plan.hash).await), "plan-outdated", "it was made of other rules");

    let resend = |invitation: &membership_core::invitation::Invitation| {
        let subject = Subject { tenant: bed.tenant.id, invitation: invitation.id };
        bed.membership.resend_invitation(&ctx, subject)
    };
    assert_eq!(code(resend(&by_link.invitation).await), "links-not-allowed");
    assert_eq!(code(resend(&by_mail.invitation).await), "address-domain-not-allowed");
    assert_eq!(code(resend(&declined.invitation).await), "reinvite-not-allowed");
    resend(&ours.invitation).await?;
    let audit = bed.world(bed.tenant.id).await?.audit;
    assert_eq!(audit.iter().filter(|record| record.name == "tenant.policy-changed").count(), 1);
    Ok(())
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let mut policy = bed.tenant.policy.clone();
    policy.max_people_per_call = 0;
    policy.allowed_domains = vec!["not a domain".into()];
    let refused = bed.membership.plan_policy(&ctx, bed.tenant.id, policy).await.expect_err("faults");
    let faults: Vec<_> = refused.faults().iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
    assert_eq!(
        faults,
        [("/max_people_per_call", "people-per-call-out-of-range"), ("/allowed_domains/0", "address-domain-invalid"),]
    );
    // Whoever may have owners of accounts join learns who has one: that is for the operator's preset.
    let mut policy = bed.tenant.policy.clone();
    policy.existing_account = ExistingAccount::Join;
    let refused = bed.membership.plan_policy(&ctx, bed.tenant.id, policy).await;
    assert_eq!(code(refused), "policy-operator-only");
    let manager = bed.manager().await?;
    let policy = bed.tenant.policy.clone();
    let refused = bed.membership.plan_policy(&bed.as_account(&manager.account), bed.tenant.id, policy.clone()).await;
    assert_eq!(code(refused), "permission-missing");
    let refused = bed.membership.change_policy(&bed.as_account(&manager.account), bed.tenant.id, policy, [0; 32]).await;
    assert_eq!(code(refused), "permission-missing");
    Ok(())
}
