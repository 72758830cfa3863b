//! The reference: what the requirements say, written again from their text and as small as it can be. It knows no store, no
//! events, no tokens and no bit sets, and does not look at the code's own tables.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{lifecycle::Stage, member::MemberStatus};

use crate::step::{
    Deed, Give, Gives, Micros, OPERATOR, PERMISSIONS, Permissions, Step, UNBOUND, Until, WITH_ACCOUNT, prelude,
};

/// What comes of a step: nothing to say, or the code of the refusal.
pub(crate) type Outcome = Result<(), &'static str>;

#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) now: Micros,
    pub(crate) tenants: [Tenant; 2],
    pub(crate) members: Vec<Member>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) outcome: Option<Outcome>,
}

#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    pub(crate) suspended: bool,
    pub(crate) roles: Vec<Role>,
    pub(crate) offer: Option<Offer>,
    /// Who is to get what removed members held, until that is known to be nothing.
    pub(crate) heirs: Vec<usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Role {
    /// Those of the preset have higher numbers than those that can be chosen.
    pub(crate) name: u8,
    pub(crate) permissions: Permissions,
    pub(crate) includes: BTreeSet<usize>,
    pub(crate) administrator: bool,
    pub(crate) deleted: bool,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Offer {
    pub(crate) nominee: usize,
    pub(crate) deadline: Micros,
}

#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The address that it has proved, by number.
    pub(crate) slot: Option<u8>,
    pub(crate) username: Option<u8>,
    pub(crate) epoch: u32,
    /// The epoch of the session that it acts by.
    pub(crate) session: u32,
    pub(crate) temporary: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) tenant: usize,
    pub(crate) account: Option<usize>,
    pub(crate) slot: Option<u8>,
    pub(crate) status: MemberStatus,
    pub(crate) grants: BTreeMap<Give, Until>,
    pub(crate) representative: bool,
    pub(crate) epoch: u32,
    pub(crate) entry: Option<Entry>,
}

/// The invitation of a member.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) by_mail: bool,
    pub(crate) inviter: usize,
    pub(crate) generation: u32,
    /// As if time stood still.
    pub(crate) written: Stage,
    pub(crate) deadline: Micros,
    pub(crate) accepted_by: Option<usize>,
}

pub(crate) const ADMINISTRATORS: usize = 0;

impl Default for Reference {
    /// After the prelude.
    fn default() -> Self {
        let mut reference = Self::bare();
        for step in prelude() {
            reference.take(&step).expect("nothing speaks against the prelude");
        }
        reference
    }
}

impl Reference {
    /// Two tenants with nobody but their founders, and people who have accounts.
    fn bare() -> Self {
        let account = |slot| Account { slot, username: None, epoch: 0, session: 0, temporary: false };
        let people = (0..WITH_ACCOUNT).map(|slot| account(Some(slot)));
        let tenant = || Tenant { suspended: false, roles: preset(), offer: None, heirs: Vec::new() };
        let founder = |tenant| Member {
            tenant,
            account: Some(tenant),
            slot: None,
            status: MemberStatus::Enabled,
            grants: [(Give::Role(ADMINISTRATORS), None)].into(),
            representative: true,
            epoch: 0,
            entry: None,
        };
        Self {
            now: 0,
            tenants: [tenant(), tenant()],
            members: vec![founder(0), founder(1)],
            accounts: [account(None), account(None)].into_iter().chain(people).collect(),
            outcome: None,
        }
    }
}

/// The roles that a tenant begins with: administrators, member managers, members.
fn preset() -> Vec<Role> {
    let role = |name, permissions: &[u8], includes: &[usize]| Role {
        name,
        permissions: permissions.iter().copied().collect(),
        includes: includes.iter().copied().collect(),
        administrator: name == 100,
        deleted: false,
    };
    let all: Vec<u8> = (0..17).collect();
    vec![role(100, &all, &[]), role(101, &[1, 2, 16], &[2]), role(102, &[0, 6, 7, 10, 11, 14], &[])]
}

/// What may be done.
impl Reference {
    /// Everything that a role allows: its own, and what those allow that it includes.
    pub(crate) fn permissions_of(&self, tenant: usize, role: usize) -> Permissions {
        let own = &self.tenants[tenant].roles[role];
        let mut all = own.permissions.clone();
        for include in &own.includes {
            all.extend(self.permissions_of(tenant, *include));
        }
        all
    }

    /// Whether a role includes another, at whatever depth, or is it.
    pub(crate) fn reaches(&self, tenant: usize, role: usize, other: usize) -> bool {
        role == other || self.tenants[tenant].roles[role].includes.iter().any(|next| self.reaches(tenant, *next, other))
    }

    pub(crate) fn given_by(&self, tenant: usize, give: Give) -> Permissions {
        match give {
            Give::Role(role) => self.permissions_of(tenant, role),
            Give::Permission(permission) => [permission].into(),
        }
    }

