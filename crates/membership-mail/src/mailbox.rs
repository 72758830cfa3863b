//! The built-in mailbox: where messages go as long as there is no mail server.

mod shelf;

use std::{io, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mail_parser::{Address, Message, MessageParser};
use membership_core::{
    id::MessageId,
    outbox::{Letter, Mailer, Verdict},
};
use tokio::task::spawn_blocking;

use crate::{CannotCompose, Clock, Letterhead, TestLetter, compose, compose_test};
use shelf::Shelf;

/// Keeps messages in a directory that only this user may read, newest 500, one `.eml` file each: any mail program opens
/// them. It is a mailer like any other; nothing leaves the machine.
#[derive(Clone)]
pub struct Mailbox {
    shelf: Arc<Shelf>,
    head: Letterhead,
    clock: Clock,
}

/// A message's line in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredHead {
    /// Its name in the mailbox.
    pub id: String,
    /// When it was sent.
    pub date: Option<DateTime<Utc>>,
    /// Who it is from: `Name <address>`.
    pub from: String,
    /// Who it is for.
    pub to: String,
    /// What it is about.
    pub subject: String,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// Its line in the list.
    pub head: StoredHead,
    /// Its text part.
    pub text: String,
    /// Its HTML part. It was written by a template of ours, and it is still somebody's mail: show it in a frame that
    /// may do nothing.
    pub html: String,
    /// The message as a mail server would have got it.
    pub raw: Vec<u8>,
}

impl Mailbox {
    /// The mailbox in `directory`, which is made if there is none.
    pub fn open(directory: impl Into<PathBuf>, head: Letterhead, clock: Clock) -> io::Result<Self> {
        let shelf = Shelf::open(directory.into())?;
        Ok(Self { shelf: Arc::new(shelf), head, clock })
    }

    /// What is in it, newest first.
    pub async fn list(&self) -> io::Result<Vec<StoredHead>> {
        self.with_shelf(|shelf| {
            let mut heads = Vec::new();
            for id in shelf.ids()? {
                // A message may be pushed out by a newer one between the listing and the reading.
                let Some(raw) = shelf.read(&id)? else { continue };
                let message = MessageParser::default().parse_headers(&raw).unwrap_or_default();
                heads.push(head(id, &message));
            }
            Ok(heads)
        })
        .await
    }

    /// One message; `None` if there is none of this name.
    pub async fn get(&self, id: &str) -> io::Result<Option<StoredMessage>> {
        let id = id.to_owned();
        self.with_shelf(move |shelf| {
            let Some(raw) = shelf.read(&id)? else { return Ok(None) };
            let message = MessageParser::default().parse(&raw).unwrap_or_default();
            let text = message.body_text(0).unwrap_or_default().into_owned();
            let html = message.body_html(0).unwrap_or_default().into_owned();
            let head = head(id, &message);
            Ok(Some(StoredMessage { head, text, html, raw }))
        })
        .await
    }

    /// Keeps a test.
    pub async fn test(&self, test: &TestLetter) -> Verdict {
        let now = (self.clock)();
        self.keep(now, test.id, compose_test(test, &self.head, now)).await
    }

    async fn keep(&self, now: DateTime<Utc>, id: MessageId, message: Result<Vec<u8>, CannotCompose>) -> Verdict {
        let message = match message {
            Ok(message) => message,
            Err(error) => return Verdict::NotNow(error.to_string()),
        };
        let id = shelf::id(now, id);
        match self.with_shelf(move |shelf| shelf.keep(&id, &message)).await {
            Ok(()) => Verdict::Taken("kept in the built-in mailbox".to_owned()),
            Err(error) => Verdict::NotNow(format!("the built-in mailbox cannot keep it: {error}")),
        }
    }

    async fn with_shelf<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shelf) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let shelf = Arc::clone(&self.shelf);
        spawn_blocking(move || work(&shelf)).await.map_err(io::Error::other)?
    }
}

#[async_trait]
impl Mailer for Mailbox {
    async fn send(&self, letter: &Letter) -> Verdict {
        let now = (self.clock)();
        self.keep(now, letter.id, compose(letter, &self.head, now)).await
    }
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailbox").field("shelf", &self.shelf).finish_non_exhaustive()
    }
}

fn head(id: String, message: &Message<'_>) -> StoredHead {
    StoredHead {
        id,
        date: message.date().and_then(|date| DateTime::from_timestamp(date.to_timestamp(), 0)),
        from: message.from().map(people).unwrap_or_default(),
        to: message.to().map(people).unwrap_or_default(),
        subject: message.subject().unwrap_or_default().to_owned(),
    }
}

fn people(address: &Address<'_>) -> String {
    let person = |one: &mail_parser::Addr<'_>| match (one.name(), one.address().unwrap_or_default()) {
        (Some(name), address) => format!("{name} <{address}>"),
        (None, address) => address.to_owned(),
    };
    address.iter().map(person).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
#[path = "mailbox_tests.rs"]
mod tests;
