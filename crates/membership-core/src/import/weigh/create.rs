//! A row about somebody new: an invitation, or a member with a new account.

use super::{Found, Scale, Weighed, known::Known, needed_for};
use crate::{
    account::Account,
    actor::Granted,
    department::{Departments, wanted::DepartmentsFault},
    email::EmailAddress,
    event::Event,
    id::MemberId,
    import::{Column, RowRefused, Verdict, Way, names::Names, typed::Typed},
    invitation::{
        Channel,
        invite::{self, Sending, Terms},
    },
    member::{AddressTaken, add},
    name::{DisplayName, NameFault},
    role::{
        Assignments, Permission,
        assign::{BeyondOwn, WantedFault},
    },
    tenant::policy::NotInvited,
};

/// Somebody new, read and found well-formed, and the proof that a single invitation would be allowed.
struct Newcomer {
    name: DisplayName,
    assignments: Assignments,
    departments: Departments,
    granted: Granted,
}

impl Scale<'_> {
    pub(super) fn create(&self, names: &mut Names, known: &Known, mut row: Typed) -> Weighed {
        let way = row.way_in();
        let mut found = Found(std::mem::take(&mut row.faults));
        let newcomer = self.newcomer(names, &row, way, &mut found);
        let account = self.way_is_open(known, &row, way, &mut found);
        let Some(newcomer) = newcomer.filter(|_| found.0.is_empty()) else { return Weighed::refused(found.0) };
        let done = match way {
            Way::Mail | Way::Link => Some(self.invited(newcomer, account.as_ref(), row, way)),
            Way::PasswordLink => self.added(newcomer, row),
        };
        match done {
            Some((member, events)) => Weighed { verdict: Verdict::Create { way }, member: Some(member), events },
            // Without a username nothing was found to be in order.
            None => Weighed::refused(found.0),
        }
    }

    fn newcomer(&self, names: &mut Names, row: &Typed, way: Way, found: &mut Found) -> Option<Newcomer> {
        let permission = needed_for(way);
        if row.name.is_none() && !found.has(Column::Name) {
            found.note(Column::Name, &NameFault::Empty);
        }
        let departments = (!found.has(Column::Departments)).then(|| {
            let wanted = row.departments.as_deref().unwrap_or_default();
            if !found.all_open(names, Column::Departments, wanted.iter().copied()) {
                return None;
            }
            let read = DepartmentsFault::read(wanted, "", self.grants, &permission);
            found.take_all(Column::Departments, read)
        });
        let assignments = (!found.has(Column::Roles)).then(|| {
            let wanted = row.roles.as_deref().unwrap_or_default();
            if !found.all_open(names, Column::Roles, wanted.iter().filter_map(|one| one.within)) {
                return None;
            }
            found.take_all(Column::Roles, WantedFault::read(wanted, "", self.grants.ground(), self.ctx.now))
        });
        let departments = departments.flatten();
        let granted = match &departments {
            Some(departments) => {
                found.take(Column::Departments, self.grants.require_over(permission, departments.all()))
            }
            None => None,
        };
        let assignments = assignments.flatten();
        let lacking = assignments.as_ref().and_then(|given| self.grants.first_lacking(given.iter()));
        let _ = found.take(Column::Roles, BeyondOwn::refuse(lacking));
        Some(Newcomer {
            name: row.name.clone()?,
            assignments: assignments?,
            departments: departments?,
            granted: granted?,
        })
    }

    /// Whether the person can join like this; the account that joins at once, if one does.
    fn way_is_open(&self, known: &Known, row: &Typed, way: Way, found: &mut Found) -> Option<Account> {
        let policy = &self.tenant.policy;
        match way {
            Way::Mail | Way::Link => {
                let channel = channel(row, way);
                if way == Way::Mail && row.email.is_none() && !found.has(Column::Email) {
                    found.note(Column::Email, &RowRefused::EmailMissing);
                }
                if row.username.is_some() {
                    found.note(Column::Username, &RowRefused::UsernameIsChosen);
                }
                if way == Way::Link && !policy.links_allowed {
                    found.note(Column::Way, &NotInvited::LinksNotAllowed);
                }
                if let Some(email) = row.email.as_ref().filter(|email| !policy.takes(email)) {
                    found.note(Column::Email, &NotInvited::DomainNotAllowed { domain: email.domain().to_owned() });
                }
                let _ = channel.and_then(|channel| found.take(Column::Way, channel.can_go(self.membership.mail_is_on)));
                self.joining(known, row.email.as_ref().filter(|_| way == Way::Mail), found)
            }
            Way::PasswordLink => {
                match &row.username {
                    None if !found.has(Column::Username) => found.note(Column::Username, &RowRefused::UsernameMissing),
                    Some(username) if known.is_taken(username) => {
                        found.note(Column::Username, &RowRefused::UsernameTaken);
                    }
                    None | Some(_) => {}
                }
                None
            }
        }
    }

    fn joining(&self, known: &Known, email: Option<&EmailAddress>, found: &mut Found) -> Option<Account> {
        let (account, already) = known.joining(email?)?;
        if let Some(member) = *already {
            let seen = self.grants.holds(&Permission::MEMBERS_READ);
            let taken = if seen { AddressTaken::ByMember { member } } else { AddressTaken::BySomebody };
            found.note(Column::Email, &taken);
        }
        Some(account.clone())
    }

    fn invited(&self, newcomer: Newcomer, account: Option<&Account>, row: Typed, way: Way) -> (MemberId, Vec<Event>) {
        let policy = &self.tenant.policy;
        // Whoever asks for links wants them at once.
        let send = if way == Way::Link { Sending::Now } else { policy.send };
        let terms = Terms { tenant: self.tenant.id, validity: policy.invitation_validity, send };
        let channel = channel(&row, way).unwrap_or(Channel::Link(None));
        let Newcomer { name, assignments, departments, granted } = newcomer;
        let person = invite::Entry { name, channel, assignments, departments, language: row.language };
        let invited = invite::entry(granted, terms, account, person, self.ctx.now, self.entropy);
        (invited.member.id, vec![invited.event()])
    }

    fn added(&self, newcomer: Newcomer, row: Typed) -> Option<(MemberId, Vec<Event>)> {
        let Newcomer { name, assignments, departments, granted } = newcomer;
        let Typed { username, email, language, .. } = row;
        let draft = add::Draft { name, assignments, departments, username: username?, email, language };
        let (member, events) =
            add::decide(granted, self.grants, draft, add::Entry::Link, self.ctx, self.entropy).ok()?;
        Some((member.id, events))
    }
}

fn channel(row: &Typed, way: Way) -> Option<Channel> {
    match way {
        Way::Mail => row.email.clone().map(Channel::Mail),
        Way::Link => Some(Channel::Link(row.email.clone())),
        Way::PasswordLink => None,
    }
}
