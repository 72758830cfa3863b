//! Removing, leaving, and the hand-over of what a member held.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use membership_core::{
    email::EmailAddress,
    id::{MemberId, TransferId},
    invitation::invite::Reach,
    link::{Link, Purpose},
    member::{
        MemberStatus,
        remove::Heirs,
        transfer::{Transfer, TransferState},
    },
    outbox::MailKind,
    refusal::Refusal,
    tenant::{create::CreateTenant, policy::ExistingAccount},
};
use membership_testkit::{Bed, Cabinet, Failure};

use crate::code;

fn cabinet(bed: &Bed) -> &Cabinet {
    bed.custodian()
}

async fn transfer(bed: &Bed, id: TransferId) -> Result<Transfer, Failure> {
    let world = bed.world(bed.tenant.id).await?;
    Ok(world.transfers.into_iter().find(|transfer| transfer.id == id).ok_or("no such hand-over")?)
}

/// Proves ORG-38 and ORG-40 in part: who has not joined, or holds nothing, goes directly; the account stays.
#[tokio::test]
async fn who_holds_nothing_goes_at_once() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let asked = bed.invite("bob@example.org").await?;
    let ctx = bed.as_administrator();
    for member in [&ann.member, &asked.member] {
        let removed = bed.membership.remove_member(&ctx, bed.target(member), Heirs::default()).await?;
        assert_eq!((removed.member.status(), removed.transfer), (MemberStatus::Removed, None));
    }
    let token = bed.token(&asked.invitation);
    assert_eq!(code(bed.membership.accept_invitation(&bed.as_anybody(), &token).await), "invitation-revoked");
    assert_eq!(code(bed.membership.tenant(&bed.as_account(&ann.account), bed.tenant.id).await), "tenant-unknown");
    bed.account(ann.account.id).await?;
    let again = bed.membership.remove_member(&ctx, bed.target(&ann.member), Heirs::default()).await;
    assert_eq!(code(again), "member-removed");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves ORG-39, I-17: an heir for each kind, enabled; access ends first; final when every kind was handed over.
#[tokio::test]
async fn what_a_member_holds_needs_an_heir() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ben = bed.added("ben", &["Member"]).await?;
    cabinet(&bed).put(ann.member.id, "recordings", 3);
    cabinet(&bed).put(ann.member.id, "dashboards", 1);
    let ctx = bed.as_administrator();
    let target = bed.target(&ann.member);
    let shown = bed.membership.holdings(&ctx, target).await?;
    let counts: BTreeMap<_, _> = shown.iter().map(|holding| (holding.kind.as_str(), holding.count)).collect();
    assert_eq!(counts, [("dashboards", 1), ("recordings", 3)].into());

    let remove = |heirs: Heirs| bed.membership.remove_member(&ctx, target, heirs);
    assert_eq!(code(remove(Heirs::default()).await), "heir-missing");
    assert_eq!(code(remove(Heirs::everything_to(ann.member.id)).await), "heir-unfit");
    bed.membership.disable_member(&ctx, bed.target(&ben.member)).await?;
    assert_eq!(code(remove(Heirs::everything_to(ben.member.id)).await), "heir-unfit");
    bed.membership.enable_member(&ctx, bed.target(&ben.member)).await?;
    let only = Heirs { of_the_rest: None, of_kind: [("recordings".to_owned(), ben.member.id)].into() };
    assert_eq!(code(remove(only).await), "heir-missing");

    let of_kind = [("dashboards".to_owned(), bed.member.id)].into();
    let removed = remove(Heirs { of_the_rest: Some(ben.member.id), of_kind }).await?;
    let id = removed.transfer.ok_or("something is handed over")?.id;
    assert_eq!(code(bed.membership.tenant(&bed.as_account(&ann.account), bed.tenant.id).await), "tenant-unknown");
    let heir = bed.membership.remove_member(&ctx, bed.target(&ben.member), Heirs::default()).await;
    assert_eq!(code(heir), "member-is-heir");
    bed.carry().await?;
    assert!(matches!(transfer(&bed, id).await?.state, TransferState::Finished(_)));
    assert_eq!(cabinet(&bed).held_by(ann.member.id), BTreeMap::new());
    assert_eq!(cabinet(&bed).held_by(ben.member.id), [("recordings".to_owned(), 3)].into());
    assert_eq!(cabinet(&bed).held_by(bed.member.id), [("dashboards".to_owned(), 1)].into());
    bed.membership.remove_member(&ctx, bed.target(&ben.member), Heirs::everything_to(bed.member.id)).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Heirs are named for at most 100 kinds, and more are refused before anybody is looked up; each fault stands at its kind,
