//! Many at once on one tenant: what each of them read is still true when it writes.

use std::time::Duration;

use membership_core::{
    account::{Account, Challenge, Kinds, Session, reset::ResetBy},
    event::Event,
    id::InvitationId,
    invitation::Inviter,
    store::{Scope, StoreError},
};
use membership_testkit::{Bed, Failure};
use tokio::task::JoinSet;

use crate::place::Place;

/// Proves I-41, in part: two hundred read an invitation at once, count one up and write it back; not one of them is
/// lost, and the audit has each, without a gap.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let invitation = bed.invite("ann@example.org").await?.invitation;
        let mut tasks = JoinSet::new();
        for _ in 0..200 {
            tasks.spawn(resend(bed.clone(), invitation.id));
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        let world = bed.world(bed.tenant.id).await?;
        let generations: Vec<u32> = world.invitations.iter().map(|invitation| invitation.generation).collect();
        assert_eq!(generations, [201]);
        assert_eq!(bed.violations().await?, []);
    }
    Ok(())
}

async fn resend(bed: Bed, id: InvitationId) -> Result<(), Failure> {
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let invitation = tx.invitation(id).await?.ok_or("no invitation")?;
    // Whoever read without the lock would have read the same as everybody else by now.
    tokio::task::yield_now().await;
    let ctx = bed.as_administrator();
    let next = invitation.resend(Inviter::Member(bed.member.id), ctx.now)?;
    tx.commit(&ctx, &[Event::InvitationIssued(next)]).await?;
    Ok(())
}

/// Proves I-21, in part, for second factors: of fifty right answers to one challenge at once, one starts a session.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_challenge_is_answered_once() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let ann = bed.join("ann@example.org").await?.account;
        let before = bed.adapter.directory.sessions(ann.id).await?.len();
        let (challenge, _) = Challenge::start(&ann, bed.clock.now(), bed.membership.entropy());
        let tx = bed.adapter.store.begin(Scope::Account(ann.id)).await?;
        tx.commit(&bed.as_anybody(), &[Event::ChallengeStarted(challenge.clone())]).await?;
        let mut tasks = JoinSet::new();
        for _ in 0..50 {
            tasks.spawn(answer(bed.clone(), ann.clone(), challenge.clone()));
        }
        let mut through = 0;
        while let Some(done) = tasks.join_next().await {
            match done? {
                Ok(()) => through += 1,
                Err(StoreError::Raced { .. }) => {}
                Err(other) => return Err(other.into()),
            }
        }
        assert_eq!(through, 1);
        assert_eq!(bed.adapter.directory.sessions(ann.id).await?.len(), before + 1);
    }
    Ok(())
}

async fn answer(bed: Bed, ann: Account, challenge: Challenge) -> Result<(), StoreError> {
    let tx = bed.adapter.store.begin(Scope::Account(ann.id)).await?;
    let ctx = bed.as_anybody();
    let (session, _) = Session::start(&ann, Kinds::ALL, &ctx, bed.membership.entropy());
    let ended = Event::ChallengeEnded { challenge: challenge.id, account: ann.id };
    tx.commit(&ctx, &[ended, Event::SessionStarted(session)]).await
}

/// Proves I-27, in part: a link that is issued at the very moment in which its member is shut out is dead, whichever of the
/// two comes first; and nobody's epoch is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_that_is_issued_meanwhile_is_dead() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let ann = bed.join("ann@example.org").await?;
        let home = Scope::Account(ann.account.id);
        let mut tx = bed.adapter.store.begin(home).await?;
        let account = tx.account(ann.account.id).await?.ok_or("no account")?;
        let shutting_out = {
            let (bed, member) = (bed.clone(), ann.member.clone());
            tokio::spawn(
                async move { bed.membership.disable_member(&bed.as_administrator(), bed.target(&member)).await },
            )
        };
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!shutting_out.is_finished(), "the account is held");
        let issued = Event::ResetIssued(account.clone().with_reset(ResetBy::Owner, bed.clock.now()));
        tx.commit(&bed.as_anybody(), &[issued]).await?;
        shutting_out.await??;
        let after = bed.account(ann.account.id).await?;
        assert_eq!((after.reset, after.links, after.epoch), (None, account.links + 1, account.epoch + 1));
    }
    Ok(())
}
