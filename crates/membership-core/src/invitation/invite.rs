//! Invite: up to ten people in one call, all of them or none.

mod draft;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

pub use draft::InviteeFault;
use draft::{Draft, Drafts};

use crate::{
    Membership,
    actor::{Denied, Granted, Grants, pick_roles},
    context::Context,
    event::Event,
    id::{InvitationId, MemberId, RoleId, TenantId},
    invitation::{Channel, Invitation, Inviter, State},
    member::{Member, MemberState, MemberStatus},
    ports::Entropy,
    refusal::{Fault, Faults, refusals},
    role::{Permission, Role},
    store::{Scope, StoreError},
    tenant::{Policy, Tenant, Validity},
};

/// Invite people to a tenant.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The tenant.
    pub tenant: TenantId,
    /// Whom: 1 to 10, or what the tenant's policy says.
    pub people: Vec<Invitee>,
    /// Whether the invitations go out at once.
    pub send: Sending,
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
    /// What the person shall be; at least one.
    pub roles: Vec<RoleId>,
}

/// How to reach a person, as typed.
#[derive(Debug, Clone)]
pub enum Reach {
    /// By mail to this address.
    Mail(String),
    /// By a link that the inviter hands over; it can be bound to an address.
    Link(Option<String>),
}

/// Whether invitations go out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// At once.
    Now,
    /// When told so by [`Membership::send_invitation`].
    Later,
}

/// One person who was invited.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The new member, not joined.
    pub member: Member,
    /// Its invitation.
    pub invitation: Invitation,
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
            ("{named} people are named, and at most {limit} can be invited in one call; nobody was invited",
             "invite in several calls, or import a file");
        /// The tenant does not hand out links.
        LinksNotAllowed = Forbidden "links-not-allowed"
            ("this tenant's policy allows invitations by mail only", "give an address to send the invitation to");
        /// No mail can be sent.
        MailOff = Unavailable "mail-not-configured"
            ("no mail server is configured, so an invitation by mail would never arrive",
             "configure a mail server, or invite by link");
        /// A role would grant what the inviter lacks.
        BeyondOwn {
            /// The first permission that is lacking.
            permission: Permission,
        } = Forbidden "grant-exceeds-own"
            ("a role in this invitation grants {permission}, which you do not hold yourself",
             "choose other roles, or ask somebody who holds that permission to invite");
    } passing Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Invites people. Needs [`Permission::MEMBERS_INVITE`] and every permission that the chosen roles grant.
    pub async fn invite(&self, ctx: &Context, command: Invite) -> Result<Vec<Invited>, InviteError> {
        let account = ctx.actor.account()?;
        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (tenant, grants) = crate::admitted(tx.as_mut(), account).await?;
        let granted = grants.require(Permission::MEMBERS_INVITE)?;
        bounded(&command, &tenant.policy)?;
        let drafts = Drafts::read(&command, &tenant.policy)?;
        let taken = tx.members_at(&drafts.addresses()).await?;
        let known = Known { tenant, roles: tx.roles().await?, taken, mail: self.mail_is_on };
        let invited = decide(granted, &grants, &known, drafts, command.send, ctx.now, self.entropy.as_ref())?;
        let events: Vec<Event> = invited
            .iter()
            .map(|(member, invitation)| Event::MemberInvited { member: member.clone(), invitation: invitation.clone() })
            .collect();
        tx.commit(ctx, &events).await?;
        Ok(invited
            .into_iter()
            .map(|(member, invitation)| Invited { link: self.link_to_show(&invitation), member, invitation })
            .collect())
    }

    /// The link of an invitation that goes by hand; one that goes by mail is shown to nobody but the mailbox's owner.
    pub(crate) fn link_to_show(&self, invitation: &Invitation) -> Option<String> {
        let by_hand = matches!(invitation.channel, Channel::Link(_));
        let issued = matches!(invitation.state, State::Invited { .. });
        (by_hand && issued).then(|| self.links.url(&invitation.link()))
    }
}

/// What the tenant holds that matters here.
struct Known {
    tenant: Tenant,
    roles: Vec<Role>,
    taken: Vec<Member>,
    mail: bool,
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
    granted: Granted,
    grants: &Grants,
    known: &Known,
    drafts: Drafts,
    send: Sending,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Result<Vec<(Member, Invitation)>, InviteError> {
    let inviter = granted.spend();
    let by_mail = |draft: &Draft| matches!(draft.channel, Channel::Mail(_));
    if !known.tenant.policy.links_allowed && !drafts.people.iter().all(by_mail) {
        return Err(InviteError::LinksNotAllowed);
    }
    if !known.mail && drafts.people.iter().any(by_mail) {
        return Err(InviteError::MailOff);
    }
    Faults::refuse(clashes(grants, known, &drafts.people))?;
    for draft in &drafts.people {
        let roles = pick_roles(&known.roles, &draft.roles).unwrap_or_default();
        if let Some(permission) = grants.first_lacking(&roles) {
            return Err(InviteError::BeyondOwn { permission: permission.clone() });
        }
    }
    let make = |draft| invitation_of(inviter, known.tenant.id, draft, drafts.validity, send, now, entropy);
    Ok(drafts.people.into_iter().map(make).collect())
}

/// Where the call meets what is there already: its own rows, the inviter, other members, missing roles.
fn clashes(grants: &Grants, known: &Known, drafts: &[Draft]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (row, draft) in drafts.iter().enumerate() {
        if let Err(role) = pick_roles(&known.roles, &draft.roles) {
            faults.push(Fault::new(format!("/people/{row}/roles"), &InviteeFault::RoleUnknown { role }));
        }
        let Some(address) = draft.channel.address() else { continue };
        let taken = known.taken.iter().find(|member| member.email.as_ref() == Some(address));
        let clash = if grants.member().email.as_ref() == Some(address) {
            Some(InviteeFault::OwnAddress)
        } else if !seen.insert(address) {
            Some(InviteeFault::Repeated)
        } else {
            taken.map(|member| match member.status() {
                MemberStatus::NotJoined => InviteeFault::AlreadyInvited { member: member.id },
                MemberStatus::Enabled | MemberStatus::Disabled | MemberStatus::Removed => {
                    InviteeFault::AlreadyMember { member: member.id }
                }
            })
        };
        faults.extend(clash.map(|fault| Fault::new(format!("/people/{row}/email"), &fault)));
    }
    faults
}

fn invitation_of(
    inviter: MemberId,
    tenant: TenantId,
    draft: Draft,
    validity: Validity,
    send: Sending,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> (Member, Invitation) {
    let id = InvitationId::new(now, entropy);
    let member = Member {
        id: MemberId::new(now, entropy),
        tenant,
        name: draft.name.clone(),
        email: draft.channel.address().cloned(),
        roles: draft.roles,
        representative: false,
        creator: Some(inviter),
        created_at: now,
        state: MemberState::NotJoined { invitation: id },
    };
    let ready = Invitation::new(id, &member, Inviter::Member(inviter), draft.channel, validity, now);
    let invitation = match send {
        Sending::Now => ready.issued(now),
        Sending::Later => ready,
    };
    (member, invitation)
}

#[cfg(test)]
#[path = "invite_tests.rs"]
mod tests;