    /// What a member was given and still counts; as if it were enabled.
    pub(crate) fn held(&self, member: usize) -> Permissions {
        self.lasting(member, Some(self.now + 1))
    }

    /// What a member was given, still counts, and counts until then; `None` is for good.
    fn lasting(&self, member: usize, until: Until) -> Permissions {
        let Member { tenant, grants, .. } = &self.members[member];
        let live = grants.iter().filter(|(_, end)| end.is_none_or(|end| self.now < end));
        let lasting = live.filter(|(_, end)| match (end, until) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(end), Some(until)) => until <= *end,
        });
        lasting.flat_map(|(give, _)| self.given_by(*tenant, *give)).collect()
    }

    /// Nobody gives what they do not hold, nor for longer.
    pub(crate) fn lacks(&self, actor: usize, gives: &BTreeMap<Give, Until>) -> bool {
        let tenant = self.members[actor].tenant;
        gives.iter().any(|(give, until)| !self.given_by(tenant, *give).is_subset(&self.lasting(actor, *until)))
    }

    /// Those that still count.
    pub(crate) fn live(&self, grants: &BTreeMap<Give, Until>) -> BTreeMap<Give, Until> {
        let live = grants.iter().filter(|(_, end)| end.is_none_or(|end| self.now < end));
        live.map(|(give, until)| (*give, *until)).collect()
    }

    /// Nobody acts against somebody who holds more, but for the representative.
    pub(crate) fn is_above(&self, target: usize, actor: usize) -> bool {
        !self.members[actor].representative && !self.held(target).is_subset(&self.held(actor))
    }

    /// What an account may do in a tenant when it is asked: all that it holds, if it is in.
    pub(crate) fn may(&self, member: usize) -> Permissions {
        let Member { tenant, status, .. } = self.members[member];
        let is_in = status == MemberStatus::Enabled && !self.tenants[tenant].suspended;
        if is_in { self.held(member) } else { Permissions::new() }
    }

    /// The member that an account is in a tenant, if it is in.
    pub(crate) fn admitted(&self, account: usize, tenant: usize) -> Result<usize, &'static str> {
        self.owes_nothing(account)?;
        let member = self.member_of(account, tenant).ok_or("tenant-unknown")?;
        if self.members[member].status == MemberStatus::Disabled {
            return Err("member-disabled");
        }
        if self.tenants[tenant].suspended {
            return Err("tenant-suspended");
        }
        if self.accounts[account].session < self.members[member].epoch { Err("session-outdated") } else { Ok(member) }
    }

    pub(crate) fn permitted(&self, account: usize, tenant: usize, permission: u8) -> Result<usize, &'static str> {
        let member = self.admitted(account, tenant)?;
        if self.held(member).contains(&permission) { Ok(member) } else { Err("permission-missing") }
    }

    pub(crate) fn owes_nothing(&self, account: usize) -> Outcome {
        if self.accounts[account].temporary { Err("password-change-required") } else { Ok(()) }
    }

    pub(crate) fn member_of(&self, account: usize, tenant: usize) -> Option<usize> {
        let here = |member: &Member| member.tenant == tenant && member.account == Some(account);
        self.members.iter().position(|member| here(member) && member.status != MemberStatus::Removed)
    }

    /// What is to be given, as typed: each once, not over yet, a role among them.
    pub(crate) fn read(&self, tenant: usize, gives: &Gives) -> Result<BTreeMap<Give, Until>, &'static str> {
        if !gives.iter().any(|(give, _)| matches!(give, Give::Role(_))) {
            return Err("roles-missing");
        }
        let mut read = BTreeMap::new();
        for (give, wait) in gives {
            if matches!(give, Give::Role(role) if self.tenants[tenant].roles[*role].deleted) {
                return Err("role-unknown");
            }
            if read.contains_key(give) {
                return Err("assignment-repeated");
            }
            if wait.is_some_and(|wait| wait <= 0) {
                return Err("end-has-passed");
            }
            read.insert(*give, wait.map(|wait| self.now + wait));
        }
        Ok(read)
    }
}

