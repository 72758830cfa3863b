//! What goes wrong between us and a mail server, and what follows from it.

use std::{fmt, io};

use mail_send::Error;
use membership_core::outbox::Verdict;

/// A step of the conversation that failed, and how.
#[derive(Debug)]
pub(super) struct Fault {
    step: Step,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Smtp(Error),
    NoSmtpUtf8,
}

/// The steps of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    Greeting,
    Hello,
    Encrypt,
    SignIn,
    Reset,
    Sender,
    Recipient,
    Message,
}

/// Codes that are about us and not about the letter, wherever they come: bad sequence, sign-in or encryption required.
const ABOUT_US: [u16; 5] = [503, 530, 534, 535, 538];

impl Step {
    /// Makes the fault of this step.
    pub(super) fn failed(self) -> impl Fn(Error) -> Fault {
        move |error| Fault { step: self, cause: Cause::Smtp(error) }
    }
}

impl Fault {
    /// The recipient's address is beyond ASCII and the server takes no such address (RFC 6531).
    pub(super) const NO_SMTPUTF8: Self = Self { step: Step::Recipient, cause: Cause::NoSmtpUtf8 };

    /// What it means for the letter.
    pub(super) fn verdict(&self) -> Verdict {
        let words = self.to_string();
        if self.is_refusal_for_good() { Verdict::Never(words) } else { Verdict::NotNow(words) }
    }

    fn is_refusal_for_good(&self) -> bool {
        match self.step {
            Step::Recipient | Step::Message => match self.code() {
                Some(code) => (500..600).contains(&code) && !ABOUT_US.contains(&code),
                None => matches!(self.cause, Cause::NoSmtpUtf8),
            },
            // What is refused here is our machine, our password or our address: mend the settings, and it will go out.
            Step::Connect
            | Step::Greeting
            | Step::Hello
            | Step::Encrypt
            | Step::SignIn
            | Step::Reset
            | Step::Sender => false,
        }
    }

    /// Whether it only says that the connection has been open too long: nothing of the letter was said yet, so a new
    /// connection may try.
    pub(super) const fn is_staleness(&self) -> bool {
        matches!(self.step, Step::Reset | Step::Sender)
    }

    /// Whether the server still listens: it refused something, politely.
    pub(super) fn leaves_connection(&self) -> bool {
        match &self.cause {
            Cause::Smtp(_) => self.code().is_some_and(|code| code != 421),
            Cause::NoSmtpUtf8 => true,
        }
    }

    const fn code(&self) -> Option<u16> {
        if let Cause::Smtp(Error::UnexpectedReply(reply)) = &self.cause { Some(reply.code) } else { None }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.step {
            Step::Connect => "connecting",
            Step::Greeting => "the greeting",
            Step::Hello => "EHLO",
            Step::Encrypt => "encryption",
            Step::SignIn => "signing in",
            Step::Reset => "RSET",
            Step::Sender => "MAIL FROM",
            Step::Recipient => "RCPT TO",
            Step::Message => "DATA",
        };
        write!(f, "{step}: ")?;
        match &self.cause {
            Cause::Smtp(error) => write_error(f, error),
            Cause::NoSmtpUtf8 => {
                f.write_str("the mail server takes no addresses beyond ASCII (it does not offer SMTPUTF8)")
            }
        }
    }
}

fn write_error(f: &mut fmt::Formatter<'_>, error: &Error) -> fmt::Result {
    if let Error::UnexpectedReply(reply) | Error::AuthenticationFailed(reply) = error {
        f.write_str(&words(reply))
    } else if matches!(error, Error::Timeout) {
        f.write_str("the mail server does not answer in time")
    } else if is_cut(error) {
        f.write_str("the mail server hung up")
    } else if matches!(error, Error::UnparseableReply) {
        f.write_str("the mail server hung up, or said something that is no SMTP")
    } else if matches!(error, Error::MissingStartTls) {
        f.write_str("the mail server does not offer STARTTLS, which the settings require")
    } else if let Error::Io(io) = error {
        write!(f, "{io}")
    } else {
        write!(f, "{error}")
    }
}

fn is_cut(error: &Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};

    let Error::Io(error) = error else { return false };
    [BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof].contains(&error.kind())
}

/// A server's answer as it gave it: `550 5.1.1 no such user`.
pub(super) fn words(reply: &smtp_proto::Response<String>) -> String {
    let text = reply.message.trim_end();
    match reply.esc {
        [0, ..] => format!("{} {text}", reply.code),
        [class, subject, detail] => format!("{} {class}.{subject}.{detail} {text}", reply.code),
    }
}
