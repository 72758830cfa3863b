//! How to reach the mail server.

use std::{fmt, path::PathBuf};

use membership_core::{email::AddressFault, ports::Secret};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How to reach the mail server, as it stands in the configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// The server's name; its certificate must be for this name.
    pub host: String,
    /// The port: usually 587 with STARTTLS, 465 with TLS, 25 without either.
    pub port: u16,
    /// How the connection is protected.
    #[serde(default)]
    pub encryption: Encryption,
    /// The user to sign in as; together with `password`.
    #[serde(default)]
    pub user: Option<String>,
    /// The user's password.
    #[serde(default)]
    pub password: Option<Password>,
    /// The address that messages are from, and where what cannot be delivered comes back to.
    pub from_address: String,
    /// The name beside it.
    #[serde(default)]
    pub from_name: Option<String>,
    /// What this machine calls itself to the server; the domain of `from_address` if not given.
    #[serde(default)]
    pub helo_name: Option<String>,
    /// The longest that one answer of the server may take, in seconds; at least 1, 30 if not given.
    #[serde(default = "half_a_minute")]
    pub timeout_seconds: u16,
    /// A PEM file of authorities to trust beside the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// Not at all: for a server on the same machine or a trusted network.
    None,
    /// It begins in the clear and must be encrypted before anything is said: a server that does not offer it gets
    /// neither password nor mail.
    #[default]
    StartTls,
    /// Encrypted from the first byte.
    Tls,
}

/// A password in the configuration: never printed.
#[derive(Clone)]
pub struct Password(Secret);

/// Why settings cannot work.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The sender's address is none.
    #[error("from_address: {0}")]
    From(#[from] AddressFault),
    /// A server name that can be no server's.
    #[error("host: {0:?} is neither a host name nor an IP address")]
    Host(String),
    /// A name for EHLO that can be no machine's.
    #[error("helo_name: {0:?} is not a host name")]
    Helo(String),
    /// One of the two is missing.
    #[error("user and password belong together: give both or neither")]
    HalfSignedIn,
    /// A password that everybody on the way could read.
    #[error("a password is not sent without encryption: use encryption = \"starttls\" or \"tls\"")]
    PasswordInTheClear,
    /// No time at all.
    #[error("timeout_seconds: must be at least 1")]
    NoTime,
    /// The file of authorities cannot be read.
    #[error("ca_file: {path}: {reason}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refuses.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
}

impl SmtpSettings {
    /// User and password, if the server wants them.
    pub(crate) fn credentials(&self) -> Result<Option<(String, Secret)>, SettingsError> {
        match (&self.user, &self.password) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) if self.encryption == Encryption::None => Err(SettingsError::PasswordInTheClear),
            (Some(user), Some(Password(password))) => Ok(Some((user.clone(), password.clone()))),
            (Some(_), None) | (None, Some(_)) => Err(SettingsError::HalfSignedIn),
        }
    }

    /// What to say after EHLO. It is put on the wire as it is, so it is looked at first.
    pub(crate) fn helo(&self, domain: &str) -> Result<String, SettingsError> {
        let name = self.helo_name.as_deref().unwrap_or(domain);
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        if name.is_empty() || name.len() > 255 || !name.bytes().all(fits) {
            return Err(SettingsError::Helo(name.to_owned()));
        }
        Ok(name.to_owned())
    }
}

const fn half_a_minute() -> u16 {
    30
}

impl Password {
    /// Takes the password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// Shown as stars: settings are printed for people, and nobody reads them back.
impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("********")
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
