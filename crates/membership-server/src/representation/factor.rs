//! Second factors.

use chrono::{DateTime, Utc};
use membership_core::{
    account::{self, Kinds, passkey},
    tenant::policy,
};
use poem_openapi::{Enum, Object};
use serde::Deserialize;

/// A kind of second factor.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FactorKind {
    /// "Email Address": a code that is mailed to the address that the account has proved.
    Email,
    /// "Authentication App": a code of an authenticator app.
    App,
    /// A passkey, which is a whole sign-in by itself, too.
    Passkey,
}

/// Which second factor a tenant's people have to show at sign-in.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondFactor {
    /// Whether they have to show one at all. If not, whoever has one shows it all the same.
    required: bool,
    /// One of these; at least one where one is required.
    kinds: Vec<FactorKind>,
}

/// The second factors of an account.
#[derive(Object)]
pub(crate) struct Factors {
    /// Which there are; empty if the password is enough.
    kinds: Vec<FactorKind>,
    /// Since when codes are mailed.
    #[oai(skip_serializing_if_is_none)]
    email_since: Option<DateTime<Utc>>,
    /// Since when there is an authenticator app.
    #[oai(skip_serializing_if_is_none)]
    app_since: Option<DateTime<Utc>>,
    /// The passkeys, oldest first.
    passkeys: Vec<Passkey>,
    /// How many recovery codes are left.
    recovery_codes_left: u64,
}

/// A passkey.
#[derive(Object)]
struct Passkey {
    /// What its authenticator calls it (base64url). By this it is taken away.
    credential: String,
    /// What the owner calls it.
    name: String,
    /// Since when there is.
    since: DateTime<Utc>,
    /// When it was last shown.
    #[oai(skip_serializing_if_is_none)]
    used_at: Option<DateTime<Utc>>,
}

super::words::words! {
    account::FactorKind => FactorKind { Email, App, Passkey }
}

impl FactorKind {
    /// Each of `kinds`.
    pub(crate) fn all(kinds: Kinds) -> Vec<Self> {
        kinds.iter().map(Self::from).collect()
    }
}

impl From<policy::SecondFactor> for SecondFactor {
    fn from(wanted: policy::SecondFactor) -> Self {
        Self { required: wanted.required, kinds: FactorKind::all(wanted.kinds) }
    }
}

impl From<SecondFactor> for policy::SecondFactor {
    fn from(wanted: SecondFactor) -> Self {
        Self { required: wanted.required, kinds: wanted.kinds.into_iter().map(account::FactorKind::from).collect() }
    }
}

impl From<account::Factors> for Factors {
    fn from(factors: account::Factors) -> Self {
        Self {
            kinds: FactorKind::all(factors.kinds()),
            email_since: factors.email_since,
            app_since: factors.app.map(|app| app.since),
            passkeys: factors.passkeys.into_iter().map(Passkey::from).collect(),
            recovery_codes_left: factors.recovery.len().try_into().unwrap_or(u64::MAX),
        }
    }
}

impl From<passkey::Passkey> for Passkey {
    fn from(passkey: passkey::Passkey) -> Self {
        let passkey::Passkey { credential, name, since, used_at, key: _, epoch: _ } = passkey;
        Self { credential: credential.to_string(), name: name.to_string(), since, used_at }
    }
}
