//! The tables, what may stand in them, and what each event writes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, Login, Session},
    actor::Standing,
    audit::{Head, Record},
    context::Context,
    event::{Cancel, Event},
    id::{AccountId, InvitationId, MemberId, MessageId, RoleId, SessionId, TenantId},
    installation::Installation,
    invitation::Invitation,
    member::{Member, MemberStatus},
    outbox::{Delivery, Mail},
    role::Role,
    store::{Scope, StoreError},
    tenant::Tenant,
};

#[derive(Clone, Default)]
pub(super) struct Tables {
    pub(super) installation: Installation,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) tenants: BTreeMap<TenantId, Tenant>,
    pub(super) roles: BTreeMap<RoleId, Role>,
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) invitations: BTreeMap<InvitationId, Invitation>,
    pub(super) messages: BTreeMap<MessageId, Message>,
    pub(super) audits: BTreeMap<Scope, Vec<Record>>,
}

/// A row of the outbox.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) mail: Mail,
    pub(super) queued_at: DateTime<Utc>,
    /// How often it was leased.
    pub(super) attempts: u32,
    pub(super) delivery: Delivery,
}

/// Questions.
impl Tables {
    pub(super) fn account_by_login(&self, login: &Login) -> Option<&Account> {
        self.accounts.values().find(|account| match login {
            Login::Email(address) => account.proved_email() == Some(address),
            Login::Username(username) => account.username.as_ref() == Some(username),
        })
    }

    /// By name.
    pub(super) fn roles_of(&self, tenant: TenantId) -> Vec<Role> {
        let mut roles: Vec<Role> = self.roles.values().filter(|role| role.tenant == tenant).cloned().collect();
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        roles
    }

    pub(super) fn members_of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Member> {
        self.members.values().filter(move |member| member.tenant == tenant)
    }

    /// The members that are not removed.
    pub(super) fn present(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Member> {
        self.members_of(tenant).filter(|member| member.status() != MemberStatus::Removed)
    }

    pub(super) fn member(&self, tenant: TenantId, id: MemberId) -> Option<&Member> {
        self.members.get(&id).filter(|member| member.tenant == tenant)
    }

    pub(super) fn member_of(&self, tenant: TenantId, account: AccountId) -> Option<&Member> {
        self.present(tenant).find(|member| member.account() == Some(account))
    }

    pub(super) fn invitation(&self, tenant: TenantId, id: InvitationId) -> Option<&Invitation> {
        self.invitations.get(&id).filter(|invitation| invitation.tenant == tenant)
    }

    pub(super) fn standing(&self, member: &Member) -> Standing {
        let roles = member.roles.iter().filter_map(|role| self.roles.get(role)).cloned().collect();
        Standing { member: member.clone(), roles }
    }

    fn head(&self, scope: Scope) -> Head {
        self.audits.get(&scope).and_then(|audit| audit.last()).map(Record::head).unwrap_or_default()
    }
}

/// Writing: an error leaves the tables half-written, so this is for a copy that is thrown away then.
impl Tables {
    /// Writes `event`, its record and its mail.
    pub(super) fn write(&mut self, scope: Scope, ctx: &Context, event: &Event) -> Result<(), StoreError> {
        let home = event.home(scope);
        concerns(scope, event)?;
        self.put(event)?;
        let record = Record::of(home, self.head(home), ctx, event);
        self.audits.entry(home).or_default().push(record);
        if let Some(cancel) = event.cancels() {
            self.cancel(cancel, ctx.now);
        }
        if let Some(mail) = event.mail() {
            self.queue(mail, ctx.now)?;
        }
        Ok(())
    }

    fn put(&mut self, event: &Event) -> Result<(), StoreError> {
        match event {
            Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
                self.installation = *installation;
            }
            Event::AccountRegistered(account) => {
                constraint("account.id", !self.accounts.contains_key(&account.id))?;
                self.put_account(account)?;
            }
            Event::AddressProved(account) => self.put_account(account)?,
            Event::SessionStarted(session) => {
                constraint("session.account", self.accounts.contains_key(&session.account))?;
                constraint("session.key", self.sessions.values().all(|other| other.key != session.key))?;
                self.sessions.insert(session.id, session.clone());
            }
            Event::SessionEnded { session, .. } => {
                self.sessions.remove(session);
            }
            Event::TenantCreated { tenant, roles } => {
                constraint("tenant.id", self.tenants.insert(tenant.id, tenant.clone()).is_none())?;
                roles.iter().try_for_each(|role| self.put_role(role))?;
            }
            Event::TenantActivated(tenant) => {
                constraint("tenant.present", self.tenants.insert(tenant.id, tenant.clone()).is_some())?;
            }
            Event::MemberAdded(member) => self.new_member(member)?,
            Event::MemberInvited { member, invitation } => {
                self.new_member(member)?;
                constraint("invitation.id", !self.invitations.contains_key(&invitation.id))?;
                self.put_invitation(invitation)?;
            }
            Event::InvitationIssued(invitation)
            | Event::InvitationOpened(invitation)
            | Event::InvitationAccepted(invitation)
            | Event::InvitationRejected(invitation)
            | Event::InvitationRevoked(invitation)
            | Event::InvitationExpired(invitation) => self.known_invitation(invitation)?,
            Event::MemberJoined { member, invitation } => {
                constraint("member.present", self.members.contains_key(&member.id))?;
                self.put_member(member)?;
                self.known_invitation(invitation)?;
            }
        }
        Ok(())
    }

