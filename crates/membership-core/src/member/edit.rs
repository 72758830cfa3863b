//! Edit: what the tenant calls a member, where it writes to it, and what the member may do.

use crate::{
    Membership,
    context::Context,
    email::EmailAddress,
    event::{Event, MemberChange},
    invitation::{Channel, Invitation, Inviter, send::MailOff},
    lifecycle::{Closed, MemberClosed, Stage},
    member::{
        AddressTaken, Member, MemberState, MemberStatus,
        reach::{InReach, OutOfReach, Target},
    },
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    role::{
        Assignments, Permission,
        assign::{BeyondOwn, Wanted, WantedFault},
    },
    store::{Scope, StoreError},
    tenant::policy::NotInvited,
};

/// Change a member. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// What the tenant calls the person.
    pub name: Option<String>,
    /// The address that the tenant knows the person by; empty for none. Where the person has not joined and was invited
    /// by mail, the invitation goes to the new address, and the old link is dead.
    pub email: Option<String>,
    /// Everything that the member shall hold.
    pub assignments: Option<Vec<Wanted>>,
}

refusals! {
    /// Why a member was not changed.
    pub enum EditError {
        /// Somebody who was invited by mail needs an address.
        AddressNeeded = Conflict "address-needed"
            ("this member was invited by mail and has not joined, so it needs an address",
             "enter the address that the invitation shall go to");
    } passing OutOfReach(OutOfReach), Closed(MemberClosed), Invitation(Closed), NotInvited(NotInvited), MailOff(MailOff),
        BeyondOwn(BeyondOwn), AddressTaken(AddressTaken), Faults(Faults), Store(StoreError)
}

impl Membership {
    /// Changes a member. Needs [`Permission::MEMBERS_MANAGE`], and every permission that the member gains. Nobody changes
    /// the own entry.
    pub async fn edit_member(&self, ctx: &Context, target: Target, changes: Changes) -> Result<Member, EditError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        if reached.member.status() == MemberStatus::Removed {
            return Err(MemberClosed::Removed.into());
        }
        let draft = Draft::read(&changes, &reached, ctx)?;
        if let Some(address) = draft.email.as_ref().filter(|_| draft.email != reached.member.email) {
            let known = tx.members_at(std::slice::from_ref(address)).await?;
            AddressTaken::by_another(&known, Some(target.member))?;
        }
        let invitation = match reached.member.state {
            MemberState::NotJoined { invitation } => tx.invitation(invitation).await?,
            MemberState::Enabled { .. } | MemberState::Disabled { .. } | MemberState::Removed { .. } => None,
        };
        let (member, events) = decide(reached, draft, invitation, self.mail_is_on, ctx)?;
        if !events.is_empty() {
            tx.commit(ctx, &events).await?;
        }
        Ok(member)
    }
}

/// What the member shall be: what was typed, read and found well-formed, and what stays.
struct Draft {
    name: DisplayName,
    email: Option<EmailAddress>,
    assignments: Assignments,
}

impl Draft {
    fn read(changes: &Changes, reached: &InReach, ctx: &Context) -> Result<Self, Faults> {
        let Member { name, email, assignments, .. } = &reached.member;
        let mut faults = Vec::new();
        let name = changes.name.as_deref().map_or_else(|| Ok(name.clone()), DisplayName::parse);
        let name = name.map_err(|fault| faults.push(Fault::new("/name", &fault)));
        let email = match changes.email.as_deref() {
            None => Ok(email.clone()),
            Some("") => Ok(None),
            Some(text) => reached.tenant.policy.address(text).map(Some),
        };
        let email = email.map_err(|fault| faults.push(Fault { pointer: "/email".into(), ..fault }));
        let assignments = match changes.assignments.as_deref() {
            None => Ok(assignments.clone()),
            Some(wanted) => WantedFault::read(wanted, "/assignments", reached.grants.catalogue(), ctx.now),
        };
        let assignments = assignments.map_err(|more| faults.extend(more));
        match (name, email, assignments) {
            (Ok(name), Ok(email), Ok(assignments)) => Ok(Self { name, email, assignments }),
            (..) => Err(Faults::of(faults)),
        }
    }
}

fn decide(
    reached: InReach,
    draft: Draft,
    invitation: Option<Invitation>,
    mail_is_on: bool,
    ctx: &Context,
) -> Result<(Member, Vec<Event>), EditError> {
    BeyondOwn::refuse(reached.grants.first_lacking(draft.assignments.beyond(&reached.member.assignments)))?;
    let Draft { name, email, assignments } = draft;
    let member = Member { name, email, assignments, ..reached.member.clone() };
    let moved = match invitation {
        Some(invitation) => invitation_after(&reached, &member, invitation, mail_is_on, ctx)?,
        None => None,
    };
    let before = reached.spend();
    let mut events = Vec::new();
    if member != before {
        events.push(Event::MemberEdited(MemberChange { before, member: member.clone() }));
    }
    events.extend(moved);
    Ok((member, events))
}

/// What becomes of the invitation of somebody who is to be `member`: it goes elsewhere, or somebody else answers for it.
fn invitation_after(
    reached: &InReach,
    member: &Member,
    invitation: Invitation,
    mail_is_on: bool,
    ctx: &Context,
) -> Result<Option<Event>, EditError> {
    if member.email != reached.member.email
        && let Some(moved) = readdressed(reached, member, invitation.clone(), mail_is_on, ctx)?
    {
        return Ok(Some(moved));
    }
    let grants_other = member.assignments != reached.member.assignments;
    Ok(vouched(reached, member, invitation, ctx).filter(|_| grants_other))
}

/// The invitation on its way to another address. One that was handed over and asked for no address stays as it is.
fn readdressed(
    reached: &InReach,
    member: &Member,
    invitation: Invitation,
    mail_is_on: bool,
    ctx: &Context,
) -> Result<Option<Event>, EditError> {
    let channel = match (&invitation.channel, member.email.as_ref()) {
        (Channel::Mail(_), Some(address)) => Channel::Mail(address.clone()),
        (Channel::Mail(_), None) => return Err(EditError::AddressNeeded),
        (Channel::Link(Some(_)), address) => Channel::Link(address.cloned()),
        (Channel::Link(None), _) => return Ok(None),
    };
    channel.can_go(mail_is_on)?;
    // A link goes out, so whoever sends it needs what sending needs.
    let granted = reached.grants.require(Permission::MEMBERS_INVITE).map_err(OutOfReach::from)?;
    BeyondOwn::refuse(reached.grants.first_lacking(member.assignments.live_at(ctx.now)))?;
    reached.tenant.policy.issues(&channel, Stage::Invited)?;
    let moved = invitation.readdress(channel, Inviter::Member(granted.spend()), ctx.now)?;
    Ok(Some(Event::InvitationReaddressed(moved)))
}

/// The invitation, for which whoever changed what it grants answers from now on, if that is somebody who could send it.
fn vouched(reached: &InReach, member: &Member, invitation: Invitation, ctx: &Context) -> Option<Event> {
    let granted = reached.grants.require(Permission::MEMBERS_INVITE).ok()?;
    let covers = reached.grants.first_lacking(member.assignments.live_at(ctx.now)).is_none();
    let inviter = Inviter::Member(granted.spend());
    let changes = covers && invitation.stage_at(ctx.now).is_open() && invitation.inviter != inviter;
    changes.then_some(Event::InvitationVouched(Invitation { inviter, ..invitation }))
}
