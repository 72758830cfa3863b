//! The built-in mailbox, as far as its pages need to know it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::moment::Moment;

/// Where the letters are that no mail server takes.
#[async_trait]
pub trait Letters: Send + Sync {
    /// All that are kept, newest first.
    async fn list(&self) -> Vec<Letter>;

    /// One of them.
    async fn get(&self, id: &str) -> Option<Letter>;
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What the mailbox knows it by: letters, digits, `-` and `_`, since it stands in an address.
    pub id: String,
    /// To whom.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The plain text.
    pub text: String,
    /// The HTML, if it has some.
    pub html: Option<String>,
}

/// A piece of a plain text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'a> {
    Words(&'a str),
    /// Something to follow.
    Address(&'a str),
}

impl Letter {
    pub(crate) const fn when(&self) -> Moment {
        Moment(self.at)
    }

    /// The plain text, with what can be followed told apart.
    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        for piece in self.text.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            if word.starts_with("https://") || word.starts_with("http://") {
                parts.push(Part::Address(word));
                parts.push(Part::Words(piece.strip_prefix(word).unwrap_or_default()));
            } else {
                parts.push(Part::Words(piece));
            }
        }
        parts
    }
}
