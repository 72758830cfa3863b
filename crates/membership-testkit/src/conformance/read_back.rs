//! What is written is read back as it was: every kind of thing in every state, to the microsecond.

use membership_core::{
    account::{Account, AccountEmail, Login},
    event::Event,
    installation::Installation,
    invitation::{Channel, Invitation, Inviter},
    lifecycle::Stage,
    member::{Member, MemberState, MemberStatus},
    role::{Assignments, Grant},
    store::Scope,
    tenant::Validity,
};

use super::{Outcome, rows::address};
use crate::{Adapter, Bed, Failure, clock::TICK};

/// Every stage, by every channel, answered for by a member or the operator.
pub(super) async fn every_stage_of_an_invitation(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut written = Vec::new();
    for inviter in [Inviter::Member(bed.member.id), Inviter::Operator(bed.administrator.id)] {
        for stage in Stage::ALL {
            for channel in 0..3 {
                let address = address(&format!("person-{}@example.org", written.len()))?;
                let channel = match channel {
                    0 => Channel::Mail(address),
                    1 => Channel::Link(Some(address)),
                    _ => Channel::Link(None),
                };
                written.push(lead_to(&bed, stage, channel, inviter).await?);
            }
        }
    }
    let world = bed.snapshot().await?;
    assert_eq!((world.members.len(), world.invitations.len()), (1 + written.len(), written.len()));
    assert!(
        written
            .iter()
            .all(|(member, invitation)| { world.members.contains(member) && world.invitations.contains(invitation) })
    );
    Ok(())
}

/// Leads an invitation to `stage` by one event at a time, and reads each of them back.
async fn lead_to(bed: &Bed, stage: Stage, channel: Channel, inviter: Inviter) -> Result<(Member, Invitation), Failure> {
    let (member, ready) = bed.ready(channel, inviter)?;
    bed.write(&[Event::MemberInvited { member: member.clone(), invitation: ready.clone() }]).await?;
    is_read_back(bed, &member, &ready).await?;
    if stage == Stage::Ready {
        return Ok((member, ready));
    }
    bed.clock.advance(TICK);
    let now = bed.clock.now();
    let invited = ready.send(inviter, now)?;
    bed.write(&[Event::InvitationIssued(invited.clone())]).await?;
    is_read_back(bed, &member, &invited).await?;
    let opened = invited.opened(now + TICK).ok_or("an open invitation can be looked at")?;
    bed.write(&[Event::InvitationOpened(opened.clone())]).await?;
    is_read_back(bed, &member, &opened).await?;
    let by = matches!(inviter, Inviter::Operator(_)).then_some(bed.administrator.id);
    let accepted = opened.clone().accept(by, Validity::ONE_DAY, now + TICK * 2)?.ok_or("it was not accepted before")?;
    let (event, invitation): (fn(Invitation) -> Event, _) = match stage {
        Stage::Ready | Stage::Invited => return Ok((member, opened)),
        Stage::Accepted => (Event::InvitationAccepted, accepted),
        Stage::Rejected => (Event::InvitationRejected, opened.reject(now + TICK)?),
        Stage::Revoked => (Event::InvitationRevoked, opened.revoke(now + TICK)?),
        Stage::Expired => {
            let late = opened.deadline().ok_or("it has a deadline")?;
            (Event::InvitationExpired, opened.expire(late)?.ok_or("it was not written down before")?)
        }
        Stage::Joined => {
            bed.write(&[Event::InvitationAccepted(accepted.clone())]).await?;
            let account = bed.blank_account()?;
            let invitation = accepted.join(account.id, now + TICK * 3)?;
            let member = member.join(&account, now + TICK * 3)?;
            let joined = Event::MemberJoined { member: member.clone(), invitation: invitation.clone() };
            bed.write(&[Event::AccountRegistered(account), joined]).await?;
            is_read_back(bed, &member, &invitation).await?;
            return Ok((member, invitation));
        }
    };
    bed.write(&[event(invitation.clone())]).await?;
    is_read_back(bed, &member, &invitation).await?;
    Ok((member, invitation))
}

async fn is_read_back(bed: &Bed, member: &Member, invitation: &Invitation) -> Result<(), Failure> {
    let tenant = bed.tenant.id;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(tenant)).await?;
    assert_eq!(tx.invitation(invitation.id).await?.as_ref(), Some(invitation));
    assert_eq!(tx.member(member.id).await?.as_ref(), Some(member));
    drop(tx);
    let directory = &bed.adapter.directory;
    let view = directory.invitation(tenant, invitation.id).await?.ok_or("it is not shown")?;
    assert_eq!((&view.invitation, &view.member, view.tenant.id), (invitation, member, tenant));
    let row = directory.member(tenant, member.id).await?.ok_or("it is not listed")?.row;
    assert_eq!((Some(invitation), member), (row.invitation.as_ref(), &row.member));
    Ok(())
}

