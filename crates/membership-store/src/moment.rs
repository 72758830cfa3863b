//! Moments as they are stored: microseconds since 1970-01-01T00:00:00Z in a 64-bit integer. The same on both databases,
//! sorted as time goes, and exactly as precise as [`Context::now`](membership_core::context::Context::now).

use chrono::{DateTime, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A moment in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
#[serde(transparent)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Before every other.
    pub(crate) const EARLIEST: Self = Self(i64::MIN);

    /// How many microseconds after `earlier` it is.
    pub(crate) const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// So many microseconds later.
    pub(crate) const fn later(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// The number is beyond what a calendar holds.
#[derive(Debug, thiserror::Error)]
#[error("{0} microseconds are beyond the calendar")]
pub(crate) struct BeyondTheCalendar(i64);

impl From<DateTime<Utc>> for Moment {
    fn from(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp_micros())
    }
}

impl TryFrom<Moment> for DateTime<Utc> {
    type Error = BeyondTheCalendar;

    fn try_from(Moment(micros): Moment) -> Result<Self, BeyondTheCalendar> {
        Self::from_timestamp_micros(micros).ok_or(BeyondTheCalendar(micros))
    }
}
