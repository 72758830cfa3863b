//! The whole way, through the use cases.

use std::sync::Arc;

use membership_core::{
    Membership,
    account::register::Register,
    actor::Actor,
    context::Context,
    directory::{MemberFilter, Page},
    id::RequestId,
    installation::SetUpClosed,
    invitation::invite::{Invite, InviteError, Reach},
    lifecycle::Stage,
    link::LinkFault,
    member::MemberStatus,
    outbox::Delivery,
    role::assign::Wanted,
    tenant::{TenantStatus, set_up::SetUpError},
};

use super::{Outcome, crowd::at_once};
use crate::{Adapter, Bed, Dice, Failure, ManualClock, bed};

const ALL: Page<membership_core::id::MemberId> = Page { after: None, limit: 200 };

/// Proves: I-21, for the link of the set-up.
/// An installation is set up by its newest link, once.
pub(super) async fn set_up_happens_once(adapter: Adapter) -> Outcome {
    let (membership, ctx) = empty(&adapter)?;
    let older = membership.issue_set_up_link(&ctx).await?.ok_or("no link")?;
    let newer = membership.issue_set_up_link(&ctx).await?.ok_or("no link")?;
    let refused = membership.set_up(&ctx, bed::set_up(&older)).await.err();
    assert_eq!(refused, Some(SetUpError::Link(LinkFault::Superseded)));
    let done = membership.set_up(&ctx, bed::set_up(&newer)).await?;
    assert_eq!(done.tenant.status, TenantStatus::Active);
    let refused = membership.set_up(&ctx, bed::set_up(&newer)).await.err();
    assert_eq!(refused, Some(SetUpError::Closed(SetUpClosed::Done)));
    assert_eq!(membership.issue_set_up_link(&ctx).await?, None);
    assert_eq!(adapter.directory.installation().await?.operator, Some(done.account.id));
    assert_eq!(adapter.directory.tenants().await?, [done.tenant.id]);
    Ok(())
}

/// Of many who hold the link at the same moment, one becomes the operator.
pub(super) async fn one_of_many_set_ups_wins(adapter: Adapter) -> Outcome {
    let (membership, ctx) = empty(&adapter)?;
    let link = membership.issue_set_up_link(&ctx).await?.ok_or("no link")?;
    let done = at_once(8, |_| {
        let (membership, ctx, command) = (membership.clone(), ctx.clone(), bed::set_up(&link));
        async move { membership.set_up(&ctx, command).await.is_ok() }
    })
    .await?;
    assert_eq!(done.iter().filter(|won| **won).count(), 1);
    assert_eq!(adapter.directory.tenants().await?.len(), 1);
    Ok(())
}

/// Proves: ORG-19, ORG-41, APP-30. A person who is invited by mail waits to join until registered, then is Enabled and
/// signed in, and stands at the top of the list.
pub(super) async fn a_person_is_invited_and_joins(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    bed.clock.advance(chrono::TimeDelta::minutes(1));
    let invited = bed.invite("ann@example.org").await?;
    assert_eq!(invited.link, None, "what goes by mail is shown to nobody else");
    let row = newest(&bed).await?;
    assert_eq!(row.member, invited.member);
    assert_eq!(row.member.status(), MemberStatus::NotJoined);
    assert_eq!(row.stage_at(bed.clock.now()), Some(Stage::Invited));
    assert_eq!(row.delivery, Some(Delivery::Queued));

    let token = bed.token(&invited.invitation);
    let view = bed.membership.open_invitation(&bed.as_anybody(), &token).await?;
    assert_eq!((view.tenant.id, view.inviter.as_deref()), (bed.tenant.id, Some("Root")));
    assert_eq!(view.has_account, Some(false));
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    assert_eq!(newest(&bed).await?.member.status(), MemberStatus::NotJoined, "accepting is not joining");
    bed.clock.advance(chrono::TimeDelta::minutes(1));
    let ann = bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await?;

    let row = newest(&bed).await?;
    assert_eq!(row.member, ann.member);
    assert_eq!((row.member.status(), row.member.account()), (MemberStatus::Enabled, Some(ann.account.id)));
    assert_eq!(row.stage_at(bed.clock.now()), Some(Stage::Joined));
    let session = bed.membership.session(&bed.as_anybody(), &ann.key).await?;
    assert_eq!(session, Some((ann.session.clone(), bed.account(ann.account.id).await?)));
    let ctx = bed.as_member(&ann);
    let members = bed.membership.members(&ctx, bed.tenant.id, MemberFilter::default(), ALL).await?;
    assert_eq!(members.rows.len(), 2);
    Ok(())
}

