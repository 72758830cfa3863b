//! A message that the server took.

use mail_parser::{Message, MessageParser};

/// A message with its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// The message as it came over the wire, dots unstuffed.
    pub raw: Vec<u8>,
    /// Which connection it came by, counted from 0.
    pub connection: usize,
    /// Whether the client declared it as SMTPUTF8.
    pub smtputf8: bool,
}

impl Received {
    /// The message, parsed.
    pub fn parsed(&self) -> Option<Message<'_>> {
        MessageParser::default().parse(&self.raw)
    }

    /// Its subject.
    pub fn subject(&self) -> Option<String> {
        self.parsed()?.subject().map(str::to_owned)
    }

    /// Its text part.
    pub fn text(&self) -> Option<String> {
        self.parsed()?.body_text(0).map(std::borrow::Cow::into_owned)
    }

    /// Its HTML part.
    pub fn html(&self) -> Option<String> {
        self.parsed()?.body_html(0).map(std::borrow::Cow::into_owned)
    }

    /// The first web address in its text part: the one that the reader is to follow.
    pub fn link(&self) -> Option<String> {
        let text = self.text()?;
        let is_link = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
        text.split_whitespace().find(is_link).map(str::to_owned)
    }
}
