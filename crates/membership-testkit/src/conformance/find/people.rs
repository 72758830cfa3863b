//! People of every kind, to be found.

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::Account,
    event::{Event, MemberChange},
    id::RoleId,
    invitation::{Channel, Invitation, Inviter},
    lifecycle::Stage,
    member::Member,
    name::{DisplayName, Username},
    role::{Assignments, Grant, Permission},
    tenant::Validity,
};

use super::super::rows::address;
use crate::{Bed, Failure};

/// How many members the crowd has: of each kind several, more than a few pages.
const CROWD: usize = 84;
const NAMES: [&str; 7] =
    ["Ann Johnson", "Jon Johnsen", "Müller Łukasz", "界世 Wang", "O'Brien Ann", "100% _ \\ Example", "Zoë Übel-Straße"];

type Person = (Member, Option<Invitation>);

/// A crowd of people of every kind, and what a filter can ask of them.
pub(super) struct Crowd {
    pub(super) people: Vec<Person>,
    pub(super) roles: [RoleId; 2],
    pub(super) permission: Permission,
    /// When the assignments that end do.
    pub(super) end: DateTime<Utc>,
    /// When the invitations that are out run out.
    pub(super) deadline: DateTime<Utc>,
}

/// Writes the crowd.
pub(super) async fn crowd(bed: &Bed) -> Result<Crowd, Failure> {
    let roles = [bed.role("Member").await?, bed.define_role("Guest", &[], &[]).await?.id];
    let end = bed.clock.now() + TimeDelta::days(7);
    let mut crowd = Crowd {
        people: Vec::with_capacity(CROWD),
        roles,
        permission: Permission::parse("workspace:files.share")?,
        end,
        deadline: Validity::THREE_DAYS.end(bed.clock.now()),
    };
    let issued = bed.clock.now();
    for number in 0..CROWD {
        // Three of them in one millisecond.
        if number % 3 == 0 {
            bed.clock.advance(TimeDelta::milliseconds(1));
        }
        let (person, events) = crowd.somebody(bed, number, issued)?;
        bed.write(&events).await?;
        crowd.people.push(person);
    }
    crowd.people.push((bed.member.clone(), None));
    Ok(crowd)
}

impl Crowd {
    /// Somebody whose every property has another period.
    fn somebody(&self, bed: &Bed, number: usize, issued: DateTime<Utc>) -> Result<(Person, Vec<Event>), Failure> {
        let channel = match number % 2 {
            0 => Channel::Link(Some(address(&format!("person-{number}@example.org"))?)),
            _ => Channel::Link(None),
        };
        let (member, invitation) = bed.ready(channel, Inviter::Member(bed.member.id))?;
        let name = NAMES.iter().cycle().nth(number).copied().unwrap_or_default();
        let member = Member { name: DisplayName::parse(name)?, assignments: self.given(number), ..member };
        let now = bed.clock.now();
        let inviter = invitation.inviter;
        let stage = Stage::ALL.into_iter().cycle().nth(number / 2).unwrap_or(Stage::Ready);
        let invitation = match stage {
            Stage::Ready => invitation,
            Stage::Invited => invitation.send(inviter, issued)?,
            Stage::Accepted | Stage::Joined => {
                // The time to finish ends with the others'.
                let accepted = self.deadline - TimeDelta::days(1);
                let sent = invitation.send(inviter, issued)?;
                sent.accept(None, Validity::ONE_DAY, accepted)?.ok_or("it was accepted before")?
            }
            Stage::Rejected => invitation.send(inviter, issued)?.reject(now)?,
            Stage::Revoked => invitation.revoke(now)?,
            Stage::Expired => {
                let sent = invitation.send(inviter, issued - TimeDelta::days(9))?;
                sent.expire(now)?.ok_or("it was written down before")?
            }
        };
        if stage != Stage::Joined {
            let events = vec![Event::MemberInvited { member: member.clone(), invitation: invitation.clone() }];
            return Ok(((member, Some(invitation)), events));
        }
        Self::joined(bed, number, member, invitation)
    }

    /// Joined, and since then nothing, disabled, or removed.
    fn joined(
        bed: &Bed,
        number: usize,
        member: Member,
        invitation: Invitation,
    ) -> Result<(Person, Vec<Event>), Failure> {
        let now = bed.clock.now();
        let username = Some(Username::parse(&format!("login.{number}"))?);
        let account = Account { username, ..bed.blank_account()? };
        let invited = Event::MemberInvited { member: member.clone(), invitation: invitation.clone() };
        let invitation = invitation.join(account.id, now)?;
        let member = member.join(&account, now)?;
        let joined = Event::MemberJoined { member: member.clone(), invitation: invitation.clone() };
        let mut events = vec![Event::AccountRegistered(account), invited, joined];
        let before = member.clone();
        let change = |member| MemberChange { before, member };
        let member = match number % 3 {
            0 => member,
            1 => {
                let disabled = member.disable(0, now)?;
                events.push(Event::MemberDisabled(change(disabled.clone())));
                disabled
            }
            _ => {
                let removed = member.remove(0, now)?;
                events.push(Event::MemberRemoved { change: change(removed.clone()), transfer: None });
                removed
            }
        };
        Ok(((member, Some(invitation)), events))
    }

    fn given(&self, number: usize) -> Assignments {
        let [one, two] = self.roles.map(Grant::Role);
        let single = Grant::Permission(self.permission.clone());
        let single_ends = number.is_multiple_of(5).then_some(self.end);
        let wanted = [
            (one, number.is_multiple_of(2), None),
            (two, number.is_multiple_of(3), Some(self.end)),
            (single, number % 5 < 2, single_ends),
        ];
        wanted.into_iter().filter(|(_, held, _)| *held).map(|(grant, _, until)| (grant, until)).collect()
    }
}
