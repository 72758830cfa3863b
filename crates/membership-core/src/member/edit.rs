//! Edit: what the tenant calls a member, where it writes to it, where the member belongs, and what it may do.

use std::collections::BTreeSet;

use crate::{
    Membership,
    context::Context,
    department::{Departments, relocate::GivenAway, wanted::DepartmentsFault},
    email::EmailAddress,
    event::{Event, MemberChange},
    id::DepartmentId,
    invitation::{Channel, Invitation, Inviter, send::MailOff},
    language::Language,
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
    store::{Scope, StoreError, Tx},
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
    /// The language that the person reads, as a tag of BCP 47; empty for none.
    pub language: Option<String>,
    /// Everything that the member shall hold.
    pub assignments: Option<Vec<Wanted>>,
    /// All departments that the member shall belong to, the primary one first; at least one.
    pub departments: Option<Vec<DepartmentId>>,
}

refusals! {
    /// Why a member was not changed.
    pub enum EditError {
        /// Somebody who was invited by mail needs an address.
        AddressNeeded = Conflict "address-needed"
            ("this member was invited by mail and has not joined, so it needs an address",
             "enter the address that the invitation shall go to");
    } passing OutOfReach(OutOfReach), GivenAway(GivenAway), Closed(MemberClosed), Invitation(Closed), NotInvited(NotInvited), MailOff(MailOff),
        BeyondOwn(BeyondOwn), AddressTaken(AddressTaken), Faults(Faults), Store(StoreError)
}

