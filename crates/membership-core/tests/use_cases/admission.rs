//! Who gets in by a link, and by which session; taking links back; setting up.

use std::sync::Arc;

use chrono::TimeDelta;
use membership_core::{
    Membership, account::Account, actor::Actor, context::Context, invitation::Subject, member::remove::Heirs,
    ports::Secret, tenant::set_up::SetUp,
};
use membership_testkit::{Adapter, Bed, Dice, Failure, ManualClock, bed};

use crate::code;

/// Whoever was removed, or has left, comes again by a new session: none of before joins, and none of before is good
/// afterwards.
#[tokio::test]
async fn no_session_of_before_comes_in_again() -> Result<(), Failure> {
    for leaves in [false, true] {
        let bed = Bed::new().await?;
        let ann = bed.join("ann@example.org").await?;
        let old = bed.as_member(&ann);
        if leaves {
            bed.membership.leave(&old, bed.tenant.id, Heirs::default()).await?;
        } else {
            let target = bed.target(&ann.member);
            bed.membership.remove_member(&bed.as_administrator(), target, Heirs::default()).await?;
        }
        let asked = bed.invite("ann@example.org").await?;
        let token = bed.token(&asked.invitation);
        bed.membership.accept_invitation(&old, &token).await?;
        let before = bed.world(bed.tenant.id).await?;
        assert_eq!(code(bed.membership.join(&old, &token).await), "session-outdated");
        assert_eq!(bed.world(bed.tenant.id).await?, before, "a refusal changes nothing");

        let account = bed.account(ann.account.id).await?;
        let fresh = bed.as_account(&account);
        let member = bed.membership.join(&fresh, &token).await?;
        assert_eq!(member.epoch, account.epoch);
        bed.membership.tenant(&fresh, bed.tenant.id).await?;
        for epoch in 0..account.epoch {
            let outdated = bed.as_account(&Account { epoch, ..account.clone() });
            assert_eq!(code(bed.membership.tenant(&outdated, bed.tenant.id).await), "session-outdated", "{epoch}");
        }
        assert_eq!(bed.violations().await?, []);
    }
    Ok(())
}

/// Whoever was shut out elsewhere signs in anew before joining here; what is wrong with the link is told first.
#[tokio::test]
async fn who_was_shut_out_elsewhere_signs_in_anew_to_join() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join("ann@example.org").await?;
    let other = bed.found("Other", "olga").await?;
    let olga = bed.as_account(&other.administrator);
    let mut command = bed.invitation_to("ann@example.org").await?;
    command.tenant = other.tenant.id;
    let roles = bed.membership.access(&olga, other.tenant.id).await?.roles;
    let role = roles.iter().find(|role| role.name.as_str() == "Member").ok_or("a role")?;
    command.people[0].assignments = vec![membership_core::role::assign::Wanted::role(role.id)];
    let asked = bed.membership.invite(&olga, command).await?.remove(0);
    let token = bed.token(&asked.invitation.ok_or("an invitation")?);
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    let old = bed.as_member(&ann);
    assert_eq!(code(bed.membership.join(&old, &token).await), "invitation-not-accepted");
    bed.membership.accept_invitation(&old, &token).await?;
    assert_eq!(code(bed.membership.join(&old, &token).await), "session-outdated");
    let fresh = bed.as_account(&bed.account(ann.account.id).await?);
    bed.membership.join(&fresh, &token).await?;
    bed.membership.tenant(&fresh, other.tenant.id).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// An address that an account only claims is not proved by a second mail, once somebody else has proved it.
#[tokio::test]
async fn an_address_belongs_to_who_proved_it_first() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let mut command = bed.addition("ann", &["Member"]).await?;
    command.email = Some("ann@example.org".into());
    let member = bed.membership.add_member(&bed.as_administrator(), command).await?;
    let claims = bed.account(member.account().ok_or("an account")?).await?;
    let claims = Account { password_is_temporary: false, ..claims };
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&member), Heirs::default()).await?;
    bed.stranger("ann@example.org").await?;
    let asked = bed.invite("ann@example.org").await?;
    let token = bed.token(&asked.invitation);
    let ctx = bed.as_account(&Account { epoch: bed.account(claims.id).await?.epoch, ..claims.clone() });
    bed.membership.accept_invitation(&ctx, &token).await?;
    let before = bed.world(bed.tenant.id).await?;
    assert_eq!(code(bed.membership.join(&ctx, &token).await), "email-taken");
    assert_eq!(bed.world(bed.tenant.id).await?, before, "a refusal changes nothing");
    assert_eq!(bed.account(claims.id).await?.proved_email(), None);
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Nobody takes back what the representative came in by, administrator or not.
#[tokio::test]
async fn the_representatives_invitation_is_not_taken_back() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let mut command = bed.invitation_to("ann@example.org").await?;
    let administrator = membership_core::role::assign::Wanted::role(bed.role("Administrator").await?);
    command.people[0].assignments = vec![administrator];
    let asked = bed.invite_one(command).await?;
    let token = bed.token(&asked.invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let ann = bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await?;
    let revoke = || async {
        let subject = Subject { tenant: bed.tenant.id, invitation: asked.invitation.id };
        code(bed.membership.revoke_invitation(&bed.as_administrator(), subject).await)
    };
    assert_eq!(revoke().await, "invitation-joined");
    bed.membership.nominate(&bed.as_administrator(), bed.target(&ann.member)).await?;
    bed.membership.accept_nomination(&bed.as_member(&ann), bed.tenant.id).await?;
    let before = bed.world(bed.tenant.id).await?;
    assert_eq!(revoke().await, "invitation-of-representative");
    assert_eq!(bed.world(bed.tenant.id).await?, before, "a refusal changes nothing");
    Ok(())
}

/// The link to set up with is good for an hour, and not a microsecond more; the next one is.
#[tokio::test]
async fn a_set_up_link_is_good_for_an_hour() -> Result<(), Failure> {
    let membership = Membership::new(bed::parts(&Adapter::in_memory(), Arc::new(Dice::seeded(0)))?);
    let clock = ManualClock::default();
    let ctx = || {
        let now = clock.now();
        Context::new(Actor::System, now, membership_core::id::RequestId::new(now, membership.entropy()))
    };
    let command = |link: &str| SetUp {
        token: link.rsplit('/').next().unwrap_or_default().to_owned(),
        tenant: "Example Ltd".into(),
        name: "Root".into(),
        username: "root".into(),
        email: None,
        password: Secret::new(bed::PASSWORD),
    };
    let link = membership.issue_set_up_link(&ctx()).await?.ok_or("a link")?;
    let late = clock.now() + TimeDelta::hours(1);
    clock.set(late);
    assert_eq!(code(membership.open_set_up(&ctx(), &command(&link).token).await), "set-up-link-expired");
    assert_eq!(code(membership.set_up(&ctx(), command(&link)).await), "set-up-link-expired");
    clock.set(late - TimeDelta::microseconds(1));
    membership.open_set_up(&ctx(), &command(&link).token).await?;
    clock.set(late);
    let next = membership.issue_set_up_link(&ctx()).await?.ok_or("a link")?;
    membership.set_up(&ctx(), command(&next)).await?;
    assert_eq!(code(membership.set_up(&ctx(), command(&next)).await), "set-up-done");
    Ok(())
}
