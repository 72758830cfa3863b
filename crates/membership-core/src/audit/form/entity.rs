//! The form of each thing in a record, and how it is made. They are not the domain's types: a field that is renamed there
//! must never rewrite history.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::own::words;
use crate::{
    department::Department,
    id::{AccountId, DepartmentId, MemberId, TenantId},
    installation::Installation,
    invitation::{Channel, Invitation, Inviter, State},
    member::{
        Member, MemberState,
        transfer::{Share, Transfer, TransferState},
    },
    role::{Application, Assignment, Grant, Role},
    tenant::{
        Policy, Tenant,
        policy::Word,
        representative::{Answer, Nomination},
    },
};

/// A tenant in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantForm {
    pub id: Uuid,
    pub name: String,
    pub status: String,
    pub parent: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    pub preset: String,
    pub policy: PolicyForm,
    pub catalogue: Uuid,
    pub tree: Uuid,
    pub created_at: DateTime<Utc>,
}

/// A tenant's rules in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyForm {
    pub existing_account: String,
    pub invitation_validity_seconds: u32,
    pub enrolment_window_seconds: u32,
    pub max_people_per_call: u8,
    pub send: String,
    pub reinvite_after: Vec<String>,
    pub links_allowed: bool,
    pub international_addresses: bool,
    pub allowed_domains: Vec<String>,
    pub disable_before_remove: bool,
    pub second_factor: SecondFactorForm,
    pub invitation_words: Vec<WordForm>,
    pub member_words: Vec<WordForm>,
}

/// Which second factor people have to show, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorForm {
    pub required: bool,
    pub kinds: Vec<String>,
}

/// What a state is called, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordForm {
    pub state: String,
    pub word: String,
    pub tone: String,
}

/// An application in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationForm {
    pub key: String,
    pub name: String,
    pub permissions: Vec<PermissionForm>,
}

/// A permission in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionForm {
    pub permission: String,
    pub name: String,
}

/// A role in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleForm {
    pub id: Uuid,
    pub name: String,
    pub permissions: Vec<String>,
    pub includes: Vec<Uuid>,
    pub administrator: bool,
    pub changed_at: DateTime<Utc>,
}

/// A department in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepartmentForm {
    pub id: Uuid,
    pub name: String,
    pub parent: Option<Uuid>,
    pub place: i64,
    pub created_at: DateTime<Utc>,
}

/// A member in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberForm {
    pub id: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    pub assignments: Vec<AssignmentForm>,
    /// The primary one first.
    pub departments: Vec<Uuid>,
    pub representative: bool,
    pub creator: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub epoch: u32,
    pub status: String,
    pub invitation: Option<Uuid>,
    pub account: Option<Uuid>,
    pub joined_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub removed_at: Option<DateTime<Utc>>,
}

/// Something that a member was given, in the audit: a role or a permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// A hand-over in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferForm {
    pub id: Uuid,
    pub member: Uuid,
    pub account: Uuid,
    pub shares: Vec<ShareForm>,
    pub heir: Uuid,
    pub begun_at: DateTime<Utc>,
    pub attempts: u32,
    pub trouble: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// Everything of one kind that is handed over, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareForm {
    pub kind: String,
    pub name: String,
    pub count: u64,
    pub heir: Uuid,
    pub done_at: Option<DateTime<Utc>>,
}

/// An offer to become the representative, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NominationForm {
    pub id: Uuid,
    pub nominator: Uuid,
    pub nominee: Uuid,
    pub address: Option<String>,
    pub made_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub answer: Option<String>,
    pub answered_at: Option<DateTime<Utc>>,
}

/// An invitation in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationForm {
    pub id: Uuid,
    pub member: Uuid,
    pub inviter: String,
    pub channel: String,
    pub address: Option<String>,
    pub generation: u32,
    pub validity_seconds: u32,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub opened_at: Option<DateTime<Utc>>,
    pub stage: String,
    pub stage_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub account: Option<Uuid>,
}

