//! Tallies: how many members and invitations of a tenant stand where.

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    directory::{MailState, Tally},
    event::Event,
    invariants::World,
    invitation::{Channel, Invitation, Inviter},
    member::{Member, MemberStatus, remove::Heirs},
    outbox::MailKind,
    role::Assignments,
};

use super::{Outcome, find::crowd};
use crate::{Adapter, Bed, Failure, clock::TICK};

/// Members and invitations of every kind, mail that came to anything, inviters who stand no more: the numbers are those that
/// counting one by one gives, before the deadline, at it and after it, and nothing of another tenant is among them.
pub(super) async fn numbers_are_what_counting_gives(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let crowd = crowd(&bed).await?;
    for number in 0..5 {
        bed.clock.advance(TICK);
        let inviter = bed.somebody(Assignments::default()).await?;
        for of in [Inviter::Member(inviter.id), Inviter::Operator(bed.administrator.id), Inviter::Member(bed.member.id)]
        {
            invitations(&bed, of).await?;
        }
        match number {
            0 => {}
            1 | 2 => {
                bed.membership.disable_member(&bed.as_administrator(), bed.target(&inviter)).await?;
            }
            _ => {
                bed.membership.remove_member(&bed.as_administrator(), bed.target(&inviter), Heirs::default()).await?;
            }
        }
    }
    let other = bed.found("Another Ltd", "otto").await?;
    let now = bed.clock.now();
    let mut unvouched = Vec::new();
    for tenant in [bed.tenant.id, other.tenant.id] {
        let world = bed.world(tenant).await?;
        for at in [now, crowd.deadline - TICK, crowd.deadline, crowd.deadline + TimeDelta::days(30)] {
            let tally = bed.adapter.directory.tally(tenant, at).await?;
            assert_eq!(tally, counted(&world, at), "{at}");
            unvouched.push(tally.unvouched);
            assert!(tenant != bed.tenant.id || (tally.members.len(), tally.mail.len()) == (4, 3), "{tally:?}");
        }
    }
    // Of two who were disabled and of two who were removed: one that is ready and one that is out, until its time has passed. And of
    // the crowd three that are ready and five that are out.
    assert_eq!(unvouched, [16, 16, 11, 7, 0, 0, 0, 0]);
    Ok(())
}

/// Somebody invited by `inviter` whose invitation waits, somebody whose is out, and somebody whose was revoked.
async fn invitations(bed: &Bed, inviter: Inviter) -> Result<(), Failure> {
    for number in 0..3 {
        let (member, invitation) = bed.ready(Channel::Link(None), inviter)?;
        let invitation = if number == 0 { invitation } else { invitation.send(inviter, bed.clock.now())? };
        bed.write(&[Event::MemberInvited { member, invitation: invitation.clone() }]).await?;
        if number == 2 {
            bed.write(&[Event::InvitationRevoked(invitation.revoke(bed.clock.now())?)]).await?;
        }
    }
    Ok(())
}

/// Counted one by one.
fn counted(world: &World, now: DateTime<Utc>) -> Tally {
    let mut tally = Tally::default();
    let stands = |inviter: &Inviter| match inviter {
        Inviter::Member(id) => world.members.iter().any(|member| member.id == *id && member.is_enabled()),
        Inviter::Operator(_) => true,
    };
    for member in &world.members {
        *tally.members.entry(member.status()).or_default() += 1;
    }
    for invitation in &world.invitations {
        let stage = invitation.stage_at(now);
        *tally.invitations.entry(stage).or_default() += 1;
        if stage.is_open() && !stands(&invitation.inviter) {
            tally.unvouched += 1;
        }
        let mail = newest_mail(world, invitation).filter(|mail| *mail != MailState::Cancelled);
        if let Some(mail) = mail.filter(|_| waits(world, invitation)) {
            *tally.mail.entry(mail).or_default() += 1;
        }
    }
    tally
}

fn waits(world: &World, invitation: &Invitation) -> bool {
    let theirs = |member: &&Member| member.id == invitation.member;
    world.members.iter().find(theirs).is_some_and(|member| member.status() == MemberStatus::NotJoined)
}

fn newest_mail(world: &World, invitation: &Invitation) -> Option<MailState> {
    let its = world
        .outbox
        .iter()
        .filter(|(_, mail, _)| (mail.kind, mail.subject) == (MailKind::Invitation, invitation.id.as_uuid()));
    let newest = its.max_by_key(|(_, mail, _)| mail.generation)?;
    Some(MailState::from(&newest.2))
}
