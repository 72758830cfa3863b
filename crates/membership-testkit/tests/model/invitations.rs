//! The reference, for invitations.

use membership_core::{
    lifecycle::Stage::{self, Accepted, Expired, Invited, Joined, Ready, Rejected, Revoked},
    member::MemberStatus,
};

use crate::{
    reference::{Account, Entry, Member, Outcome, Reference, address},
    step::{Gives, HOUR, INVITE, Link, Micros, READ},
};

const VALIDITY: Micros = 72 * HOUR;
const ENROLMENT: Micros = 24 * HOUR;

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

impl Entry {
    fn issue(&mut self, inviter: usize, now: Micros) {
        self.inviter = inviter;
        self.generation += 1;
        self.deadline = now + VALIDITY;
        self.written = Invited;
        self.accepted_by = None;
    }
}

impl Reference {
    fn entry(&self, member: usize) -> &Entry {
        self.members[member].entry.as_ref().expect("preconditions ask for it")
    }

    fn entry_mut(&mut self, member: usize) -> &mut Entry {
        self.members[member].entry.as_mut().expect("preconditions ask for it")
    }

    fn stage(&self, member: usize) -> Stage {
        self.entry(member).stage(self.now)
    }

    pub(crate) fn invite(
        &mut self,
        by: usize,
        tenant: usize,
        (slot, by_mail, at_once): (u8, bool, bool),
        gives: &Gives,
    ) -> Outcome {
        let inviter = self.permitted(by, tenant, INVITE)?;
        let grants = self.read(tenant, gives)?;
        let slot = address(slot);
        if slot.is_some() && self.members[inviter].slot == slot {
            return Err("address-is-own");
        }
        let known = |member: &&Member| member.tenant == tenant && member.slot == slot;
        let known = self.members.iter().filter(known).find(|member| member.status != MemberStatus::Removed);
        match known.filter(|_| slot.is_some()).map(|member| member.status) {
            Some(_) if !self.may(inviter).contains(&READ) => return Err("address-taken"),
            Some(MemberStatus::NotJoined) => return Err("address-already-invited"),
            Some(_) => return Err("address-already-member"),
            None => {}
        }
        if self.lacks(inviter, &grants) {
            return Err("grant-exceeds-own");
        }
        let by_mail = by_mail && slot.is_some();
        let mut entry = Entry { by_mail, inviter, generation: 0, written: Ready, deadline: 0, accepted_by: None };
        if at_once {
            entry.issue(inviter, self.now);
        }
        let (status, representative, epoch) = (MemberStatus::NotJoined, false, 0);
        let entry = Some(entry);
        self.members.push(Member { tenant, account: None, slot, status, grants, representative, epoch, entry });
        Ok(())
    }

    pub(crate) fn issue(&mut self, by: usize, tenant: usize, member: usize, verb: &'static str) -> Outcome {
        let sender = self.permitted(by, tenant, INVITE)?;
        let Member { tenant: own, status, grants, .. } = &self.members[member];
        if *own != tenant {
            return Err("invitation-unknown");
        }
        if *status == MemberStatus::Removed {
            return Err("member-removed");
        }
        if self.lacks(sender, &self.live(grants)) {
            return Err("grant-exceeds-own");
        }
        next(self.stage(member), verb)?;
        let now = self.now;
        self.entry_mut(member).issue(sender, now);
        Ok(())
    }

    pub(crate) fn revoke(&mut self, by: usize, tenant: usize, member: usize) -> Outcome {
        let actor = self.permitted(by, tenant, INVITE)?;
        if self.members[member].tenant != tenant {
            return Err("invitation-unknown");
        }
        if self.members[member].representative {
            return Err("invitation-of-representative");
        }
        if self.is_above(member, actor) {
            return Err("grant-exceeds-own");
        }
        self.entry_mut(member).written = next(self.stage(member), "revoke")?;
        Ok(())
    }

    pub(crate) fn link(&self, member: usize, link: Link) -> Outcome {
        match link {
            Link::Newest => Ok(()),
            Link::Older if self.entry(member).generation > 0 => Err("link-superseded"),
            Link::Older | Link::Unborn | Link::Foreign => Err("link-unknown"),
        }
    }

