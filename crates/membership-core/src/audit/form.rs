//! The form of each record's body. Complete: replaying the records of a tenant gives its tables. Without secrets: no
//! password hash, no session key, no token.

mod entity;
mod import;
mod own;
mod restore;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use restore::Impossible;

use entity::{
    ApplicationForm, DepartmentForm, InstallationForm, InvitationForm, MemberForm, NominationForm, RoleForm,
    TenantForm, TransferForm,
};
use import::ImportForm;
use own::{AccountForm, ApiKeyForm, ChallengeForm, FactorsForm};

use crate::{
    event::{DepartmentChange, Event, MemberChange},
    member::{Member, transfer::Transfer},
};

/// What a record says: everything that is true after the event and was touched by it, and, where something was edited,
/// how it was before. What does not apply is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Form {
    /// How what was edited was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Form>>,
    /// The tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantForm>,
    /// The tenant's applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applications: Option<Vec<ApplicationForm>>,
    /// The tenant's roles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleForm>>,
    /// One role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleForm>,
    /// The department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentForm>,
    /// Its siblings that had to move over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub siblings: Vec<DepartmentForm>,
    /// The state of the departments from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<Uuid>,
    /// The state of the applications and roles from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Uuid>,
    /// The member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberForm>,
    /// Who was the representative before the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former: Option<MemberForm>,
    /// The member's invitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invitation: Option<InvitationForm>,
    /// The hand-over of what the member held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transfer: Option<TransferForm>,
    /// The offer to become the representative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nomination: Option<NominationForm>,
    /// The session, or the sign-in that came to none, by its id; never its key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Uuid>,
    /// When the session ends, where it has just started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<Utc>>,
    /// Whose session it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountForm>,
    /// The account's second factors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factors: Option<FactorsForm>,
    /// What happened to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// A sign-in that waits for its second factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<ChallengeForm>,
    /// A program's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<ApiKeyForm>,
    /// The second factors that were shown at sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<Vec<String>>,
    /// An import.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportForm>,
    /// The installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installation: Option<InstallationForm>,
}

