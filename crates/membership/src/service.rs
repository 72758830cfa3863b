//! The parts, put together as the configuration says.

use std::{
    fs::{DirBuilder, OpenOptions},
    io,
    num::NonZeroUsize,
    path::Path,
    sync::Arc,
};

use membership_auth::{Argon2Hasher, Bounds, BreachedHashes, CommonPasswords, OsEntropy, TotpCodes, XChaChaSealer};
use membership_core::{
    Membership, Parts,
    delivery::Postman,
    link::Links,
    outbox::Mailer,
    ports::{NoPasskeys, Passkeys},
    tenant::{Preset, Presets},
};
use membership_custodian::Custodians;
use membership_mail::{Home, Letterhead, Mailbox, Sender, SmtpMailer};
use membership_store::Database;
use membership_web::{Clock, Edge, Network, system_clock};

use crate::{
    config::{Config, Deliver},
    failure::{Context, Outcome},
    keys,
    test_mail::Way,
};

/// Everything that runs.
pub(crate) struct Service {
    /// The database.
    pub(crate) database: Arc<Database>,
    /// What requests are answered from.
    pub(crate) edge: Edge,
    /// The use cases.
    pub(crate) membership: Membership,
    /// What sends mail, if any goes anywhere.
    pub(crate) postman: Option<Postman>,
    /// Where mail goes, if anywhere.
    pub(crate) way: Option<Way>,
}

impl Service {
    /// Opens the database and puts the parts around it.
    pub(crate) async fn open(config: &Config) -> Outcome<Self> {
        let database = open_database(config).await?;
        if config.migrate_on_start {
            database.migrate().await.context("bringing the database up to date")?;
        } else if !database.pending_migrations().await.context("looking at the database")?.is_empty() {
            return Err("the database is not up to date; run `membership migrate`".into());
        }
        let clock = system_clock();
        let (current, previous) = keys::load(config, &OsEntropy)?;
        // Secrets at rest are sealed under keys derived from the same: whoever keeps one key keeps them all.
        let sealer = XChaChaSealer::new(&current).accepting(&previous);
        let links = Links::new(current, config.base_url.as_str()).accepting(previous);
        let way = way(config, &clock)?;
        let mailer = way.as_ref().map(mailer);
        let membership = Membership::new(Parts {
            store: Arc::clone(&database) as _,
            directory: Arc::clone(&database) as _,
            entropy: Arc::new(OsEntropy),
            passwords: Arc::new(Argon2Hasher::new(bounds(config))),
            known: Arc::new(known_passwords(config)?),
            sealer: Arc::new(sealer),
            codes: Arc::new(TotpCodes),
            passkeys: passkeys(config),
            traces: Arc::clone(&database) as _,
            imports: Arc::clone(&database) as _,
            custodian: Arc::new(Custodians::configured(&config.custodians, &clock).context("custodians")?),
            links: links.clone(),
            presets: presets(config)?,
            product: config.product.clone(),
            mail_is_on: mailer.is_some(),
        });
        let postman = mailer.map(|mailer| Postman {
            outbox: Arc::clone(&database) as _,
            directory: Arc::clone(&database) as _,
            mailer,
            links,
            patience: config.patience(),
        });
        let proxies = config
            .trusted_proxies
            .iter()
            .map(|text| text.parse::<Network>().context(format!("trusted_proxies: {text:?}")));
        let edge = Edge::new(membership.clone(), clock, proxies.collect::<Outcome<_>>()?);
        Ok(Self { database, edge, membership, postman, way })
    }

    /// The built-in mailbox, if mail goes there.
    pub(crate) const fn mailbox(&self) -> Option<&Mailbox> {
        match &self.way {
            Some(Way::Mailbox(mailbox)) => Some(mailbox),
            Some(Way::Server { .. }) | None => None,
        }
    }
}

/// The presets that ship and those of the operator's folder.
fn presets(config: &Config) -> Outcome<Presets> {
    let own = match &config.presets.folder {
        Some(folder) => own_presets(folder).context(format!("reading the presets in {}", folder.display()))?,
        None => Vec::new(),
    };
    let own = Preset::all_from(own).context("presets")?;
    Presets::shipped(&config.presets.standard, own).context("presets.standard")
}

