//! What is said between us and a product: the bodies of both calls. The kernel's types have forms of their own here, so
//! that nothing that changes there changes what products were told.

use membership_core::{
    id::{AccountId, MemberId, TenantId, TransferId},
    ports::{HandOver, Holder, Holding},
};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    /// What does a member hold?
    Holdings,
    /// Hand it over.
    HandOver,
}

#[derive(Serialize)]
struct Question {
    tenant: TenantId,
    member: MemberId,
    account: AccountId,
}

#[derive(Serialize)]
struct Order<'a> {
    transfer: TransferId,
    kind: &'a str,
    tenant: TenantId,
    from: Person,
    to: Person,
}

#[derive(Serialize)]
struct Person {
    member: MemberId,
    account: AccountId,
}

#[derive(Deserialize)]
struct Answer {
    holdings: Vec<Held>,
}

#[derive(Deserialize)]
struct Held {
    kind: String,
    name: String,
    count: u64,
}

/// Most kinds in one answer.
const MOST_KINDS: usize = 64;
/// Longest kind, in letters.
const LONGEST_KIND: usize = 64;
/// Longest name, in letters.
const LONGEST_NAME: usize = 100;
/// The largest number that every JSON library reads as it was written (RFC 8259, 6).
const LARGEST_COUNT: u64 = (1 << 53) - 1;

impl Call {
    /// The last part of its URL.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Holdings => "holdings",
            Self::HandOver => "hand-over",
        }
    }
}

/// The body that asks what `holder` holds.
pub(crate) fn question(holder: &Holder) -> Result<Vec<u8>, Fault> {
    let Holder { tenant, member, account } = *holder;
    write(&Question { tenant, member, account })
}

/// The body that has `kind` handed over.
pub(crate) fn order(order: &HandOver) -> Result<Vec<u8>, Fault> {
    let HandOver { transfer, kind, from, to } = order;
    let person = |holder: &Holder| Person { member: holder.member, account: holder.account };
    write(&Order { transfer: *transfer, kind, tenant: from.tenant, from: person(from), to: person(to) })
}

fn write(body: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(body).map_err(|error| Fault::Request(error.to_string()))
}

/// What a product says that a member holds, if it says so as agreed.
pub(crate) fn holdings(body: &[u8]) -> Result<Vec<Holding>, Fault> {
    // The library's message would quote from the answer.
    let unreadable = |error: serde_json::Error| {
        let what = if error.is_data() { "not the fields that were agreed" } else { "not JSON" };
        Fault::NotAsAgreed(format!("{what} (line {}, column {})", error.line(), error.column()))
    };
    let Answer { holdings } = serde_json::from_slice(body).map_err(unreadable)?;
    if holdings.len() > MOST_KINDS {
        return Err(Fault::NotAsAgreed(format!("{} kinds, and {MOST_KINDS} are the most", holdings.len())));
    }
    let mut taken: Vec<Holding> = Vec::with_capacity(holdings.len());
    for (index, held) in holdings.into_iter().enumerate() {
        let holding = checked(held).map_err(|why| Fault::NotAsAgreed(format!("holding {}: {why}", index + 1)))?;
        if taken.iter().any(|before| before.kind == holding.kind) {
            return Err(Fault::NotAsAgreed(format!("the kind {} stands there twice", holding.kind)));
        }
        taken.push(holding);
    }
    Ok(taken)
}

fn checked(Held { kind, name, count }: Held) -> Result<Holding, String> {
    if !is_kind(&kind) {
        return Err(format!("its kind is not 1 to {LONGEST_KIND} of A-Z, a-z, 0-9 and . _ : -"));
    }
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(format!("the name of {kind} is not 1 to {LONGEST_NAME} letters on one line"));
    }
    if !(1..=LARGEST_COUNT).contains(&count) {
        return Err(format!("the count of {kind} is not 1 to {LARGEST_COUNT}"));
    }
    Ok(Holding { kind, name: name.to_owned(), count })
}

fn is_kind(kind: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
    (1..=LONGEST_KIND).contains(&kind.len()) && kind.bytes().all(fits)
}

#[cfg(test)]
#[path = "agreement_tests.rs"]
mod tests;