impl Form {
    /// The form of `event`.
    #[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
    pub fn of(event: &Event) -> Self {
        let form = Self::default();
        match event {
            Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
                Self { installation: Some(installation.into()), ..form }
            }
            Event::AccountRegistered(account)
            | Event::AddressProved(account)
            | Event::PasswordChanged(account)
            | Event::PasswordRehashed(account)
            | Event::ResetIssued(account)
            | Event::ResetRefused(account)
            | Event::PasswordReset(account)
            | Event::AddressChangeAsked { account, .. }
            | Event::AddressRestored(account)
            | Event::SessionsEnded(account)
            | Event::AccountClosed(account) => Self { account: Some(account.into()), ..form },
            Event::AddressChanged { before, account } | Event::ProfileEdited { before, account } => {
                let before = Self { account: Some(before.as_ref().into()), ..Self::default() };
                Self { account: Some(account.as_ref().into()), ..form.after(before) }
            }
            Event::FactorsChanged { account, factors, change } => Self {
                account: Some(account.into()),
                factors: Some(factors.into()),
                change: Some(change.as_str().to_owned()),
                ..form
            },
            Event::MemberResetIssued { member, account } => {
                Self { member: Some(member.into()), account: Some(account.into()), ..form }
            }
            Event::MemberFactorsSwitched { member, account, factors } => Self {
                member: Some(member.into()),
                account: Some(account.into()),
                factors: Some(factors.into()),
                ..form
            },
            Event::ChallengeStarted(challenge) | Event::ChallengeMailed(challenge) => {
                Self { challenge: Some(challenge.into()), ..form }
            }
            Event::ChallengeEnded { challenge, account } => {
                Self { session: Some(challenge.as_uuid()), owner: Some(account.as_uuid()), ..form }
            }
            Event::ApiKeyMade(key) | Event::ApiKeyRevoked(key) => Self { api_key: Some(key.into()), ..form },
            Event::SessionStarted(session) => Self {
                session: Some(session.id.as_uuid()),
                owner: Some(session.account.as_uuid()),
                ends_at: Some(session.ends_at),
                with: Some(own::words(session.with)).filter(|kinds| !kinds.is_empty()),
                ..form
            },
            Event::SessionEnded { session, account } => {
                Self { session: Some(session.as_uuid()), owner: Some(account.as_uuid()), ..form }
            }
            Event::TenantCreated { tenant, access, root } => Self {
                tenant: Some(tenant.into()),
                applications: Some(access.applications.iter().map(Into::into).collect()),
                roles: Some(access.roles.iter().map(Into::into).collect()),
                department: Some(root.into()),
                ..form
            },
            Event::TenantActivated(tenant) | Event::TenantSuspended(tenant) | Event::TenantResumed(tenant) => {
                Self { tenant: Some(tenant.into()), ..form }
            }
            Event::TenantEdited { before, tenant, picture: _ } | Event::PolicyChanged { before, tenant } => {
                let before = Self { tenant: Some(before.as_ref().into()), ..Self::default() };
                Self { tenant: Some(tenant.as_ref().into()), ..form.after(before) }
            }
            Event::RoleDefined { role, catalogue } | Event::RoleDeleted { role, catalogue } => {
                Self { role: Some(role.into()), catalogue: Some(catalogue.as_uuid()), ..form }
            }
            Event::RoleEdited { before, role, catalogue } => {
                let before = Self { role: Some(before.as_ref().into()), ..Self::default() };
                let catalogue = Some(catalogue.as_uuid());
                Self { role: Some(role.as_ref().into()), catalogue, ..form.after(before) }
            }
            Event::DepartmentCreated(change) | Event::DepartmentRenamed(change) | Event::DepartmentMoved(change) => {
                Self::department(change)
            }
            Event::DepartmentDeleted { department, tree } => {
                Self { department: Some(department.into()), tree: Some(tree.as_uuid()), ..form }
            }
            Event::MemberAdded(member) | Event::MemberAdmitted(member) => Self { member: Some(member.into()), ..form },
            Event::MemberInvited { member, invitation } | Event::MemberJoined { member, invitation } => {
                Self { member: Some(member.into()), invitation: Some(invitation.into()), ..form }
            }
            Event::MemberEdited(change) | Event::MemberDisabled(change) | Event::MemberEnabled(change) => {
                Self::change(change)
            }
            Event::MemberRemoved { change, transfer } | Event::MemberLeft { change, transfer } => {
                Self { transfer: transfer.as_ref().map(Into::into), ..Self::change(change) }
            }
            Event::RepresentativeChanged { nomination, former, successor } => {
                Self { nomination: Some(nomination.as_ref().into()), ..Self::succession(former, successor) }
            }
            Event::TransferAttempted(transfer) | Event::HeirNamed(transfer) | Event::TransferFinished(transfer) => {
                Self::transfer(transfer)
            }
            Event::RepresentativeNominated(nomination)
            | Event::NominationDeclined(nomination)
            | Event::NominationWithdrawn(nomination) => Self { nomination: Some(nomination.into()), ..form },
            Event::InvitationIssued(invitation)
            | Event::InvitationReaddressed(invitation)
            | Event::InvitationVouched(invitation)
            | Event::InvitationOpened(invitation)
            | Event::InvitationAccepted(invitation)
            | Event::InvitationRejected(invitation)
            | Event::InvitationRevoked(invitation)
            | Event::InvitationExpired(invitation) => Self { invitation: Some(invitation.into()), ..form },
            Event::ImportStarted(import) | Event::ImportEnded(import) => {
                Self { import: Some(ImportForm::of(import, &[])), ..form }
            }
            Event::ImportAdvanced { import, outcomes } => {
                Self { import: Some(ImportForm::of(import, outcomes)), ..form }
            }
        }
    }

    /// The JSON text that is stored and hashed.
    pub fn to_json(&self) -> String {
        // Strings, numbers, lists and maps with text keys: nothing here that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a stored body.
    pub fn from_json(body: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(body)
    }

    fn after(self, before: Self) -> Self {
        Self { before: Some(Box::new(before)), ..self }
    }

    fn department(change: &DepartmentChange) -> Self {
        let form = Self {
            department: Some((&change.department).into()),
            siblings: change.siblings.iter().map(Into::into).collect(),
            tree: Some(change.tree.as_uuid()),
            ..Self::default()
        };
        match &change.before {
            Some(before) => form.after(Self { department: Some(before.into()), ..Self::default() }),
            None => form,
        }
    }

    fn change(change: &MemberChange) -> Self {
        let before = Self { member: Some((&change.before).into()), ..Self::default() };
        Self { member: Some((&change.member).into()), ..Self::default() }.after(before)
    }

    fn succession(former: &MemberChange, successor: &MemberChange) -> Self {
        let both = |former: &Member, successor: &Member| Self {
            former: Some(former.into()),
            member: Some(successor.into()),
            ..Self::default()
        };
        both(&former.member, &successor.member).after(both(&former.before, &successor.before))
    }

    fn transfer(transfer: &Transfer) -> Self {
        Self { transfer: Some(transfer.into()), ..Self::default() }
    }
}
