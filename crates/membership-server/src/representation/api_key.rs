//! API keys.

use chrono::{DateTime, Utc};
use membership_core::{account, id::ApiKeyId};
use poem_openapi::Object;
use uuid::Uuid;

/// A program's key to a tenant. What opens is its secret, which is shown once.
#[derive(Object)]
pub(crate) struct ApiKey {
    /// Its identifier. It opens nothing.
    pub(crate) id: Uuid,
    /// What it is for, in its maker's words.
    name: String,
    /// For whom it acts: it never allows more than this member may do at that moment.
    member: Uuid,
    /// What it may be used for, at most.
    scope: Vec<String>,
    /// The key that it was made by, if by one.
    #[oai(skip_serializing_if_is_none)]
    parent: Option<Uuid>,
    /// When it was made.
    made_at: DateTime<Utc>,
    /// It is good before this, unless it is revoked earlier.
    expires_at: DateTime<Utc>,
    /// When it was last used, to five minutes.
    #[oai(skip_serializing_if_is_none)]
    used_at: Option<DateTime<Utc>>,
}

impl From<account::ApiKey> for ApiKey {
    fn from(key: account::ApiKey) -> Self {
        Self {
            id: key.id.as_uuid(),
            name: key.name.to_string(),
            member: key.member.as_uuid(),
            scope: key.scope.iter().map(ToString::to_string).collect(),
            parent: key.parent.map(ApiKeyId::as_uuid),
            made_at: key.made_at,
            expires_at: key.ends_at,
            used_at: key.used_at,
        }
    }
}
