//! People of every kind, to be found.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{Account, Kinds},
    directory::MailState,
    event::{Event, MemberChange},
    id::{AccountId, InvitationId, MemberId, RoleId},
    invitation::{Channel, Invitation, Inviter},
    lifecycle::Stage,
    member::Member,
    name::{DisplayName, Username},
    outbox::{Delivery, Mail},
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
pub(in crate::conformance) struct Crowd {
    pub(super) people: Vec<Person>,
    pub(super) roles: [RoleId; 2],
    pub(super) permission: Permission,
    /// When the assignments that end do.
    pub(super) end: DateTime<Utc>,
    /// When the invitations that are out run out.
    pub(in crate::conformance) deadline: DateTime<Utc>,
    /// The second factors of those who have joined.
    pub(super) kinds: BTreeMap<AccountId, Kinds>,
    /// What became of the newest mail of each invitation that was mailed.
    pub(super) mails: BTreeMap<InvitationId, MailState>,
    /// Who sent every fifth of the invitations, and is disabled now.
    pub(super) gone: MemberId,
}

/// Writes the crowd.
pub(in crate::conformance) async fn crowd(bed: &Bed) -> Result<Crowd, Failure> {
    let roles = [bed.role("Member").await?, bed.define_role("Guest", &[], &[]).await?.id];
    let end = bed.clock.now() + TimeDelta::days(7);
    let gone = bed.somebody(Assignments::default()).await?;
    let mut crowd = Crowd {
        people: Vec::with_capacity(CROWD),
        roles,
        permission: Permission::parse("workspace:files.share")?,
        end,
        deadline: Validity::THREE_DAYS.end(bed.clock.now()),
        kinds: BTreeMap::new(),
        mails: BTreeMap::new(),
        gone: gone.id,
    };
    let issued = bed.clock.now();
    for number in 0..CROWD {
        // Three of them in one millisecond.
        if number % 3 == 0 {
            bed.clock.advance(TimeDelta::milliseconds(1));
        }
        let (person, events) = crowd.somebody(bed, number, issued)?;
        let (first, then) = events.split_at(events.len().min(1));
        bed.write(first).await?;
        if let Some(invitation) = &person.1 {
            deliver(bed, invitation, number).await?;
        }
        bed.write(then).await?;
        crowd.people.push(person);
    }
    let gone = bed.membership.disable_member(&bed.as_administrator(), bed.target(&gone)).await?;
    crowd.people.extend([(bed.member.clone(), None), (gone, None)]);
    let world = bed.world(bed.tenant.id).await?;
    crowd.kinds = world.accounts.iter().map(|account| (account.id, account.kinds)).collect();
    let newest = |invitation: &Invitation| {
        let its = |mail: &Mail| mail.subject == invitation.id.as_uuid() && mail.generation == invitation.generation;
        let delivery = world.outbox.iter().find(|(_, mail, _)| its(mail)).map(|(_, _, delivery)| delivery);
        delivery.map(|delivery| (invitation.id, MailState::from(delivery)))
    };
    crowd.mails = crowd.people.iter().filter_map(|(_, invitation)| newest(invitation.as_ref()?)).collect();
    Ok(crowd)
}

/// Sends the mail with the link of `invitation`, if there is one, or tries to, or does not try. It is another worker's then.
async fn deliver(bed: &Bed, invitation: &Invitation, number: usize) -> Result<(), Failure> {
    let (at, words) = (bed.clock.now(), "as the server said".to_owned());
    let delivery = match number / 4 % 5 {
        0 => return Ok(()),
        1 => Delivery::Deferred { until: at + TimeDelta::days(1), words },
        2 => Delivery::Failed { at, words },
        _ => Delivery::Sent { at, words },
    };
    for lease in bed.claim(200).await? {
        if lease.mail.subject == invitation.id.as_uuid() {
            bed.adapter.outbox.settle(&[(lease, delivery.clone())]).await?;
        }
    }
    Ok(())
}

impl Crowd {
    /// Somebody whose every property has another period.
    fn somebody(&self, bed: &Bed, number: usize, issued: DateTime<Utc>) -> Result<(Person, Vec<Event>), Failure> {
        let channel = match number % 4 {
            0 => Channel::Mail(address(&format!("person-{number}@example.org"))?),
            2 => Channel::Link(Some(address(&format!("person-{number}@example.org"))?)),
            _ => Channel::Link(None),
        };
        let inviter = Inviter::Member(if number.is_multiple_of(5) { self.gone } else { bed.member.id });
        let (member, invitation) = bed.ready(channel, inviter)?;
        let name = NAMES.iter().cycle().nth(number).copied().unwrap_or_default();
        let member = Member { name: DisplayName::parse(name)?, assignments: self.given(number), ..member };
        let now = bed.clock.now();
        let stage = Stage::ALL.into_iter().cycle().nth(number / 2).unwrap_or(Stage::Ready);
        let first = match stage {
            Stage::Ready => invitation.clone(),
            Stage::Expired => invitation.clone().send(inviter, issued - TimeDelta::days(9))?,
            Stage::Invited | Stage::Accepted | Stage::Joined | Stage::Rejected | Stage::Revoked => {
                invitation.clone().send(inviter, issued)?
            }
        };
        let invited = Event::MemberInvited { member: member.clone(), invitation: first.clone() };
        let (invitation, then) = match stage {
            Stage::Ready | Stage::Invited => (first, None),
            Stage::Accepted | Stage::Joined => {
                // The time to finish ends with the others'.
                let at = self.deadline - TimeDelta::days(1);
                let accepted = first.accept(None, Validity::ONE_DAY, at)?.ok_or("it was accepted before")?;
                (accepted.clone(), Some(Event::InvitationAccepted(accepted)))
            }
            Stage::Rejected => {
                let rejected = first.reject(now)?;
                (rejected.clone(), Some(Event::InvitationRejected(rejected)))
            }
            Stage::Revoked => {
                let revoked = first.revoke(now)?;
                (revoked.clone(), Some(Event::InvitationRevoked(revoked)))
            }
            Stage::Expired => {
                let expired = first.expire(now)?.ok_or("it was written down before")?;
                (expired.clone(), Some(Event::InvitationExpired(expired)))
            }
        };
        let events: Vec<Event> = [invited].into_iter().chain(then).collect();
        if stage == Stage::Joined {
            return Self::joined(bed, number, member, invitation, events);
        }
        Ok(((member, Some(invitation)), events))
    }

    /// Joined, with any second factors, and since then nothing, disabled, or removed.
    fn joined(
        bed: &Bed,
        number: usize,
        member: Member,
        invitation: Invitation,
        mut events: Vec<Event>,
    ) -> Result<(Person, Vec<Event>), Failure> {
        let now = bed.clock.now();
        let username = Some(Username::parse(&format!("login.{number}"))?);
        let kinds = Kinds::from_bits(u8::try_from(number % 8)?).ok_or("these are no kinds")?;
        let account = Account { username, kinds, ..bed.blank_account()? };
        let invitation = invitation.join(account.id, now)?;
        let member = member.join(&account, now)?;
        let joined = Event::MemberJoined { member: member.clone(), invitation: invitation.clone() };
        events.extend([Event::AccountRegistered(account), joined]);
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
