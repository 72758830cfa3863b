//! A clock that stands still until it is moved.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time that the test has set, in microseconds. Cheap to clone; clones tell the same time.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

/// The smallest step of time that a store keeps: one microsecond.
pub const TICK: TimeDelta = TimeDelta::microseconds(1);

impl ManualClock {
    /// A clock that stands at `now`, cut to microseconds.
    pub fn at(now: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(now.timestamp_micros())))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::microseconds(self.0.load(Ordering::SeqCst))
    }

    /// Moves it by `step`, backwards too.
    pub fn advance(&self, step: TimeDelta) {
        self.set(self.now() + step);
    }

    /// Moves it to `now`, cut to microseconds.
    pub fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp_micros(), Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    /// Stands at 2030-01-02 03:04:05.678901 UTC: a moment that a store which drops microseconds gets wrong.
    fn default() -> Self {
        Self::at(DateTime::from_timestamp_nanos(1_893_553_445_678_901_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_only_when_told() {
        let clock = ManualClock::default();
        assert_eq!(clock.now().to_string(), "2030-01-02 03:04:05.678901 UTC");
        clock.clone().advance(TICK);
        assert_eq!(clock.now().to_string(), "2030-01-02 03:04:05.678902 UTC");
    }
}
