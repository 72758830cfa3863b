//! Hand-overs: what removed members held, until it is others'.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    event::{Event, MemberChange},
    id::{MemberId, TransferId},
    member::{
        Member,
        remove::Heirs,
        transfer::{Share, Transfer, TransferState},
    },
    ports::Holding,
    refusal::Refusal,
    store::Scope,
};

use super::Outcome;
use crate::{Adapter, Bed, Failure, clock::TICK};

/// From the removal to the end: each step is read back in every way there is, and an end is an end.
pub(super) async fn a_hand_over_is_read_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let now = bed.clock.now();
    let (gone, heir) = (bed.holder_of(&["Member"]).await?, bed.holder_of(&["Member"]).await?);
    let begun = bed.transfer_of(&gone, &[("video:recordings", 7, bed.member.id), ("Übel 界", 1, heir.id)], now)?;
    let change = MemberChange { member: gone.clone().remove(0, now)?, before: gone };
    bed.write(&[Event::MemberRemoved { change, transfer: Some(begun.clone()) }]).await?;
    is_read_back(&bed, &begun).await?;

    let late = now + TimeDelta::hours(1);
    let trouble = Some("it said: \"no\", später".to_owned());
    let tried = Transfer { attempts: 3, trouble, state: TransferState::Due(late), ..begun.clone() };
    let half = {
        let mut half = begun.clone();
        half.shares.iter_mut().take(1).for_each(|share| share.done_at = Some(now + TICK));
        Transfer { state: TransferState::Due(now + TICK), ..half }
    };
    let more = {
        let mut more = half.clone();
        let holding = Holding { kind: "video:layouts".into(), name: "Layouts".into(), count: u64::from(u32::MAX) };
        more.shares.push(Share { holding, heir: heir.id, done_at: None });
        more.shares.iter_mut().for_each(|share| share.heir = bed.member.id);
        Transfer { heir: heir.id, ..more }
    };
    let done = {
        let mut done = more.clone();
        done.shares.iter_mut().for_each(|share| share.done_at = Some(late));
        Transfer { state: TransferState::Finished(late + TICK), ..done }
    };
    for event in [
        Event::TransferAttempted(tried.clone()),
        Event::TransferAttempted(half),
        Event::HeirNamed(more),
        Event::TransferFinished(done),
    ] {
        bed.write(std::slice::from_ref(&event)).await?;
        let (Event::TransferAttempted(written) | Event::HeirNamed(written) | Event::TransferFinished(written)) = event
        else {
            return Err("an event of a hand-over".into());
        };
        is_read_back(&bed, &written).await?;
    }
    Ok(())
}

async fn is_read_back(bed: &Bed, transfer: &Transfer) -> Outcome {
    let (tenant, directory) = (bed.tenant.id, &bed.adapter.directory);
    let mut tx = bed.adapter.store.begin(Scope::Tenant(tenant)).await?;
    assert_eq!(tx.transfer(transfer.id).await?.as_ref(), Some(transfer));
    let open: Vec<Transfer> = transfer.due_at().map(|_| transfer.clone()).into_iter().collect();
    assert_eq!(tx.open_transfers().await?, open);
    drop(tx);
    assert_eq!(directory.open_transfers(tenant).await?, open);
    let details = directory.member(tenant, transfer.member).await?.ok_or("it is not shown")?;
    assert_eq!(details.row.transfer.as_ref(), Some(transfer));
    assert_eq!(bed.snapshot().await?.transfers, std::slice::from_ref(transfer));
    let due = |due: bool| if due { vec![(tenant, transfer.id)] } else { vec![] };
    let at = transfer.due_at();
    let end = bed.clock.now() + TimeDelta::days(1);
    assert_eq!(directory.transfers_due(at.unwrap_or(end) - TICK, 10).await?, []);
    assert_eq!(directory.transfers_due(at.unwrap_or(end), 10).await?, due(at.is_some()));
    Ok(())
}

/// Proves: I-40 in part. What is due is due in every tenant, oldest first, at its moment and not before; of each tenant
/// there are its own.
pub(super) async fn hand_overs_are_due_in_their_order(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let start = bed.clock.now();
    let mut expected = Vec::new();
    for _ in 0..5 {
        bed.clock.advance(TimeDelta::seconds(1));
        let gone = bed.holder_of(&["Member"]).await?;
        expected.push(bed.gone(gone, bed.member.id).await?);
    }
    let other = bed.found("Another Ltd", "otto").await?;
    let (directory, tenant) = (&bed.adapter.directory, bed.tenant.id);
    assert_eq!(directory.open_transfers(other.tenant.id).await?, []);
    let mut tx = bed.adapter.store.begin(Scope::Tenant(other.tenant.id)).await?;
    assert_eq!(tx.open_transfers().await?, []);
    assert_eq!(tx.transfer(expected.first().ok_or("nothing was begun")?.id).await?, None);
    drop(tx);
    assert_eq!(directory.open_transfers(tenant).await?, expected);
    let ids: Vec<(_, TransferId)> = expected.iter().map(|transfer| (tenant, transfer.id)).collect();
    for second in 0..=5 {
        let at = start + TimeDelta::seconds(second);
        let count = usize::try_from(second)?;
        assert_eq!(directory.transfers_due(at, 10).await?, ids.get(..count).unwrap_or_default());
        assert_eq!(directory.transfers_due(at - TICK, 10).await?.len(), count.saturating_sub(1));
    }
    assert_eq!(
        directory.transfers_due(bed.clock.now(), 2).await?,
        ids.get(..2).unwrap_or_default(),
        "no more than asked for"
    );
    Ok(())
}

