//! Invite: up to ten people in one call, all of them or none.

mod draft;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

pub(crate) use draft::Entry;
pub use draft::InviteeFault;
use draft::{Draft, Drafts, Entries};

pub use crate::tenant::policy::Sending;

use crate::{
    Membership,
    account::{Account, Login},
    actor::{Denied, Granted, Grants},
    context::Context,
    event::Event,
    id::{DepartmentId, InvitationId, MemberId, TenantId},
    invitation::{Channel, Invitation, Inviter, State, send::MailOff},
    member::{AddressTaken, Member, MemberState, MemberStatus},
    ports::Entropy,
    refusal::{Faults, refusals},
    role::{
        Permission,
        assign::{BeyondOwn, Wanted},
    },
    store::{Scope, StoreError, Tx},
    tenant::{
        Policy, Tenant, Validity,
        policy::{ExistingAccount, NotInvited},
    },
};

/// Invite people to a tenant.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The tenant.
    pub tenant: TenantId,
    /// Whom: 1 to 10, or what the tenant's policy says.
    pub people: Vec<Invitee>,
    /// What each shall hold, unless something else is said of one.
    pub assignments: Vec<Wanted>,
    /// The departments that each shall belong to, the primary one first, unless others are said of one; none for the root, or for
    /// the inviter's own where that is the only one that he or she may invite to.
    pub departments: Vec<DepartmentId>,
    /// Whether the invitations go out at once; `None` for what the tenant's policy says.
    pub send: Option<Sending>,
    /// How long each link is good, in seconds; `None` for the tenant's policy.
    pub validity: Option<u32>,
}

/// One person to invite, as typed.
#[derive(Debug, Clone)]
pub struct Invitee {
    /// What to call the person.
    pub name: String,
    /// How to reach the person.
    pub reach: Reach,
    /// What the person shall hold; at least one role. Empty for what the call says of all.
    pub assignments: Vec<Wanted>,
    /// The departments that the person shall belong to; empty for what the call says of all.
    pub departments: Vec<DepartmentId>,
    /// The language that the person reads, as a tag of BCP 47, if that is known.
    pub language: Option<String>,
}

/// How to reach a person, as typed.
#[derive(Debug, Clone)]
pub enum Reach {
    /// By mail to this address.
    Mail(String),
    /// By a link that the inviter hands over; it can be bound to an address.
    Link(Option<String>),
}

/// One person who was invited.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The new member: not joined, or enabled where the tenant's policy has owners of accounts join at once.
    pub member: Member,
    /// Its invitation, unless it has joined at once.
    pub invitation: Option<Invitation>,
    /// The link to hand over, when it goes by link and was issued. It is shown this once.
    pub link: Option<String>,
}

refusals! {
    /// Why nobody was invited.
    pub enum InviteError {
        /// Nobody named.
        NobodyNamed = Invalid "people-missing" ("nobody is named; expected at least one person", "name a person to invite");
        /// Too many at once.
        TooMany {
            /// How many were named.
            named: usize,
            /// How many may be.
            limit: u8,
        } = Invalid "people-too-many"
            ("{named} people are named, and at most {limit} can be invited at once; nobody was invited",
             "invite several times, or import a file");
    } passing MailOff(MailOff), BeyondOwn(BeyondOwn), NotInvited(NotInvited), Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Invites people. Needs [`Permission::MEMBERS_INVITE`] over the departments of each, and every permission that is granted.
    pub async fn invite(&self, ctx: &Context, command: Invite) -> Result<Vec<Invited>, InviteError> {
        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
        grants.sight(Permission::MEMBERS_INVITE)?;
        bounded(&command, &tenant.policy)?;
        let drafts = Drafts::read(&command, &tenant.policy, &grants, ctx.now);
        let known = self.known(tx.as_mut(), tenant, &drafts).await?;
        let invited = decide(&grants, &known, drafts, ctx.now, self.entropy.as_ref())?;
        let events: Vec<Event> = invited.iter().map(Invited::event).collect();
        tx.commit(ctx, &events).await?;
        Ok(invited.into_iter().map(|invited| self.with_link(invited)).collect())
    }

    async fn known(&self, tx: &mut dyn Tx, tenant: Tenant, drafts: &Drafts) -> Result<Known, InviteError> {
        let taken = tx.members_at(&drafts.addresses()).await?;
        let mut found = BTreeSet::new();
        if tenant.policy.existing_account == ExistingAccount::Join {
            for draft in &drafts.people {
                let Some(Channel::Mail(address)) = &draft.channel else { continue };
                let account = tx.account_by_login(&Login::Email(address.clone())).await?;
                found.extend(account.map(|account| account.id));
            }
        }
        let mut accounts = Vec::new();
        // Its owner may be closing it at this moment. All hold several in one order, so that no two wait for each other.
        for id in found {
            let Some(account) = tx.hold_account(id).await?.filter(|held| held.closed_at.is_none()) else { continue };
            let already = tx.member_of(account.id).await?.map(|member| member.id);
            accounts.push((account, already));
        }
        Ok(Known { tenant, taken, accounts, mail: self.mail_is_on })
    }

    fn with_link(&self, invited: Invited) -> Invited {
        Invited { link: invited.invitation.as_ref().and_then(|invitation| self.link_to_show(invitation)), ..invited }
    }

    /// The link of an invitation that goes by hand; one that goes by mail is shown to nobody but the mailbox's owner.
    pub(crate) fn link_to_show(&self, invitation: &Invitation) -> Option<String> {
        let by_hand = matches!(invitation.channel, Channel::Link(_));
        let issued = matches!(invitation.state, State::Invited { .. });
        (by_hand && issued).then(|| self.links.url(&invitation.link()))
    }
}