/// Each file of the folder that is a preset by its name, with its text.
fn own_presets(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((path.display().to_string(), std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

/// Opens the database, and makes the folder of an embedded one.
pub(crate) async fn open_database(config: &Config) -> Outcome<Arc<Database>> {
    if config.database_url.is_none() {
        let folder = &config.data_dir;
        make_private(folder, &config.database_file()).context(format!("making the folder {}", folder.display()))?;
    }
    Database::open(&config.database_url()).await.context("opening the database")
}

/// Makes the folder and the database's file where they are missing, for this user alone: there are hashes of passwords
/// in it. SQLite gives the files that it makes beside a database the mode of the database.
fn make_private(folder: &Path, file: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    builder.create(folder)?;
    options.open(file).map(drop)
}

/// What takes letters on the way.
fn mailer(way: &Way) -> Arc<dyn Mailer> {
    match way {
        Way::Server { mailer, .. } => Arc::clone(mailer) as _,
        Way::Mailbox(mailbox) => Arc::new(mailbox.clone()),
    }
}

fn way(config: &Config, clock: &Clock) -> Outcome<Option<Way>> {
    let home = config.mail.home.clone().map_or_else(|| Home::parse(&config.base_url), Ok).context("base_url")?;
    match config.deliver() {
        Deliver::Off => Ok(None),
        Deliver::Mailbox => {
            let sender = Sender::new("membership@localhost.example", Some("Membership")).context("the mailbox")?;
            let folder = config.data_dir.join("mailbox");
            let mailbox = Mailbox::open(&folder, Letterhead { sender, home }, Arc::clone(clock))
                .context(format!("making the mailbox {}", folder.display()))?;
            Ok(Some(Way::Mailbox(mailbox)))
        }
        Deliver::Smtp => {
            let settings = config.mail.smtp.as_ref().ok_or("there is no [mail.smtp]")?;
            let mailer = SmtpMailer::new(settings, home, Arc::clone(clock)).context("mail.smtp")?;
            Ok(Some(Way::to_server(Arc::new(mailer), settings)))
        }
    }
}

/// What knows passkeys: nothing does if `base_url` has a number for a host, as a passkey is bound to a name.
#[cfg(feature = "passkeys")]
fn passkeys(config: &Config) -> Arc<dyn Passkeys> {
    match membership_auth::WebAuthnPasskeys::new(&config.base_url, &config.product) {
        Ok(passkeys) => Arc::new(passkeys),
        Err(reason) => {
            tracing::warn!(%reason, "there are no passkeys here");
            Arc::new(NoPasskeys)
        }
    }
}

#[cfg(not(feature = "passkeys"))]
fn passkeys(_: &Config) -> Arc<dyn Passkeys> {
    Arc::new(NoPasskeys)
}

/// The passwords that nobody may choose: those that are built in, and those of the operator's file.
fn known_passwords(config: &Config) -> Outcome<CommonPasswords> {
    let known = CommonPasswords::new();
    Ok(match &config.passwords.breached {
        Some(file) => known.and_breached(BreachedHashes::open(file).context("passwords.breached")?),
        None => known,
    })
}

fn bounds(config: &Config) -> Bounds {
    let default = Bounds::default();
    let at_once = config.passwords.at_once.and_then(NonZeroUsize::new).unwrap_or(default.at_once);
    Bounds { at_once, waiting: config.passwords.waiting, ..default }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "passkeys")]
    #[test]
    fn passkeys_are_taken_where_the_address_has_a_name() {
        for (base_url, taken) in [
            ("https://members.example.org", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
        ] {
            let config = Config { base_url: base_url.to_owned(), ..Config::default() };
            assert_eq!(passkeys(&config).begin_showing(&[]).is_some(), taken, "{base_url}");
        }
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_this_user_reads_the_data() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("data");
        let database = open_database(&Config { data_dir: data_dir.clone(), ..Config::default() }).await.unwrap();
        database.migrate().await.unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data_dir), 0o700);
        for file in std::fs::read_dir(&data_dir).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        database.close().await;
    }
}
