//! Inviting people, adding them, and letting them in.

use membership_core::{
    account::{
        Account, AccountEmail,
        change_password::ChangePassword,
        register::{Register, Registered},
    },
    context::Context,
    email::EmailAddress,
    event::Event,
    id::AccountId,
    invitation::{
        Invitation,
        invite::{Invite, Invitee, Reach},
    },
    member::{Member, add::AddMember},
    name::DisplayName,
    ports::Secret,
    role::assign::Wanted,
    store::Scope,
    tenant::{Tenant, create::CreateTenant},
};

use super::{Bed, PASSWORD, TEMPORARY};
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

/// Somebody who was asked to join, and has not yet.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The member.
    pub member: Member,
    /// The invitation.
    pub invitation: Invitation,
    /// The link to hand over, when it goes by link and was issued.
    pub link: Option<String>,
}

/// An enabled member and the account behind it.
#[derive(Debug, Clone)]
pub struct Person {
    /// The member.
    pub member: Member,
    /// The account: signs in by its username with [`PASSWORD`].
    pub account: Account,
}

impl Bed {
    /// The command that invites `address` by mail, at once, as a `Member` of the tenant. Tests change what they are
    /// about: `Invite { send: Some(Sending::Later), ..bed.invitation_to("ann@example.org").await? }`.
    pub async fn invitation_to(&self, address: &str) -> Result<Invite, Failure> {
        Ok(Invite {
            tenant: self.tenant.id,
            people: vec![self.invitee(Reach::Mail(address.to_owned())).await?],
            assignments: Vec::new(),
            departments: Vec::new(),
            send: None,
            validity: None,
        })
    }

    /// A person who is to be a `Member`, reached by `reach`.
    pub async fn invitee(&self, reach: Reach) -> Result<Invitee, Failure> {
        let assignments = vec![Wanted::role(self.role("Member").await?)];
        Ok(Invitee { name: "Ann Example".into(), reach, assignments, departments: Vec::new(), language: None })
    }

    /// The administrator invites `address` by mail, at once, as a `Member`.
    pub async fn invite(&self, address: &str) -> Result<Asked, Failure> {
        self.invite_one(self.invitation_to(address).await?).await
    }

    /// The administrator invites the one person whom `command` names, who does not join at once.
    pub async fn invite_one(&self, command: Invite) -> Result<Asked, Failure> {
        let invited = self.membership.invite(&self.as_administrator(), command).await?;
        let invited = invited.into_iter().next().ok_or("nobody was invited")?;
        let invitation = invited.invitation.ok_or("the person joined at once")?;
        Ok(Asked { member: invited.member, invitation, link: invited.link })
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
        let registered = self.membership.register(&self.as_anybody(), self.registration(&token)).await?;
        Ok(Registered { account: self.account(registered.account.id).await?, ..registered })
    }

    /// Whoever asks by `ctx`, who has an account with `address`, is invited there, accepts and joins. With
    /// [`at`](Self::at), this is how somebody becomes a member of two tenants.
    pub async fn join_with(&self, ctx: &Context, address: &str) -> Result<Member, Failure> {
        let token = self.token(&self.invite(address).await?.invitation);
        self.membership.accept_invitation(ctx, &token).await?;
        Ok(self.membership.join(ctx, &token).await?)
    }

    /// The command that adds `username` directly, for good in the roles of these names, with [`TEMPORARY`] as the
    /// password.
    pub async fn addition(&self, username: &str, roles: &[&str]) -> Result<AddMember, Failure> {
        let mut assignments = Vec::with_capacity(roles.len());
        for role in roles {
            assignments.push(Wanted::role(self.role(role).await?));
        }
        Ok(AddMember {
            tenant: self.tenant.id,
            name: format!("{username} Example"),
            assignments,
            departments: Vec::new(),
            username: username.to_owned(),
            password: Secret::new(TEMPORARY),
            email: None,
            language: None,
        })
    }

    /// The administrator adds `username` directly, in the roles of these names, and that person replaces the temporary
    /// password by [`PASSWORD`].
    pub async fn added(&self, username: &str, roles: &[&str]) -> Result<Person, Failure> {
        let command = self.addition(username, roles).await?;
        let member = self.membership.add_member(&self.as_administrator(), command).await?;
        let id = member.account().ok_or("whoever was added has no account")?;
        let account = self.account(id).await?;
        let command = ChangePassword { current: Secret::new(TEMPORARY), new: Secret::new(PASSWORD) };
        self.membership.change_password(&self.as_account(&account), command).await?;
        Ok(Person { member, account: self.account(id).await? })
    }

    /// An enabled member with the role `Member manager`, who signs in as `manager`.
    pub async fn manager(&self) -> Result<Person, Failure> {
        self.added("manager", &["Member manager"]).await
    }

    /// The account with this id, as it is now.
    pub async fn account(&self, id: AccountId) -> Result<Account, Failure> {
        let mut tx = self.adapter.store.begin(Scope::Account(id)).await?;
        Ok(tx.account(id).await?.ok_or("there is no such account")?)
    }

    /// An account that has proved `address` elsewhere, is a member nowhere, and has no password.
    pub async fn stranger(&self, address: &str) -> Result<Account, Failure> {
        let now = self.clock.now();
        let id = AccountId::new(now, self.membership.entropy());
        let email = AccountEmail { address: EmailAddress::from_canonical(address)?, proved_at: Some(now) };
        let account = Account { email: Some(email), ..Account::new(id, DisplayName::parse("Somebody")?, now) };
        let tx = self.adapter.store.begin(Scope::Account(id)).await?;
        tx.commit(&self.as_system(), &[Event::AccountRegistered(account.clone())]).await?;
        Ok(account)
    }

    /// The operator makes another tenant, whose administrator accepts and registers as `username`.
    pub async fn found(&self, name: &str, username: &str) -> Result<Founded, Failure> {
        let command = CreateTenant {
            name: name.into(),
            administrator: "Other Example".into(),
            reach: Reach::Link(None),
            preset: None,
            parent: None,
        };
        self.found_by(command, username).await
    }

    /// This bed, at work in the tenant that was founded.
    #[must_use]
    pub fn at(&self, founded: &Founded) -> Self {
        let (tenant, administrator, member) =
            (founded.tenant.clone(), founded.administrator.clone(), founded.member.clone());
        Self { tenant, administrator, member, ..self.clone() }
    }

    /// The operator makes the tenant of `command`, to be handed over by link; its administrator accepts and registers as
    /// `username`.
    pub async fn found_by(&self, command: CreateTenant, username: &str) -> Result<Founded, Failure> {
        let made = self.membership.create_tenant(&self.as_administrator(), command).await?;
        let token = self.token(&made.invitation);
        self.membership.accept_invitation(&self.as_anybody(), &token).await?;
        let registration = Register { username: Some(username.into()), ..self.registration(&token) };
        let registered = self.membership.register(&self.as_anybody(), registration).await?;
        let view = self.membership.tenant(&self.as_account(&registered.account), made.tenant.id).await?;
        Ok(Founded {
            tenant: view.tenant,
            administrator: self.account(registered.account.id).await?,
            member: registered.member,
        })
    }
}
