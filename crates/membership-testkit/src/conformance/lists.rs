//! Lists: pages, filters, deadlines, and all that is told about an invitation.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::{
    department::Departments,
    directory::{MemberFilter, Page},
    event::Event,
    id::MemberId,
    invitation::{
        Channel, Invitation, Inviter, Subject,
        invite::{Invite, Sending},
    },
    lifecycle::Stage,
    member::{Member, MemberState, MemberStatus, remove::Heirs},
    store::Scope,
};

use super::{Outcome, rows::address};
use crate::{Adapter, Bed, Failure, clock::TICK};

/// Whoever turns the pages sees every member once, newest first, while others are added; some were made in the same
/// moment.
pub(super) async fn pages_show_every_member_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut expected: BTreeSet<MemberId> = [bed.member.id].into();
    for number in 0..24 {
        if number % 3 == 0 {
            bed.clock.advance(TimeDelta::milliseconds(1));
        }
        expected.insert(bed.invite(&format!("person-{number}@example.org")).await?.member.id);
    }
    let mut seen: Vec<MemberId> = Vec::new();
    let mut page = Page { after: None, limit: 4 };
    loop {
        let rows = bed.adapter.directory.members(bed.tenant.id, &MemberFilter::default(), page).await?;
        assert!(rows.len() <= 4);
        assert!(rows.windows(2).all(|pair| match pair {
            [newer, older] => newer.member.created_at >= older.member.created_at,
            _ => false,
        }));
        seen.extend(rows.iter().map(|row| row.member.id));
        assert!(seen.len() <= expected.len(), "none twice");
        page.after = match rows.last() {
            Some(last) => Some(last.member.id),
            None => break,
        };
        bed.clock.advance(TimeDelta::milliseconds(1));
        bed.invite(&format!("late-{}@example.org", seen.len())).await?;
    }
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
    Ok(())
}

/// Proves: ORG-10, in part. The list filters by state; without a filter it shows all but the removed.
pub(super) async fn a_filter_shows_one_state(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let now = bed.clock.now();
    let (disabled, removed) = (bed.blank_account()?, bed.blank_account()?);
    let states = [
        MemberState::Disabled { account: disabled.id, joined_at: now, disabled_at: now },
        MemberState::Removed { account: Some(removed.id), joined_at: Some(now), removed_at: now },
    ];
    bed.write(&[Event::AccountRegistered(disabled), Event::AccountRegistered(removed)]).await?;
    for state in states {
        bed.write(&[Event::MemberAdded(bed.member_in(state)?)]).await?;
    }
    bed.invite("ann@example.org").await?;
    let list = async |status| {
        let page = Page { after: None, limit: 200 };
        let filter = MemberFilter { status, ..MemberFilter::default() };
        let rows = bed.adapter.directory.members(bed.tenant.id, &filter, page).await?;
        Ok::<_, Failure>(rows.iter().map(|row| row.member.status()).collect::<Vec<_>>())
    };
    for status in MemberStatus::ALL {
        assert_eq!(list(Some(status)).await?, [status]);
    }
    let all = list(None).await?;
    assert_eq!((all.len(), all.contains(&MemberStatus::Removed)), (3, false));
    Ok(())
}

/// Proves: ORG-20, in the part of the list. What is past its deadline is overdue from the deadline on, to the
/// microsecond, whether it was accepted or not; nothing else ever is.
pub(super) async fn overdue_is_what_is_past_its_deadline(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let tenant = bed.tenant.id;
    let invited = bed.invite("invited@example.org").await?.invitation;
    bed.invite_one(Invite { send: Some(Sending::Later), ..bed.invitation_to("ready@example.org").await? }).await?;
    let revoked = bed.invite("revoked@example.org").await?.invitation;
    let command = Subject { tenant, invitation: revoked.id };
    bed.membership.revoke_invitation(&bed.as_administrator(), command).await?;
    bed.join("joined@example.org").await?;
    let accepted = bed.invite("accepted@example.org").await?.invitation;
    let accepted = bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(&accepted)).await?;
    let (soon, late) = (accepted.deadline().ok_or("no deadline")?, invited.deadline().ok_or("no deadline")?);
    assert_eq!(late - bed.clock.now(), TimeDelta::hours(72));
    assert_eq!(soon - bed.clock.now(), TimeDelta::hours(24));

    let directory = &bed.adapter.directory;
    let (soon_one, late_one) = ((tenant, accepted.id), (tenant, invited.id));
    assert_eq!(directory.overdue(soon - TICK, 10).await?, []);
    assert_eq!(directory.overdue(soon, 10).await?, [soon_one]);
    assert_eq!(directory.overdue(late - TICK, 10).await?, [soon_one]);
    let both: BTreeSet<_> = directory.overdue(late, 10).await?.into_iter().collect();
    assert_eq!(both, [soon_one, late_one].into());
    assert_eq!(directory.overdue(late, 1).await?.len(), 1, "no more than asked for");
    Ok(())
}

/// The sweeper writes each deadline that has passed down once; the list is empty then.
pub(super) async fn the_sweeper_writes_each_deadline_down_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut invitations = Vec::new();
    for number in 0..5 {
        invitations.push(bed.invite(&format!("person-{number}@example.org")).await?.invitation);
    }
    let deadline = invitations.first().and_then(Invitation::deadline).ok_or("no deadline")?;
    bed.clock.set(deadline - TICK);
    assert_eq!(bed.membership.expire_invitations(&bed.as_system(), 10).await?, 0);
    bed.clock.set(deadline);
    assert_eq!(bed.membership.expire_invitations(&bed.as_system(), 3).await?, 3);
    assert_eq!(bed.membership.expire_invitations(&bed.as_system(), 10).await?, 2);
    assert_eq!(bed.membership.expire_invitations(&bed.as_system(), 10).await?, 0);
    for invitation in invitations {
        let view = bed.adapter.directory.invitation(bed.tenant.id, invitation.id).await?.ok_or("it is gone")?;
        let written = membership_core::invitation::State::Expired { at: deadline };
        assert_eq!((view.invitation.stage_at(deadline), view.invitation.state), (Stage::Expired, written));
    }
    Ok(())
}

