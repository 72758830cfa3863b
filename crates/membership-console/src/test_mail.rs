//! Whether mail goes out, as far as the settings need to know it.

use async_trait::async_trait;
use membership_core::email::EmailAddress;

/// The way that mail goes.
#[async_trait]
pub trait TestMail: Send + Sync {
    /// Where it goes, in words for administrators, as in `smtp.example.org, port 465`. Never a password.
    fn way(&self) -> String;

    /// Sends a short letter to `to` now, past the outbox, and waits for the server's answer; for a minute at most.
    async fn send(&self, to: &EmailAddress) -> Tested;
}

/// What came of a test letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// The server took it.
    Taken {
        /// In its words.
        words: String,
    },
    /// The server did not, or there is none.
    Failed {
        /// In its words, or why it could not be reached. Shown to administrators.
        words: String,
    },
}
