//! Reading what was typed into an invitation: every fault of every person at once, each at its place.

use chrono::{DateTime, Utc};

use crate::{
    actor::Grants,
    department::{Departments, wanted::DepartmentsFault},
    email::EmailAddress,
    id::MemberId,
    invitation::{
        Channel,
        invite::{Invite, Invitee, Reach, Sending},
    },
    language::Language,
    member::AddressTaken,
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    role::{Assignments, Permission, assign::WantedFault},
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
        /// Somebody known by it was invited.
        AlreadyInvited { /** The member. */ member: MemberId } = Conflict "address-already-invited"
            ("this address was invited before ({member})", "resend that invitation instead of making a second one");
    } passing AlreadyMember(AddressTaken)
}

/// The call as far as it could be read, with every fault in what could not.
pub(super) struct Drafts {
    pub(super) people: Vec<Draft>,
    validity: Validity,
    send: Sending,
    /// Each with its row; what is said of the call as a whole has none.
    faults: Vec<(Option<usize>, Fault)>,
}

/// One person of the call. What is `None` could not be read.
pub(super) struct Draft {
    name: Option<DisplayName>,
    pub(super) channel: Option<Channel>,
    assignments: Option<Assignments>,
    departments: Option<Departments>,
    language: Option<Language>,
}

/// The call, read and found well-formed.
pub(super) struct Entries {
    pub(super) people: Vec<Entry>,
    pub(super) validity: Validity,
    pub(super) send: Sending,
}

/// One person of such a call.
pub(crate) struct Entry {
    pub(crate) name: DisplayName,
    pub(crate) channel: Channel,
    pub(crate) assignments: Assignments,
    pub(crate) departments: Departments,
    pub(crate) language: Option<Language>,
}

impl Drafts {
    pub(super) fn read(command: &Invite, policy: &Policy, grants: &Grants, now: DateTime<Utc>) -> Self {
        let mut faults = Vec::new();
        let validity = command.validity.map_or(Ok(policy.invitation_validity), Validity::from_secs);
        let validity = validity.unwrap_or_else(|fault| {
            faults.push((None, Fault::new("/validity_seconds", &fault)));
            policy.invitation_validity
        });
        // What is said of all is read once, whether or not it is all that is said of somebody.
        let says_of_all = !command.assignments.is_empty();
        let of_all = says_of_all.then(|| WantedFault::read(&command.assignments, "/assignments", grants.ground(), now));
        let of_all = of_all.transpose().unwrap_or_else(|more| {
            faults.extend(more.into_iter().map(|fault| (None, fault)));
            None
        });
        // Where each is said to belong elsewhere, nothing is said of all.
        let each = command.people.iter().all(|person| !person.departments.is_empty());
        let invite = &Permission::MEMBERS_INVITE;
        let belong = (!each || !command.departments.is_empty())
            .then(|| DepartmentsFault::read(&command.departments, "/departments", grants, invite));
        let belong = belong.transpose().unwrap_or_else(|more| {
            faults.extend(more.into_iter().map(|fault| (None, fault)));
            None
        });
        let everybody = Everybody { of_all, says_of_all, belong, policy, grants, now };
        let mut people = Vec::with_capacity(command.people.len());
        for (row, person) in command.people.iter().enumerate() {
            let mut own = Vec::new();
            people.push(everybody.read(row, person, &mut own));
            faults.extend(own.into_iter().map(|fault| (Some(row), fault)));
        }
        Self { people, validity, send: command.send.unwrap_or(policy.send), faults }
    }

    pub(super) fn addresses(&self) -> Vec<EmailAddress> {
        self.people.iter().filter_map(|person| person.channel.as_ref()?.address().cloned()).collect()
    }

    /// The call, if nothing is wrong with it and nothing clashes; else every fault, the call's own first, then row by row.
    pub(super) fn complete(self, clashes: &[(usize, InviteeFault)]) -> Result<Entries, Faults> {
        let Self { people, validity, send, mut faults } = self;
        let place = |row: usize| format!("/people/{row}/email");
        faults.extend(clashes.iter().map(|(row, clash)| (Some(*row), Fault::new(place(*row), clash))));
        faults.sort_by_key(|(row, _)| *row);
        Faults::refuse(faults.into_iter().map(|(_, fault)| fault).collect())?;
        // Whatever could not be read is among the faults, so nobody is left out here.
        Ok(Entries { people: people.into_iter().filter_map(Draft::complete).collect(), validity, send })
    }
}

impl Draft {
    fn complete(self) -> Option<Entry> {
        Some(Entry {
            name: self.name?,
            channel: self.channel?,
            assignments: self.assignments?,
            departments: self.departments?,
            language: self.language,
        })
    }
}

/// What is the same for every person of the call.
struct Everybody<'a> {
    /// What the call says of all, if it says something and that could be read.
    of_all: Option<Assignments>,
    /// Whether it says something.
    says_of_all: bool,
    /// Where the call says that all belong, if that could be read.
    belong: Option<Departments>,
    policy: &'a Policy,
    grants: &'a Grants,
    now: DateTime<Utc>,
}

impl Everybody<'_> {
    fn read(&self, row: usize, person: &Invitee, faults: &mut Vec<Fault>) -> Draft {
        let name = DisplayName::parse(&person.name);
        let name = name.map_err(|fault| faults.push(Fault::new(format!("/people/{row}/name"), &fault)));
        let channel = person.reach.channel(|text| self.policy.invitee(text));
        let channel = channel.map_err(|fault| faults.push(Fault { pointer: format!("/people/{row}/email"), ..fault }));
        let assignments = match person.assignments.as_slice() {
            [] if self.says_of_all => self.of_all.clone(),
            own => {
                let read =
                    WantedFault::read(own, &format!("/people/{row}/assignments"), self.grants.ground(), self.now);
                read.map_err(|more| faults.extend(more)).ok()
            }
        };
        let departments = match person.departments.as_slice() {
            [] => self.belong.clone(),
            own => {
                let pointer = format!("/people/{row}/departments");
                let read = DepartmentsFault::read(own, &pointer, self.grants, &Permission::MEMBERS_INVITE);
                read.map_err(|more| faults.extend(more)).ok()
            }
        };
        let language = person.language.as_deref().map(Language::parse).transpose();
        let language = language.map_err(|fault| faults.push(Fault::new(format!("/people/{row}/language"), &fault)));
        Draft { name: name.ok(), channel: channel.ok(), assignments, departments, language: language.ok().flatten() }
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
