//! Moments, written for people and marked up for machines.

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::{DateTime, TimeDelta, Utc};

/// A moment as a page shows it: `5 January 2026, 12:00 UTC`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(pub(crate) DateTime<Utc>);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.format("%Y-%m-%dT%H:%M:%SZ");
        let people = self.0.format("%-d %B %Y, %H:%M");
        write!(f, "<time datetime=\"{machine}\">{people}\u{a0}UTC</time>")
    }
}

impl HtmlSafe for Moment {}

/// The same where there is little room: `5 Jan 2026 12:00`, with the whole of it as a tooltip.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brief(pub(crate) DateTime<Utc>);

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.0.format("%Y-%m-%dT%H:%M:%SZ");
        let whole = self.0.format("%-d %B %Y, %H:%M");
        let (day, clock) = (self.0.format("%-d %b %Y"), self.0.format("%H:%M"));
        write!(
            f,
            "<time datetime=\"{machine}\" title=\"{whole}\u{a0}UTC\">{day} <span class=\"clock\">{clock}</span></time>"
        )
    }
}

impl HtmlSafe for Brief {}

impl Moment {
    /// How much time there is until then, in the largest unit that says enough.
    pub(crate) fn left(self, now: DateTime<Utc>) -> String {
        let left = self.0 - now;
        let (count, unit) = if left >= TimeDelta::days(2) {
            (left.num_days(), "day")
        } else if left >= TimeDelta::hours(2) {
            (left.num_hours(), "hour")
        } else if left >= TimeDelta::minutes(1) {
            (left.num_minutes(), "minute")
        } else {
            return "less than a minute left".to_owned();
        };
        format!("{count} {unit}{} left", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_for_people_and_machines() {
        let moment = Moment("2026-01-05T12:00:00.5Z".parse().unwrap());
        let html = moment.to_string();
        assert_eq!(html, "<time datetime=\"2026-01-05T12:00:00Z\">5 January 2026, 12:00\u{a0}UTC</time>");
    }

    #[test]
    fn what_is_left_is_said_in_one_unit() {
        let now: DateTime<Utc> = "2026-01-05T12:00:00Z".parse().unwrap();
        let left = |seconds| Moment(now + TimeDelta::seconds(seconds)).left(now);
        assert_eq!(left(72 * 3_600), "3 days left");
        assert_eq!(left(48 * 3_600 - 1), "47 hours left");
        assert_eq!(left(2 * 3_600 - 1), "119 minutes left");
        assert_eq!(left(60), "1 minute left");
        assert_eq!(left(59), "less than a minute left");
        assert_eq!(left(-5), "less than a minute left");
    }
}
