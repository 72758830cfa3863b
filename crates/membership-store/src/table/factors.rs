//! The second factors of accounts. An account without a row has none.

use membership_core::{
    account::{
        factor::{App, Draft, Factors, RecoveryHash},
        passkey::{CredentialId, Passkey},
    },
    id::AccountId,
    name::DisplayName,
    ports::Sealed,
    store::StoreError,
};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{moment::Moment, table::Row};

/// The bytes of one recovery code's hash.
const HASH: usize = 32;

#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "factors")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) account_id: Uuid,
    pub(crate) email_since: Option<Moment>,
    pub(crate) app_secret: Option<Vec<u8>>,
    pub(crate) app_since: Option<Moment>,
    pub(crate) app_step: Option<i64>,
    pub(crate) draft_secret: Option<Vec<u8>>,
    pub(crate) draft_at: Option<Moment>,
    /// A JSON list of [`StoredPasskey`]s.
    pub(crate) passkeys: String,
    /// One hash after the other.
    pub(crate) recovery: Vec<u8>,
}

/// A passkey, as it stands in the list of its account's.
#[derive(Serialize, Deserialize)]
struct StoredPasskey {
    credential: String,
    name: DisplayName,
    key: String,
    since: Moment,
    epoch: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Factors> for Model {
    fn from(factors: &Factors) -> Self {
        let (app, draft) = (factors.app.as_ref(), factors.draft.as_ref());
        let passkeys: Vec<StoredPasskey> = factors.passkeys.iter().map(StoredPasskey::from).collect();
        Self {
            account_id: factors.account.as_uuid(),
            email_since: factors.email_since.map(Moment::from),
            app_secret: app.map(|app| app.secret.as_bytes().to_vec()),
            app_since: app.map(|app| app.since.into()),
            // Steps of half a minute: nobody counts 2^63 of them.
            app_step: app.map(|app| i64::try_from(app.last_step).unwrap_or(i64::MAX)),
            draft_secret: draft.map(|draft| draft.secret.as_bytes().to_vec()),
            draft_at: draft.map(|draft| draft.shown_at.into()),
            // It holds nothing that JSON does not know.
            passkeys: serde_json::to_string(&passkeys).unwrap_or_default(),
            recovery: factors.recovery.iter().flat_map(|hash| *hash.as_bytes()).collect(),
        }
    }
}

impl TryFrom<Model> for Factors {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("factors", row.account_id);
        let app = match (row.app_secret, row.app_since, row.app_step.map(u64::try_from)) {
            (None, None, None) => None,
            (Some(secret), Some(since), Some(Ok(last_step))) => {
                Some(App { secret: Sealed::from_bytes(secret), since: at.moment(since)?, last_step })
            }
            _ => return Err(at.corrupt("what it says of an app is not whole")),
        };
        let draft = match (row.draft_secret, row.draft_at) {
            (None, None) => None,
            (Some(secret), Some(shown_at)) => {
                Some(Draft { secret: Sealed::from_bytes(secret), shown_at: at.moment(shown_at)? })
            }
            (None, Some(_)) | (Some(_), None) => {
                return Err(at.corrupt("what it says of an app that is being set up is not whole"));
            }
        };
        let passkeys: Vec<StoredPasskey> = serde_json::from_str(&row.passkeys).map_err(|error| at.corrupt(error))?;
        let (hashes, rest) = row.recovery.as_chunks::<HASH>();
        if !rest.is_empty() {
            return Err(at.corrupt("its recovery codes' hashes are not whole"));
        }
        Ok(Self {
            account: AccountId::from_uuid(row.account_id),
            email_since: at.moment_if(row.email_since)?,
            app,
            draft,
            passkeys: passkeys.into_iter().map(|stored| stored.read(&at)).collect::<Result<_, _>>()?,
            recovery: hashes.iter().copied().map(RecoveryHash::from_bytes).collect(),
        })
    }
}

impl From<&Passkey> for StoredPasskey {
    fn from(passkey: &Passkey) -> Self {
        Self {
            credential: passkey.credential.to_string(),
            name: passkey.name.clone(),
            key: passkey.key.clone(),
            since: passkey.since.into(),
            epoch: passkey.epoch,
            used_at: passkey.used_at.map(Moment::from),
        }
    }
}

impl StoredPasskey {
    fn read(self, at: &Row) -> Result<Passkey, StoreError> {
        let credential = CredentialId::parse(&self.credential);
        Ok(Passkey {
            credential: credential.ok_or_else(|| at.corrupt("a passkey's credential is not base64url"))?,
            name: self.name,
            key: self.key,
            since: at.moment(self.since)?,
            epoch: self.epoch,
            used_at: at.moment_if(self.used_at)?,
        })
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("factors::Model").field("account_id", &self.account_id).finish_non_exhaustive()
    }
}
