//! The outbox: leases, verdicts, cancellations.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    event::Event,
    id::MessageId,
    invitation::Subject,
    outbox::{Delivery, Leased, Mail},
};

use super::{Outcome, crowd::at_once};
use crate::{Adapter, Bed, Failure, clock::TICK};

const LEASE: TimeDelta = TimeDelta::minutes(10);

/// Eight workers take forty messages: each message goes to one of them.
pub(super) async fn no_two_workers_get_the_same_message(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for number in 0..40 {
        bed.invite(&format!("person-{number}@example.org")).await?;
    }
    let taken = at_once(8, |_| {
        let bed = bed.clone();
        async move {
            let mut taken = Vec::new();
            loop {
                let leased = bed.claim(3).await?;
                if leased.is_empty() {
                    return Ok::<_, Failure>(taken);
                }
                assert!(leased.len() <= 3, "no more than asked for");
                taken.extend(leased.into_iter().map(|lease| lease.id));
            }
        }
    })
    .await?;
    let mut all: Vec<MessageId> = taken.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    assert_eq!(all.len(), 40);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 40, "each once");
    Ok(())
}

/// Proves: A41, in that mail goes to the address that is stored.
/// A message whose lease ran out is due again, at that moment and not before, and was tried once.
pub(super) async fn a_lease_runs_out(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let queued_at = bed.clock.now();
    assert_eq!(bed.adapter.outbox.next_due().await?, Some(queued_at));
    let first = bed.claim_one().await?;
    let until = queued_at + LEASE;
    assert_eq!((first.attempts, first.queued_at, first.until), (0, queued_at, until));
    assert_eq!(first.mail.subject, invited.invitation.id.as_uuid());
    assert_eq!((&first.mail.to, first.id), (invited.invitation.address().ok_or("no address")?, first.mail.id()));
    assert_eq!(bed.delivery(first.id).await?, Delivery::Sending { until });
    assert_eq!(bed.adapter.outbox.next_due().await?, Some(until));
    bed.clock.set(until - TICK);
    assert_eq!(bed.claim(10).await?, []);
    assert!(bed.adapter.outbox.holds(&first).await?);
    bed.clock.set(until);
    let second = bed.claim_one().await?;
    assert_eq!((second.id, second.attempts, second.queued_at), (first.id, 1, queued_at));
    assert!(bed.adapter.outbox.holds(&second).await? && !bed.adapter.outbox.holds(&first).await?);
    Ok(())
}

/// Whoever lost the lease settles nothing, not even when the new lease ends at the same moment as the old one.
pub(super) async fn a_lease_that_was_lost_settles_nothing(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    bed.invite("ann@example.org").await?;
    let (now, until) = (bed.clock.now(), bed.clock.now() + LEASE);
    let outbox = &bed.adapter.outbox;
    let first = outbox.claim(now, until, 1).await?.pop().ok_or("nothing was due")?;
    let second = outbox.claim(until, until, 1).await?.pop().ok_or("nothing was due")?;
    let sent = |at| Delivery::Sent { at, words: "250 2.0.0 Ok: queued as 4Cz".into() };
    outbox.settle(&[(first, sent(until))]).await?;
    assert_eq!(bed.delivery(second.id).await?, Delivery::Sending { until });
    outbox.settle(&[(second.clone(), sent(until))]).await?;
    assert_eq!(bed.delivery(second.id).await?, sent(until));
    outbox.settle(&[(second.clone(), sent(until + TICK))]).await?;
    assert_eq!(bed.delivery(second.id).await?, sent(until), "what is settled is settled");
    assert!(!outbox.holds(&second).await?);
    assert_eq!((outbox.next_due().await?, outbox.claim(until + LEASE, until + LEASE * 2, 1).await?), (None, vec![]));
    Ok(())
}

