//! The way that mail goes, as the console's settings want to see and try it.

use std::sync::Arc;

use async_trait::async_trait;
use membership_auth::OsEntropy;
use membership_console::{TestMail, Tested};
use membership_core::{email::EmailAddress, id::MessageId, outbox::Verdict};
use membership_mail::{Encryption, Mailbox, SmtpMailer, SmtpSettings, TestLetter};
use membership_web::Clock;

/// Where mail goes.
#[derive(Clone)]
pub(crate) enum Way {
    /// To a server; told with what is known of it, without its user and password.
    Server {
        /// What speaks to it.
        mailer: Arc<SmtpMailer>,
        /// In words for administrators.
        told: String,
    },
    /// Into the built-in mailbox.
    Mailbox(Mailbox),
}

impl Way {
    /// To the server of `settings`, by `mailer`.
    pub(crate) fn to_server(mailer: Arc<SmtpMailer>, settings: &SmtpSettings) -> Self {
        let SmtpSettings { host, port, from_address, .. } = settings;
        let encryption = match settings.encryption {
            Encryption::None => "without encryption",
            Encryption::StartTls => "encrypted by STARTTLS",
            Encryption::Tls => "encrypted by TLS",
        };
        let signed_in = if settings.user.is_some() { "signed in" } else { "without signing in" };
        Self::Server { mailer, told: format!("{host}, port {port}, {encryption}, {signed_in}, from {from_address}") }
    }
}

/// Tries a [`Way`].
pub(crate) struct TriedMail {
    /// What is tried.
    pub(crate) way: Way,
    /// What tests are named by.
    pub(crate) clock: Clock,
}

#[async_trait]
impl TestMail for TriedMail {
    fn way(&self) -> String {
        match &self.way {
            Way::Server { told, .. } => told.clone(),
            Way::Mailbox(_) => "the built-in mailbox, which keeps every letter on this machine".to_owned(),
        }
    }

    async fn send(&self, to: &EmailAddress) -> Tested {
        let test = TestLetter { id: MessageId::new((self.clock)(), &OsEntropy), to: to.clone() };
        let verdict = match &self.way {
            Way::Server { mailer, .. } => mailer.test(&test).await,
            Way::Mailbox(mailbox) => mailbox.test(&test).await,
        };
        match verdict {
            Verdict::Taken(words) => Tested::Taken { words },
            Verdict::NotNow(words) | Verdict::Never(words) => Tested::Failed { words },
        }
    }
}