/// Enabled, disabled, removed with and without an account.
pub(super) async fn every_state_of_a_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (joined_at, later) = (bed.clock.now(), bed.clock.now() + TICK);
    let roles = [bed.role("Member").await?, bed.role("Member manager").await?];
    let roles: Assignments = roles.into_iter().map(|role| (Grant::Role(role), None)).collect();
    let mut accounts = Vec::new();
    for _ in 0..3 {
        accounts.push(bed.blank_account()?);
    }
    let registered: Vec<Event> = accounts.iter().cloned().map(Event::AccountRegistered).collect();
    bed.write(&registered).await?;
    let [one, two, three] = accounts.iter().map(|account| account.id).collect::<Vec<_>>()[..] else {
        return Err("three accounts".into());
    };
    for (state, number) in [
        MemberState::Enabled { account: one, joined_at },
        MemberState::Disabled { account: two, joined_at, disabled_at: later },
        MemberState::Removed { account: Some(three), joined_at: Some(joined_at), removed_at: later },
        MemberState::Removed { account: None, joined_at: None, removed_at: later },
    ]
    .into_iter()
    .zip(0..)
    {
        let email = Some(address(&format!("person-{number}@example.org"))?);
        let held = if matches!(state, MemberState::Removed { .. }) { Assignments::default() } else { roles.clone() };
        let member = Member { email, assignments: held, ..bed.member_in(state)? };
        bed.write(&[Event::MemberAdded(member.clone())]).await?;
        let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
        assert_eq!(tx.member(member.id).await?.as_ref(), Some(&member));
        let removed = member.status() == MemberStatus::Removed;
        if let Some(account) = member.account() {
            let found = tx.member_of(account).await?;
            assert_eq!(found, (!removed).then(|| member.clone()), "removed members are no members");
        }
        let addresses: Vec<_> = member.email.iter().cloned().collect();
        let known = tx.members_at(&addresses).await?;
        assert_eq!(known, if removed { Vec::new() } else { vec![member.clone()] });
        drop(tx);
        assert!(bed.snapshot().await?.members.contains(&member));
    }
    Ok(())
}

/// With a username, a claimed address, a proved one, none of it; and a claim that is proved later.
pub(super) async fn every_kind_of_account(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let claimed = bed.account_at("claimed@example.org", false)?;
    let accounts = [
        bed.blank_account()?,
        bed.account_named("ann")?,
        bed.account_at("proved@example.org", true)?,
        bed.account_at("proved@example.org", false)?,
        claimed.clone(),
    ];
    for account in accounts {
        bed.commit(Scope::Account(account.id), &[Event::AccountRegistered(account.clone())]).await?;
        for scope in [Scope::Account(account.id), Scope::Tenant(bed.tenant.id), Scope::Installation] {
            let mut tx = bed.adapter.store.begin(scope).await?;
            assert_eq!(tx.account(account.id).await?.as_ref(), Some(&account), "in {scope:?}");
        }
    }
    let address = address("claimed@example.org")?;
    let login = Login::Email(address.clone());
    assert_eq!(bed.adapter.directory.account_by_login(&login).await?, None, "a claim means nothing");
    let email = Some(AccountEmail { address, proved_at: Some(bed.clock.now() + TICK) });
    let proved = Account { email, ..claimed };
    bed.write(&[Event::AddressProved(proved.clone())]).await?;
    assert_eq!(bed.adapter.directory.account_by_login(&login).await?, Some(proved));
    Ok(())
}

/// What is known of the installation is the same for every scope.
pub(super) async fn the_installation(adapter: Adapter) -> Outcome {
    let fresh = Installation::default();
    assert_eq!(adapter.directory.installation().await?, fresh);
    let bed = Bed::over(adapter).await?;
    let expected =
        Installation { generation: 1, issued_at: Some(bed.clock.now()), operator: Some(bed.administrator.id) };
    assert_eq!(bed.adapter.directory.installation().await?, expected);
    let scopes = [Scope::Installation, Scope::Tenant(bed.tenant.id), Scope::Account(bed.administrator.id)];
    for scope in scopes {
        assert_eq!(bed.adapter.store.begin(scope).await?.installation().await?, expected, "in {scope:?}");
    }
    Ok(())
}