/// Proves: ORG-39, I-17 in part. Removing somebody who holds something needs an enabled heir for every kind; access ends at once, and
/// all of it is handed over, however often the product is down or its answer is lost; then the removal is final. Somebody
/// who holds nothing needs no heir.
pub(super) async fn what_a_member_held_is_handed_over_in_the_end(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let cabinet = bed.custodian();
    let ann = bed.added("ann", &["Member"]).await?;
    let [heir, other] = [bed.holder_of(&["Member"]).await?, bed.holder_of(&["Member"]).await?];
    let disabled = bed.holder_of(&["Member"]).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await?;
    let nothing = bed.holder_of(&["Member"]).await?;
    let remove = async |member: &Member, heirs| {
        bed.membership.remove_member(&bed.as_administrator(), bed.target(member), heirs).await
    };
    assert_eq!(remove(&nothing, Heirs::default()).await?.transfer, None);
    bed.carry().await?;
    assert_eq!(bed.adapter.directory.open_transfers(bed.tenant.id).await?, []);

    cabinet.put(ann.member.id, "files", 3);
    cabinet.put(ann.member.id, "reports", 2);
    cabinet.put(heir.id, "files", 1);
    let before = bed.snapshot().await?;
    for heirs in [
        Heirs::default(),
        Heirs { of_kind: [("files".to_owned(), heir.id)].into(), ..Heirs::default() },
        Heirs::everything_to(ann.member.id),
        Heirs::everything_to(disabled.id),
        Heirs::everything_to(nothing.id),
    ] {
        let refused = remove(&ann.member, heirs).await.err().ok_or("it was not refused")?;
        assert_eq!(refused.code(), "invalid-input");
    }
    cabinet.is_down(1);
    let refused = remove(&ann.member, Heirs::everything_to(heir.id)).await.err().ok_or("it was not refused")?;
    assert_eq!(refused.code(), "custodian-unavailable");
    assert_eq!(bed.snapshot().await?, before);

    let heirs = Heirs { of_the_rest: Some(other.id), of_kind: [("files".to_owned(), heir.id)].into() };
    let removed = remove(&ann.member, heirs).await?;
    assert!(removed.transfer.is_some_and(|transfer| transfer.due_at() == Some(bed.clock.now())));
    let shut_out = bed.membership.tenant(&bed.as_account(&ann.account), bed.tenant.id).await.err();
    assert_eq!(shut_out.map(|refused| refused.code()), Some("tenant-unknown"));
    let refused = remove(&heir, Heirs::default()).await.err().ok_or("it was not refused")?;
    assert_eq!(refused.code(), "member-is-heir");

    cabinet.is_down(4);
    cabinet.loses_answers(2);
    let mut waits = 0;
    while let Some(transfer) = bed.adapter.directory.open_transfers(bed.tenant.id).await?.into_iter().next() {
        let due = transfer.due_at().ok_or("it is not open")?;
        if due > bed.clock.now() {
            assert!(transfer.trouble.is_some(), "everybody can see why it waits");
            bed.clock.set(due);
            waits += 1;
        }
        bed.carry().await?;
    }
    assert_eq!(waits, 6);
    assert_eq!(cabinet.held_by(ann.member.id), [].into());
    assert_eq!(cabinet.held_by(heir.id), [("files".to_owned(), 4)].into());
    assert_eq!(cabinet.held_by(other.id), [("reports".to_owned(), 2)].into());
    let orders: BTreeSet<_> = cabinet.orders().iter().map(|order| (order.transfer, order.kind.clone())).collect();
    assert_eq!((cabinet.orders().len(), orders.len()), (4, 2), "the same order is given again");
    let details = bed.adapter.directory.member(bed.tenant.id, ann.member.id).await?.ok_or("it is not shown")?;
    assert_eq!(details.row.transfer.map(|transfer| transfer.state), Some(TransferState::Finished(bed.clock.now())));
    assert_eq!(remove(&heir, Heirs::everything_to(other.id)).await?.member.status().as_str(), "removed");
    Ok(())
}

impl Bed {
    /// A hand-over of what `member` held, due at `due`, begun now.
    pub(super) fn transfer_of(
        &self,
        member: &Member,
        held: &[(&str, u64, MemberId)],
        due: DateTime<Utc>,
    ) -> Result<Transfer, Failure> {
        let share = |(kind, count, heir): &(&str, u64, MemberId)| Share {
            holding: Holding { kind: (*kind).to_owned(), name: format!("{kind}, by name"), count: *count },
            heir: *heir,
            done_at: None,
        };
        Ok(Transfer {
            id: TransferId::new(self.clock.now(), self.membership.entropy()),
            tenant: self.tenant.id,
            member: member.id,
            account: member.account().ok_or("whoever has not joined holds nothing")?,
            shares: held.iter().map(share).collect(),
            heir: self.member.id,
            begun_at: self.clock.now(),
            attempts: 0,
            trouble: None,
            state: TransferState::Due(due),
        })
    }

    /// Removes `member`, whose only file goes to `heir`.
    async fn gone(&self, member: Member, heir: MemberId) -> Result<Transfer, Failure> {
        let now = self.clock.now();
        let transfer = self.transfer_of(&member, &[("files", 1, heir)], now)?;
        let change = MemberChange { member: member.clone().remove(0, now)?, before: member };
        self.write(&[Event::MemberRemoved { change, transfer: Some(transfer.clone()) }]).await?;
        Ok(transfer)
    }
}