/// whatever letters that has.
#[tokio::test]
async fn heirs_are_named_for_so_many_kinds_and_no_more() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let (ctx, target) = (bed.as_administrator(), bed.target(&ann.member));
    let nobody = MemberId::from_uuid(uuid::Uuid::nil());
    let named = |heirs: Heirs| bed.membership.remove_member(&ctx, target, heirs);
    let kinds = |count: usize, heir| Heirs {
        of_the_rest: None,
        of_kind: (0..count).map(|n| (format!("kind-{n}"), heir)).collect(),
    };
    let refused = named(kinds(101, nobody)).await.expect_err("too many");
    let [fault] = refused.faults() else { return Err("one fault".into()) };
    assert_eq!((fault.pointer.as_str(), fault.code), ("/heirs", "heirs-too-many"));
    assert!(fault.detail.contains("101 kinds") && fault.detail.contains("at most 100"), "{}", fault.detail);
    assert_eq!(named(kinds(100, nobody)).await.expect_err("nobody").faults().len(), 100);

    let odd = ["a/b", "a~b", "~1", "/"].map(|kind| (kind.to_owned(), nobody));
    let refused = named(Heirs { of_the_rest: None, of_kind: odd.into() }).await.expect_err("nobody");
    let places: Vec<_> = refused.faults().iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(places, ["/heirs/~1", "/heirs/a~1b", "/heirs/a~0b", "/heirs/~01"]);

    named(kinds(100, bed.member.id)).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// A product that is down leaves a visible hand-over that is tried again; one whose answer is lost is told twice, and does
/// it once.
#[tokio::test]
async fn a_product_that_is_down_delays_and_loses_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    cabinet(&bed).put(ann.member.id, "recordings", 3);
    let ctx = bed.as_administrator();
    cabinet(&bed).is_down(1);
    let heirs = Heirs::everything_to(bed.member.id);
    let unknown = bed.membership.remove_member(&ctx, bed.target(&ann.member), heirs.clone()).await;
    assert_eq!(code(unknown), "custodian-unavailable");
    let removed = bed.membership.remove_member(&ctx, bed.target(&ann.member), heirs).await?;
    let id = removed.transfer.ok_or("something is handed over")?.id;

    cabinet(&bed).is_down(2);
    bed.carry().await?;
    let waiting = transfer(&bed, id).await?;
    assert!(waiting.trouble.is_some() && waiting.due_at() > Some(bed.clock.now()), "{waiting:?}");
    assert_eq!(bed.membership.open_transfers(&ctx, bed.tenant.id).await?.len(), 1, "everybody can see it");
    bed.clock.advance(TimeDelta::seconds(30));
    bed.carry().await?;
    let waiting = transfer(&bed, id).await?;
    assert_eq!((waiting.attempts, waiting.due_at()), (2, Some(bed.clock.now() + TimeDelta::seconds(60))));
    cabinet(&bed).loses_answers(1);
    bed.clock.advance(TimeDelta::hours(2));
    bed.carry().await?;
    bed.clock.advance(TimeDelta::hours(2));
    bed.carry().await?;
    assert!(matches!(transfer(&bed, id).await?.state, TransferState::Finished(_)));
    assert_eq!(cabinet(&bed).held_by(bed.member.id), [("recordings".to_owned(), 3)].into());
    assert_eq!(cabinet(&bed).orders().len(), 2, "the same order, twice");
    Ok(())
}

/// What came up while it was being handed over is handed over too; another heir can be named on the way.
#[tokio::test]
async fn what_comes_up_later_is_handed_over_too() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ben = bed.added("ben", &["Member"]).await?;
    cabinet(&bed).put(ann.member.id, "recordings", 3);
    let ctx = bed.as_administrator();
    let heirs = Heirs::everything_to(ben.member.id);
    let removed = bed.membership.remove_member(&ctx, bed.target(&ann.member), heirs).await?;
    let id = removed.transfer.ok_or("something is handed over")?.id;
    bed.membership.disable_member(&ctx, bed.target(&ben.member)).await?;
    let name = |heirs: Heirs| bed.membership.name_heir(&ctx, bed.tenant.id, id, heirs);
    assert_eq!(code(name(Heirs::everything_to(ben.member.id)).await), "heir-unfit");
    name(Heirs::everything_to(bed.member.id)).await?;
    cabinet(&bed).put(ann.member.id, "exports", 2);
    for _ in 0..4 {
        bed.carry().await?;
        bed.clock.advance(TimeDelta::hours(1));
    }
    assert!(matches!(transfer(&bed, id).await?.state, TransferState::Finished(_)));
    let held = cabinet(&bed).held_by(bed.member.id);
    assert_eq!(held, [("exports".to_owned(), 2), ("recordings".to_owned(), 3)].into());
    assert_eq!(code(name(Heirs::everything_to(bed.member.id)).await), "transfer-finished");
    let unknown = TransferId::from_uuid(uuid::Uuid::nil());
    let unknown = bed.membership.name_heir(&ctx, bed.tenant.id, unknown, Heirs::default()).await;
    assert_eq!(code(unknown), "transfer-unknown");
    Ok(())
}