impl Membership {
    /// Changes a member. Needs [`Permission::MEMBERS_MANAGE`] over its departments and over those that it gains, and every permission that the member gains. Nobody changes
    /// the own entry.
    pub async fn edit_member(&self, ctx: &Context, target: Target, changes: Changes) -> Result<Member, EditError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        if reached.member.status() == MemberStatus::Removed {
            return Err(MemberClosed::Removed.into());
        }
        let draft = Draft::read(&changes, &reached, ctx)?;
        may_place(tx.as_mut(), &reached, &draft.departments).await?;
        if let Some(address) = draft.email.as_ref().filter(|_| draft.email != reached.member.email) {
            let known = tx.members_at(std::slice::from_ref(address)).await?;
            let sees = |other: &Member| reached.grants.reaches(&Permission::MEMBERS_READ, other);
            AddressTaken::by_another(&known, Some(target.member), sees)?;
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
pub(crate) struct Draft {
    pub(crate) name: DisplayName,
    pub(crate) email: Option<EmailAddress>,
    pub(crate) language: Option<Language>,
    pub(crate) assignments: Assignments,
    pub(crate) departments: Departments,
}

impl Draft {
    fn read(changes: &Changes, reached: &InReach, ctx: &Context) -> Result<Self, Faults> {
        let Member { name, email, language, assignments, departments, .. } = &reached.member;
        let mut faults = Vec::new();
        let name = changes.name.as_deref().map_or_else(|| Ok(name.clone()), DisplayName::parse);
        let name = name.map_err(|fault| faults.push(Fault::new("/name", &fault)));
        let email = match changes.email.as_deref() {
            None => Ok(email.clone()),
            Some("") => Ok(None),
            Some(text) => reached.tenant.policy.address(text).map(Some),
        };
        let email = email.map_err(|fault| faults.push(Fault { pointer: "/email".into(), ..fault }));
        let language = match changes.language.as_deref() {
            None => Ok(language.clone()),
            Some("") => Ok(None),
            Some(text) => Language::parse(text).map(Some),
        };
        let language = language.map_err(|fault| faults.push(Fault::new("/language", &fault)));
        let assignments = match changes.assignments.as_deref() {
            None => Ok(assignments.clone()),
            Some(wanted) => WantedFault::read(wanted, "/assignments", reached.grants.ground(), ctx.now),
        };
        let assignments = assignments.map_err(|more| faults.extend(more));
        let departments = match changes.departments.as_deref() {
            None => Ok(departments.clone()),
            Some([]) => Err(vec![Fault::new("/departments", &DepartmentsFault::Missing)]),
            Some(wanted) => {
                DepartmentsFault::read(wanted, "/departments", &reached.grants, &Permission::MEMBERS_MANAGE)
            }
        };
        let departments = departments.map_err(|more| faults.extend(more));
        match (name, email, language, assignments, departments) {
            (Ok(name), Ok(email), Ok(language), Ok(assignments), Ok(departments)) => {
                Ok(Self { name, email, language, assignments, departments })
            }
            (..) => Err(Faults::of(faults)),
        }
    }
}

/// Whether the member may come to belong to `departments`. Whoever manages it manages those too; and whoever has it in reach from
/// then on, because of what was given for a department above, gets no more over it than the actor has.
pub(crate) async fn may_place(tx: &mut dyn Tx, reached: &InReach, departments: &Departments) -> Result<(), EditError> {
    let (grants, before) = (&reached.grants, &reached.member.departments);
    let new: Vec<DepartmentId> = departments.all().iter().copied().filter(|new| !before.has(*new)).collect();
    let dropped: Vec<DepartmentId> = before.all().iter().copied().filter(|old| !departments.has(*old)).collect();
    if !new.is_empty() {
        drop(grants.require_over(Permission::MEMBERS_MANAGE, &new).map_err(OutOfReach::from)?);
    }
    let tree = grants.tree();
    let above = |of: &[DepartmentId]| of.iter().flat_map(|one| tree.upward(*one)).collect::<BTreeSet<_>>();
    let known = above(before.all());
    // Whoever holds something for one of these sees the member from now on, or lacks less to act on it than before.
    let gains = |top: &DepartmentId| !known.contains(top) || dropped.iter().any(|gone| !tree.is_within(*gone, *top));
    let gaining: Vec<DepartmentId> = above(departments.all()).into_iter().filter(gains).collect();
    let gained = tx.granted_within(&gaining).await?;
    GivenAway::refuse(grants.first_given_away(&gained, before.all(), Some(&Permission::ON_MEMBERS)))?;
    Ok(())
}

pub(crate) fn decide(
    reached: InReach,
    draft: Draft,
    invitation: Option<Invitation>,
    mail_is_on: bool,
    ctx: &Context,
) -> Result<(Member, Vec<Event>), EditError> {
    BeyondOwn::refuse(reached.grants.first_lacking(draft.assignments.beyond(&reached.member.assignments)))?;
    let Draft { name, email, language, assignments, departments } = draft;
    let member = Member { name, email, language, assignments, departments, ..reached.member.clone() };
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
    let placed_otherwise = member.departments != reached.member.departments;
    let grants_other = member.assignments != reached.member.assignments || placed_otherwise;
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
    let over = member.departments.all();
    let granted = reached.grants.require_over(Permission::MEMBERS_INVITE, over).map_err(OutOfReach::from)?;
    BeyondOwn::refuse(reached.grants.first_lacking(member.assignments.live_at(ctx.now)))?;
    reached.tenant.policy.issues(&channel, Stage::Invited)?;
    let moved = invitation.readdress(channel, Inviter::Member(granted.spend()), ctx.now)?;
    Ok(Some(Event::InvitationReaddressed(moved)))
}

/// The invitation, for which whoever changed what it grants answers from now on, if that is somebody who could send it.
fn vouched(reached: &InReach, member: &Member, invitation: Invitation, ctx: &Context) -> Option<Event> {
    let granted = reached.grants.require_over(Permission::MEMBERS_INVITE, member.departments.all()).ok()?;
    let covers = reached.grants.first_lacking(member.assignments.live_at(ctx.now)).is_none();
    let inviter = Inviter::Member(granted.spend());
    let changes = covers && invitation.stage_at(ctx.now).is_open() && invitation.inviter != inviter;
    changes.then_some(Event::InvitationVouched(Invitation { inviter, ..invitation }))
}