/// What happens.
impl Reference {
    pub(crate) fn take(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Do { by, tenant, deed } => self.act(*by, *tenant, deed),
            Step::Open { member, link } => self.link(*member, *link),
            Step::Accept { member, link, who } => self.accept(*member, *link, *who),
            Step::Join { member, link, who } => self.join(*member, *link, *who),
            Step::Register { member, link, username } => self.register(*member, *link, *username),
            Step::Reject { member, link } => self.reject(*member, *link),
            Step::SignIn(account) => {
                let account = &mut self.accounts[*account];
                account.session = account.epoch;
                Ok(())
            }
            Step::ChangePassword(account) => {
                let account = &mut self.accounts[*account];
                account.epoch += 1;
                account.session = account.epoch;
                account.temporary = false;
                Ok(())
            }
            Step::Sweep => {
                let now = self.now;
                for entry in self.members.iter_mut().filter_map(|member| member.entry.as_mut()) {
                    entry.written = entry.stage(now);
                }
                Ok(())
            }
            Step::Carry => {
                self.tenants.iter_mut().for_each(|tenant| tenant.heirs.clear());
                Ok(())
            }
            Step::Wait(micros) => {
                self.now += micros;
                Ok(())
            }
        }
    }

    fn act(&mut self, by: usize, tenant: usize, deed: &Deed) -> Outcome {
        match deed {
            Deed::Invite { slot, by_mail, now, gives } => self.invite(by, tenant, (*slot, *by_mail, *now), gives),
            Deed::Send(member) => self.issue(by, tenant, *member, "send"),
            Deed::Resend(member) => self.issue(by, tenant, *member, "resend"),
            Deed::Revoke(member) => self.revoke(by, tenant, *member),
            Deed::Add { username, gives } => self.add(by, tenant, *username, gives),
            Deed::Edit { member, gives } => self.edit(by, tenant, *member, gives),
            Deed::Disable(member) => self.disable(by, tenant, *member),
            Deed::Enable(member) => self.enable(by, tenant, *member),
            Deed::Remove(member) => self.remove(by, tenant, *member),
            Deed::Leave => self.leave(by, tenant),
            Deed::Define(text) => self.define(by, tenant, text),
            Deed::EditRole { role, text } => self.edit_role(by, tenant, *role, text),
            Deed::DeleteRole(role) => self.delete_role(by, tenant, *role),
            Deed::Nominate(member) => self.nominate(by, tenant, *member),
            Deed::TakeOver => self.take_over(by, tenant),
            Deed::Decline => self.asked(by, tenant).map(|_| self.tenants[tenant].offer = None),
            Deed::Withdraw => self.withdraw(by, tenant),
            Deed::Suspend | Deed::Resume => self.set_suspended(by, tenant, *deed == Deed::Suspend),
        }
    }

    fn set_suspended(&mut self, by: usize, tenant: usize, suspended: bool) -> Outcome {
        self.owes_nothing(by)?;
        match (by == OPERATOR, self.tenants[tenant].suspended == suspended) {
            (false, _) => Err("operator-only"),
            (true, true) => Err(if suspended { "tenant-suspended-already" } else { "tenant-active-already" }),
            (true, false) => {
                self.tenants[tenant].suspended = suspended;
                Ok(())
            }
        }
    }

    /// Every moment at which something ends.
    pub(crate) fn moments(&self) -> Vec<Micros> {
        let open = |entry: &&Entry| matches!(entry.written, Stage::Invited | Stage::Accepted);
        let entries = self.members.iter().filter_map(|member| member.entry.as_ref());
        let deadlines = entries.filter(open).map(|entry| entry.deadline);
        let ends = self.members.iter().flat_map(|member| member.grants.values().copied().flatten());
        let offers = self.tenants.iter().filter_map(|tenant| tenant.offer).map(|offer| offer.deadline);
        deadlines.chain(ends).chain(offers).collect()
    }

    /// Whether shrinking has left everything there that the step is about.
    pub(crate) fn knows(&self, step: &Step) -> bool {
        let invited = |member: &usize| self.members.get(*member).is_some_and(|member| member.entry.is_some());
        match step {
            Step::Do { by, tenant, deed } => {
                let roles = self.tenants[*tenant].roles.len();
                let by_link = matches!(deed, Deed::Send(_) | Deed::Resend(_) | Deed::Revoke(_));
                let there = |member| if by_link { invited(&member) } else { member < self.members.len() };
                let target = deed.target().is_none_or(there);
                *by < self.accounts.len() && target && deed.roles().iter().all(|role| *role < roles)
            }
            Step::Open { member, .. } | Step::Register { member, .. } | Step::Reject { member, .. } => invited(member),
            Step::Accept { member, who, .. } | Step::Join { member, who, .. } => {
                invited(member) && who.is_none_or(|who| who < self.accounts.len())
            }
            Step::SignIn(account) => *account < self.accounts.len(),
            Step::ChangePassword(account) => self.accounts.get(*account).is_some_and(|account| account.temporary),
            Step::Sweep | Step::Carry => true,
            Step::Wait(micros) => *micros >= 0,
        }
    }

    /// Whether an account has proved this address.
    pub(crate) fn has_account(&self, slot: u8) -> bool {
        self.accounts.iter().any(|account| account.slot == Some(slot))
    }

    pub(crate) fn is_taken(&self, username: u8) -> bool {
        self.accounts.iter().any(|account| account.username == Some(username))
    }
}

impl Entry {
    /// The deadline is the first moment that is too late.
    pub(crate) fn stage(&self, now: Micros) -> Stage {
        let runs = matches!(self.written, Stage::Invited | Stage::Accepted);
        if runs && now >= self.deadline { Stage::Expired } else { self.written }
    }
}

/// The address that an invitation is for, if for one.
pub(crate) fn address(slot: u8) -> Option<u8> {
    (slot < UNBOUND).then_some(slot)
}

const _: () = assert!(PERMISSIONS.len() == 17);
