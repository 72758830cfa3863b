//! The index of texts: what only a database can get wrong about it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    directory::{MemberFilter, Page},
    email::EmailAddress,
    event::{Event, MemberChange},
    id::MemberId,
    invitation::invite::{Invite, Invitee, Reach},
    member::Member,
    name::DisplayName,
    search::Query,
    store::Scope,
};
use membership_testkit::{Bed, Failure};

use crate::place::Place;

/// Whoever turns the pages of a search finds everybody once, newest first, though hundreds were made in one millisecond,
/// ten and one at a time, and some by a clock that is late.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_one_moment_is_found() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let mut crowd = BTreeSet::new();
        for call in 0..60 {
            match call {
                20 => bed.clock.advance(TimeDelta::milliseconds(-1)),
                30 => bed.clock.advance(TimeDelta::hours(1)),
                40 => bed.clock.advance(TimeDelta::hours(-2)),
                _ => {}
            }
            crowd.extend(invite(&bed, call, if call % 3 == 0 { 10 } else { 1 }).await?);
        }
        assert_eq!(crowd.len(), 20 * 10 + 40);
        for limit in [7, 200] {
            assert_eq!(found(&bed, "crowd", limit).await?, crowd);
        }
        assert_eq!(found(&bed, "call-9x", 3).await?.len(), 10);
    }
    Ok(())
}

/// What is undone leaves nothing in the index, and what is changed is found by what it is called now.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_undone_is_not_found() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let (ann, bob) = (bed.added("ann", &["Member"]).await?.member, bed.added("bob", &["Member"]).await?.member);
        let ann = rename(&bed, &ann, "Zebulon First", "first@example.org").await?;
        assert_eq!(found(&bed, "zebulon", 5).await?, [ann.id].into());

        // Nobody looks first whether the address is free: only the database objects, when all is written.
        let refused = rename(&bed, &bob, "Quentin Second", "first@example.org").await;
        assert!(refused.is_err());
        assert_eq!(found(&bed, "quentin", 5).await?, BTreeSet::new());
        assert_eq!(found(&bed, "bob", 5).await?, [bob.id].into());

        rename(&bed, &ann, "Xaver Third", "third@example.org").await?;
        assert_eq!(found(&bed, "zebulon", 5).await?, BTreeSet::new());
        assert_eq!(found(&bed, "xaver third", 5).await?, [ann.id].into());
    }
    Ok(())
}

async fn rename(bed: &Bed, before: &Member, name: &str, address: &str) -> Result<Member, Failure> {
    let email = Some(EmailAddress::from_canonical(address)?);
    let member = Member { name: DisplayName::parse(name)?, email, ..before.clone() };
    let change = MemberChange { before: before.clone(), member: member.clone() };
    let tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    tx.commit(&bed.as_administrator(), &[Event::MemberEdited(change)]).await?;
    Ok(member)
}

async fn invite(bed: &Bed, call: u32, many: u32) -> Result<Vec<MemberId>, Failure> {
    let person = bed.invitee(Reach::Link(None)).await?;
    let person = |number| Invitee {
        name: format!("Crowd {number}"),
        reach: Reach::Mail(format!("call-{call}x{number}@example.org")),
        ..person.clone()
    };
    let command = bed.invitation_to("nobody@example.org").await?;
    let people = (0..many).map(person).collect();
    let invited = bed.membership.invite(&bed.as_administrator(), Invite { people, ..command }).await?;
    Ok(invited.into_iter().map(|invited| invited.member.id).collect())
}

/// Everybody whom the pages of a search show.
async fn found(bed: &Bed, text: &str, limit: u16) -> Result<BTreeSet<MemberId>, Failure> {
    let filter = MemberFilter { text: Query::parse(text)?, ..MemberFilter::default() };
    let (mut seen, mut after, mut newest) = (BTreeSet::new(), None, DateTime::<Utc>::MAX_UTC);
    loop {
        let rows = bed.adapter.directory.members(bed.tenant.id, &filter, Page { after, limit }).await?;
        for row in &rows {
            assert!(row.member.created_at <= newest, "newest first");
            newest = row.member.created_at;
            assert!(seen.insert(row.member.id), "none twice");
        }
        match rows.last() {
            Some(last) => after = Some(last.member.id),
            None => return Ok(seen),
        }
    }
}
