//! Where the server lies, and how.

use std::time::Duration;

/// A moment of the conversation: the server's answer to what it is named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A new connection.
    Greeting,
    /// EHLO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The dot after the message.
    Dot,
    /// Not an answer: the moment after a message was taken and acknowledged.
    Between,
    /// RSET.
    Reset,
    /// QUIT.
    Quit,
}

impl Stage {
    /// All of them, in the order of a conversation.
    pub const ALL: [Self; 11] = [
        Self::Greeting,
        Self::Hello,
        Self::StartTls,
        Self::Auth,
        Self::Sender,
        Self::Recipient,
        Self::Data,
        Self::Dot,
        Self::Between,
        Self::Reset,
        Self::Quit,
    ];
}

/// What the server does instead of answering as it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Says this line and goes on as if it had answered. A message is not kept.
    Say(&'static str),
    /// Says this line and closes the connection.
    SayAndHangUp(&'static str),
    /// Closes the connection without a word.
    HangUp,
    /// Takes the message, then closes the connection without a word. Only at [`Stage::Dot`]; elsewhere the same as
    /// [`Lie::HangUp`].
    TakeAndHangUp,
    /// Says nothing, for ever.
    Hang,
    /// Gives the right answer, one byte at a time with so long between two.
    Drip(Duration),
    /// Says bytes that are no SMTP.
    Garbage,
    /// Says one line that never ends.
    EndlessLine,
    /// Says continuation lines that never end.
    EndlessReply,
}

/// The lies still to tell.
#[derive(Debug, Default)]
pub(super) struct Script {
    once: Vec<(Stage, Lie)>,
    always: Vec<(Stage, Lie)>,
}

impl Script {
    pub(super) fn once(&mut self, stage: Stage, lie: Lie) {
        self.once.push((stage, lie));
    }

    pub(super) fn always(&mut self, stage: Stage, lie: Lie) {
        self.always.retain(|(at, _)| *at != stage);
        self.always.push((stage, lie));
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The lie to tell at this stage, if any.
    pub(super) fn next(&mut self, stage: Stage) -> Option<Lie> {
        let lie_at = |lies: &[(Stage, Lie)]| lies.iter().position(|(at, _)| *at == stage);
        if let Some(index) = lie_at(&self.once) {
            return Some(self.once.remove(index).1);
        }
        self.always.iter().find(|(at, _)| *at == stage).map(|(_, lie)| *lie)
    }
}
