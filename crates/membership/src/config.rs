//! Configuration: a TOML file, then `MEMBERSHIP_*` variables over it. An unknown key is an error that names it.

mod check;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use figment::{
    Figment,
    error::Kind,
    providers::{Env, Format, Serialized, Toml},
};
use membership_core::outbox::Patience;
use membership_custodian::CustodianSettings;
use membership_mail::{Home, SmtpSettings};
use serde::{Deserialize, Serialize};

use crate::failure::{Context, Outcome};
use check::is_loopback;

/// Variables that begin like settings and are none.
const NOT_SETTINGS: [&str; 5] = ["config", "test_", "bless", "api_key", "server"];

/// Everything that can be set.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where the server listens.
    pub(crate) listen: SocketAddr,
    /// The address that people reach it by. Every link in every mail begins with it; nothing that a request says
    /// changes it.
    pub(crate) base_url: String,
    /// What the product is called: authenticator apps show it, and no password may be made of it.
    pub(crate) product: String,
    /// Where the embedded database, the key and the built-in mailbox are kept.
    pub(crate) data_dir: PathBuf,
    /// `sqlite://…` or `postgres://…`; by default an embedded database in `data_dir`.
    pub(crate) database_url: Option<Hidden>,
    /// Whether `serve` brings the database up to date by itself.
    pub(crate) migrate_on_start: bool,
    /// Whether `/metrics` answers, to whoever can reach it.
    pub(crate) metrics: bool,
    /// Proxies in front of the server (`10.0.0.7`, `10.0.0.0/8`), whose `X-Forwarded-For` is believed.
    pub(crate) trusted_proxies: Vec<String>,
    /// The key of the links. Secrets in the database are sealed under one that is derived from it.
    pub(crate) key: KeyConfig,
    /// What new tenants start with.
    pub(crate) presets: PresetConfig,
    /// The products that keep data for members, by name.
    pub(crate) custodians: BTreeMap<String, CustodianSettings>,
    /// Mail.
    pub(crate) mail: MailConfig,
    /// Passwords.
    pub(crate) passwords: PasswordConfig,
    /// Logs.
    pub(crate) log: LogConfig,
}

/// The key of the links and of the secrets in the database: 32 random bytes, in hexadecimal.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyConfig {
    /// The key itself; by default it is read from `file`.
    pub(crate) current: Option<Hidden>,
    /// Older keys whose links shall still work, and under which secrets are still sealed.
    pub(crate) previous: Vec<Hidden>,
    /// Where the key is kept, and made at the first start; by default `link.key` in `data_dir`.
    pub(crate) file: Option<PathBuf>,
}

/// What new tenants start with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresetConfig {
    /// The preset where nobody says which, and that of the first tenant.
    pub(crate) standard: String,
    /// A folder with presets of one's own, one `NAME.toml` each; one called like a preset that ships replaces it.
    pub(crate) folder: Option<PathBuf>,
}

/// Where mail goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailConfig {
    /// Where "Home" at the foot of every letter leads: the product's own site; by default `base_url`.
    pub(crate) home: Option<Home>,
    /// By default: `smtp` if a server is named, `mailbox` if `base_url` and `listen` are on this very machine, else `off`.
    pub(crate) deliver: Option<Deliver>,
    /// The mail server.
    pub(crate) smtp: Option<SmtpSettings>,
    /// The wait after a first failure, in seconds; it doubles with each.
    pub(crate) first_wait_seconds: u32,
    /// The longest wait, in seconds.
    pub(crate) longest_wait_seconds: u32,
    /// When a message that does not get out has failed, in hours.
    pub(crate) give_up_after_hours: u32,
    /// How long a worker may hold the messages of one round, in seconds: after a crash, that long until they are tried
    /// again.
    pub(crate) lease_seconds: u32,
}

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Deliver {
    /// To a mail server.
    Smtp,
    /// Into a mailbox of our own that the browser shows. For trying things out: whoever can open the page can read
    /// every mail.
    Mailbox,
    /// Nowhere: invitations by mail are refused, with the reason.
    Off,
}