/// Proves ORG-38 in part: a tenant can want its members disabled before they are removed.
#[tokio::test]
async fn a_policy_can_want_disabling_first() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ctx = bed.as_administrator();
    let mut policy = bed.tenant.policy.clone();
    policy.disable_before_remove = true;
    let plan = bed.membership.plan_policy(&ctx, bed.tenant.id, policy.clone()).await?;
    bed.membership.change_policy(&ctx, bed.tenant.id, policy, plan.hash).await?;
    let remove = || bed.membership.remove_member(&ctx, bed.target(&ann.member), Heirs::default());
    assert_eq!(code(remove().await), "member-not-disabled");
    bed.membership.disable_member(&ctx, bed.target(&ann.member)).await?;
    remove().await?;
    Ok(())
}

/// A member leaves, what it holds goes to the representative, who cannot leave.
#[tokio::test]
async fn whoever_leaves_is_gone_and_the_representative_stays() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    cabinet(&bed).put(ann.member.id, "recordings", 3);
    bed.membership.leave(&bed.as_account(&ann.account), bed.tenant.id, Heirs::default()).await?;
    bed.carry().await?;
    assert_eq!(cabinet(&bed).held_by(bed.member.id), [("recordings".to_owned(), 3)].into());
    let gone = bed.membership.leave(&bed.as_account(&ann.account), bed.tenant.id, Heirs::default()).await;
    assert_eq!(code(gone), "tenant-unknown");
    let stays = bed.membership.leave(&bed.as_administrator(), bed.tenant.id, Heirs::default()).await;
    assert_eq!(code(stays), "representative-cannot-leave");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves APP-17 in part: whoever was made a member because of an account is told, and can leave by the link in the
/// letter; looking at it changes nothing, and it works for 30 days.
#[tokio::test]
async fn who_joined_unasked_leaves_in_one_click() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.stranger("ann@example.org").await?;
    let preset = bed.membership.presets().get("streaming-app").ok_or("the preset")?;
    assert_eq!(preset.policy.existing_account, ExistingAccount::Join);
    let command = CreateTenant {
        name: "Stream".into(),
        administrator: "Sam".into(),
        reach: Reach::Link(None),
        preset: Some("streaming-app".into()),
        parent: None,
    };
    let stream = bed.found_by(command, "sam").await?;
    let sam = bed.as_account(&stream.administrator);
    let access = bed.membership.access(&sam, stream.tenant.id).await?;
    let visitor = access.roles.iter().find(|role| role.name.as_str() == "Visitor").ok_or("a role")?;
    let mut command = bed.invitation_to("ann@example.org").await?;
    command.tenant = stream.tenant.id;
    command.people[0].assignments = vec![membership_core::role::assign::Wanted::role(visitor.id)];
    let joined = bed.membership.invite(&sam, command).await?.remove(0);
    assert_eq!((joined.member.status(), joined.member.account()), (MemberStatus::Enabled, Some(ann.id)));
    let world = bed.world(stream.tenant.id).await?;
    let told: Vec<_> = world.outbox.iter().filter(|(_, mail, _)| mail.kind == MailKind::BecameMember).collect();
    assert_eq!(
        told.iter().map(|(_, mail, _)| &mail.to).collect::<Vec<_>>(),
        [&EmailAddress::from_canonical("ann@example.org")?]
    );

    let link = Link {
        purpose: Purpose::Leaving,
        tenant: stream.tenant.id.as_uuid(),
        subject: joined.member.id.as_uuid(),
        generation: 1,
    };
    let token = bed.membership.links().token(&link);
    for _ in 0..20 {
        let seen = bed.membership.open_leaving(&bed.as_anybody(), &token).await?;
        assert_eq!(seen.status(), MemberStatus::Enabled);
    }
    let forged = bed.membership.leave_by_link(&bed.as_anybody(), "mbl_forged").await;
    assert_eq!(code(forged), "link-unknown");
    let now = bed.clock.now();
    bed.clock.advance(TimeDelta::days(30));
    assert_eq!(code(bed.membership.open_leaving(&bed.as_anybody(), &token).await), "leaving-link-expired");
    bed.clock.set(now + TimeDelta::days(30) - TimeDelta::microseconds(1));
    bed.membership.leave_by_link(&bed.as_anybody(), &token).await?;
    assert_eq!(code(bed.membership.leave_by_link(&bed.as_anybody(), &token).await), "member-removed");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}
