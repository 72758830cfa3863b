//! The reference, for members, roles and the representative.

use membership_core::{
    lifecycle::Stage,
    member::MemberStatus::{self, Disabled, Enabled, NotJoined, Removed},
};

use crate::{
    reference::{ADMINISTRATORS, Account, Member, Offer, Outcome, Reference, Role},
    step::{Give, Gives, HOUR, INVITE, MANAGE, ROLES, RoleText},
};

/// What the requirements say of the life of a member, with a code for every blank.
fn next(status: MemberStatus, verb: &'static str) -> Result<MemberStatus, &'static str> {
    match (status, verb) {
        (Removed, _) => Err("member-removed"),
        (_, "remove") => Ok(Removed),
        (NotJoined, _) => Err("member-not-joined"),
        (Enabled, "disable") => Ok(Disabled),
        (Enabled, _) => Err("member-already-enabled"),
        (Disabled, "enable") => Ok(Enabled),
        (Disabled, _) => Err("member-already-disabled"),
    }
}

impl Reference {
    pub(crate) fn add(&mut self, by: usize, tenant: usize, username: u8, gives: &Gives) -> Outcome {
        let actor = self.permitted(by, tenant, MANAGE)?;
        let grants = self.read(tenant, gives)?;
        if self.is_taken(username) {
            return Err("username-taken");
        }
        if self.lacks(actor, &grants) {
            return Err("grant-exceeds-own");
        }
        let account = Some(self.accounts.len());
        self.accounts.push(Account { slot: None, username: Some(username), epoch: 0, session: 0, temporary: true });
        let (slot, status, representative, epoch, entry) = (None, Enabled, false, 0, None);
        self.members.push(Member { tenant, account, slot, status, grants, representative, epoch, entry });
        Ok(())
    }

    /// Who acts on whom: nobody on themselves, on the representative, or on those above.
    fn reach(&self, by: usize, tenant: usize, member: usize) -> Result<usize, &'static str> {
        let actor = self.permitted(by, tenant, MANAGE)?;
        if self.members[member].tenant != tenant {
            return Err("member-unknown");
        }
        if actor == member {
            return Err("member-is-self");
        }
        if self.members[member].representative {
            return Err("member-is-representative");
        }
        if self.is_above(member, actor) { Err("member-above-own") } else { Ok(actor) }
    }

    pub(crate) fn edit(&mut self, by: usize, tenant: usize, member: usize, gives: &Gives) -> Outcome {
        let actor = self.reach(by, tenant, member)?;
        if self.members[member].status == Removed {
            return Err("member-removed");
        }
        let grants = self.read(tenant, gives)?;
        let held = &self.members[member].grants;
        let news = grants.iter().filter(|(give, until)| held.get(*give) != Some(*until));
        if self.lacks(actor, &news.map(|(give, until)| (*give, *until)).collect()) {
            return Err("grant-exceeds-own");
        }
        // Whoever changed what an invitation grants answers for it, if that is somebody who could send it.
        let changed = grants != *held;
        let (invites, now) = (self.held(actor).contains(&INVITE), self.now);
        let invites = invites && !self.lacks(actor, &self.live(&grants));
        let target = &mut self.members[member];
        target.grants = grants;
        if let Some(entry) = target.entry.as_mut().filter(|entry| changed && invites && entry.stage(now).is_open()) {
            entry.inviter = actor;
        }
        Ok(())
    }

    pub(crate) fn disable(&mut self, by: usize, tenant: usize, member: usize) -> Outcome {
        self.reach(by, tenant, member)?;
        let status = next(self.members[member].status, "disable")?;
        self.members[member].status = status;
        self.shut_out(member);
        Ok(())
    }

    /// Enabling gives, so whoever enables has to hold all of it.
    pub(crate) fn enable(&mut self, by: usize, tenant: usize, member: usize) -> Outcome {
        let actor = self.reach(by, tenant, member)?;
        let Member { status, grants, .. } = &self.members[member];
        if self.lacks(actor, &self.live(grants)) {
            return Err("member-above-own");
        }
        self.members[member].status = next(*status, "enable")?;
        Ok(())
    }

    pub(crate) fn remove(&mut self, by: usize, tenant: usize, member: usize) -> Outcome {
        self.reach(by, tenant, member)?;
        self.part(member)
    }

    /// Whoever is in may leave.
    pub(crate) fn leave(&mut self, by: usize, tenant: usize) -> Outcome {
        let member = self.admitted(by, tenant)?;
        if self.members[member].representative { Err("representative-cannot-leave") } else { self.part(member) }
    }

    /// No session of before is good here any more, not even if the person comes again.
    fn shut_out(&mut self, member: usize) {
        let Some(account) = self.members[member].account else { return };
        self.accounts[account].epoch += 1;
        self.members[member].epoch = self.accounts[account].epoch;
    }

    /// With a membership an invitation to it ends, and an offer to the member. What it held goes to the representative.
    fn part(&mut self, member: usize) -> Outcome {
        let (at, now) = (member, self.now);
        let tenant = self.members[member].tenant;
        if self.tenants[tenant].heirs.contains(&member) {
            return Err("member-is-heir");
        }
        let member = &mut self.members[at];
        member.status = next(member.status, "remove")?;
        member.grants.clear();
        let offer = &mut self.tenants[member.tenant].offer;
        *offer = offer.filter(|offer| offer.nominee != at);
        if let Some(entry) = member.entry.as_mut().filter(|entry| entry.stage(now).is_open()) {
            entry.written = Stage::Revoked;
        }
        if self.members[at].account.is_some() {
            let here = |member: &Member| member.tenant == tenant && member.representative;
            self.tenants[tenant].heirs.extend(self.members.iter().position(here));
        }
        self.shut_out(at);
        Ok(())
    }
}

