//! The form of each record's body. Complete: replaying the records of a tenant gives its tables. Without secrets: no
//! password hash, no session key, no token.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    account::Account,
    event::Event,
    installation::Installation,
    invitation::{Channel, Invitation, Inviter, State},
    member::{Member, MemberState},
    role::Role,
    tenant::Tenant,
};

/// What a record says, by the name of its event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Form {
    /// `tenant.created`
    Founding {
        /// The tenant.
        tenant: TenantForm,
        /// Its first roles.
        roles: Vec<RoleForm>,
    },
    /// `member.invited` and `member.joined`
    MemberAndInvitation {
        /// The member.
        member: Box<MemberForm>,
        /// Its invitation.
        invitation: Box<InvitationForm>,
    },
    /// `member.added`
    Member {
        /// The member.
        member: Box<MemberForm>,
    },
    /// `invitation.*`
    Invitation {
        /// The invitation.
        invitation: Box<InvitationForm>,
    },
    /// `tenant.activated`
    Tenant {
        /// The tenant.
        tenant: TenantForm,
    },
    /// `session.*`
    Session {
        /// The session's id, never its key.
        session: Uuid,
        /// Whose.
        account: Uuid,
        /// Its end, when it has just started.
        #[serde(skip_serializing_if = "Option::is_none")]
        ends_at: Option<DateTime<Utc>>,
    },
    /// `account.*`
    Account {
        /// The account.
        account: AccountForm,
    },
    /// `installation.*`
    Installation {
        /// How many set-up links were issued.
        generation: u32,
        /// Who operates it.
        operator: Option<Uuid>,
    },
}

/// A tenant in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantForm {
    pub id: Uuid,
    pub name: String,
    pub status: String,
    pub invitation_validity_seconds: u32,
    pub enrolment_window_seconds: u32,
    pub max_people_per_call: u8,
    pub links_allowed: bool,
    pub international_addresses: bool,
    pub allowed_domains: Vec<String>,
    pub created_at: DateTime<Utc>,
}

/// A role in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleForm {
    pub id: Uuid,
    pub name: String,
    pub permissions: Vec<String>,
    pub administrator: bool,
}

/// A member in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberForm {
    pub id: Uuid,
    pub name: String,
    pub email: Option<String>,
    pub roles: Vec<Uuid>,
    pub representative: bool,
    pub creator: Option<Uuid>,
    pub created_at: DateTime<Utc>,
    pub status: String,
    pub account: Option<Uuid>,
    pub joined_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
    pub removed_at: Option<DateTime<Utc>>,
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

/// An account in the audit: everything but the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountForm {
    pub id: Uuid,
    pub name: String,
    pub username: Option<String>,
    pub email: Option<String>,
    pub email_proved_at: Option<DateTime<Utc>>,
    pub has_password: bool,
    pub registered_at: DateTime<Utc>,
}

impl Form {
    /// The form of `event`.
    pub fn of(event: &Event) -> Self {
        match event {
            Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => installation.into(),
            Event::AccountRegistered(account) | Event::AddressProved(account) => {
                Self::Account { account: account.into() }
            }
            Event::SessionStarted(session) => Self::Session {
                session: session.id.as_uuid(),
                account: session.account.as_uuid(),
                ends_at: Some(session.ends_at),
            },
            Event::SessionEnded { session, account } => {
                Self::Session { session: session.as_uuid(), account: account.as_uuid(), ends_at: None }
            }
            Event::TenantCreated { tenant, roles } => {
                Self::Founding { tenant: tenant.into(), roles: roles.iter().map(RoleForm::from).collect() }
            }
            Event::TenantActivated(tenant) => Self::Tenant { tenant: tenant.into() },
            Event::MemberAdded(member) => Self::Member { member: Box::new(member.into()) },
            Event::MemberInvited { member, invitation } | Event::MemberJoined { member, invitation } => {
                Self::MemberAndInvitation { member: Box::new(member.into()), invitation: Box::new(invitation.into()) }
            }
            Event::InvitationIssued(invitation)
            | Event::InvitationOpened(invitation)
            | Event::InvitationAccepted(invitation)
            | Event::InvitationRejected(invitation)
            | Event::InvitationRevoked(invitation)
            | Event::InvitationExpired(invitation) => Self::Invitation { invitation: Box::new(invitation.into()) },
        }
    }

    /// The JSON text that is stored and hashed.
    pub fn to_json(&self) -> String {
        // Strings, numbers, lists and maps with text keys: nothing here that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<&Installation> for Form {
    fn from(installation: &Installation) -> Self {
        Self::Installation {
            generation: installation.generation,
            operator: installation.operator.map(crate::id::AccountId::as_uuid),
        }
    }
}

impl From<&Tenant> for TenantForm {
    fn from(tenant: &Tenant) -> Self {
        let policy = &tenant.policy;
        Self {
            id: tenant.id.as_uuid(),
            name: tenant.name.to_string(),
            status: tenant.status.as_str().to_owned(),
            invitation_validity_seconds: policy.invitation_validity.as_secs(),
            enrolment_window_seconds: policy.enrolment_window.as_secs(),
            max_people_per_call: policy.max_people_per_call,
            links_allowed: policy.links_allowed,
            international_addresses: policy.alphabet == crate::email::Alphabet::International,
            allowed_domains: policy.allowed_domains.clone(),
            created_at: tenant.created_at,
        }
    }
}

impl From<&Role> for RoleForm {
    fn from(role: &Role) -> Self {
        Self {
            id: role.id.as_uuid(),
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            administrator: role.administrator,
        }
    }
}

impl From<&Member> for MemberForm {
    fn from(member: &Member) -> Self {
        let (disabled_at, removed_at) = match member.state {
            MemberState::NotJoined { .. } | MemberState::Enabled { .. } => (None, None),
            MemberState::Disabled { disabled_at, .. } => (Some(disabled_at), None),
            MemberState::Removed { removed_at, .. } => (None, Some(removed_at)),
        };
        Self {
            id: member.id.as_uuid(),
            name: member.name.to_string(),
            email: member.email.as_ref().map(ToString::to_string),
            roles: member.roles.iter().map(|role| role.as_uuid()).collect(),
            representative: member.representative,
            creator: member.creator.map(crate::id::MemberId::as_uuid),
            created_at: member.created_at,
            status: member.status().as_str().to_owned(),
            account: member.account().map(crate::id::AccountId::as_uuid),
            joined_at: member.joined_at(),
            disabled_at,
            removed_at,
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
            account: account.map(crate::id::AccountId::as_uuid),
        }
    }
}

impl From<&Account> for AccountForm {
    fn from(account: &Account) -> Self {
        Self {
            id: account.id.as_uuid(),
            name: account.name.to_string(),
            username: account.username.as_ref().map(ToString::to_string),
            email: account.email.as_ref().map(|email| email.address.to_string()),
            email_proved_at: account.email.as_ref().and_then(|email| email.proved_at),
            has_password: account.password.is_some(),
            registered_at: account.registered_at,
        }
    }
}
