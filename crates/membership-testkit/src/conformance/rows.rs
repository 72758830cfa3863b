//! What cases write through the port itself, without a use case in between.

use membership_core::{
    account::{Account, AccountEmail},
    audit::Record,
    department::Departments,
    directory::{RecordFilter, RecordOrder},
    email::EmailAddress,
    event::{Event, MemberChange},
    id::{AccountId, InvitationId, MemberId},
    invariants::World,
    invitation::{Channel, Invitation, Inviter},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    ports::PasswordHash,
    role::{Assignments, Grant},
    store::{Scope, StoreError},
    tenant::Validity,
};

use crate::{Bed, Failure};

impl Bed {
    /// Commits `events` in a transaction about `scope`, by the administrator.
    pub(super) async fn commit(&self, scope: Scope, events: &[Event]) -> Result<(), StoreError> {
        self.adapter.store.begin(scope).await?.commit(&self.as_administrator(), events).await
    }

    /// Commits `events` in a transaction about the tenant.
    pub(super) async fn write(&self, events: &[Event]) -> Result<(), StoreError> {
        self.commit(Scope::Tenant(self.tenant.id), events).await
    }

    /// An account without any way to sign in.
    pub(super) fn blank_account(&self) -> Result<Account, Failure> {
        let now = self.clock.now();
        Ok(Account::new(AccountId::new(now, self.membership.entropy()), DisplayName::parse("Zoë Übel 界")?, now))
    }

    pub(super) fn account_named(&self, username: &str) -> Result<Account, Failure> {
        let password = Some(PasswordHash::from_phc("$not-hashed$secret"));
        Ok(Account { username: Some(Username::parse(username)?), password, ..self.blank_account()? })
    }

    pub(super) fn account_at(&self, text: &str, proved: bool) -> Result<Account, Failure> {
        let email = AccountEmail { address: address(text)?, proved_at: proved.then(|| self.clock.now()) };
        Ok(Account { email: Some(email), ..self.blank_account()? })
    }

    /// A member of the tenant in `state`, with no role and no address, in the administrator's departments unless it is gone.
    pub(super) fn member_in(&self, state: MemberState) -> Result<Member, Failure> {
        let now = self.clock.now();
        Ok(Member {
            id: MemberId::new(now, self.membership.entropy()),
            tenant: self.tenant.id,
            name: DisplayName::parse("Ann Example")?,
            email: None,
            username: None,
            language: None,
            assignments: Assignments::default(),
            departments: match state {
                MemberState::Removed { .. } => Departments::default(),
                MemberState::NotJoined { .. } | MemberState::Enabled { .. } | MemberState::Disabled { .. } => {
                    self.member.departments.clone()
                }
            },
            representative: false,
            creator: Some(self.member.id),
            created_at: now,
            epoch: 0,
            state,
        })
    }

    /// An enabled member with a new account and these assignments, written.
    pub(super) async fn somebody(&self, assignments: Assignments) -> Result<Member, Failure> {
        let account = self.blank_account()?;
        let state = MemberState::Enabled { account: account.id, joined_at: self.clock.now() };
        let member = Member { assignments, ..self.member_in(state)? };
        self.write(&[Event::AccountRegistered(account), Event::MemberAdded(member.clone())]).await?;
        Ok(member)
    }

    /// An enabled member with these roles and no others, written.
    pub(super) async fn holder_of(&self, roles: &[&str]) -> Result<Member, Failure> {
        let mut given = Vec::with_capacity(roles.len());
        for role in roles {
            given.push((Grant::Role(self.role(role).await?), None));
        }
        self.somebody(given.into_iter().collect()).await
    }

    /// The member with this id, as a transaction reads it.
    pub(super) async fn stored(&self, member: MemberId) -> Result<Option<Member>, StoreError> {
        self.adapter.store.begin(Scope::Tenant(self.tenant.id)).await?.member(member).await
    }

    /// A member that has not joined, and its invitation, Ready.
    pub(super) fn ready(&self, channel: Channel, inviter: Inviter) -> Result<(Member, Invitation), Failure> {
        let now = self.clock.now();
        let invitation = InvitationId::new(now, self.membership.entropy());
        let email = match &channel {
            Channel::Mail(address) | Channel::Link(Some(address)) => Some(address.clone()),
            Channel::Link(None) => None,
        };
        let member = Member { email, ..self.member_in(MemberState::NotJoined { invitation })? };
        let invitation = Invitation::new(invitation, &member, inviter, channel, Validity::THREE_DAYS, now);
        Ok((member, invitation))
    }

    /// The event that invites somebody by a link that is not issued yet.
    pub(super) fn quiet_invitation(&self) -> Result<Event, Failure> {
        let (member, invitation) = self.ready(Channel::Link(None), Inviter::Member(self.member.id))?;
        Ok(Event::MemberInvited { member, invitation })
    }

    /// Up to `limit` records of an audit, oldest first, those after revision `after`.
    pub(super) async fn audit(&self, scope: Scope, after: u64, limit: u16) -> Result<Vec<Record>, StoreError> {
        self.adapter.directory.audit(scope, &RecordFilter::default(), RecordOrder::After(after), limit).await
    }

    /// Everything there is in the tenant, in one order whatever the store's.
    pub(super) async fn snapshot(&self) -> Result<World, Failure> {
        let mut world = self.world(self.tenant.id).await?;
        world.access.roles.sort_by_key(|role| role.id);
        world.members.sort_by_key(|member| member.id);
        world.invitations.sort_by_key(|invitation| invitation.id);
        world.accounts.sort_by_key(|account| account.id);
        world.transfers.sort_by_key(|transfer| transfer.id);
        world.nominations.sort_by_key(|nomination| nomination.id);
        world.outbox.sort_by_key(|(id, _, _)| *id);
        Ok(world)
    }
}

pub(super) fn address(text: &str) -> Result<EmailAddress, Failure> {
    Ok(EmailAddress::from_canonical(text)?)
}

/// `before`, and what it is after `change`.
pub(super) fn changed(before: &Member, change: impl FnOnce(&mut Member)) -> MemberChange {
    let mut member = before.clone();
    change(&mut member);
    MemberChange { before: before.clone(), member }
}
