//! What each event writes, and what a database would not take.

mod account;
mod department;
mod member;
mod tenant;

use chrono::{DateTime, Utc};
use membership_core::{
    account::ApiKey,
    audit::Record,
    context::Context,
    event::{Cancel, Event},
    outbox::{Delivery, Mail},
    store::{Scope, StoreError},
};

use super::tables::{Message, Tables};

/// Writing: an error leaves the tables half-written, so this is for a copy that is thrown away then.
impl Tables {
    /// Writes `event`, its record and its mail.
    pub(super) fn write(&mut self, scope: Scope, ctx: &Context, event: &Event) -> Result<(), StoreError> {
        let home = event.home(scope);
        concerns(scope, event)?;
        self.put(event)?;
        self.count(event);
        let record = Record::of(home, self.head(home), ctx, event);
        self.audits.entry(home).or_default().push(record);
        if let Some(cancel) = event.cancels() {
            self.cancel(cancel, ctx.now);
        }
        event.mails().into_iter().try_for_each(|mail| self.queue(mail, ctx.now))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
    fn put(&mut self, event: &Event) -> Result<(), StoreError> {
        match event {
            Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
                self.installation = *installation;
                Ok(())
            }
            Event::AccountRegistered(account) => self.new_account(account),
            Event::AddressProved(account) => self.address_proved(account),
            Event::PasswordChanged(account)
            | Event::PasswordRehashed(account)
            | Event::ResetIssued(account)
            | Event::ResetRefused(account)
            | Event::PasswordReset(account)
            | Event::AddressChangeAsked { account, .. }
            | Event::AddressRestored(account)
            | Event::SessionsEnded(account)
            | Event::AccountClosed(account)
            | Event::MemberResetIssued { account, .. } => self.owned(account),
            Event::AddressChanged { account, .. } | Event::ProfileEdited { account, .. } => self.owned(account),
            Event::FactorsChanged { account, factors, .. } | Event::MemberFactorsSwitched { account, factors, .. } => {
                self.factors.insert(account.id, factors.clone());
                self.owned(account)
            }
            Event::ChallengeStarted(challenge) => {
                constraint("challenge.account", self.accounts.contains_key(&challenge.account))?;
                constraint("challenge.id", self.challenges.insert(challenge.id, challenge.clone()).is_none())
            }
            Event::ChallengeMailed(challenge) => {
                constraint("challenge.present", self.challenges.insert(challenge.id, challenge.clone()).is_some())
            }
            Event::ChallengeEnded { challenge, .. } => {
                constraint("challenge.present", self.challenges.remove(challenge).is_some())
            }
            Event::ApiKeyMade(key) => {
                let same = |other: &ApiKey| other.secret == key.secret;
                constraint("api_key.secret", !self.api_keys.values().any(same))?;
                constraint("api_key.id", self.api_keys.insert(key.id, key.clone()).is_none())
            }
            Event::ApiKeyRevoked(key) => {
                constraint("api_key.present", self.api_keys.contains_key(&key.id))?;
                let those = self.api_keys.values_mut().filter(|it| it.id == key.id || it.parent == Some(key.id));
                those.for_each(|it| it.revoked_at = it.revoked_at.or(key.revoked_at));
                Ok(())
            }
            Event::SessionStarted(session) => self.session_started(session),
            Event::SessionEnded { session, .. } => {
                self.sessions.remove(session);
                Ok(())
            }
            Event::TenantCreated { tenant, access, root } => {
                self.new_tenant(tenant, access)?;
                self.put_department(root)
            }
            Event::TenantActivated(tenant) | Event::TenantSuspended(tenant) | Event::TenantResumed(tenant) => {
                self.known_tenant(tenant)
            }
            Event::TenantEdited { tenant, picture, .. } => self.tenant_edited(tenant, picture.as_ref()),
            Event::PolicyChanged { tenant, .. } => self.known_tenant(tenant),
            Event::RoleDefined { role, catalogue } => self.role_defined(role, *catalogue),
            Event::RoleEdited { role, catalogue, .. } => self.role_edited(role, *catalogue),
            Event::RoleDeleted { role, catalogue } => self.role_deleted(role, *catalogue),
            Event::DepartmentCreated(change) => {
                constraint("department.id", !self.departments.contains_key(&change.department.id))?;
                self.department_changed(change)
            }
            Event::DepartmentRenamed(change) | Event::DepartmentMoved(change) => {
                constraint("department.present", self.departments.contains_key(&change.department.id))?;
                self.department_changed(change)
            }
            Event::DepartmentDeleted { department, tree } => self.department_deleted(department, *tree),
            Event::MemberAdded(member) | Event::MemberAdmitted(member) => self.new_member(member),
            Event::MemberInvited { member, invitation } => {
                self.new_member(member)?;
                constraint("invitation.id", !self.invitations.contains_key(&invitation.id))?;
                self.put_invitation(invitation)
            }
            Event::MemberEdited(change) | Event::MemberEnabled(change) => self.known_member(&change.member),
            Event::MemberDisabled(change) => self.shut_out(change),
            Event::MemberRemoved { change, transfer } | Event::MemberLeft { change, transfer } => {
                self.shut_out(change)?;
                transfer.as_ref().map_or(Ok(()), |transfer| self.new_transfer(transfer))
            }
            Event::TransferAttempted(transfer) | Event::HeirNamed(transfer) | Event::TransferFinished(transfer) => {
                constraint("transfer.present", self.transfers.contains_key(&transfer.id))?;
                self.put_transfer(transfer)
            }
            Event::RepresentativeNominated(nomination) => {
                constraint("nomination.id", !self.nominations.contains_key(&nomination.id))?;
                self.put_nomination(nomination)
            }
            Event::NominationDeclined(nomination) | Event::NominationWithdrawn(nomination) => {
                self.known_nomination(nomination)
            }
            Event::RepresentativeChanged { nomination, former, successor } => {
                // One representative at a time: the one goes before the other comes.
                self.known_member(&former.member)?;
                self.known_member(&successor.member)?;
                self.known_nomination(nomination)
            }
            Event::InvitationIssued(invitation)
            | Event::InvitationVouched(invitation)
            | Event::InvitationReaddressed(invitation)
            | Event::InvitationOpened(invitation)
            | Event::InvitationAccepted(invitation)
            | Event::InvitationRejected(invitation)
            | Event::InvitationRevoked(invitation)
            | Event::InvitationExpired(invitation) => self.known_invitation(invitation),
            Event::ImportStarted(import) => self.import_started(import),
            Event::ImportAdvanced { import, outcomes } => self.import_went_on(import, outcomes),
            Event::ImportEnded(import) => self.import_went_on(import, &[]),
            Event::MemberJoined { member, invitation } => {
                self.known_member(member)?;
                self.known_invitation(invitation)
            }
        }
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
pub(super) fn constraint(name: &str, holds: bool) -> Result<(), StoreError> {
    if holds { Ok(()) } else { Err(StoreError::Raced { constraint: name.to_owned() }) }
}
