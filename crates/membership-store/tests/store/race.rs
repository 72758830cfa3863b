//! Many at once on one tenant: what each of them read is still true when it writes.

use membership_core::{event::Event, id::InvitationId, invitation::Inviter, store::Scope};
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
