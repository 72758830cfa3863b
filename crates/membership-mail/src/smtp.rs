//! The mailer that speaks SMTP.

mod connection;
mod fault;
mod server;

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use async_trait::async_trait;
use membership_core::outbox::{Letter, Mailer, Verdict};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};

use crate::{Clock, Home, Letterhead, Sender, SettingsError, SmtpSettings, TestLetter, compose, compose_test};
use connection::{Connection, Envelope};
use server::Server;

/// Hands letters to an SMTP server, one after the other over one connection, which is kept open a while for the next.
///
/// | what happens | verdict |
/// |---|---|
/// | the server says that it has the message | taken |
/// | it refuses the recipient or the message for good (5xx) | never |
/// | anything else: no connection, no encryption, a wrong certificate, a wrong password, 4xx, silence, nonsense | not now |
///
/// If the connection breaks after the message went out and before the server said that it has it, the verdict is "not
/// now", and a second copy may follow: it has the same Message-ID.
pub struct SmtpMailer {
    server: Server,
    head: Letterhead,
    clock: Clock,
    pace: Pace,
    line: Arc<Mutex<Line>>,
}

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// One answer of the server.
    pub(crate) step: Duration,
    /// One letter, all steps and a second connection together.
    pub(crate) letter: Duration,
    /// How long an unused connection is kept.
    pub(crate) idle: Duration,
    /// How long a server that could not be reached, or that refused the password, is left in peace.
    pub(crate) pause: Duration,
}

/// The connection, and what is known about getting one.
#[derive(Debug, Default)]
struct Line {
    connection: Option<Connection>,
    used: Option<Instant>,
    watched: bool,
    trouble: Option<(Instant, String)>,
}

impl Pace {
    fn with_step(step: Duration) -> Self {
        Self {
            step,
            letter: (4 * step).min(Duration::from_mins(2)),
            idle: Duration::from_secs(30),
            pause: Duration::from_secs(10),
        }
    }
}

impl SmtpMailer {
    /// A mailer with these settings, whose letters call `home` their home. Nothing is connected before the first letter.
    pub fn new(settings: &SmtpSettings, home: Home, clock: Clock) -> Result<Self, SettingsError> {
        let step = Duration::from_secs(settings.timeout_seconds.into());
        Self::paced(settings, home, clock, Pace::with_step(step))
    }

    pub(crate) fn paced(settings: &SmtpSettings, home: Home, clock: Clock, pace: Pace) -> Result<Self, SettingsError> {
        if pace.step.is_zero() {
            return Err(SettingsError::NoTime);
        }
        let sender = Sender::new(&settings.from_address, settings.from_name.as_deref())?;
        let server = Server::new(settings, &sender, pace.step)?;
        Ok(Self { server, head: Letterhead { sender, home }, clock, pace, line: Arc::default() })
    }

    /// Hands over a test, over a connection of its own and whatever was known about the server a moment ago; for a minute at most.
    pub async fn test(&self, test: &TestLetter) -> Verdict {
        let message = match compose_test(test, &self.head, (self.clock)()) {
            Ok(message) => message,
            Err(error) => return Verdict::NotNow(error.to_string()),
        };
        let patience = self.pace.letter.min(Duration::from_mins(1));
        let sent = async {
            let mut connection = self.server.connect().await?;
            let envelope = Envelope { from: self.head.sender.address(), to: &test.to, message: &message };
            let words = connection.deliver(&envelope).await?;
            connection.quit().await;
            Ok::<_, fault::Fault>(words)
        };
        match timeout(patience, sent).await {
            Ok(Ok(words)) => Verdict::Taken(words),
            Ok(Err(fault)) => fault.verdict(),
            Err(_) => Verdict::NotNow(late(patience)),
        }
    }

    async fn hand_over(&self, letter: &Letter, message: &[u8]) -> Verdict {
        let envelope = Envelope { from: self.head.sender.address(), to: &letter.to, message };
        let mut line = self.line.lock().await;
        // The connection is out of the line while it is in use: should this future be dropped, so is the connection.
        if let Some(mut connection) = line.connection.take() {
            match connection.deliver(&envelope).await {
                Err(fault) if fault.is_staleness() => tracing::debug!(%fault, "the mail connection was stale"),
                result => return self.conclude(&mut line, connection, result),
            }
        }
        if let Some(words) = line.recent_trouble(self.pace.pause) {
            return Verdict::NotNow(words);
        }
        match self.server.connect().await {
            Ok(mut connection) => {
                line.trouble = None;
                let result = connection.deliver(&envelope).await;
                self.conclude(&mut line, connection, result)
            }
            Err(fault) => {
                let words = fault.to_string();
                line.trouble = Some((Instant::now(), words.clone()));
                Verdict::NotNow(words)
            }
        }
    }

    fn conclude(&self, line: &mut Line, connection: Connection, result: Result<String, fault::Fault>) -> Verdict {
        if connection.is_usable() {
            line.connection = Some(connection);
            line.used = Some(Instant::now());
            if !line.watched {
                line.watched = true;
                tokio::spawn(close_when_idle(Arc::downgrade(&self.line), self.pace.idle));
            }
        }
        match result {
            Ok(words) => Verdict::Taken(words),
            Err(fault) => fault.verdict(),
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, letter: &Letter) -> Verdict {
        let message = match compose(letter, &self.head, (self.clock)()) {
            Ok(message) => message,
            Err(error) => return Verdict::NotNow(error.to_string()),
        };
        let handed = timeout(self.pace.letter, self.hand_over(letter, &message)).await;
        handed.unwrap_or_else(|_| Verdict::NotNow(late(self.pace.letter)))
    }

    /// Says goodbye to the server, if there is a connection. The next letter opens a new one.
    async fn rest(&self) {
        let connection = self.line.lock().await.connection.take();
        if let Some(connection) = connection {
            connection.quit().await;
        }
    }
}

fn late(patience: Duration) -> String {
    format!("the mail server took more than {patience:?} over one letter")
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").field("server", &self.server).field("head", &self.head).finish_non_exhaustive()
    }
}

impl Line {
    /// Why no connection could be had a moment ago. A dead server would otherwise cost every letter of a batch its
    /// whole patience, and a wrong password would be tried until the server locks the user out.
    fn recent_trouble(&self, pause: Duration) -> Option<String> {
        let (since, words) = self.trouble.as_ref()?;
        (since.elapsed() < pause).then(|| words.clone())
    }
}

/// Closes the connection once nobody has used it for `idle`. Ends then, or with the mailer.
async fn close_when_idle(line: Weak<Mutex<Line>>, idle: Duration) {
    let mut wait = idle;
    loop {
        sleep(wait).await;
        let Some(line) = line.upgrade() else { return };
        let mut line = line.lock().await;
        let left = line.used.map_or(Duration::ZERO, |used| idle.saturating_sub(used.elapsed()));
        if !left.is_zero() && line.connection.is_some() {
            wait = left;
            continue;
        }
        line.watched = false;
        if let Some(connection) = line.connection.take() {
            drop(line);
            connection.quit().await;
        }
        return;
    }
}

#[cfg(test)]
#[path = "smtp_tests.rs"]
mod tests;