/// The installation in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallationForm {
    /// How many set-up links were issued.
    pub generation: u32,
    /// Who operates it.
    pub operator: Option<Uuid>,
}

impl From<&Installation> for InstallationForm {
    fn from(installation: &Installation) -> Self {
        Self { generation: installation.generation, operator: installation.operator.map(AccountId::as_uuid) }
    }
}

impl From<&Tenant> for TenantForm {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.as_uuid(),
            name: tenant.name.to_string(),
            status: tenant.status.as_str().to_owned(),
            parent: tenant.parent.map(TenantId::as_uuid),
            colour: tenant.branding.colour.map(|colour| colour.to_string()),
            logo: tenant.branding.logo.map(|logo| logo.to_string()),
            preset: tenant.preset.clone(),
            policy: (&tenant.policy).into(),
            catalogue: tenant.catalogue.as_uuid(),
            tree: tenant.tree.as_uuid(),
            created_at: tenant.created_at,
        }
    }
}

impl From<&Policy> for PolicyForm {
    fn from(policy: &Policy) -> Self {
        let word = |state: &str, word: &Word| WordForm {
            state: state.to_owned(),
            word: word.word.to_string(),
            tone: word.tone.as_str().to_owned(),
        };
        Self {
            existing_account: policy.existing_account.as_str().to_owned(),
            invitation_validity_seconds: policy.invitation_validity.as_secs(),
            enrolment_window_seconds: policy.enrolment_window.as_secs(),
            max_people_per_call: policy.max_people_per_call,
            send: policy.send.as_str().to_owned(),
            reinvite_after: policy.reinvite_after.iter().map(|ending| ending.as_str().to_owned()).collect(),
            links_allowed: policy.links_allowed,
            international_addresses: policy.alphabet == crate::email::Alphabet::International,
            allowed_domains: policy.allowed_domains.clone(),
            disable_before_remove: policy.disable_before_remove,
            second_factor: SecondFactorForm {
                required: policy.second_factor.required,
                kinds: words(policy.second_factor.kinds),
            },
            invitation_words: policy.words.invitation.iter().map(|(stage, own)| word(stage.as_str(), own)).collect(),
            member_words: policy.words.member.iter().map(|(status, own)| word(status.as_str(), own)).collect(),
        }
    }
}

impl From<&Application> for ApplicationForm {
    fn from(application: &Application) -> Self {
        let permission = |named: &crate::role::NamedPermission| PermissionForm {
            permission: named.permission.to_string(),
            name: named.name.to_string(),
        };
        Self {
            key: application.key.clone(),
            name: application.name.to_string(),
            permissions: application.permissions.iter().map(permission).collect(),
        }
    }
}

impl From<&Role> for RoleForm {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.as_uuid(),
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            includes: role.includes.iter().map(|role| role.as_uuid()).collect(),
            administrator: role.administrator,
            changed_at: role.changed_at,
        }
    }
}

impl From<&Department> for DepartmentForm {
    fn from(department: &Department) -> Self {
        Self {
            id: department.id.as_uuid(),
            name: department.name.to_string(),
            parent: department.parent.map(DepartmentId::as_uuid),
            place: department.place,
            created_at: department.created_at,
        }
    }
}