/// Proves: ORG-18, ORG-19, and X-5 for people without an address.
/// A link that is handed over makes a member of whoever registers by it, once; until then the member waits to join.
pub(super) async fn an_invitation_that_is_handed_over_makes_a_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let people = vec![bed.invitee(Reach::Link(None)).await?];
    let invited = bed.invite_one(Invite { people, ..bed.invitation_to("").await? }).await?;
    let token = bed.token(&invited.invitation);
    assert!(invited.link.is_some_and(|link| link.ends_with(&token)));
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let waiting = bed.adapter.directory.member(bed.tenant.id, invited.member.id).await?;
    assert_eq!(waiting.map(|found| found.row.member.status()), Some(MemberStatus::NotJoined));
    let registration = Register { username: Some("ann".into()), ..bed.registration(&token) };
    let ann = bed.membership.register(&bed.as_anybody(), registration).await?;
    assert_eq!((ann.member.status(), ann.account.email), (MemberStatus::Enabled, None));
    let again = Register { username: Some("bob".into()), ..bed.registration(&token) };
    assert!(bed.membership.register(&bed.as_anybody(), again).await.is_err(), "single use");
    assert!(bed.snapshot().await?.outbox.is_empty(), "nothing was owed");
    Ok(())
}

/// Proves: APP-14. Ten people are invited in one call; eleven, or ten of whom one is refused, are nobody. So it is when
/// only the store sees what is wrong.
pub(super) async fn ten_people_are_invited_or_none(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let before = bed.snapshot().await?;
    let eleven = bed.membership.invite(&bed.as_administrator(), people(&bed, 11).await?).await.err();
    assert_eq!(eleven, Some(InviteError::TooMany { named: 11, limit: 10 }));
    let mut one_bad = people(&bed, 9).await?;
    one_bad.people.push(bed.invitee(Reach::Mail("person-0@example.org".into())).await?);
    assert!(bed.membership.invite(&bed.as_administrator(), one_bad).await.is_err());
    let mut events = Vec::new();
    for _ in 0..9 {
        events.push(bed.quiet_invitation()?);
    }
    events.extend(events.first().cloned());
    assert!(bed.write(&events).await.is_err(), "the tenth has the id of the first");
    assert_eq!(bed.snapshot().await?, before);

    let invited = bed.membership.invite(&bed.as_administrator(), people(&bed, 10).await?).await?;
    assert_eq!(invited.len(), 10);
    let after = bed.snapshot().await?;
    assert_eq!((after.members.len(), after.invitations.len(), after.outbox.len()), (11, 10, 10));
    Ok(())
}

/// Proves: ORG-25, in the part of the person who has an account: sign in, then join.
/// Proves: APP-8, in its decision: an account that is a member elsewhere is no obstacle to an invitation.
pub(super) async fn a_person_with_an_account_joins_a_second_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.join("ann@example.org").await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let role = bed.adapter.directory.access(other.tenant.id).await?.roles.into_iter().find(|role| !role.administrator);
    let mut command = Invite { tenant: other.tenant.id, ..bed.invitation_to("ann@example.org").await? };
    for person in &mut command.people {
        person.assignments = role.iter().map(|role| Wanted::role(role.id)).collect();
    }
    let invited = bed.membership.invite(&bed.as_account(&other.administrator), command).await?;
    let invitation = invited.into_iter().next().and_then(|invited| invited.invitation).ok_or("nobody was invited")?;
    let token = bed.token(&invitation);
    let ctx = bed.as_member(&ann);
    bed.membership.accept_invitation(&ctx, &token).await?;
    let member = bed.membership.join(&ctx, &token).await?;
    assert_eq!((member.tenant, member.account()), (other.tenant.id, Some(ann.account.id)));
    Ok(())
}

fn empty(adapter: &Adapter) -> Result<(Membership, Context), Failure> {
    let dice = Arc::new(Dice::seeded(1));
    let now = ManualClock::default().now();
    let ctx = Context::new(Actor::System, now, RequestId::new(now, dice.as_ref()));
    Ok((Membership::new(bed::parts(adapter, dice)?), ctx))
}

async fn newest(bed: &Bed) -> Result<membership_core::directory::MemberRow, Failure> {
    let ctx = bed.as_administrator();
    let page = Page { after: None, limit: 1 };
    let rows = bed.membership.members(&ctx, bed.tenant.id, MemberFilter::default(), page).await?;
    Ok(rows.rows.into_iter().next().ok_or("the list is empty")?)
}

async fn people(bed: &Bed, count: usize) -> Result<Invite, Failure> {
    let mut people = Vec::new();
    for number in 0..count {
        people.push(bed.invitee(Reach::Mail(format!("person-{number}@example.org"))).await?);
    }
    Ok(Invite { people, ..bed.invitation_to("").await? })
}