/// A deferred message is due at the moment that was said, and not before.
pub(super) async fn a_deferred_message_is_due_later(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    bed.invite("ann@example.org").await?;
    for attempt in 0..3 {
        let lease = bed.claim_one().await?;
        assert_eq!(lease.attempts, attempt);
        let until = bed.clock.now() + TimeDelta::hours(1);
        let deferred = Delivery::Deferred { until, words: "451 4.7.1 Greylisted, \"später\"".into() };
        bed.settle(&lease, deferred.clone()).await?;
        assert_eq!(bed.delivery(lease.id).await?, deferred);
        assert_eq!(bed.adapter.outbox.next_due().await?, Some(until));
        bed.clock.set(until - TICK);
        assert_eq!(bed.claim(10).await?, []);
        bed.clock.set(until);
    }
    assert_eq!(bed.claim_one().await?.attempts, 3);
    Ok(())
}

/// What has waited longest goes first.
pub(super) async fn the_oldest_goes_first(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut expected = Vec::new();
    for number in 0..6 {
        expected.push(bed.invite(&format!("person-{number}@example.org")).await?.invitation.id.as_uuid());
        bed.clock.advance(TICK);
    }
    let mut taken = Vec::new();
    for _ in 0..3 {
        let leased = bed.claim(2).await?;
        taken.extend(leased.iter().map(|lease| lease.mail.subject));
    }
    assert_eq!(taken, expected);
    Ok(())
}

/// Sent, failed, deferred, cancelled: with the moment and the server's words; and none of them is due unless deferred.
pub(super) async fn what_became_of_a_message_is_read_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let at = bed.clock.now() + TICK;
    let ends = [
        Delivery::Sent { at, words: "250 Ok".into() },
        Delivery::Failed { at, words: "550 5.1.1 No such user 'ann'".into() },
        Delivery::Deferred { until: at, words: String::new() },
        Delivery::Cancelled { at },
    ];
    for (number, end) in ends.iter().enumerate() {
        let invited = bed.invite(&format!("person-{number}@example.org")).await?;
        let lease = bed.claim_one().await?;
        bed.settle(&lease, end.clone()).await?;
        assert_eq!(bed.delivery(lease.id).await?, *end);
        let row = bed.adapter.directory.member(bed.tenant.id, invited.member.id).await?.ok_or("it is not listed")?;
        assert_eq!(row.row.delivery.as_ref(), Some(end));
        assert_eq!(bed.claim(10).await?, []);
    }
    bed.clock.set(at);
    assert_eq!(bed.claim(10).await?.len(), 1, "the deferred one");
    Ok(())
}

/// Proves: I-43. The mail of one link is owed once, however often it is told, and a commit that fails owes none.
pub(super) async fn a_message_is_owed_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invitation = bed.invite("ann@example.org").await?.invitation;
    let lease = bed.claim_one().await?;
    let sent = Delivery::Sent { at: bed.clock.now(), words: "250 Ok".into() };
    bed.settle(&lease, sent.clone()).await?;
    // Whether the store refuses this or takes no notice: nothing is sent twice.
    let told_again = bed.write(&[Event::InvitationIssued(invitation.clone())]).await;
    let world = bed.snapshot().await?;
    assert_eq!(world.outbox.len(), 1, "{told_again:?}");
    assert_eq!(bed.delivery(lease.id).await?, sent);

    let resent = invitation.resend(membership_core::invitation::Inviter::Member(bed.member.id), bed.clock.now())?;
    let bad = Event::AccountRegistered(bed.account_named("root")?);
    assert!(bed.write(&[Event::InvitationIssued(resent), bad]).await.is_err());
    assert_eq!(bed.snapshot().await?, world);
    Ok(())
}

/// Proves: I-44, in part. Whoever revokes, rejects or joins, and whatever expires, cancels the mail that has not gone out, in
/// the same moment.
pub(super) async fn closing_an_invitation_cancels_its_mail(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let tenant = bed.tenant.id;
    let mut closed: Vec<MessageId> = Vec::new();
    for number in 0..4 {
        let invitation = bed.invite(&format!("person-{number}@example.org")).await?.invitation;
        let token = bed.token(&invitation);
        closed.extend(Event::InvitationIssued(invitation.clone()).mails().iter().map(Mail::id));
        match number {
            0 => {
                let command = Subject { tenant, invitation: invitation.id };
                bed.membership.revoke_invitation(&bed.as_administrator(), command).await?;
            }
            1 => {
                bed.membership.reject_invitation(&bed.as_anybody(), &token).await?;
            }
            2 => {
                bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
                bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await?;
            }
            _ => {
                bed.clock.set(invitation.deadline().ok_or("no deadline")?);
                assert_eq!(bed.membership.expire_invitations(&bed.as_system(), 10).await?, 1);
            }
        }
        let last = closed.last().copied().ok_or("no mail was owed")?;
        assert_eq!(bed.delivery(last).await?, Delivery::Cancelled { at: bed.clock.now() });
    }
    assert_eq!((bed.claim(10).await?, bed.adapter.outbox.next_due().await?), (vec![], None));
    Ok(())
}