impl From<&Member> for MemberForm {
    fn from(member: &Member) -> Self {
        let (invitation, disabled_at, removed_at) = match member.state {
            MemberState::NotJoined { invitation } => (Some(invitation.as_uuid()), None, None),
            MemberState::Enabled { .. } => (None, None, None),
            MemberState::Disabled { disabled_at, .. } => (None, Some(disabled_at), None),
            MemberState::Removed { removed_at, .. } => (None, None, Some(removed_at)),
        };
        let assignment = |held: &Assignment| {
            let (role, permission) = match &held.grant {
                Grant::Role(role) => (Some(role.as_uuid()), None),
                Grant::Permission(permission) => (None, Some(permission.to_string())),
            };
            AssignmentForm { role, permission, within: held.within.map(DepartmentId::as_uuid), until: held.until }
        };
        Self {
            id: member.id.as_uuid(),
            name: member.name.to_string(),
            email: member.email.as_ref().map(ToString::to_string),
            username: member.username.as_ref().map(ToString::to_string),
            language: member.language.as_ref().map(ToString::to_string),
            assignments: member.assignments.iter().map(assignment).collect(),
            departments: member.departments.all().iter().map(|department| department.as_uuid()).collect(),
            representative: member.representative,
            creator: member.creator.map(MemberId::as_uuid),
            created_at: member.created_at,
            epoch: member.epoch,
            status: member.status().as_str().to_owned(),
            invitation,
            account: member.account().map(AccountId::as_uuid),
            joined_at: member.joined_at(),
            disabled_at,
            removed_at,
        }
    }
}

impl From<&Transfer> for TransferForm {
    fn from(transfer: &Transfer) -> Self {
        Self {
            id: transfer.id.as_uuid(),
            member: transfer.member.as_uuid(),
            account: transfer.account.as_uuid(),
            shares: transfer.shares.iter().map(Into::into).collect(),
            heir: transfer.heir.as_uuid(),
            begun_at: transfer.begun_at,
            attempts: transfer.attempts,
            trouble: transfer.trouble.clone(),
            due_at: transfer.due_at(),
            finished_at: match transfer.state {
                TransferState::Due(_) => None,
                TransferState::Finished(at) => Some(at),
            },
        }
    }
}

impl From<&Share> for ShareForm {
    fn from(share: &Share) -> Self {
        Self {
            kind: share.holding.kind.clone(),
            name: share.holding.name.clone(),
            count: share.holding.count,
            heir: share.heir.as_uuid(),
            done_at: share.done_at,
        }
    }
}

impl From<&Nomination> for NominationForm {
    fn from(nomination: &Nomination) -> Self {
        let (answer, answered_at) = match nomination.answer {
            Answer::None => (None, None),
            Answer::Accepted(at) => (Some("accepted"), Some(at)),
            Answer::Declined(at) => (Some("declined"), Some(at)),
            Answer::Withdrawn(at) => (Some("withdrawn"), Some(at)),
        };
        Self {
            id: nomination.id.as_uuid(),
            nominator: nomination.nominator.as_uuid(),
            nominee: nomination.nominee.as_uuid(),
            address: nomination.address.as_ref().map(ToString::to_string),
            made_at: nomination.made_at,
            expires_at: nomination.expires_at,
            answer: answer.map(str::to_owned),
            answered_at,
        }
    }
}

impl From<&Invitation> for InvitationForm {
    fn from(invitation: &Invitation) -> Self {
        let (stage, stage_at, expires_at, account) = match invitation.state {
            State::Ready => ("ready", None, None, None),
            State::Invited { expires_at } => ("invited", invitation.sent_at, Some(expires_at), None),
            State::Accepted { at, by, expires_at } => ("accepted", Some(at), Some(expires_at), by),
            State::Joined { at, account } => ("joined", Some(at), None, Some(account)),
            State::Rejected { at } => ("rejected", Some(at), None, None),
            State::Revoked { at } => ("revoked", Some(at), None, None),
            State::Expired { at } => ("expired", Some(at), None, None),
        };
        Self {
            id: invitation.id.as_uuid(),
            member: invitation.member.as_uuid(),
            inviter: match invitation.inviter {
                Inviter::Member(member) => format!("member:{member}"),
                Inviter::Operator(account) => format!("operator:{account}"),
            },
            channel: match invitation.channel {
                Channel::Mail(_) => "mail".to_owned(),
                Channel::Link(_) => "link".to_owned(),
            },
            address: invitation.address().map(ToString::to_string),
            generation: invitation.generation,
            validity_seconds: invitation.validity.as_secs(),
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            opened_at: invitation.opened_at,
            stage: stage.to_owned(),
            stage_at,
            expires_at,
            account: account.map(AccountId::as_uuid),
        }
    }
}
