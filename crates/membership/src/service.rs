//! The parts, put together as the configuration says.

use std::{num::NonZeroUsize, sync::Arc};

use membership_auth::{Argon2Hasher, Bounds, OsEntropy};
use membership_core::{Membership, Parts, delivery::Postman, link::Links, outbox::Mailer, tenant::Preset};
use membership_mail::{Mailbox, Sender, SmtpMailer};
use membership_store::Database;
use membership_web::{Clock, Edge, Network, system_clock};

use crate::{
    config::{Config, Deliver},
    failure::{Context, Outcome},
    keys,
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
    /// The built-in mailbox, if mail goes there.
    pub(crate) mailbox: Option<Mailbox>,
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
        let links = Links::new(current, config.base_url.as_str()).accepting(previous);
        let (mailer, mailbox) = mailer(config, &clock)?;
        let membership = Membership::new(Parts {
            store: Arc::clone(&database) as _,
            directory: Arc::clone(&database) as _,
            entropy: Arc::new(OsEntropy),
            passwords: Arc::new(Argon2Hasher::new(bounds(config))),
            links: links.clone(),
            preset: Preset::standard().context("the standard preset")?,
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
        Ok(Self { database, edge, membership, postman, mailbox })
    }
}

/// Opens the database, and makes the folder of an embedded one.
pub(crate) async fn open_database(config: &Config) -> Outcome<Arc<Database>> {
    if config.database_url.is_none() {
        let folder = &config.data_dir;
        std::fs::create_dir_all(folder).context(format!("making the folder {}", folder.display()))?;
    }
    Database::open(&config.database_url()).await.context("opening the database")
}

/// What takes letters, and the mailbox if it is that.
type MailOut = (Option<Arc<dyn Mailer>>, Option<Mailbox>);

fn mailer(config: &Config, clock: &Clock) -> Outcome<MailOut> {
    match config.deliver() {
        Deliver::Off => Ok((None, None)),
        Deliver::Mailbox => {
            let sender = Sender::new("membership@localhost.example", Some("Membership")).context("the mailbox")?;
            let folder = config.data_dir.join("mailbox");
            let mailbox = Mailbox::open(&folder, sender, Arc::clone(clock))
                .context(format!("making the mailbox {}", folder.display()))?;
            Ok((Some(Arc::new(mailbox.clone())), Some(mailbox)))
        }
        Deliver::Smtp => {
            let settings = config.mail.smtp.as_ref().ok_or("there is no [mail.smtp]")?;
            let mailer = SmtpMailer::new(settings, Arc::clone(clock)).context("mail.smtp")?;
            Ok((Some(Arc::new(mailer)), None))
        }
    }
}

fn bounds(config: &Config) -> Bounds {
    let default = Bounds::default();
    let at_once = config.passwords.at_once.and_then(NonZeroUsize::new).unwrap_or(default.at_once);
    Bounds { at_once, waiting: config.passwords.waiting, ..default }
}
