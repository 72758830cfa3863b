//! Reading the audit: in pieces, both ways, and by what is asked for.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::{
    actor::Denied,
    audit::{Record, RecordedActor},
    directory::{RecordFilter, RecordOrder},
    event::Event,
    store::Scope,
};
use uuid::Uuid;

use super::Outcome;
use crate::{Adapter, Bed, Failure, clock::TICK};

/// An audit is read in pieces, oldest first; what is not there is empty.
pub(super) async fn an_audit_is_read_in_pieces(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for _ in 0..7 {
        bed.write(&[bed.quiet_invitation()?]).await?;
    }
    let scope = Scope::Tenant(bed.tenant.id);
    let whole = bed.audit(scope, 0, 200).await?;
    assert_eq!(whole, bed.snapshot().await?.audit);
    let mut pieces = Vec::new();
    while let piece = bed.audit(scope, u64::try_from(pieces.len())?, 2).await?
        && !piece.is_empty()
    {
        assert!(piece.len() <= 2);
        pieces.extend(piece);
    }
    assert_eq!(pieces, whole);
    let nowhere = Scope::Account(bed.blank_account()?.id);
    assert_eq!(bed.audit(nowhere, 0, 10).await?, []);
    Ok(())
}

/// Every filter by itself and with every other, oldest first and newest first, in pieces of three: each record to which
/// all of it applies once, and no other.
pub(super) async fn an_audit_is_searched_both_ways(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    busy(&bed).await?;
    let scope = Scope::Tenant(bed.tenant.id);
    let whole = bed.audit(scope, 0, 200).await?;
    assert!(whole.len() > 20, "{}", whole.len());
    let choices = choices(&whole)?;
    let mut found = 0;
    for (place, one) in choices.iter().enumerate() {
        for other in choices.get(place..).unwrap_or_default() {
            let filter = both(one, other);
            let expected: Vec<&Record> = whole.iter().filter(|record| applies(&filter, record)).collect();
            found += expected.len();
            let up = turned(&bed, &filter, RecordOrder::After(0)).await?;
            assert_eq!(up.iter().collect::<Vec<_>>(), expected, "{filter:?}");
            let mut down = turned(&bed, &filter, RecordOrder::Before(None)).await?;
            down.reverse();
            assert_eq!(down, up, "{filter:?}");
        }
    }
    assert!(found > 500, "{found} answers");
    Ok(())
}

/// Several actors, objects and moments.
async fn busy(bed: &Bed) -> Outcome {
    let ann = bed.added("ann", &["Administrator"]).await?;
    bed.clock.advance(TimeDelta::seconds(1));
    let guests = bed.define_role("Guest", &[], &[]).await?;
    bed.clock.advance(TICK);
    let bob = bed.added("bob", &["Guest", "Member"]).await?;
    for _ in 0..3 {
        bed.membership.disable_member(&bed.as_account(&ann.account), bed.target(&bob.member)).await?;
        bed.clock.advance(TICK);
        bed.membership.enable_member(&bed.as_administrator(), bed.target(&bob.member)).await?;
    }
    for number in 0..6 {
        let invited = bed.invite(&format!("person-{number}@example.org")).await?;
        let token = bed.token(&invited.invitation);
        bed.clock.advance(TICK);
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    }
    bed.membership.nominate(&bed.as_administrator(), bed.target(&ann.member)).await?;
    bed.membership.decline_nomination(&bed.as_account(&ann.account), bed.tenant.id).await?;
    bed.edit_role(guests.id, "Guests", &["workspace:tasks.view"], &[]).await?;
    Ok(())
}