/// Proves: I-44, in part. A new link cancels the mail with the old one, and only that.
pub(super) async fn resending_cancels_the_older_mail(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let bystander = bed.invite("bob@example.org").await?.invitation;
    let invitation = bed.invite("ann@example.org").await?.invitation;
    let command = Subject { tenant: bed.tenant.id, invitation: invitation.id };
    let resent = bed.membership.resend_invitation(&bed.as_administrator(), command).await?.invitation;
    let due: BTreeSet<_> =
        bed.claim(10).await?.iter().map(|lease| (lease.mail.subject, lease.mail.generation)).collect();
    assert_eq!(due, [(bystander.id.as_uuid(), 1), (resent.id.as_uuid(), 2)].into());
    let view = bed.adapter.directory.invitation(bed.tenant.id, resent.id).await?.ok_or("it is not shown")?;
    assert!(matches!(view.delivery, Some(Delivery::Sending { .. })), "the newest mail is shown");
    Ok(())
}

/// Proves: I-43, in its last words. What was sent stays sent: nothing takes it back.
pub(super) async fn mail_that_was_sent_stays_sent(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invitation = bed.invite("ann@example.org").await?.invitation;
    let lease = bed.claim_one().await?;
    let sent = Delivery::Sent { at: bed.clock.now(), words: "250 Ok".into() };
    bed.settle(&lease, sent.clone()).await?;
    let command = Subject { tenant: bed.tenant.id, invitation: invitation.id };
    bed.membership.revoke_invitation(&bed.as_administrator(), command).await?;
    assert_eq!(bed.delivery(lease.id).await?, sent);
    Ok(())
}

/// Proves: I-44, in part. A worker that holds a message which is cancelled holds it no longer, and settles nothing.
pub(super) async fn a_message_that_a_worker_holds_is_cancelled_too(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invitation = bed.invite("ann@example.org").await?.invitation;
    let lease = bed.claim_one().await?;
    assert!(bed.adapter.outbox.holds(&lease).await?);
    let command = Subject { tenant: bed.tenant.id, invitation: invitation.id };
    bed.membership.revoke_invitation(&bed.as_administrator(), command).await?;
    assert!(!bed.adapter.outbox.holds(&lease).await?);
    let deferred = Delivery::Deferred { until: bed.clock.now(), words: "421".into() };
    bed.settle(&lease, deferred).await?;
    assert_eq!(bed.delivery(lease.id).await?, Delivery::Cancelled { at: bed.clock.now() });
    Ok(())
}

impl Bed {
    pub(super) async fn claim(&self, limit: u32) -> Result<Vec<Leased>, Failure> {
        let now: DateTime<Utc> = self.clock.now();
        Ok(self.adapter.outbox.claim(now, now + LEASE, limit).await?)
    }

    async fn claim_one(&self) -> Result<Leased, Failure> {
        self.claim(1).await?.pop().ok_or_else(|| "nothing was due".into())
    }

    async fn settle(&self, lease: &Leased, delivery: Delivery) -> Outcome {
        Ok(self.adapter.outbox.settle(&[(lease.clone(), delivery)]).await?)
    }

    async fn delivery(&self, id: MessageId) -> Result<Delivery, Failure> {
        let outbox = self.snapshot().await?.outbox;
        let found = outbox.into_iter().find(|(message, _, _)| *message == id);
        Ok(found.ok_or("there is no such message")?.2)
    }
}
