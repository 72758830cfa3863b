//! A tenant's policy: the switches in which products differ.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{email::Alphabet, refusal::refusals};

/// How long a link is good for: 1 hour to 30 days, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Validity(u32);

refusals! {
    /// Why a time is not a validity.
    pub enum ValidityFault {
        /// Out of the range.
        OutOfRange = Invalid "validity-out-of-range"
            ("a link is valid for at least 1 hour and at most 30 days", "choose from 3600 to 2592000 seconds");
    }
}

impl Validity {
    /// The shortest.
    pub const MIN: Self = Self(3_600);
    /// The longest.
    pub const MAX: Self = Self(30 * 86_400);
    /// What invitations have unless told otherwise: 72 hours.
    pub const THREE_DAYS: Self = Self(3 * 86_400);
    /// What enrolment and reset links have unless told otherwise: 24 hours.
    pub const ONE_DAY: Self = Self(86_400);
    /// What the set-up link has: 1 hour.
    pub const ONE_HOUR: Self = Self(3_600);

    /// Reads a number of seconds.
    pub const fn from_secs(secs: u32) -> Result<Self, ValidityFault> {
        if secs < Self::MIN.0 || secs > Self::MAX.0 { Err(ValidityFault::OutOfRange) } else { Ok(Self(secs)) }
    }

    /// In seconds.
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// The first moment at which something issued at `issued` is no longer good: it is good while `now < end`.
    pub fn end(self, issued: DateTime<Utc>) -> DateTime<Utc> {
        issued + TimeDelta::seconds(i64::from(self.0))
    }
}

impl TryFrom<u32> for Validity {
    type Error = ValidityFault;

    fn try_from(secs: u32) -> Result<Self, ValidityFault> {
        Self::from_secs(secs)
    }
}

impl From<Validity> for u32 {
    fn from(validity: Validity) -> Self {
        validity.0
    }
}

/// The rules of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How long an invitation can be accepted after it was sent.
    pub invitation_validity: Validity,
    /// How long a person may take from accepting to having joined.
    pub enrolment_window: Validity,
    /// Most people in one call to invite.
    pub max_people_per_call: u8,
    /// Whether an invitation may be handed over as a link instead of by mail.
    pub links_allowed: bool,
    /// Which letters addresses may have.
    pub alphabet: Alphabet,
    /// If not empty: the only domains (as A-labels) that may be invited.
    pub allowed_domains: Vec<String>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            invitation_validity: Validity::THREE_DAYS,
            enrolment_window: Validity::ONE_DAY,
            max_people_per_call: 10,
            links_allowed: true,
            alphabet: Alphabet::Ascii,
            allowed_domains: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves X-6 in part: 3 days for invitations, 24 hours for what follows, settable within 1 h..30 d.
    #[test]
    fn validity_has_bounds_and_defaults() {
        assert_eq!(Policy::default().invitation_validity.as_secs(), 72 * 3_600);
        assert_eq!(Policy::default().enrolment_window.as_secs(), 24 * 3_600);
        for (secs, good) in [(3_599, false), (3_600, true), (2_592_000, true), (2_592_001, false)] {
            assert_eq!(Validity::from_secs(secs).is_ok(), good, "{secs}");
        }
    }
}