    fn put_account(&mut self, account: &Account) -> Result<(), StoreError> {
        let others = || self.accounts.values().filter(|other| other.id != account.id);
        if account.username.is_some() && others().any(|other| other.username == account.username) {
            return Err(StoreError::UsernameTaken);
        }
        if account.proved_email().is_some() && others().any(|other| other.proved_email() == account.proved_email()) {
            return Err(StoreError::EmailTaken);
        }
        self.accounts.insert(account.id, account.clone());
        Ok(())
    }

    fn put_role(&mut self, role: &Role) -> Result<(), StoreError> {
        let others = self.roles.values().filter(|other| other.id != role.id && other.tenant == role.tenant);
        let named = others.filter(|other| other.name == role.name).count();
        constraint("role.name", named == 0)?;
        self.roles.insert(role.id, role.clone());
        Ok(())
    }

    fn new_member(&mut self, member: &Member) -> Result<(), StoreError> {
        constraint("member.id", !self.members.contains_key(&member.id))?;
        self.put_member(member)
    }

    fn put_member(&mut self, member: &Member) -> Result<(), StoreError> {
        let own = |role: &RoleId| self.roles.get(role).is_some_and(|role| role.tenant == member.tenant);
        constraint("member.roles", member.roles.iter().all(own))?;
        constraint("member.account", member.account().is_none_or(|account| self.accounts.contains_key(&account)))?;
        if member.status() != MemberStatus::Removed {
            let free = |clash: &dyn Fn(&Member) -> bool| {
                !self.present(member.tenant).any(|other| other.id != member.id && clash(other))
            };
            constraint("member.email", member.email.is_none() || free(&|other| other.email == member.email))?;
            constraint(
                "member.account",
                member.account().is_none() || free(&|other| other.account() == member.account()),
            )?;
            constraint("member.representative", !member.representative || free(&|other| other.representative))?;
        }
        self.members.insert(member.id, member.clone());
        Ok(())
    }

    fn known_invitation(&mut self, invitation: &Invitation) -> Result<(), StoreError> {
        constraint("invitation.present", self.invitation(invitation.tenant, invitation.id).is_some())?;
        self.put_invitation(invitation)
    }

    fn put_invitation(&mut self, invitation: &Invitation) -> Result<(), StoreError> {
        constraint("invitation.member", self.member(invitation.tenant, invitation.member).is_some())?;
        self.invitations.insert(invitation.id, invitation.clone());
        Ok(())
    }

    fn queue(&mut self, mail: Mail, now: DateTime<Utc>) -> Result<(), StoreError> {
        let message = Message { queued_at: now, attempts: 0, delivery: Delivery::Queued, mail };
        constraint("message.id", self.messages.insert(message.mail.id(), message).is_none())
    }

    fn cancel(&mut self, cancel: Cancel, now: DateTime<Utc>) {
        let meant = |message: &&mut Message| {
            message.mail.subject == cancel.subject && message.mail.generation <= cancel.generation
        };
        for message in self.messages.values_mut().filter(meant).filter(|message| message.due().is_some()) {
            message.delivery = Delivery::Cancelled { at: now };
        }
    }
}

impl Message {
    /// From when on a worker may take it; `None` if it is done with.
    pub(super) const fn due(&self) -> Option<DateTime<Utc>> {
        match self.delivery {
            Delivery::Queued => Some(self.queued_at),
            Delivery::Sending { until } | Delivery::Deferred { until, .. } => Some(until),
            Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Cancelled { .. } => None,
        }
    }
}

/// A tenant's facts happen under its lock; only a new tenant has none that anybody could hold.
fn concerns(scope: Scope, event: &Event) -> Result<(), StoreError> {
    match (scope, event.tenant()) {
        (Scope::Tenant(own), Some(tenant)) if own == tenant => Ok(()),
        (_, None) | (Scope::Installation, Some(_)) => Ok(()),
        (Scope::Tenant(_) | Scope::Account(_), Some(tenant)) => {
            let detail = format!("{} of tenant {tenant} in a transaction about something else", event.name());
            Err(StoreError::Corrupt { detail })
        }
    }
}

/// Refuses what a database would refuse by this constraint.
fn constraint(name: &str, holds: bool) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::Raced { constraint: name.to_owned() }) }
}
