//! The form of what belongs to an account and not to a tenant: the account itself, its second factors, its way in, and the
//! keys of its programs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::{Account, ApiKey, Challenge, Factors, Kinds, reset::ResetBy};

/// An account in the audit: what can be seen of it, and never what opens it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountForm {
    pub id: Uuid,
    pub name: String,
    pub username: Option<String>,
    pub email: Option<String>,
    pub email_proved_at: Option<DateTime<Utc>>,
    pub has_password: bool,
    pub password_is_temporary: bool,
    pub second_factors: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_email: Option<String>,
    pub registered_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<DateTime<Utc>>,
}

/// A link to another password, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetForm {
    pub by: String,
    pub expires_at: DateTime<Utc>,
}

/// The second factors of an account, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactorsForm {
    pub kinds: Vec<String>,
    pub recovery_codes_left: usize,
}

/// A sign-in that waits for its second factor, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeForm {
    pub id: Uuid,
    pub account: Uuid,
    pub codes_mailed: u32,
    pub ends_at: DateTime<Utc>,
}

/// A program's key, in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyForm {
    pub id: Uuid,
    pub name: String,
    pub member: Uuid,
    pub account: Uuid,
    pub scope: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<Uuid>,
    pub made_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The stable words of `kinds`.
pub(super) fn words(kinds: Kinds) -> Vec<String> {
    kinds.iter().map(|kind| kind.as_str().to_owned()).collect()
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
            password_is_temporary: account.password_is_temporary,
            second_factors: words(account.kinds),
            reset: account.reset.map(|reset| ResetForm {
                by: match reset.by {
                    ResetBy::Owner => "owner".to_owned(),
                    ResetBy::Administrator { .. } => "administrator".to_owned(),
                },
                expires_at: reset.end(),
            }),
            new_email: account.address_change.as_ref().map(|change| change.to.to_string()),
            former_email: account.former_address.as_ref().map(|former| former.address.to_string()),
            registered_at: account.registered_at,
            closed_at: account.closed_at,
        }
    }
}

impl From<&Factors> for FactorsForm {
    fn from(factors: &Factors) -> Self {
        Self { kinds: words(factors.kinds()), recovery_codes_left: factors.recovery.len() }
    }
}

impl From<&Challenge> for ChallengeForm {
    fn from(challenge: &Challenge) -> Self {
        Self {
            id: challenge.id.as_uuid(),
            account: challenge.account.as_uuid(),
            codes_mailed: challenge.mailed,
            ends_at: challenge.ends_at,
        }
    }
}

impl From<&ApiKey> for ApiKeyForm {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_uuid(),
            name: key.name.to_string(),
            member: key.member.as_uuid(),
            account: key.account.as_uuid(),
            scope: key.scope.iter().map(ToString::to_string).collect(),
            parent: key.parent.map(crate::id::ApiKeyId::as_uuid),
            made_at: key.made_at,
            ends_at: key.ends_at,
            revoked_at: key.revoked_at,
        }
    }
}
