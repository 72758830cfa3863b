//! Identifiers: one type per kind of thing, so that a member's id cannot be handed over where an invitation's is asked.
//!
//! All are UUIDv7 (RFC 9562): they sort by the moment of creation, which makes "newest first" an index scan.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ports::Entropy;

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier: expected a UUID such as 0197c0de-0000-7000-8000-000000000000")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh identifier, made at `now`.
            pub fn new(now: DateTime<Utc>, entropy: &dyn Entropy) -> Self {
                Self(uuid_v7(now, entropy))
            }

            /// Takes an identifier that was made before.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for an adapter's column.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text).map(Self).map_err(|_| NotAnId)
            }
        }
    )*};
}

ids! {
    /// A tenant: one customer's closed world of members, roles and departments.
    TenantId;
    /// An account: one person (or program) that can sign in, member of any number of tenants.
    AccountId;
    /// A member: one person's place in one tenant.
    MemberId;
    /// An invitation: how a member that has not joined is asked to.
    InvitationId;
    /// A role of a tenant.
    RoleId;
    /// One state of a tenant's applications and roles: whatever changes them gives the tenant a new one.
    CatalogueId;
    /// A department of a tenant.
    DepartmentId;
    /// One state of a tenant's departments: whatever changes them gives the tenant a new one.
    TreeId;
    /// A hand-over of a removed member's data.
    TransferId;
    /// An offer to become the tenant's representative administrator.
    NominationId;
    /// An import: a table of people, and what became of its rows.
    ImportId;
    /// A signed-in session.
    SessionId;
    /// A sign-in that waits for the second factor.
    ChallengeId;
    /// A program's key to a tenant.
    ApiKeyId;
    /// A message in the outbox; also the stable part of its Message-ID.
    MessageId;
    /// One request from outside, as it appears in logs, audit records and problem details.
    RequestId;
}

fn uuid_v7(now: DateTime<Utc>, entropy: &dyn Entropy) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
