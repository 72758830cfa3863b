//! How far an import is that is being carried out.

use std::time::Duration;

use chrono::{DateTime, Utc};
use membership_core::import::{Import, Mode};

use super::count::Count;

/// How far it is.
pub(super) struct Progress {
    pub(super) done: Count,
    pub(super) all: Count,
    /// From 0 to 100; `None` where all is one step, of which nobody sees a part.
    pub(super) percent: Option<u32>,
    /// Rows a second, and how long the rest takes at that rate.
    pub(super) pace: Option<(String, String)>,
}

impl Progress {
    pub(super) fn of(import: &Import, now: DateTime<Utc>) -> Self {
        let (done, all) = (import.done().rows(), import.plan().rows());
        let one_step = import.course().is_some_and(|course| course.mode == Mode::AllOrNothing);
        let percent = u64::from(done) * 100 / u64::from(all.max(1));
        let pace = import.pace(now).map(|(rate, rest)| (rate_of(rate), left(rest)));
        Self {
            done: Count(done),
            all: Count(all),
            percent: (!one_step).then(|| u32::try_from(percent).unwrap_or(100)),
            pace,
        }
    }
}

fn rate_of(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1} rows a second") } else { format!("{rate:.0} rows a second") }
}

/// How long `seconds` are, roughly.
fn left(seconds: f64) -> String {
    let Ok(rest) = Duration::try_from_secs_f64(seconds) else { return "a long time left".to_owned() };
    let (number, unit) = match rest.as_secs() {
        0..=1 => return "almost done".to_owned(),
        seconds @ 2..=90 => (seconds, "second"),
        seconds @ 91..=5_400 => (seconds.div_ceil(60), "minute"),
        seconds => (seconds.div_ceil(3_600), "hour"),
    };
    format!("about {number} {unit}s left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_said_roughly() {
        assert_eq!(left(0.4), "almost done");
        assert_eq!(left(42.0), "about 42 seconds left");
        assert_eq!(left(91.0), "about 2 minutes left");
        assert_eq!(left(5_401.0), "about 2 hours left");
        assert_eq!(left(f64::INFINITY), "a long time left");
        assert_eq!((rate_of(0.25), rate_of(812.4)), ("0.2 rows a second".into(), "812 rows a second".into()));
    }
}
