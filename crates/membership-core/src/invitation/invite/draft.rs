//! Reading what was typed into an invitation: every fault of every person at once, each at its place.

use chrono::{DateTime, Utc};

use crate::{
    email::EmailAddress,
    id::MemberId,
    invitation::{
        Channel,
        invite::{Invite, Invitee, Reach, Sending},
    },
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    role::{
        Assignments, Catalogue,
        assign::{Wanted, WantedFault},
    },
    tenant::{Policy, Validity},
};

refusals! {
    /// What can be wrong with one person of the call.
    pub enum InviteeFault {
        /// It is the inviter's own.
        OwnAddress = Invalid "address-is-own"
            ("this is your own address, and you are a member already", "enter somebody else's address");
        /// Twice in one call.
        Repeated = Invalid "address-repeated" ("this address stands twice in this call", "remove one of the two");
        /// Somebody known by it has joined.
        AlreadyMember { /** The member. */ member: MemberId } = Conflict "address-already-member"
            ("a member with this address has joined already ({member})", "there is nothing to invite");
        /// Somebody known by it was invited.
        AlreadyInvited { /** The member. */ member: MemberId } = Conflict "address-already-invited"
            ("this address was invited before ({member})", "resend that invitation instead of making a second one");
    }
}

/// The call, read and found well-formed.
pub(super) struct Drafts {
    pub(super) people: Vec<Draft>,
    pub(super) validity: Validity,
    pub(super) send: Sending,
}

/// One person of the call.
pub(super) struct Draft {
    pub(super) name: DisplayName,
    pub(super) channel: Channel,
    pub(super) assignments: Assignments,
}

impl Drafts {
    pub(super) fn read(
        command: &Invite,
        policy: &Policy,
        catalogue: &Catalogue,
        now: DateTime<Utc>,
    ) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let validity = command.validity.map_or(Ok(policy.invitation_validity), Validity::from_secs);
        let validity = validity.unwrap_or_else(|fault| {
            faults.push(Fault::new("/validity_seconds", &fault));
            policy.invitation_validity
        });
        let everybody = Everybody { assignments: &command.assignments, policy, catalogue, now };
        let people = command.people.iter().enumerate();
        let people = people.filter_map(|(row, person)| everybody.read(row, person, &mut faults)).collect();
        let send = command.send.unwrap_or(policy.send);
        Faults::refuse(faults).map(|()| Self { people, validity, send })
    }

    pub(super) fn addresses(&self) -> Vec<EmailAddress> {
        self.people.iter().filter_map(|person| person.channel.address().cloned()).collect()
    }
}

/// What is the same for every person of the call.
struct Everybody<'a> {
    assignments: &'a [Wanted],
    policy: &'a Policy,
    catalogue: &'a Catalogue,
    now: DateTime<Utc>,
}

impl Everybody<'_> {
    fn read(&self, row: usize, person: &Invitee, faults: &mut Vec<Fault>) -> Option<Draft> {
        let name = DisplayName::parse(&person.name);
        if let Err(fault) = &name {
            faults.push(Fault::new(format!("/people/{row}/name"), fault));
        }
        let channel = person.reach.channel(|text| self.policy.invitee(text));
        if let Err(fault) = &channel {
            faults.push(Fault { pointer: format!("/people/{row}/email"), ..fault.clone() });
        }
        let (wanted, pointer) = match person.assignments.as_slice() {
            [] if !self.assignments.is_empty() => (self.assignments, "/assignments".to_owned()),
            own => (own, format!("/people/{row}/assignments")),
        };
        let assignments = WantedFault::read(wanted, &pointer, self.catalogue, self.now);
        let assignments = assignments.map_err(|more| {
            // What is wrong with what the call says of all is said once.
            let news: Vec<Fault> = more.into_iter().filter(|fault| !faults.contains(fault)).collect();
            faults.extend(news);
        });
        Some(Draft { name: name.ok()?, channel: channel.ok()?, assignments: assignments.ok()? })
    }
}

impl Reach {
    /// The channel, its address read by `read`.
    pub(crate) fn channel<E>(&self, read: impl FnOnce(&str) -> Result<EmailAddress, E>) -> Result<Channel, E> {
        match self {
            Self::Mail(text) => read(text).map(Channel::Mail),
            Self::Link(Some(text)) => read(text).map(|address| Channel::Link(Some(address))),
            Self::Link(None) => Ok(Channel::Link(None)),
        }
    }
}
