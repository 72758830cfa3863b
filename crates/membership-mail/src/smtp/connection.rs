//! A connection that is ready for letters.

use std::fmt;

use mail_send::smtp::message::Parameters;
use membership_core::email::EmailAddress;

use super::{
    fault::{Fault, Step, words},
    server::Client,
};

/// A connection that is ready for letters, one at a time.
pub(super) struct Connection {
    client: Client,
    takes_utf8: bool,
    state: State,
}

/// What the server expects next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A new letter.
    Ready,
    /// The end of a letter that it refused: it must be told to forget it.
    Halfway,
    /// Nothing that we could say: the line is cut, or nobody knows whose turn it is.
    Lost,
}

/// A message and its envelope.
pub(super) struct Envelope<'a> {
    pub(super) from: &'a EmailAddress,
    pub(super) to: &'a EmailAddress,
    pub(super) message: &'a [u8],
}

impl Connection {
    pub(super) const fn new(client: Client, takes_utf8: bool) -> Self {
        Self { client, takes_utf8, state: State::Ready }
    }

    /// Whether another letter may follow.
    pub(super) fn is_usable(&self) -> bool {
        self.state != State::Lost
    }

    /// Hands over one message; returns the words with which the server took it.
    pub(super) async fn deliver(&mut self, envelope: &Envelope<'_>) -> Result<String, Fault> {
        let reset = self.state == State::Halfway;
        // Until the end is known: should this future be dropped, nobody knows whose turn it is.
        self.state = State::Lost;
        let result = self.attempt(envelope, reset).await;
        self.state = match &result {
            Ok(_) => State::Ready,
            Err(fault) if fault.leaves_connection() => State::Halfway,
            Err(_) => State::Lost,
        };
        result
    }

    async fn attempt(&mut self, envelope: &Envelope<'_>, reset: bool) -> Result<String, Fault> {
        let Envelope { from, to, message } = envelope;
        if reset {
            self.client.rset().await.map_err(Step::Reset.failed())?;
        }
        let mut parameters = Parameters::new();
        if !to.as_str().is_ascii() {
            if !self.takes_utf8 {
                return Err(Fault::NO_SMTPUTF8);
            }
            parameters.add("BODY=8BITMIME").add("SMTPUTF8");
        }
        self.client.mail_from(from.as_str(), &parameters).await.map_err(Step::Sender.failed())?;
        self.client.rcpt_to(to.as_str(), &Parameters::new()).await.map_err(Step::Recipient.failed())?;
        // The line break before the final dot belongs to the message.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let reply = self.client.data(message).await.map_err(Step::Message.failed())?;
        Ok(words(&reply))
    }

    /// Says goodbye and hangs up, whatever the server makes of it.
    pub(super) async fn quit(self) {
        if let Err(error) = self.client.quit().await {
            tracing::debug!(%error, "the mail server did not say goodbye");
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("state", &self.state).finish_non_exhaustive()
    }
}
