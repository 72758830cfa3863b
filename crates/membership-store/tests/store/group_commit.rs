//! Group commit on SQLite: commands that arrive together share a commit, and each stands or falls alone.

use std::{fs, time::Duration};

use membership_core::{
    event::Event,
    id::{InvitationId, MemberId},
    member::Member,
    store::{Scope, StoreError, Tx},
};
use membership_testkit::{Adapter, Bed, Failure};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};

use crate::place::Place;

/// Long enough for a task to arrive at the queue.
const A_MOMENT: Duration = Duration::from_millis(50);

/// Sixty-four at once share a few commits, and each is on disk when it is told "done".
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_that_arrive_together_share_a_commit() -> Result<(), Failure> {
    let (place, bed) = made().await?;
    let before = commits(&place)?;
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let bed = bed.clone();
        tasks.spawn(async move { bed.invite(&format!("person-{number}@example.org")).await.map(drop) });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let made = commits(&place)? - before;
    assert!((1..=16).contains(&made), "{made} commits for 64 commands");

    // Somebody else reads what is in the files.
    let afresh = Adapter::of(std::sync::Arc::into_inner(place.open().await?).ok_or("shared")?);
    let world = afresh.directory.world(bed.tenant.id).await?.ok_or("no tenant")?;
    assert_eq!((world.members.len(), world.outbox.len()), (65, 64));
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Nobody is told "done" while the commit that they share is still open.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_before_the_commit() -> Result<(), Failure> {
    let (_place, bed) = made().await?;
    let tx = begin(&bed).await?;
    let next = tokio::spawn(next_turn(bed.clone()));
    sleep(A_MOMENT).await;
    let first = tokio::spawn(add(bed.clone(), tx, "first@example.org"));
    let second = next.await??;
    sleep(A_MOMENT).await;
    assert!(!first.is_finished(), "the one who comes next has not committed");
    assert_eq!(bed.world(bed.tenant.id).await?.members.len(), 1, "nobody sees it before");
    add(bed.clone(), second, "second@example.org").await?;
    first.await??;
    assert_eq!(bed.world(bed.tenant.id).await?.members.len(), 3);
    Ok(())
}

/// Proves I-42, in part: one that is refused in the middle of a batch takes back itself and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_loses_only_itself() -> Result<(), Failure> {
    let (place, bed) = made().await?;
    let before = commits(&place)?;
    let first = begin(&bed).await?;
    let tasks: Vec<JoinHandle<Result<(), StoreError>>> =
        (0..9).map(|number| tokio::spawn(add_in_turn(bed.clone(), if number % 3 == 0 { 0 } else { number }))).collect();
    sleep(A_MOMENT).await;
    add(bed.clone(), first, "person-0@example.org").await?;
    let mut refused = 0;
    for task in tasks {
        match task.await? {
            Ok(()) => {}
            Err(StoreError::Raced { constraint }) => {
                assert!(constraint.contains("member.email"), "{constraint}");
                refused += 1;
            }
            Err(other) => return Err(other.into()),
        }
    }
    assert_eq!(refused, 3);
    assert!(commits(&place)? - before < 3, "they shared a commit");
    let world = bed.world(bed.tenant.id).await?;
    assert_eq!((world.members.len(), world.audit.len()), (1 + 7, 2 + 7));
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// One that is dropped, at whatever point, takes back itself and nothing else, and never holds up the others.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_dropped_loses_only_itself() -> Result<(), Failure> {
    let (_place, bed) = made().await?;
    let first = begin(&bed).await?;
    // Gives up waiting; takes the turn and drops it; is dropped while it reads; is stopped while it commits.
    assert!(timeout(A_MOMENT, begin(&bed)).await.is_err());
    let dropped = tokio::spawn({
        let bed = bed.clone();
        async move { begin(&bed).await.map(drop) }
    });
    let reading = tokio::spawn({
        let bed = bed.clone();
        async move {
            let mut tx = begin(&bed).await?;
            let _stopped = timeout(Duration::ZERO, tx.access()).await;
            Ok::<(), StoreError>(())
        }
    });
    let stopped = tokio::spawn(add_in_turn(bed.clone(), 100));
    let kept: Vec<_> = (1..=5).map(|number| tokio::spawn(add_in_turn(bed.clone(), number))).collect();
    sleep(A_MOMENT).await;
    stopped.abort();
    drop(first);
    dropped.await??;
    reading.await??;
    for task in kept {
        task.await??;
    }
    let world = bed.world(bed.tenant.id).await?;
    let there = |address: &str| world.members.iter().any(|m| m.email.as_ref().is_some_and(|e| e.as_str() == address));
    assert!((1..=5).all(|number| there(&format!("person-{number}@example.org"))));
    assert!(!there("person-100@example.org"), "it was stopped before it wrote");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// A commit whose caller goes away in the middle is made or not made, and the next ones go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_who_go_away_leave_nothing_half_done() -> Result<(), Failure> {
    let (_place, bed) = made().await?;
    for round in 0..60_u64 {
        let gone = tokio::spawn({
            let bed = bed.clone();
            async move { bed.invite(&format!("gone-{round}@example.org")).await.map(drop) }
        });
        let stays = tokio::spawn({
            let bed = bed.clone();
            async move { bed.invite(&format!("stays-{round}@example.org")).await.map(drop) }
        });
        sleep(Duration::from_micros(150 * round)).await;
        gone.abort();
        stays.await??;
    }
    let world = bed.world(bed.tenant.id).await?;
    let stayed = world.members.iter().filter(|m| m.email.as_ref().is_some_and(|e| e.as_str().starts_with("stays")));
    assert_eq!(stayed.count(), 60);
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Readers see what was there before, and do not wait.
#[tokio::test(flavor = "multi_thread")]
async fn readers_do_not_wait_for_the_writer() -> Result<(), Failure> {
    let (_place, bed) = made().await?;
    let _held = begin(&bed).await?;
    assert_eq!(timeout(A_MOMENT * 20, bed.world(bed.tenant.id)).await??.members.len(), 1);
    assert_eq!(timeout(A_MOMENT * 20, bed.adapter.outbox.next_due()).await??, None);
    Ok(())
}

async fn made() -> Result<(Place, Bed), Failure> {
    let place = Place::sqlite()?;
    let database = std::sync::Arc::into_inner(place.ready().await?).ok_or("shared")?;
    let bed = Bed::over(Adapter::of(database)).await?;
    // The last transaction of the making ends before that of the test begins.
    sleep(A_MOMENT).await;
    Ok((place, bed))
}

async fn begin(bed: &Bed) -> Result<Box<dyn Tx>, StoreError> {
    bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await
}

async fn next_turn(bed: Bed) -> Result<Box<dyn Tx>, StoreError> {
    begin(&bed).await
}

async fn add_in_turn(bed: Bed, number: u32) -> Result<(), StoreError> {
    let tx = begin(&bed).await?;
    add(bed, tx, &format!("person-{number}@example.org")).await
}

/// Invites without looking first, so that only the database can object.
async fn add(bed: Bed, tx: Box<dyn Tx>, address: &str) -> Result<(), StoreError> {
    let ctx = bed.as_administrator();
    let entropy = bed.membership.entropy();
    let address = membership_core::email::EmailAddress::from_canonical(address).unwrap();
    let id = InvitationId::new(ctx.now, entropy);
    let member = Member {
        id: MemberId::new(ctx.now, entropy),
        email: Some(address.clone()),
        representative: false,
        state: membership_core::member::MemberState::NotJoined { invitation: id },
        ..bed.member.clone()
    };
    let invitation = membership_core::invitation::Invitation::new(
        id,
        &member,
        membership_core::invitation::Inviter::Member(bed.member.id),
        membership_core::invitation::Channel::Mail(address),
        bed.tenant.policy.invitation_validity,
        ctx.now,
    );
    tx.commit(&ctx, &[Event::MemberInvited { member, invitation }]).await
}

/// How many commits stand in the write-ahead log: frames that carry the database's size (sqlite.org/fileformat2.html, 4.1).
fn commits(place: &Place) -> Result<usize, Failure> {
    let path = place.url.trim_start_matches("sqlite://").trim_end_matches("?mode=rwc");
    let log = fs::read(format!("{path}-wal"))?;
    let frames = log.get(32..).unwrap_or_default().chunks(24 + 4096);
    Ok(frames.filter(|frame| frame.get(4..8).is_some_and(|size| size != [0; 4])).count())
}
