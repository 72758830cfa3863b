//! What cases write through the port itself, without a use case in between.

use membership_core::{
    account::{Account, AccountEmail},
    email::EmailAddress,
    event::Event,
    id::{AccountId, InvitationId, MemberId},
    invariants::World,
    invitation::{Channel, Invitation, Inviter},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    ports::PasswordHash,
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
        Ok(Account {
            id: AccountId::new(now, self.membership.entropy()),
            name: DisplayName::parse("Zoë Übel 界")?,
            username: None,
            email: None,
            password: None,
            registered_at: now,
            sessions_valid_from: now,
        })
    }

    pub(super) fn account_named(&self, username: &str) -> Result<Account, Failure> {
        let password = Some(PasswordHash::from_phc("$not-hashed$secret"));
        Ok(Account { username: Some(Username::parse(username)?), password, ..self.blank_account()? })
    }

    pub(super) fn account_at(&self, text: &str, proved: bool) -> Result<Account, Failure> {
        let email = AccountEmail { address: address(text)?, proved_at: proved.then(|| self.clock.now()) };
        Ok(Account { email: Some(email), ..self.blank_account()? })
    }

    /// A member of the tenant in `state`, with no role and no address.
    pub(super) fn member_in(&self, state: MemberState) -> Result<Member, Failure> {
        let now = self.clock.now();
        Ok(Member {
            id: MemberId::new(now, self.membership.entropy()),
            tenant: self.tenant.id,
            name: DisplayName::parse("Ann Example")?,
            email: None,
            roles: [].into(),
            representative: false,
            creator: Some(self.member.id),
            created_at: now,
            state,
        })
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

    /// Everything there is in the tenant, in one order whatever the store's.
    pub(super) async fn snapshot(&self) -> Result<World, Failure> {
        let mut world = self.world(self.tenant.id).await?;
        world.roles.sort_by_key(|role| role.id);
        world.members.sort_by_key(|member| member.id);
        world.invitations.sort_by_key(|invitation| invitation.id);
        world.accounts.sort_by_key(|account| account.id);
        world.outbox.sort_by_key(|(id, _, _)| *id);
        Ok(world)
    }
}

pub(super) fn address(text: &str) -> Result<EmailAddress, Failure> {
    Ok(EmailAddress::from_canonical(text)?)
}
