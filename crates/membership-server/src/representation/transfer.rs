//! What members hold in the products, and its way to others.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use membership_core::{
    id::MemberId,
    member::{
        remove,
        transfer::{self, TransferState},
    },
    ports,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::Member;

/// So many things of one kind that a member holds.
#[derive(Object)]
pub(crate) struct Holding {
    /// The kind, such as `video:recordings`.
    kind: String,
    /// What people call it.
    name: String,
    /// How many there are.
    count: u64,
}

/// The hand-over of what one removed member held. The member's access ended before it began.
#[derive(Object)]
pub(crate) struct Transfer {
    /// Its identifier.
    id: Uuid,
    /// The removed member.
    member: Uuid,
    /// What it held, each kind once.
    shares: Vec<Share>,
    /// The member who gets what comes up later, of a kind that is not among these.
    heir: Uuid,
    /// When the member was removed.
    begun_at: DateTime<Utc>,
    /// How often it was tried since the last progress.
    attempts: u32,
    /// What went wrong the last time.
    #[oai(skip_serializing_if_is_none)]
    trouble: Option<String>,
    /// When it is tried next; absent once it is finished.
    #[oai(skip_serializing_if_is_none)]
    due_at: Option<DateTime<Utc>>,
    /// Since when everything is handed over, and the removal final.
    #[oai(skip_serializing_if_is_none)]
    finished_at: Option<DateTime<Utc>>,
}

/// Everything of one kind that a removed member held.
#[derive(Object)]
pub(crate) struct Share {
    /// The kind.
    kind: String,
    /// What people call it.
    name: String,
    /// How many there were when that was last asked.
    count: u64,
    /// The member who gets it.
    heir: Uuid,
    /// When it was handed over.
    #[oai(skip_serializing_if_is_none)]
    done_at: Option<DateTime<Utc>>,
}

/// A membership that was ended.
#[derive(Object)]
pub(crate) struct EndedMembership {
    /// The member, removed.
    member: Member,
    /// The hand-over of what it held, if it held anything.
    #[oai(skip_serializing_if_is_none)]
    transfer: Option<Transfer>,
}

/// Who gets what, as the domain says it.
pub(crate) fn heirs(heir: Option<Uuid>, heirs: Option<HashMap<String, Uuid>>) -> remove::Heirs {
    remove::Heirs {
        of_the_rest: heir.map(MemberId::from_uuid),
        of_kind: heirs.into_iter().flatten().map(|(kind, heir)| (kind, MemberId::from_uuid(heir))).collect(),
    }
}

impl From<ports::Holding> for Holding {
    fn from(holding: ports::Holding) -> Self {
        Self { kind: holding.kind, name: holding.name, count: holding.count }
    }
}

impl From<transfer::Transfer> for Transfer {
    fn from(transfer: transfer::Transfer) -> Self {
        let (due_at, finished_at) = match transfer.state {
            TransferState::Due(at) => (Some(at), None),
            TransferState::Finished(at) => (None, Some(at)),
        };
        Self {
            id: transfer.id.as_uuid(),
            member: transfer.member.as_uuid(),
            shares: transfer.shares.into_iter().map(Share::from).collect(),
            heir: transfer.heir.as_uuid(),
            begun_at: transfer.begun_at,
            attempts: transfer.attempts,
            trouble: transfer.trouble,
            due_at,
            finished_at,
        }
    }
}

impl From<transfer::Share> for Share {
    fn from(share: transfer::Share) -> Self {
        let ports::Holding { kind, name, count } = share.holding;
        Self { kind, name, count, heir: share.heir.as_uuid(), done_at: share.done_at }
    }
}

impl From<remove::Removed> for EndedMembership {
    fn from(removed: remove::Removed) -> Self {
        Self { member: removed.member.into(), transfer: removed.transfer.map(Transfer::from) }
    }
}
