//! The built-in mailbox, as the console's pages want to see it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_console::{Letter, Letters};
use membership_mail::{Mailbox, StoredMessage};

/// Shows a [`Mailbox`] in the browser.
pub(crate) struct ShownMailbox(pub Mailbox);

#[async_trait]
impl Letters for ShownMailbox {
    async fn list(&self) -> Vec<Letter> {
        let heads = self.0.list().await.inspect_err(|error| tracing::warn!(%error, "the mailbox cannot be listed"));
        let letter = |head: membership_mail::StoredHead| Letter {
            at: moment(head.date),
            id: head.id,
            to: head.to,
            subject: head.subject,
            text: String::new(),
            html: None,
        };
        heads.unwrap_or_default().into_iter().map(letter).collect()
    }

    async fn get(&self, id: &str) -> Option<Letter> {
        let found = self.0.get(id).await.inspect_err(|error| tracing::warn!(%error, "a letter cannot be read"));
        let StoredMessage { head, text, html, .. } = found.ok().flatten()?;
        Some(Letter { at: moment(head.date), id: head.id, to: head.to, subject: head.subject, text, html: Some(html) })
    }
}

/// A letter of ours always says when it was written.
fn moment(date: Option<DateTime<Utc>>) -> DateTime<Utc> {
    date.unwrap_or(DateTime::UNIX_EPOCH)
}