/// The tenant, the member, the roles, the inviter's name, the mail, and whether the address has an account, here or in
/// another tenant.
pub(super) async fn an_invitation_is_shown_with_all_that_is_told(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let (directory, id) = (&bed.adapter.directory, invited.invitation.id);
    let view = directory.invitation(bed.tenant.id, id).await?.ok_or("it is not shown")?;
    assert_eq!((&view.invitation, &view.member, &view.tenant), (&invited.invitation, &invited.member, &bed.tenant));
    assert_eq!(view.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Member"]);
    assert_eq!((view.inviter.as_deref(), view.has_account), (Some("Root"), Some(false)));
    let account = bed.account_at("ann@example.org", false)?;
    bed.write(&[Event::AccountRegistered(account)]).await?;
    let view = directory.invitation(bed.tenant.id, id).await?.ok_or("it is not shown")?;
    assert_eq!(view.has_account, Some(false), "a claim means nothing");
    let account = bed.account_at("ann@example.org", true)?;
    bed.write(&[Event::AccountRegistered(account)]).await?;
    let view = directory.invitation(bed.tenant.id, id).await?.ok_or("it is not shown")?;
    assert_eq!(view.has_account, Some(true));

    let other = bed.found("Another Ltd", "otto").await?;
    let row = directory.member(other.tenant.id, other.member.id).await?.ok_or("it is not listed")?;
    let by_operator = row.row.invitation.ok_or("it was invited")?;
    let view = directory.invitation(other.tenant.id, by_operator.id).await?.ok_or("it is not shown")?;
    assert_eq!((view.inviter, view.delivery), (None, None), "the operator invited, by a link");
    Ok(())
}

/// Places are listed by name; a disabled member keeps its place, and who has not joined or was removed has none.
pub(super) async fn places_are_where_an_account_is_a_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.join("ann@example.org").await?;
    let places = bed.adapter.directory.places(ann.account.id).await?;
    assert_eq!(
        places.iter().map(|place| (place.tenant.id, place.member)).collect::<Vec<_>>(),
        [(bed.tenant.id, ann.member.id)]
    );

    let now = bed.clock.now();
    let account = ann.account.id;
    let mut expected = vec![("Example Ltd".to_owned(), MemberStatus::Enabled)];
    for (name, state) in [
        ("Another Ltd", MemberState::Disabled { account, joined_at: now, disabled_at: now }),
        ("Closed Ltd", MemberState::Removed { account: Some(account), joined_at: Some(now), removed_at: now }),
        ("Zoo Ltd", MemberState::Enabled { account, joined_at: now }),
    ] {
        let other = bed.found(name, &name.to_lowercase().replace(' ', "-")).await?;
        let member = Member { tenant: other.tenant.id, creator: None, ..bed.member_in(state)? };
        let gone = member.status() == MemberStatus::Removed;
        let departments = if gone { Departments::default() } else { other.member.departments.clone() };
        let member = Member { departments, ..member };
        if member.status() != MemberStatus::Removed {
            expected.push((name.to_owned(), member.status()));
        }
        bed.commit(Scope::Tenant(other.tenant.id), &[Event::MemberAdded(member)]).await?;
    }
    expected.sort();
    let places = bed.adapter.directory.places(account).await?;
    let places: Vec<_> = places.iter().map(|place| (place.tenant.name.to_string(), place.status)).collect();
    assert_eq!(places, expected);
    assert_eq!(address("ann@example.org")?, ann.member.email.ok_or("no address")?);
    Ok(())
}

/// Whoever turns the pages of those who have not joined sees each once, newest first, with the invitation, and nobody who
/// has joined or was removed.
pub(super) async fn who_has_not_joined_is_paged(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut expected = BTreeSet::new();
    for number in 0..23 {
        if number % 3 == 0 {
            bed.clock.advance(TimeDelta::milliseconds(1));
        }
        let inviter = Inviter::Member(bed.member.id);
        let (member, invitation) = bed.ready(Channel::Link(None), inviter)?;
        let sent = number % 2 == 0;
        let invitation = if sent { invitation.send(inviter, bed.clock.now())? } else { invitation };
        bed.write(&[Event::MemberInvited { member: member.clone(), invitation: invitation.clone() }]).await?;
        if number % 5 == 0 {
            bed.membership.remove_member(&bed.as_administrator(), bed.target(&member), Heirs::default()).await?;
        } else {
            expected.insert((member.id, invitation.id));
        }
        bed.holder_of(&["Member"]).await?;
    }
    bed.found("Another Ltd", "otto").await?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let (mut seen, mut after, mut newest) = (BTreeSet::new(), None, bed.clock.now());
    loop {
        let page = tx.waiting(after, 4).await?;
        assert!(page.len() <= 4, "no more than asked for");
        for (member, invitation) in &page {
            assert_eq!((invitation.member, member.status()), (member.id, MemberStatus::NotJoined));
            assert!(member.created_at <= newest, "newest first");
            newest = member.created_at;
            assert!(seen.insert((member.id, invitation.id)), "none twice");
        }
        match page.last() {
            Some((last, _)) => after = Some(last.id),
            None => break,
        }
    }
    assert_eq!(seen, expected);
    Ok(())
}