impl Invited {
    pub(crate) fn event(&self) -> Event {
        let member = self.member.clone();
        match self.invitation.clone() {
            Some(invitation) => Event::MemberInvited { member, invitation },
            None => Event::MemberAdmitted(member),
        }
    }
}

/// What the tenant holds that matters here.
struct Known {
    tenant: Tenant,
    taken: Vec<Member>,
    /// The accounts that have proved one of the addresses, and the member that each is here; only looked up where they
    /// join at once.
    accounts: Vec<(Account, Option<MemberId>)>,
    mail: bool,
}

impl Known {
    fn account_at(&self, channel: &Channel) -> Option<&Account> {
        let Channel::Mail(address) = channel else { return None };
        self.accounts.iter().map(|(account, _)| account).find(|account| account.proved_email() == Some(address))
    }

    /// The member that the owner of `channel`'s address is here, by whatever name the tenant knows it.
    fn already(&self, channel: &Channel) -> Option<MemberId> {
        let account = self.account_at(channel)?.id;
        self.accounts.iter().find(|(other, _)| other.id == account).and_then(|(_, member)| *member)
    }
}

fn bounded(command: &Invite, policy: &Policy) -> Result<(), InviteError> {
    if command.people.is_empty() {
        return Err(InviteError::NobodyNamed);
    }
    if command.people.len() > usize::from(policy.max_people_per_call) {
        return Err(InviteError::TooMany { named: command.people.len(), limit: policy.max_people_per_call });
    }
    Ok(())
}

fn decide(
    grants: &Grants,
    known: &Known,
    drafts: Drafts,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Result<Vec<Invited>, InviteError> {
    let clashes = clashes(grants, known, &drafts.people);
    let Entries { people, validity, send } = drafts.complete(&clashes)?;
    let terms = Terms { tenant: known.tenant.id, validity, send };
    for person in &people {
        if !known.tenant.policy.links_allowed && matches!(person.channel, Channel::Link(_)) {
            return Err(NotInvited::LinksNotAllowed.into());
        }
        person.channel.can_go(known.mail)?;
    }
    let over = |person: &Entry| grants.require_over(Permission::MEMBERS_INVITE, person.departments.all());
    let granted: Vec<Granted> = people.iter().map(over).collect::<Result<_, Denied>>()?;
    for person in &people {
        BeyondOwn::refuse(grants.first_lacking(person.assignments.iter()))?;
    }
    let invited = people.into_iter().zip(granted);
    let invite = |(person, granted): (Entry, Granted)| {
        let account = known.account_at(&person.channel);
        entry(granted, terms, account, person, now, entropy)
    };
    Ok(invited.map(invite).collect())
}

/// What is the same for everybody who is invited together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    pub(crate) tenant: TenantId,
    pub(crate) validity: Validity,
    pub(crate) send: Sending,
}

/// What becomes of one person: a member at once, if it is the owner of `account`, whom the policy has join at once; or an
/// invitation.
pub(crate) fn entry(
    granted: Granted,
    terms: Terms,
    account: Option<&Account>,
    person: Entry,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Invited {
    let inviter = granted.spend();
    let id = InvitationId::new(now, entropy);
    let joined = |account: &Account| MemberState::Enabled { account: account.id, joined_at: now };
    let member = Member {
        id: MemberId::new(now, entropy),
        tenant: terms.tenant,
        name: person.name,
        email: person.channel.address().cloned(),
        username: account.and_then(|account| account.username.clone()),
        language: person.language,
        assignments: person.assignments,
        departments: person.departments,
        representative: false,
        creator: Some(inviter),
        created_at: now,
        epoch: account.map_or(0, |account| account.epoch),
        state: account.map_or(MemberState::NotJoined { invitation: id }, joined),
    };
    if account.is_some() {
        return Invited { member, invitation: None, link: None };
    }
    let ready = Invitation::new(id, &member, Inviter::Member(inviter), person.channel, terms.validity, now);
    let invitation = match terms.send {
        Sending::Now => ready.issued(now),
        Sending::Later => ready,
    };
    Invited { member, invitation: Some(invitation), link: None }
}

/// Where the call meets what is there already, by row: its own rows, the inviter, other members.
fn clashes(grants: &Grants, known: &Known, drafts: &[Draft]) -> Vec<(usize, InviteeFault)> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (row, draft) in drafts.iter().enumerate() {
        let Some(channel) = &draft.channel else { continue };
        let Some(address) = channel.address() else { continue };
        let taken = known.taken.iter().find(|member| member.email.as_ref() == Some(address));
        let clash = if grants.member().email.as_ref() == Some(address) {
            Some(InviteeFault::OwnAddress)
        } else if !seen.insert(address) {
            Some(InviteeFault::Repeated)
        } else if let Some(member) = known.already(channel) {
            let seen = grants.holds(&Permission::MEMBERS_READ);
            Some(if seen { AddressTaken::ByMember { member } } else { AddressTaken::BySomebody }.into())
        } else {
            taken.map(|member| match member.status() {
                _ if !grants.reaches(&Permission::MEMBERS_READ, member) => AddressTaken::BySomebody.into(),
                MemberStatus::NotJoined => InviteeFault::AlreadyInvited { member: member.id },
                MemberStatus::Enabled | MemberStatus::Disabled | MemberStatus::Removed => {
                    AddressTaken::ByMember { member: member.id }.into()
                }
            })
        };
        faults.extend(clash.map(|fault| (row, fault)));
    }
    faults
}

#[cfg(test)]
#[path = "invite_tests.rs"]
mod tests;