/// Passwords: which are refused, and how much hashing may cost. Each hash takes 19 MiB and some 40 ms of a core.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordConfig {
    /// Most hashes at once; by default one for each core.
    pub(crate) at_once: Option<usize>,
    /// Most that wait for their turn.
    pub(crate) waiting: usize,
    /// A file with the SHA-1 of passwords that were in breaches, ordered by hash, as Have I Been Pwned gives it out. None
    /// of them can be chosen; those that are built in cannot be chosen either way.
    pub(crate) breached: Option<PathBuf>,
}

/// Logs, on standard error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogConfig {
    /// `text` or `json`.
    pub(crate) format: LogFormat,
    /// What to log, such as `info` or `membership_server=debug,warn`.
    pub(crate) filter: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A secret: it is never shown.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Hidden(String);

impl Hidden {
    /// The secret, for whom it is meant.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Serialize for Hidden {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            home: None,
            deliver: None,
            smtp: None,
            first_wait_seconds: 60,
            longest_wait_seconds: 4 * 3_600,
            give_up_after_hours: 72,
            lease_seconds: 300,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: "http://localhost:8080".into(),
            product: "membership".into(),
            data_dir: "data".into(),
            database_url: None,
            migrate_on_start: true,
            metrics: false,
            trusted_proxies: Vec::new(),
            key: KeyConfig::default(),
            presets: PresetConfig { standard: "organization".into(), folder: None },
            custodians: BTreeMap::new(),
            mail: MailConfig::default(),
            passwords: PasswordConfig { at_once: None, waiting: 32, breached: None },
            log: LogConfig { format: LogFormat::Text, filter: "info".into() },
        }
    }
}

impl Config {
    /// Reads `file` (or `membership.toml` if it is there) and the environment.
    pub(crate) fn load(file: Option<&Path>) -> Outcome<Self> {
        let default = Path::new("membership.toml");
        let toml = match file {
            Some(file) => Toml::file_exact(file),
            None => Toml::file(default),
        };
        let setting = |name: &str| !NOT_SETTINGS.iter().any(|other| name.starts_with(other));
        let env = Env::prefixed("MEMBERSHIP_").filter(move |name| setting(&name.as_str().to_ascii_lowercase()));
        let figment = Figment::from(Serialized::defaults(Self::default())).merge(toml).merge(env.split("__"));
        let config: Self = figment.extract().map_err(without_values).context("reading the configuration")?;
        config.check()
    }

    /// The database's address.
    pub(crate) fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.expose().to_owned(),
            None => format!("sqlite://{}?mode=rwc", self.database_file().display()),
        }
    }

    /// Where the embedded database is.
    pub(crate) fn database_file(&self) -> PathBuf {
        self.data_dir.join("membership.db")
    }

    /// Where mail goes, said or not.
    pub(crate) fn deliver(&self) -> Deliver {
        // Whatever people are told the address is: a port that the network reaches shows the mailbox to the network.
        let loopback =
            self.listen.ip().is_loopback() && url::Url::parse(&self.base_url).is_ok_and(|url| is_loopback(&url));
        match (self.mail.deliver, &self.mail.smtp) {
            (Some(said), _) => said,
            (None, Some(_)) => Deliver::Smtp,
            (None, None) if loopback => Deliver::Mailbox,
            (None, None) => Deliver::Off,
        }
    }

    /// When to try mail again, and when to give up.
    pub(crate) fn patience(&self) -> Patience {
        Patience {
            lease: TimeDelta::seconds(self.mail.lease_seconds.into()),
            first_wait: TimeDelta::seconds(self.mail.first_wait_seconds.into()),
            longest_wait: TimeDelta::seconds(self.mail.longest_wait_seconds.into()),
            give_up_after: TimeDelta::hours(self.mail.give_up_after_hours.into()),
        }
    }
}

/// What is wrong, without the values: figment quotes one that does not fit, which may be a password made of digits.
fn without_values(error: figment::Error) -> String {
    let told = error.into_iter().map(|mut fault| {
        if let Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) = &fault.kind {
            fault.kind = Kind::Message(format!("expected {expected}"));
        }
        fault.to_string()
    });
    told.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
