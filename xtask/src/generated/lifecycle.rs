//! docs/lifecycle.md: both state machines as tables, drawn from the tables that the kernel decides by.

use crate::failure::Outcome;

/// The kernel's own drawing goes here: `Ok(Some(membership_core::...))`.
#[expect(clippy::unnecessary_wraps, reason = "the signature is that of every producer")]
pub(super) fn produce() -> Outcome<Option<String>> {
    Ok(None)
}
