//! The hand-over of the representation, and the invitation of the first administrator.

use chrono::TimeDelta;
use membership_core::{
    directory::Page, email::EmailAddress, invitation::invite::Reach, member::remove::Heirs, outbox::MailKind,
    tenant::create::CreateTenant,
};
use membership_testkit::{Bed, Failure};

use crate::code;

const PAGE: Page<membership_core::id::MemberId> = Page { after: None, limit: 50 };

/// Proves TEN-14, I-4 and A29 in part: only an enabled administrator can take over, by an offer that both want, in one
/// commit, and both are told.
#[tokio::test]
async fn the_representation_is_handed_over_by_two() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let second = bed.added("second", &["Administrator"]).await?;
    let plain = bed.added("plain", &["Member"]).await?;
    let asked = bed.invite("bob@example.org").await?;
    let nominate = |member: &membership_core::member::Member| bed.membership.nominate(&ctx, bed.target(member));
    assert_eq!(code(nominate(&bed.member).await), "nominee-is-representative");
    assert_eq!(code(nominate(&plain.member).await), "nominee-not-administrator");
    assert_eq!(code(nominate(&asked.member).await), "nominee-not-registered");
    let others = bed.as_account(&second.account);
    assert_eq!(code(bed.membership.nominate(&others, bed.target(&second.member)).await), "representative-only");
    assert_eq!(code(bed.membership.accept_nomination(&others, bed.tenant.id).await), "nomination-unknown");

    let offer = nominate(&second.member).await?;
    assert_eq!(offer.expires_at, bed.clock.now() + TimeDelta::days(3));
    let plain_ctx = bed.as_account(&plain.account);
    assert_eq!(code(bed.membership.accept_nomination(&plain_ctx, bed.tenant.id).await), "nomination-unknown");
    assert_eq!(code(bed.membership.nomination(&plain_ctx, bed.tenant.id).await), "nomination-unknown");
    assert_eq!(bed.membership.nomination(&others, bed.tenant.id).await?.id, offer.id);
    let member = bed.membership.accept_nomination(&others, bed.tenant.id).await?;
    assert!(member.representative);
    assert_eq!(code(bed.membership.accept_nomination(&others, bed.tenant.id).await), "nomination-unknown");
    let world = bed.world(bed.tenant.id).await?;
    assert_eq!(world.members.iter().filter(|member| member.representative).count(), 1);
    // Who was can be acted on now, and who is cannot.
    let refused = bed.membership.disable_member(&ctx, bed.target(&second.member)).await;
    assert_eq!(code(refused), "member-is-representative");
    bed.membership.disable_member(&others, bed.target(&bed.member)).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves TEN-14 in part: an offer expires, can be declined and withdrawn, and a newer one takes its place.
#[tokio::test]
async fn an_offer_stands_for_three_days() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let second = bed.added("second", &["Administrator"]).await?;
    let third = bed.added("third", &["Administrator"]).await?;
    let second_ctx = || bed.as_account(&second.account);
    let offer = bed.membership.nominate(&ctx, bed.target(&second.member)).await?;
    bed.clock.set(offer.expires_at);
    assert_eq!(code(bed.membership.accept_nomination(&second_ctx(), bed.tenant.id).await), "nomination-expired");
    assert_eq!(code(bed.membership.nomination(&second_ctx(), bed.tenant.id).await), "nomination-expired");
    let ctx = bed.as_administrator();
    bed.membership.nominate(&ctx, bed.target(&second.member)).await?;
    bed.membership.decline_nomination(&second_ctx(), bed.tenant.id).await?;
    assert_eq!(code(bed.membership.accept_nomination(&second_ctx(), bed.tenant.id).await), "nomination-unknown");
    bed.membership.nominate(&ctx, bed.target(&second.member)).await?;
    bed.membership.nominate(&ctx, bed.target(&third.member)).await?;
    assert_eq!(code(bed.membership.accept_nomination(&second_ctx(), bed.tenant.id).await), "nomination-unknown");
    bed.membership.withdraw_nomination(&ctx, bed.tenant.id).await?;
    let gone = bed.membership.withdraw_nomination(&ctx, bed.tenant.id).await;
    assert_eq!(code(gone), "nomination-unknown");
    // Whoever was asked and is no administrator any more, or shut out, cannot take over.
    bed.membership.nominate(&ctx, bed.target(&third.member)).await?;
    bed.membership.disable_member(&ctx, bed.target(&third.member)).await?;
    let shut_out = bed.membership.accept_nomination(&bed.as_account(&third.account), bed.tenant.id).await;
    assert!(["member-disabled", "session-outdated"].contains(&code(shut_out)));
    bed.membership.enable_member(&ctx, bed.target(&third.member)).await?;
    let own = membership_core::role::assign::Wanted::role(bed.role("Member").await?);
    bed.membership.edit_member(&ctx, bed.target(&third.member), crate::holding(vec![own])).await?;
    let third = bed.as_account(&bed.account(third.account.id).await?);
    assert_eq!(code(bed.membership.accept_nomination(&third, bed.tenant.id).await), "nominee-not-administrator");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves TEN-16 in its decision: the two reasons why there is nobody to choose, told apart.
