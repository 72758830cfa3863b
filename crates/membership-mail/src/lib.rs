//! Mail: how letters read, how they reach an SMTP server, and the mailbox that keeps them where there is none.
//!
//! | item | what it is |
//! |---|---|
//! | [`compose`] | makes a message of a [`Letter`](membership_core::outbox::Letter): headers, a text part, an HTML part |
//! | [`TestLetter`] | shows that letters leave: past the outbox, at once |
//! | [`Letterhead`]: [`Sender`], [`Home`] | what stands on every letter: who it is from, and where "Home" leads |
//! | [`SmtpMailer`], [`SmtpSettings`] | hands messages to an SMTP server, many over one connection |
//! | [`Mailbox`] | keeps messages in a directory, to be read in the browser |

mod composition;
#[cfg(test)]
mod fixture;
mod home;
mod letterhead;
mod mailbox;
mod sender;
mod settings;
mod smtp;
mod wording;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use composition::{CannotCompose, TestLetter, compose, compose_test};
pub use home::{Home, HomeFault};
pub use letterhead::Letterhead;
pub use mailbox::{Mailbox, StoredHead, StoredMessage};
pub use sender::Sender;
pub use settings::{Encryption, Password, SettingsError, SmtpSettings};
pub use smtp::SmtpMailer;

/// Where the `Date` of a message comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