/// Filters that ask for one thing each, and the one that asks for nothing.
fn choices(whole: &[Record]) -> Result<Vec<RecordFilter>, Failure> {
    let blank = RecordFilter::default;
    let mut choices = vec![blank()];
    let objects: BTreeSet<Uuid> = whole.iter().map(|record| record.object).collect();
    let objects = objects.into_iter().step_by(2).chain([Uuid::from_u128(7)]);
    choices.extend(objects.map(|object| RecordFilter { object: Some(object), ..blank() }));
    let mut actors: Vec<RecordedActor> = Vec::new();
    for record in whole {
        if !actors.contains(&record.actor) {
            actors.push(record.actor);
        }
    }
    assert!(actors.len() >= 3, "{actors:?}");
    let actors = actors.into_iter().chain([RecordedActor::System, RecordedActor::Account(Uuid::from_u128(7))]);
    choices.extend(actors.map(|actor| RecordFilter { actor: Some(actor), ..blank() }));
    for name in
        ["member", "member.disabled", "member.dis", "invitation", "invit", "role", "representative", "%", "member_", ""]
    {
        choices.push(RecordFilter { name: Some(name.to_owned()), ..blank() });
    }
    let middle = whole.get(whole.len() / 2).ok_or("the audit is empty")?.at;
    for at in [middle, middle + TICK] {
        choices.push(RecordFilter { from: Some(at), ..blank() });
        choices.push(RecordFilter { before: Some(at), ..blank() });
    }
    choices.push(RecordFilter { from: Some(middle), before: Some(middle + TICK), ..blank() });
    Ok(choices)
}

fn both(one: &RecordFilter, other: &RecordFilter) -> RecordFilter {
    RecordFilter {
        object: other.object.or(one.object),
        actor: other.actor.or(one.actor),
        name: other.name.clone().or_else(|| one.name.clone()),
        from: other.from.or(one.from),
        before: other.before.or(one.before),
    }
}

fn applies(filter: &RecordFilter, record: &Record) -> bool {
    let words = |name: &String| record.name == *name || record.name.starts_with(&format!("{name}."));
    filter.object.is_none_or(|object| object == record.object)
        && filter.actor.is_none_or(|actor| actor == record.actor)
        && filter.name.as_ref().is_none_or(words)
        && filter.from.is_none_or(|from| from <= record.at)
        && filter.before.is_none_or(|before| record.at < before)
}

async fn turned(bed: &Bed, filter: &RecordFilter, mut order: RecordOrder) -> Result<Vec<Record>, Failure> {
    let mut all = Vec::new();
    loop {
        let piece = bed.adapter.directory.audit(Scope::Tenant(bed.tenant.id), filter, order, 3).await?;
        let Some(last) = piece.last() else { return Ok(all) };
        assert!(piece.len() <= 3, "{filter:?}");
        order = match order {
            RecordOrder::After(_) => RecordOrder::After(last.revision),
            RecordOrder::Before(_) => RecordOrder::Before(Some(last.revision)),
        };
        all.extend(piece);
    }
}

/// Proves: A35 in part. Of an audit the records of its own scope are found, whatever is asked for, and only by whoever may
/// read it.
pub(super) async fn an_audit_tells_nothing_of_another(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let actor = RecordedActor::Account(other.administrator.id.as_uuid());
    let by_otto = RecordFilter { actor: Some(actor), ..RecordFilter::default() };
    let about_otto = RecordFilter { object: Some(other.member.id.as_uuid()), ..RecordFilter::default() };
    for filter in [by_otto, about_otto.clone()] {
        for order in [RecordOrder::After(0), RecordOrder::Before(None)] {
            let found = bed.adapter.directory.audit(Scope::Tenant(bed.tenant.id), &filter, order, 10).await?;
            assert_eq!(found, [], "{filter:?}");
        }
    }
    let own = Scope::Tenant(other.tenant.id);
    let about = bed.adapter.directory.audit(own, &about_otto, RecordOrder::After(0), 10).await?;
    let names: Vec<&str> = about.iter().map(|record| record.name.as_str()).collect();
    assert_eq!(names, ["member.invited", "invitation.accepted", "member.joined"], "an invitation is its member's");

    let manager = bed.manager().await?;
    let tenant = bed.tenant.id;
    let (filter, order) = (RecordFilter::default(), RecordOrder::Before(None));
    let refused = bed.membership.audit(&bed.as_account(&manager.account), tenant, &filter, order, 10).await.err();
    let permission = membership_core::role::Permission::AUDIT_READ;
    assert_eq!(refused, Some(Denied::PermissionMissing { permission }.into()));
    let seen = bed.membership.audit(&bed.as_administrator(), tenant, &filter, order, 1).await?;
    let newest = Event::MemberAdded(manager.member);
    assert_eq!(
        seen.first().map(|record| (record.name.as_str(), record.object)),
        Some((newest.name(), newest.object()))
    );
    Ok(())
}
