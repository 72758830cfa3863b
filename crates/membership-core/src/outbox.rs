//! The outbox: mail as part of the transaction that causes it, and what became of each message.
//!
//! Delivery is at least once: SMTP cannot promise more, because a server may take a message and the line may break
//! before it says so. Every attempt carries the same Message-ID, by which receivers tell repetitions.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    account::Kinds,
    email::EmailAddress,
    id::MessageId,
    language::Language,
    store::{Scope, StoreError},
};

/// A mail that is owed. It holds no secret: the link in it is derived when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which letter.
    pub kind: MailKind,
    /// The tenant or the account that it is about.
    pub about: Scope,
    /// The thing it is about: an invitation, say.
    pub subject: Uuid,
    /// Which of the subject's links it carries.
    pub generation: u32,
    /// To whom.
    pub to: EmailAddress,
}

/// Which letter it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailKind {
    /// "You are invited", with the link. The subject is an invitation.
    Invitation,
    /// "You are a member now", with a link to leave by. The subject is a member.
    BecameMember,
    /// "You are asked to be the representative administrator". The subject is a nomination.
    Nominated,
    /// "You are the representative administrator now". The subject is a nomination.
    BecameRepresentative,
    /// "You are not the representative administrator any more". The subject is a nomination.
    HandedOver,
    /// "Choose another password", with the link. The subject is an account, here and below.
    Reset,
    /// "You cannot choose another password by mail", with what to do instead.
    ResetRefused,
    /// "An administrator made a link to another password for you", without it.
    ResetHandedOver,
    /// "Your password is another".
    PasswordChanged,
    /// "Is this your address?", with the link that says so.
    ConfirmAddress,
    /// "Your account has another address", with the link that brings this one back.
    AddressChanged,
    /// "Your second factors are others".
    FactorsChanged,
    /// "Your code". The subject is a challenge.
    SignInCode,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Delivery {
    /// Waits for its first attempt.
    Queued,
    /// A worker has it until then; if it dies, another takes over.
    Sending {
        /// The end of the lease.
        until: DateTime<Utc>,
    },
    /// The next server took it. Final.
    Sent {
        /// When.
        at: DateTime<Utc>,
        /// What the server said.
        words: String,
    },
    /// Did not go out; will be tried again.
    Deferred {
        /// When.
        until: DateTime<Utc>,
        /// What the server said, or what went wrong.
        words: String,
    },
    /// Given up. Final.
    Failed {
        /// When.
        at: DateTime<Utc>,
        /// What the server said, or what went wrong.
        words: String,
    },
    /// Not wanted any more. Final.
    Cancelled {
        /// When.
        at: DateTime<Utc>,
    },
}

/// A message that a worker has leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// Its identifier.
    pub id: MessageId,
    /// What to send.
    pub mail: Mail,
    /// Since when it waits.
    pub queued_at: DateTime<Utc>,
    /// How often it was tried before.
    pub attempts: u32,
    /// The lease: whoever settles it must still hold it.
    pub until: DateTime<Utc>,
}

/// What one attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The next server took it, in these words.
    Taken(String),
    /// It did not work this time.
    NotNow(String),
    /// It will never work: the address or the message was refused for good.
    Never(String),
}

/// A letter, ready to be put on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The message it is an attempt of.
    pub id: MessageId,
    /// To whom.
    pub to: EmailAddress,
    /// The person's name, as the tenant knows it.
    pub to_name: String,
    /// The language that the person reads, as far as the tenant knows.
    pub language: Option<Language>,
    /// What it says.
    pub content: Content,
}

/// What a letter says; a template makes text and HTML of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// "You are invited".
    Invitation {
        /// The tenant's name.
        tenant: String,
        /// Who invites; `None` if the operator of the installation does.
        inviter: Option<String>,
        /// What the person will be: role names.
        roles: Vec<String>,
        /// The link.
        link: String,
        /// Until when the link is good.
        expires_at: DateTime<Utc>,
    },
    /// "You are a member now".
    BecameMember {
        /// The tenant's name.
        tenant: String,
        /// What the person is: role names.
        roles: Vec<String>,
        /// Where the product is.
        open: String,
        /// The link to leave by.
        leave: String,
    },
    /// "You are asked to be the representative administrator".
    Nominated {
        /// The tenant's name.
        tenant: String,
        /// Who asks, by name.
        by: String,
        /// Where to answer.
        link: String,
        /// Until when.
        expires_at: DateTime<Utc>,
    },
    /// "You are the representative administrator now".
    BecameRepresentative {
        /// The tenant's name.
        tenant: String,
        /// Who was, by name.
        former: String,
    },
    /// "You are not the representative administrator any more".
    HandedOver {
        /// The tenant's name.
        tenant: String,
        /// Who is, by name.
        successor: String,
    },
    /// "Choose another password".
    Reset {
        /// The link.
        link: String,
        /// Until when it is good.
        expires_at: DateTime<Utc>,
    },
    /// "You cannot choose another password by mail".
    ResetRefused,
    /// "An administrator made a link to another password for you".
    ResetHandedOver,
    /// "Your password is another".
    PasswordChanged {
        /// Where to choose one if it was not the reader.
        forgotten: String,
    },
    /// "Is this your address?".
    ConfirmAddress {
        /// The link.
        link: String,
        /// Until when it is good.
        expires_at: DateTime<Utc>,
    },
    /// "Your account has another address".
    AddressChanged {
        /// The new one, so that the owner knows what to look for.
        to: String,
        /// The link that brings this one back.
        restore: String,
        /// Until when it is good.
        expires_at: DateTime<Utc>,
    },
    /// "Your second factors are others".
    FactorsChanged {
        /// Which the account has now.
        kinds: Kinds,
        /// Where to choose a password if it was not the reader.
        forgotten: String,
    },
    /// "Your code".
    SignInCode {
        /// The code.
        code: String,
        /// Until when it is good.
        expires_at: DateTime<Utc>,
    },
}