#[tokio::test]
async fn why_there_is_nobody_to_choose() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let refused = bed.membership.candidates(&ctx, bed.tenant.id, PAGE).await.expect_err("nobody");
    assert!(refused.to_string().starts_with("No tenant administrator available for selection"), "{refused}");
    assert_eq!(code(Err::<(), _>(refused)), "no-eligible-candidate");
    let second = bed.added("second", &["Administrator"]).await?;
    bed.added("plain", &["Member"]).await?;
    let fit = bed.membership.candidates(&ctx, bed.tenant.id, PAGE).await?;
    assert_eq!(fit.iter().map(|member| member.id).collect::<Vec<_>>(), [second.member.id]);
    let made = bed.membership.create_tenant(&ctx, new_tenant("first@example.org")).await?;
    let refused = bed.membership.candidates(&ctx, made.tenant.id, PAGE).await;
    assert_eq!(code(refused), "current-representative-not-registered");
    Ok(())
}

fn new_tenant(email: &str) -> CreateTenant {
    CreateTenant {
        name: "Other".into(),
        administrator: "Olga".into(),
        reach: Reach::Mail(email.into()),
        preset: None,
        parent: None,
    }
}

/// Proves TEN-17, TEN-18 and TEN-19 in their decision: until the representative has joined, the operator sends the
/// invitation elsewhere, and the old link dies.
#[tokio::test]
async fn the_first_administrators_address_can_be_changed() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_administrator();
    let made = bed.membership.create_tenant(&ctx, new_tenant("first@example.org")).await?;
    let old = bed.token(&made.invitation);
    // Another account elsewhere has this address: no obstacle, and nobody learns of it.
    bed.stranger("second@example.org").await?;
    let move_to = |email: &'static str| bed.membership.readdress_representative(&ctx, made.tenant.id, email);
    assert_eq!(code(move_to("not an address").await), "address-has-space");
    let (member, invitation) = move_to("second@example.org").await?;
    assert_eq!(member.email, Some(EmailAddress::from_canonical("second@example.org")?));
    assert_eq!(code(bed.membership.accept_invitation(&bed.as_anybody(), &old).await), "link-superseded");
    let world = bed.world(made.tenant.id).await?;
    let queued: Vec<_> = world.outbox.iter().filter(|(_, _, delivery)| delivery.as_str() == "queued").collect();
    assert_eq!(queued.len(), 1);
    assert_eq!((queued[0].1.kind, queued[0].1.to.as_str()), (MailKind::Invitation, "second@example.org"));
    bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(&invitation)).await?;

    let found = bed.found("Third", "tina").await?;
    let joined = bed.membership.readdress_representative(&ctx, found.tenant.id, "x@example.org").await;
    assert_eq!(code(joined), "representative-registered");
    let stranger = bed.as_account(&found.administrator);
    let refused = bed.membership.readdress_representative(&stranger, made.tenant.id, "x@example.org").await;
    assert_eq!(code(refused), "operator-only");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves I-6: the representative is never removed, disabled or demoted, by anybody.
#[tokio::test]
async fn the_representative_is_untouchable() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let second = bed.added("second", &["Administrator"]).await?;
    let ctx = bed.as_account(&second.account);
    let target = bed.target(&bed.member);
    let demote = crate::holding(vec![membership_core::role::assign::Wanted::role(bed.role("Member").await?)]);
    assert_eq!(code(bed.membership.edit_member(&ctx, target, demote).await), "member-is-representative");
    assert_eq!(code(bed.membership.disable_member(&ctx, target).await), "member-is-representative");
    let heirs = Heirs::everything_to(second.member.id);
    assert_eq!(code(bed.membership.remove_member(&ctx, target, heirs).await), "member-is-representative");
    Ok(())
}