    /// A link of another tenant names nothing there; before anything else is asked of it, whoever is signed in has to owe
    /// nothing.
    fn door(&self, member: usize, link: Link, who: Option<usize>) -> Outcome {
        if link == Link::Foreign {
            return Err("link-unknown");
        }
        who.map_or(Ok(()), |who| self.owes_nothing(who))?;
        self.link(member, link)
    }

    pub(crate) fn accept(&mut self, member: usize, link: Link, who: Option<usize>) -> Outcome {
        self.door(member, link, who)?;
        let stage = self.stage(member);
        next(stage, "accept")?;
        self.is_vouched_for(member)?;
        who.map_or(Ok(()), |who| self.is_meant_for(member, who))?;
        if stage == Invited {
            let now = self.now;
            let entry = self.entry_mut(member);
            entry.written = Accepted;
            entry.deadline = now + ENROLMENT;
            entry.accepted_by = who;
        }
        Ok(())
    }

    pub(crate) fn join(&mut self, member: usize, link: Link, who: Option<usize>) -> Outcome {
        let who = who.ok_or("sign-in-required")?;
        self.owes_nothing(who)?;
        self.door(member, link, Some(who))?;
        next(self.stage(member), "join")?;
        self.is_vouched_for(member)?;
        self.is_meant_for(member, who)?;
        if self.accounts[who].session < self.accounts[who].epoch {
            return Err("session-outdated");
        }
        self.joined(member, who);
        Ok(())
    }

    /// Whoever registers has nothing but the link: mailed, it proves the address; bound and handed over, it does not.
    pub(crate) fn register(&mut self, member: usize, link: Link, username: u8) -> Outcome {
        self.door(member, link, None)?;
        next(self.stage(member), "join")?;
        self.is_vouched_for(member)?;
        let slot = self.members[member].slot;
        if slot.is_some() && !self.entry(member).by_mail {
            return Err("invitation-address-not-proved");
        }
        if slot.is_some_and(|slot| self.has_account(slot)) {
            return Err("account-exists");
        }
        if self.entry(member).accepted_by.is_some() {
            return Err("invitation-accepted-by-another");
        }
        let username = Some(username).filter(|_| slot.is_none());
        if username.is_some_and(|username| self.is_taken(username)) {
            return Err("username-taken");
        }
        self.accounts.push(Account { slot, username, epoch: 0, session: 0, temporary: false });
        self.joined(member, self.accounts.len() - 1);
        Ok(())
    }

    pub(crate) fn reject(&mut self, member: usize, link: Link) -> Outcome {
        self.link(member, link)?;
        self.entry_mut(member).written = next(self.stage(member), "reject")?;
        Ok(())
    }

    /// Sessions from before the account was last shut out are not good here.
    fn joined(&mut self, member: usize, who: usize) {
        self.entry_mut(member).written = Joined;
        self.members[member].epoch = self.accounts[who].epoch;
        self.members[member].status = MemberStatus::Enabled;
        self.members[member].account = Some(who);
    }

    /// The inviter is in, may still invite, and still holds all of it for as long.
    fn is_vouched_for(&self, member: usize) -> Outcome {
        let inviter = self.entry(member).inviter;
        if self.tenants[self.members[member].tenant].suspended {
            return Err("invitation-tenant-suspended");
        }
        let vouches =
            self.may(inviter).contains(&INVITE) && !self.lacks(inviter, &self.live(&self.members[member].grants));
        if vouches { Ok(()) } else { Err("invitation-held") }
    }

    fn is_meant_for(&self, member: usize, who: usize) -> Outcome {
        let Member { tenant, slot, .. } = self.members[member];
        if self.member_of(who, tenant).is_some_and(|already| already != member) {
            return Err("already-member");
        }
        if self.entry(member).accepted_by.is_some_and(|by| by != who) {
            return Err("invitation-accepted-by-another");
        }
        if slot.is_some() && self.accounts[who].slot != slot { Err("invitation-address-mismatch") } else { Ok(()) }
    }
}