/// When to try again, when to give up, and how long a worker may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// How long a worker may hold the messages of one round: after a crash, that long until another takes over. It has
    /// to be more than twice what the slowest letter may take.
    pub lease: TimeDelta,
    /// The wait after the first failure; it doubles with each.
    pub first_wait: TimeDelta,
    /// The longest wait.
    pub longest_wait: TimeDelta,
    /// A message that waits longer than this has failed.
    pub give_up_after: TimeDelta,
}

/// The port to the messages that are owed.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes up to `limit` messages that are due at `now`, oldest first, and leases them until `until`. No two callers
    /// get the same one; a message whose lease has run out is due again.
    async fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>, limit: u32) -> Result<Vec<Leased>, StoreError>;

    /// Whether the lease is still held: the message was not cancelled, and nobody else took over.
    async fn holds(&self, lease: &Leased) -> Result<bool, StoreError>;

    /// Writes down what became of leased messages. One whose lease was lost is left as it is.
    async fn settle(&self, settled: &[(Leased, Delivery)]) -> Result<(), StoreError>;

    /// When the next message will be due, if any waits.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
}

/// The port to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Tries to hand over one letter.
    async fn send(&self, letter: &Letter) -> Verdict;

    /// Lets go of what it holds, such as a connection: there is nothing to send for the time being.
    async fn rest(&self) {}
}

impl Mail {
    /// The identifier of the message: derived from what it is, so that the same mail is never queued twice.
    pub fn id(&self) -> MessageId {
        let mut hash = Sha256::new();
        hash.update(b"membership message v1\0");
        hash.update(self.kind.as_str().as_bytes());
        hash.update(self.subject.as_bytes());
        hash.update(self.generation.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest) {
            *to = from;
        }
        MessageId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl MailKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Invitation,
        Self::BecameMember,
        Self::Nominated,
        Self::BecameRepresentative,
        Self::HandedOver,
        Self::Reset,
        Self::ResetRefused,
        Self::ResetHandedOver,
        Self::PasswordChanged,
        Self::ConfirmAddress,
        Self::AddressChanged,
        Self::FactorsChanged,
        Self::SignInCode,
    ];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::BecameMember => "became-member",
            Self::Nominated => "nominated",
            Self::BecameRepresentative => "became-representative",
            Self::HandedOver => "handed-over",
            Self::Reset => "reset",
            Self::ResetRefused => "reset-refused",
            Self::ResetHandedOver => "reset-handed-over",
            Self::PasswordChanged => "password-changed",
            Self::ConfirmAddress => "confirm-address",
            Self::AddressChanged => "address-changed",
            Self::FactorsChanged => "factors-changed",
            Self::SignInCode => "sign-in-code",
        }
    }
}

impl Delivery {
    /// The stable word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending { .. } => "sending",
            Self::Sent { .. } => "sent",
            Self::Deferred { .. } => "deferred",
            Self::Failed { .. } => "failed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Default for Patience {
    /// Five minutes a round; one minute, doubling to at most four hours, for three days (as RFC 5321, 4.5.4.1 recommends in spirit; an
    /// invitation's link is dead by then).
    fn default() -> Self {
        Self {
            lease: TimeDelta::minutes(5),
            first_wait: TimeDelta::minutes(1),
            longest_wait: TimeDelta::hours(4),
            give_up_after: TimeDelta::days(3),
        }
    }
}

impl Patience {
    /// What becomes of a leased message after an attempt that ended at `now` with `verdict`.
    pub fn settle(&self, lease: &Leased, verdict: Verdict, now: DateTime<Utc>) -> Delivery {
        match verdict {
            Verdict::Taken(words) => Delivery::Sent { at: now, words: clip(&words) },
            Verdict::Never(words) => Delivery::Failed { at: now, words: clip(&words) },
            Verdict::NotNow(words) => {
                let factor = 1_i32.checked_shl(lease.attempts.min(16)).unwrap_or(i32::MAX);
                let wait = self.first_wait.checked_mul(factor).map_or(self.longest_wait, |w| w.min(self.longest_wait));
                // Beyond the end of the calendar there is no giving up, and no trying again.
                let last = lease.queued_at.checked_add_signed(self.give_up_after);
                let until = now.checked_add_signed(wait).filter(|until| last.is_none_or(|last| *until < last));
                match until {
                    Some(until) => Delivery::Deferred { until, words: clip(&words) },
                    None => Delivery::Failed { at: now, words: clip(&words) },
                }
            }
        }
    }
}

/// A server's words are kept, but not a novel of them, and no control characters.
fn clip(words: &str) -> String {
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
