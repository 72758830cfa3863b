//! Which records of an audit are asked for.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use membership_core::{
    audit::RecordedActor,
    directory::{RecordFilter, RecordOrder},
    refusal::{Fault, Faults},
};
use uuid::Uuid;

use super::listing;
use crate::body::InputFault;

/// The query, as it came.
pub(super) struct Asked<'a> {
    pub(super) object: Option<&'a str>,
    pub(super) actor: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) from: Option<&'a str>,
    pub(super) before: Option<&'a str>,
    pub(super) order: Option<&'a str>,
    pub(super) limit: Option<&'a str>,
    pub(super) cursor: Option<&'a str>,
}

/// The cursor for what comes after the record with this revision, in either order.
pub(super) fn cursor_after(revision: u64) -> String {
    URL_SAFE_NO_PAD.encode(revision.to_be_bytes())
}

impl Asked<'_> {
    /// What is asked for, in which order, and how many; every fault of the query at once.
    pub(super) fn read(&self) -> Result<(RecordFilter, RecordOrder, u16), Faults> {
        let mut faults = Vec::new();
        let mut note = |pointer: &str, fault: InputFault| faults.push(Fault::new(pointer, &fault));
        let object = read(self.object, "/object", identifier, &mut note);
        let actor = read(self.actor, "/actor", actor, &mut note);
        let from = read(self.from, "/from", moment, &mut note);
        let before = read(self.before, "/before", moment, &mut note);
        let oldest_first = read(self.order, "/order", order, &mut note).unwrap_or(false);
        let limit = listing::read_limit(self.limit).map_err(|fault| note("/limit", fault));
        let cursor = read(self.cursor, "/cursor", revision, &mut note);
        let order = if oldest_first { RecordOrder::After(cursor.unwrap_or(0)) } else { RecordOrder::Before(cursor) };
        match limit {
            Ok(limit) if faults.is_empty() => {
                let name = self.name.map(str::to_owned);
                Ok((RecordFilter { object, actor, name, from, before }, order, limit))
            }
            Ok(_) | Err(()) => Err(Faults::of(faults)),
        }
    }
}

fn read<T>(
    text: Option<&str>,
    pointer: &str,
    reading: impl FnOnce(&str) -> Result<T, InputFault>,
    note: &mut impl FnMut(&str, InputFault),
) -> Option<T> {
    reading(text?).map_err(|fault| note(pointer, fault)).ok()
}

fn identifier(text: &str) -> Result<Uuid, InputFault> {
    Uuid::try_parse(text).map_err(|_| InputFault::Identifier)
}

/// As records show it, or the bare identifier of an account.
fn actor(text: &str) -> Result<RecordedActor, InputFault> {
    let bare = || Uuid::try_parse(text).ok().map(RecordedActor::Account);
    RecordedActor::from_text(text).or_else(bare).ok_or(InputFault::RecordActor)
}

fn moment(text: &str) -> Result<DateTime<Utc>, InputFault> {
    DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc()).map_err(|_| InputFault::Moment)
}

/// Whether the oldest come first.
fn order(text: &str) -> Result<bool, InputFault> {
    match text {
        "newest" => Ok(false),
        "oldest" => Ok(true),
        _ => Err(InputFault::Order),
    }
}

fn revision(cursor: &str) -> Result<u64, InputFault> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_be_bytes).ok_or(InputFault::Cursor)
}
