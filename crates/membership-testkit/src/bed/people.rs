//! Inviting people, and letting them in.

use membership_core::{
    account::{
        Account, AccountEmail,
        register::{Register, Registered},
    },
    email::EmailAddress,
    event::Event,
    id::AccountId,
    invitation::invite::{Invite, Invited, Invitee, Reach, Sending},
    member::Member,
    name::DisplayName,
    ports::Secret,
    store::Scope,
    tenant::{Tenant, create::CreateTenant},
};

use super::{Bed, PASSWORD};
use crate::Failure;

/// A tenant that somebody else administers.
#[derive(Debug, Clone)]
pub struct Founded {
    /// The tenant.
    pub tenant: Tenant,
    /// The account of its administrator, which is a member of this tenant alone.
    pub administrator: Account,
    /// Its administrator as a member.
    pub member: Member,
}

impl Bed {
    /// The command that invites `address` by mail, at once, as a `Member` of the tenant. Tests change what they are
    /// about: `Invite { send: Sending::Later, ..bed.invitation_to("ann@example.org").await? }`.
    pub async fn invitation_to(&self, address: &str) -> Result<Invite, Failure> {
        Ok(Invite {
            tenant: self.tenant.id,
            people: vec![self.invitee(Reach::Mail(address.to_owned())).await?],
            send: Sending::Now,
            validity: None,
        })
    }

    /// A person who is to be a `Member`, reached by `reach`.
    pub async fn invitee(&self, reach: Reach) -> Result<Invitee, Failure> {
        Ok(Invitee { name: "Ann Example".into(), reach, roles: vec![self.role("Member").await?] })
    }

    /// The administrator invites `address` by mail, at once, as a `Member`.
    pub async fn invite(&self, address: &str) -> Result<Invited, Failure> {
        self.invite_one(self.invitation_to(address).await?).await
    }

    /// The administrator invites the one person whom `command` names.
    pub async fn invite_one(&self, command: Invite) -> Result<Invited, Failure> {
        let invited = self.membership.invite(&self.as_administrator(), command).await?;
        Ok(invited.into_iter().next().ok_or("nobody was invited")?)
    }

    /// The command by which somebody registers with `token`, which came by mail. A link that was handed over needs a
    /// username too: `Register { username: Some("ann".into()), ..bed.registration(&token) }`.
    pub fn registration(&self, token: &str) -> Register {
        Register {
            token: token.to_owned(),
            name: "Ann Example".into(),
            username: None,
            password: Secret::new(PASSWORD),
        }
    }

    /// `address` is invited by mail, accepts and registers.
    pub async fn join(&self, address: &str) -> Result<Registered, Failure> {
        let invited = self.invite(address).await?;
        let token = self.token(&invited.invitation);
        self.membership.accept_invitation(&self.as_anybody(), &token).await?;
        Ok(self.membership.register(&self.as_anybody(), self.registration(&token)).await?)
    }

    /// An account that has proved `address` elsewhere, is a member nowhere, and has no password.
    pub async fn stranger(&self, address: &str) -> Result<AccountId, Failure> {
        let now = self.clock.now();
        let account = Account {
            id: AccountId::new(now, self.membership.entropy()),
            name: DisplayName::parse("Somebody")?,
            username: None,
            email: Some(AccountEmail { address: EmailAddress::from_canonical(address)?, proved_at: Some(now) }),
            password: None,
            registered_at: now,
            sessions_valid_from: now,
        };
        let id = account.id;
        let tx = self.adapter.store.begin(Scope::Account(id)).await?;
        tx.commit(&self.as_system(), &[Event::AccountRegistered(account)]).await?;
        Ok(id)
    }

    /// The operator makes another tenant, whose administrator accepts and registers as `username`.
    pub async fn found(&self, name: &str, username: &str) -> Result<Founded, Failure> {
        let command =
            CreateTenant { name: name.into(), administrator: "Other Example".into(), reach: Reach::Link(None) };
        let made = self.membership.create_tenant(&self.as_administrator(), command).await?;
        let token = self.token(&made.invitation);
        self.membership.accept_invitation(&self.as_anybody(), &token).await?;
        let registration = Register { username: Some(username.into()), ..self.registration(&token) };
        let registered = self.membership.register(&self.as_anybody(), registration).await?;
        let (tenant, _) = self.membership.tenant(&self.as_account(registered.account.id), made.tenant.id).await?;
        Ok(Founded { tenant, administrator: registered.account, member: registered.member })
    }
}
