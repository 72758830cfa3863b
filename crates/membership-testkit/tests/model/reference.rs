//! The reference: what the requirements say about invitations, written again from their text and as small as it can be.
//! It knows no store, no events, no tokens, and does not look at the code's own table.

use std::collections::BTreeMap;

use membership_core::lifecycle::Stage::{self, Accepted, Expired, Invited, Joined, Ready, Rejected, Revoked};

/// Microseconds.
pub(crate) type Micros = i64;
/// What comes of a step: nothing to say, or the code of the refusal.
pub(crate) type Outcome = Result<(), &'static str>;

pub(crate) const HOUR: Micros = 3_600_000_000;
const VALIDITY: Micros = 72 * HOUR;
const ENROLMENT: Micros = 24 * HOUR;

/// Those with a lower number have an account from the beginning, the others not until they register.
pub(crate) const WITH_ACCOUNT: u8 = 2;
/// The entry that is not for anybody's address: a link for whoever holds it. Lower numbers are people's addresses.
pub(crate) const UNBOUND: u8 = 4;

/// A place in one of two tenants: for one of four people, by address, or for whoever holds the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) tenant: usize,
    pub(crate) slot: u8,
}

/// Who holds a link in the hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// Nobody is signed in.
    Nobody,
    /// The account with this person's address, proved.
    Person(u8),
    /// The administrator of the other tenant, who has no address.
    Outsider,
    /// Whoever registered by the unbound link of this tenant.
    Nameless(usize),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Invite { place: Place, by_mail: bool, now: bool },
    Send { place: Place, foreign: bool },
    Resend { place: Place, foreign: bool },
    Revoke { place: Place, foreign: bool },
    Open { place: Place, link: Link },
    Accept { place: Place, link: Link, who: Who },
    Join { place: Place, link: Link, who: Who },
    Register { place: Place, link: Link },
    Reject { place: Place, link: Link },
    Sweep,
    Wait(Micros),
}

/// Which link is in the hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Newest,
    /// The one before it.
    Older,
    /// The next, which was not issued yet.
    Unborn,
    /// The newest, with the other tenant's name in it.
    Foreign,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) by_mail: bool,
    pub(crate) generation: u32,
    /// As if time stood still.
    pub(crate) written: Stage,
    pub(crate) deadline: Micros,
    accepted_by: Option<Who>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Reference {
    pub(crate) now: Micros,
    pub(crate) entries: BTreeMap<Place, Entry>,
    /// The people who have registered, beside those who had an account.
    registered: Vec<u8>,
    /// Where somebody with an account has joined.
    joined: BTreeMap<(usize, Who), Place>,
    pub(crate) outcome: Option<Outcome>,
}

impl Entry {
    /// The deadline is the first moment that is too late.
    pub(crate) fn stage(&self, now: Micros) -> Stage {
        if matches!(self.written, Invited | Accepted) && now >= self.deadline { Expired } else { self.written }
    }

    fn issue(&mut self, now: Micros) {
        *self = Self { generation: self.generation + 1, deadline: now + VALIDITY, written: Invited, ..*self };
        self.accepted_by = None;
    }
}