/// Roles.
impl Reference {
    fn drafted(&self, actor: usize, id: usize, text: &RoleText) -> Result<Role, &'static str> {
        let tenant = self.members[actor].tenant;
        let roles = &self.tenants[tenant].roles;
        for include in &text.includes {
            if *include != id && roles[*include].deleted {
                return Err("role-unknown");
            }
            if *include == id || self.reaches(tenant, *include, id) {
                return Err("role-circle");
            }
        }
        let taken = |(other, role): (usize, &Role)| other != id && !role.deleted && role.name == text.name;
        if roles.iter().enumerate().any(taken) {
            return Err("role-name-taken");
        }
        let permissions = text.permissions.iter().map(|permission| Give::Permission(*permission));
        let wanted = permissions.chain(text.includes.iter().map(|role| Give::Role(*role)));
        if self.lacks(actor, &wanted.map(|give| (give, None)).collect()) {
            return Err("grant-exceeds-own");
        }
        let includes = text.includes.iter().copied().collect();
        let permissions = text.permissions.clone();
        Ok(Role { name: text.name, permissions, includes, administrator: false, deleted: false })
    }

    pub(crate) fn define(&mut self, by: usize, tenant: usize, text: &RoleText) -> Outcome {
        let actor = self.permitted(by, tenant, ROLES)?;
        let role = self.drafted(actor, usize::MAX, text)?;
        self.tenants[tenant].roles.push(role);
        Ok(())
    }

    /// Nobody changes a role that they hold themselves, in whatever way, or that gives more than they hold for good.
    fn changeable(&self, by: usize, tenant: usize, role: usize) -> Result<usize, &'static str> {
        let actor = self.permitted(by, tenant, ROLES)?;
        let Role { administrator, deleted, .. } = self.tenants[tenant].roles[role];
        if deleted {
            return Err("role-unknown");
        }
        if administrator {
            return Err("role-is-system");
        }
        let own = |give: &Give| matches!(give, Give::Role(own) if self.reaches(tenant, *own, role));
        if self.members[actor].grants.keys().any(own) {
            return Err("role-is-own");
        }
        if self.lacks(actor, &[(Give::Role(role), None)].into()) { Err("grant-exceeds-own") } else { Ok(actor) }
    }

    pub(crate) fn edit_role(&mut self, by: usize, tenant: usize, role: usize, text: &RoleText) -> Outcome {
        let actor = self.changeable(by, tenant, role)?;
        self.tenants[tenant].roles[role] = self.drafted(actor, role, text)?;
        Ok(())
    }

    pub(crate) fn delete_role(&mut self, by: usize, tenant: usize, role: usize) -> Outcome {
        self.changeable(by, tenant, role)?;
        let roles = &self.tenants[tenant].roles;
        if roles.iter().any(|other| !other.deleted && other.includes.contains(&role)) {
            return Err("role-is-included");
        }
        let holds = |member: &Member| member.tenant == tenant && member.grants.contains_key(&Give::Role(role));
        if self.members.iter().any(holds) {
            return Err("role-in-use");
        }
        self.tenants[tenant].roles[role].deleted = true;
        Ok(())
    }
}

/// The representative.
impl Reference {
    fn is_fit(&self, member: usize) -> Outcome {
        let Member { status, representative, grants, .. } = &self.members[member];
        match status {
            NotJoined => Err("nominee-not-registered"),
            Disabled => Err("nominee-disabled"),
            Removed => Err("nominee-removed"),
            Enabled if *representative => Err("nominee-is-representative"),
            Enabled if grants.get(&Give::Role(ADMINISTRATORS)) == Some(&None) => Ok(()),
            Enabled => Err("nominee-not-administrator"),
        }
    }

    fn represents(&self, by: usize, tenant: usize) -> Outcome {
        let member = self.admitted(by, tenant)?;
        if self.members[member].representative { Ok(()) } else { Err("representative-only") }
    }

    pub(crate) fn nominate(&mut self, by: usize, tenant: usize, nominee: usize) -> Outcome {
        self.represents(by, tenant)?;
        if self.members[nominee].tenant != tenant {
            return Err("member-unknown");
        }
        self.is_fit(nominee)?;
        self.tenants[tenant].offer = Some(Offer { nominee, deadline: self.now + 72 * HOUR });
        Ok(())
    }

    pub(crate) fn withdraw(&mut self, by: usize, tenant: usize) -> Outcome {
        self.represents(by, tenant)?;
        self.tenants[tenant].offer.take().map(drop).ok_or("nomination-unknown")
    }

    /// The member that the offer, which stands, is made to.
    pub(crate) fn asked(&self, by: usize, tenant: usize) -> Result<usize, &'static str> {
        let member = self.admitted(by, tenant)?;
        let offer = self.tenants[tenant].offer.ok_or("nomination-unknown")?;
        if offer.nominee != member {
            return Err("nomination-unknown");
        }
        if self.now < offer.deadline { Ok(member) } else { Err("nomination-expired") }
    }

    pub(crate) fn take_over(&mut self, by: usize, tenant: usize) -> Outcome {
        let successor = self.asked(by, tenant)?;
        self.is_fit(successor)?;
        for member in self.members.iter_mut().filter(|member| member.tenant == tenant) {
            member.representative = false;
        }
        self.members[successor].representative = true;
        self.tenants[tenant].offer = None;
        Ok(())
    }
}
