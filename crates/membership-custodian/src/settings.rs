//! How to reach a product, as it stands in the configuration.

use std::{fs, path::PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{CallbackSecret, SecretFault};

/// How to reach one product. Its name stands beside the settings, not in them.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodianSettings {
    /// Where the two calls are: `/holdings` and `/hand-over` below it. `https`, or `http` on this very machine.
    pub url: String,
    /// The secret that callbacks are signed with; this or `secret_file`.
    #[serde(default)]
    pub secret: Option<CallbackSecret>,
    /// A file with the secret in it.
    #[serde(default)]
    pub secret_file: Option<PathBuf>,
    /// The longest that one call may take, in seconds: 1 to 60, 10 if not given. Connecting may take half of it, and
    /// 5 seconds at most.
    #[serde(default = "ten_seconds")]
    pub timeout_seconds: u16,
    /// A PEM file of authorities to trust beside the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Why settings cannot work: which custodian's, and what is wrong.
#[derive(Debug, thiserror::Error)]
#[error("custodian {custodian:?}: {fault}")]
pub struct CustodianSettingsError {
    /// Its name.
    pub custodian: String,
    /// What is wrong.
    #[source]
    pub fault: SettingsFault,
}

/// What can be wrong with a custodian's settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsFault {
    /// The name becomes a part of what is held, `video/recordings`, and is stored and shown.
    #[error("its name must be 1 to 32 of a-z, 0-9 and hyphens, and begin with a letter")]
    Name,
    /// Nobody could tell which one is meant.
    #[error("there are two of this name")]
    Twice,
    /// Not a URL.
    #[error("url: {0}")]
    Url(#[from] url::ParseError),
    /// Not a URL that can be called.
    #[error("url: must begin with https://")]
    Scheme,
    /// What members hold, and orders to move it, would be readable and changeable on the way.
    #[error(
        "url: must begin with https://; http:// is for a product on this very machine (localhost, 127.0.0.1, [::1])"
    )]
    InTheClear,
    /// The signature says who calls; a password in a URL ends up in logs.
    #[error("url: must not contain a user or password; callbacks are signed instead")]
    Credentials,
    /// The two calls are paths below the URL.
    #[error("url: must end with its path, without `?` or `#`")]
    BeyondPath,
    /// The host or the path cannot be put into a request.
    #[error("url: cannot be called: {0}")]
    Uncallable(String),
    /// Neither or both.
    #[error("give either secret or secret_file")]
    Secrets,
    /// The secret is none.
    #[error("secret: {0}")]
    Secret(#[from] SecretFault),
    /// The file with the secret cannot be read.
    #[error("secret_file: {path}: {reason}", path = .path.display())]
    SecretFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No time at all, or more than a person waits.
    #[error("timeout_seconds: must be 1 to 60")]
    Timeout,
    /// The file of authorities cannot be read.
    #[error("ca_file: {path}: {reason}", path = .path.display())]
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

const LONGEST_NAME: usize = 32;

const fn ten_seconds() -> u16 {
    10
}

impl CustodianSettings {
    /// The secret, wherever it is kept.
    pub(crate) fn secret(&self) -> Result<CallbackSecret, SettingsFault> {
        match (&self.secret, &self.secret_file) {
            (Some(secret), None) => Ok(secret.clone()),
            (None, Some(path)) => {
                let unusable = |reason: String| SettingsFault::SecretFile { path: path.clone(), reason };
                let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?);
                // Editors and `echo` leave an end of line behind.
                text.trim().parse().map_err(|fault: SecretFault| unusable(fault.to_string()))
            }
            (Some(_), Some(_)) | (None, None) => Err(SettingsFault::Secrets),
        }
    }
}

/// Whether `name` can be a custodian's.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    name.len() <= LONGEST_NAME && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(fits)
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
