//! The audit: one record for each event, in an explicit form of its own, chained by hashes.
//!
//! The forms here are not the domain's types: a field that is renamed there must never rewrite history. Each has a
//! golden file in `tests/audit`.

mod form;
pub mod replay;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use form::{Form, Impossible};

use crate::{actor::Actor, context::Context, event::Event, id::RequestId, store::Scope};

/// One line of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Whose audit it stands in.
    pub scope: Scope,
    /// Its place there: 1, 2, 3, without gaps.
    pub revision: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: RecordedActor,
    /// In which request.
    pub request: RequestId,
    /// The thing that it is about, by which the audit can be searched.
    pub object: Uuid,
    /// What: the event's name.
    pub name: String,
    /// What exactly: the JSON of a [`Form`], kept as it was written.
    pub body: String,
    /// SHA-256 over the record before and this one.
    pub hash: [u8; 32],
}

/// Who acted, as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedActor {
    /// Nobody signed in; a link in the hand, perhaps.
    Anonymous,
    /// This account.
    Account(Uuid),
    /// The system itself.
    System,
}

/// The end of an audit, to which the next record is chained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The newest revision; 0 before the first.
    pub revision: u64,
    /// Its hash; zeros before the first.
    pub hash: [u8; 32],
}

impl Record {
    /// The record of `event` after `head`, in the audit of `scope`.
    pub fn of(scope: Scope, head: Head, ctx: &Context, event: &Event) -> Self {
        let mut record = Self {
            scope,
            revision: head.revision.saturating_add(1),
            at: ctx.now,
            actor: match ctx.actor {
                Actor::Anonymous => RecordedActor::Anonymous,
                Actor::Account(principal) => RecordedActor::Account(principal.account.as_uuid()),
                Actor::System => RecordedActor::System,
            },
            request: ctx.request,
            object: event.object(),
            name: event.name().to_owned(),
            body: Form::of(event).to_json(),
            hash: [0; 32],
        };
        record.hash = record.chained_to(&head);
        record
    }

    /// Where the audit ends after this record.
    pub const fn head(&self) -> Head {
        Head { revision: self.revision, hash: self.hash }
    }

    /// Whether this record follows `head` and is as it was written.
    pub fn follows(&self, head: &Head) -> bool {
        Some(self.revision) == head.revision.checked_add(1) && self.hash == self.chained_to(head)
    }

    fn chained_to(&self, head: &Head) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"membership audit v1\0");
        hash.update(head.hash);
        // Each part goes in with its length, so that no two records give the same bytes.
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let actor = self.actor.to_text();
        for part in [
            self.scope.kind().as_bytes(),
            self.scope.id().as_bytes(),
            &self.revision.to_be_bytes(),
            at.as_bytes(),
            actor.as_bytes(),
            self.request.as_uuid().as_bytes(),
            self.object.as_bytes(),
            self.name.as_bytes(),
            self.body.as_bytes(),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

impl RecordedActor {
    /// The stable text: `anonymous`, `system`, or `account:` and its id.
    pub fn to_text(self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::System => "system".to_owned(),
            Self::Account(id) => format!("account:{id}"),
        }
    }

    /// Reads the stable text.
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "anonymous" => Some(Self::Anonymous),
            "system" => Some(Self::System),
            other => Uuid::try_parse(other.strip_prefix("account:")?).ok().map(Self::Account),
        }
    }
}

#[cfg(test)]
#[path = "audit_tests.rs"]
mod tests;
