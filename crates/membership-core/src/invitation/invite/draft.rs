//! Reading what was typed into an invitation: every fault of every person at once, each at its place.

use std::collections::BTreeSet;

use crate::{
    email::EmailAddress,
    id::{MemberId, RoleId},
    invitation::{
        Channel,
        invite::{Invite, Invitee, Reach},
    },
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    tenant::{Policy, Validity},
};

refusals! {
    /// What can be wrong with one person of the call.
    pub enum InviteeFault {
        /// No role chosen.
        NoRole = Invalid "roles-missing" ("no role is chosen; expected at least one", "choose a role");
        /// No such role.
        RoleUnknown { /** The id. */ role: RoleId } = Invalid "role-unknown"
            ("the tenant has no role {role}", "choose one of the tenant's roles");
        /// It is the inviter's own.
        OwnAddress = Invalid "address-is-own"
            ("this is your own address, and you are a member already", "enter somebody else's address");
        /// The domain is not one of the tenant's.
        DomainNotAllowed { /** The domain. */ domain: String } = Invalid "address-domain-not-allowed"
            ("this tenant invites only to its own domains, and {domain} is none of them", "use an address of the organisation");
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
}

/// One person of the call.
pub(super) struct Draft {
    pub(super) name: DisplayName,
    pub(super) channel: Channel,
    pub(super) roles: BTreeSet<RoleId>,
}

impl Drafts {
    pub(super) fn read(command: &Invite, policy: &Policy) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let validity = command.validity.map_or(Ok(policy.invitation_validity), Validity::from_secs);
        let validity = validity.unwrap_or_else(|fault| {
            faults.push(Fault::new("/validity_seconds", &fault));
            policy.invitation_validity
        });
        let people = command.people.iter().enumerate();
        let people = people.filter_map(|(row, person)| Draft::read(row, person, policy, &mut faults)).collect();
        Faults::refuse(faults).map(|()| Self { people, validity })
    }

    pub(super) fn addresses(&self) -> Vec<EmailAddress> {
        self.people.iter().filter_map(|person| person.channel.address().cloned()).collect()
    }
}

impl Draft {
    fn read(row: usize, person: &Invitee, policy: &Policy, faults: &mut Vec<Fault>) -> Option<Self> {
        let name = DisplayName::parse(&person.name);
        if let Err(fault) = &name {
            faults.push(Fault::new(format!("/people/{row}/name"), fault));
        }
        let channel = person.reach.channel(|text| address(text, policy));
        if let Err(fault) = &channel {
            faults.push(Fault { pointer: format!("/people/{row}/email"), ..fault.clone() });
        }
        if person.roles.is_empty() {
            faults.push(Fault::new(format!("/people/{row}/roles"), &InviteeFault::NoRole));
        }
        Some(Self { name: name.ok()?, channel: channel.ok()?, roles: person.roles.iter().copied().collect() })
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

fn address(text: &str, policy: &Policy) -> Result<EmailAddress, Fault> {
    let address = EmailAddress::parse(text, policy.alphabet).map_err(|fault| Fault::new("", &fault))?;
    let allowed = policy.allowed_domains.is_empty() || policy.allowed_domains.iter().any(|d| d == address.domain());
    if allowed {
        Ok(address)
    } else {
        Err(Fault::new("", &InviteeFault::DomainNotAllowed { domain: address.domain().to_owned() }))
    }
}
