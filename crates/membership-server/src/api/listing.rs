//! Lists come in pages. A cursor says where the next one begins; what is in it is nobody's business.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use membership_core::{
    directory::{MAX_PAGE, MemberFilter, Page},
    id::MemberId,
    member::MemberStatus,
    refusal::{Fault, Faults},
};
use uuid::Uuid;

use crate::body::InputFault;

/// Rows of a page unless told otherwise.
const DEFAULT_LIMIT: u16 = 50;

/// The cursor for what comes after `last`.
pub(super) fn cursor_after(last: MemberId) -> String {
    URL_SAFE_NO_PAD.encode(last.as_uuid().as_bytes())
}

/// Which page of which members is asked for; every fault of the query at once.
pub(super) fn members(
    status: Option<&str>,
    limit: Option<&str>,
    cursor: Option<&str>,
) -> Result<(MemberFilter, Page<MemberId>), Faults> {
    let status = status.map(read_status).transpose();
    let limit = read_limit(limit);
    let after = cursor.map(read_cursor).transpose();
    match (status, limit, after) {
        (Ok(status), Ok(limit), Ok(after)) => Ok((MemberFilter { status }, Page { after, limit })),
        (status, limit, after) => Err(faults([
            status.err().map(|fault| ("/status", fault)),
            limit.err().map(|fault| ("/limit", fault)),
            after.err().map(|fault| ("/cursor", fault)),
        ])),
    }
}

/// Which records of an audit are asked for.
pub(super) fn records(after: Option<&str>, limit: Option<&str>) -> Result<(u64, u16), Faults> {
    let after = after.map_or(Ok(0), |after| after.parse().map_err(|_| InputFault::Revision));
    match (after, read_limit(limit)) {
        (Ok(after), Ok(limit)) => Ok((after, limit)),
        (after, limit) => {
            Err(faults([after.err().map(|fault| ("/after", fault)), limit.err().map(|fault| ("/limit", fault))]))
        }
    }
}

fn read_limit(limit: Option<&str>) -> Result<u16, InputFault> {
    let Some(limit) = limit else { return Ok(DEFAULT_LIMIT) };
    limit.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or(InputFault::Limit)
}

fn read_status(word: &str) -> Result<MemberStatus, InputFault> {
    MemberStatus::ALL.into_iter().find(|status| status.as_str() == word).ok_or(InputFault::Status)
}

fn read_cursor(cursor: &str) -> Result<MemberId, InputFault> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(|bytes| MemberId::from_uuid(Uuid::from_bytes(bytes))).ok_or(InputFault::Cursor)
}

fn faults<const N: usize>(found: [Option<(&'static str, InputFault)>; N]) -> Faults {
    Faults::of(found.into_iter().flatten().map(|(pointer, fault)| Fault::new(pointer, &fault)))
}