/// The requirement X-2, with a code for every blank.
fn next(stage: Stage, verb: &'static str) -> Result<Stage, &'static str> {
    match (stage, verb) {
        (Joined, _) => Err("invitation-joined"),
        (Ready, "send") => Ok(Invited),
        (Ready | Invited | Accepted, "revoke") => Ok(Revoked),
        (Ready, _) => Err("invitation-not-sent"),
        (_, "resend") => Ok(Invited),
        (Expired, _) => Err("invitation-expired"),
        (Rejected, _) => Err("invitation-rejected"),
        (Revoked, _) => Err("invitation-revoked"),
        (Invited | Accepted, "send") => Err("invitation-already-sent"),
        (Invited | Accepted, "accept") => Ok(Accepted),
        (Invited | Accepted, "reject") => Ok(Rejected),
        (Invited, _) => Err("invitation-not-accepted"),
        (Accepted, _) => Ok(Joined),
    }
}

impl Reference {
    fn has_account(&self, slot: u8) -> bool {
        slot < WITH_ACCOUNT || self.registered.contains(&slot)
    }

    pub(crate) fn is_there(&self, who: Who) -> bool {
        match who {
            Who::Nobody | Who::Outsider => true,
            Who::Person(slot) => self.has_account(slot),
            Who::Nameless(tenant) => self.joined.contains_key(&(tenant, who)),
        }
    }

    fn entry(&mut self, place: Place) -> &mut Entry {
        self.entries.get_mut(&place).expect("preconditions ask for it")
    }

    pub(crate) fn take(&mut self, step: Step) -> Outcome {
        let now = self.now;
        match step {
            Step::Invite { place, by_mail, now: at_once } => {
                if let Some(entry) = self.entries.get(&place) {
                    let joined = entry.written == Joined;
                    return Err(if joined { "address-already-member" } else { "address-already-invited" });
                }
                let mut entry = Entry { by_mail, generation: 0, written: Ready, deadline: 0, accepted_by: None };
                if at_once {
                    entry.issue(now);
                }
                self.entries.insert(place, entry);
                Ok(())
            }
            Step::Send { foreign: true, .. }
            | Step::Resend { foreign: true, .. }
            | Step::Revoke { foreign: true, .. } => Err("invitation-unknown"),
            Step::Send { place, .. } => self.issue(place, "send"),
            Step::Resend { place, .. } => self.issue(place, "resend"),
            Step::Revoke { place, .. } => {
                let entry = self.entry(place);
                entry.written = next(entry.stage(now), "revoke")?;
                Ok(())
            }
            Step::Open { place, link } => self.link(place, link),
            Step::Accept { place, link, who } => self.accept(place, link, who),
            Step::Join { place, link, who } => self.join(place, link, who),
            Step::Register { place, link } => self.register(place, link),
            Step::Reject { place, link } => {
                self.link(place, link)?;
                let entry = self.entry(place);
                entry.written = next(entry.stage(now), "reject")?;
                Ok(())
            }
            Step::Sweep => {
                for entry in self.entries.values_mut() {
                    entry.written = entry.stage(now);
                }
                Ok(())
            }
            Step::Wait(micros) => {
                self.now += micros;
                Ok(())
            }
        }
    }

    fn issue(&mut self, place: Place, verb: &'static str) -> Outcome {
        let now = self.now;
        let entry = self.entry(place);
        next(entry.stage(now), verb)?;
        entry.issue(now);
        Ok(())
    }

    fn link(&mut self, place: Place, link: Link) -> Outcome {
        match link {
            Link::Newest => Ok(()),
            Link::Older if self.entry(place).generation > 0 => Err("link-superseded"),
            Link::Older | Link::Unborn | Link::Foreign => Err("link-unknown"),
        }
    }

    fn accept(&mut self, place: Place, link: Link, who: Who) -> Outcome {
        self.link(place, link)?;
        let now = self.now;
        let stage = self.entry(place).stage(now);
        next(stage, "accept")?;
        self.meant_for(place, who)?;
        if stage == Invited {
            let entry = self.entry(place);
            entry.written = Accepted;
            entry.deadline = now + ENROLMENT;
            entry.accepted_by = (who != Who::Nobody).then_some(who);
        }
        Ok(())
    }

    fn join(&mut self, place: Place, link: Link, who: Who) -> Outcome {
        if who == Who::Nobody {
            return Err("sign-in-required");
        }
        self.link(place, link)?;
        let now = self.now;
        next(self.entry(place).stage(now), "join")?;
        self.meant_for(place, who)?;
        self.entry(place).written = Joined;
        self.joined.insert((place.tenant, who), place);
        Ok(())
    }

    /// Whoever registers has nothing but the link: mailed, it proves the address; bound and handed over, it does not.
    fn register(&mut self, place: Place, link: Link) -> Outcome {
        self.link(place, link)?;
        let now = self.now;
        let entry = self.entry(place).clone();
        next(entry.stage(now), "join")?;
        if place.slot < UNBOUND && !entry.by_mail {
            return Err("invitation-address-not-proved");
        }
        if place.slot < UNBOUND && self.has_account(place.slot) {
            return Err("account-exists");
        }
        if entry.accepted_by.is_some() {
            return Err("invitation-accepted-by-another");
        }
        let who = if place.slot < UNBOUND { Who::Person(place.slot) } else { Who::Nameless(place.tenant) };
        self.entry(place).written = Joined;
        self.joined.insert((place.tenant, who), place);
        if place.slot < UNBOUND {
            self.registered.push(place.slot);
        }
        Ok(())
    }

    fn meant_for(&self, place: Place, who: Who) -> Outcome {
        if self.joined.contains_key(&(place.tenant, who)) {
            return Err("already-member");
        }
        let accepted_by = self.entries.get(&place).and_then(|entry| entry.accepted_by);
        let is_address = place.slot == UNBOUND || who == Who::Person(place.slot);
        match (who, accepted_by) {
            (Who::Nobody, _) => Ok(()),
            (who, Some(by)) if who != by => Err("invitation-accepted-by-another"),
            _ if is_address => Ok(()),
            _ => Err("invitation-address-mismatch"),
        }
    }
}
