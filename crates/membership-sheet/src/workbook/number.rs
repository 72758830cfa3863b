//! Numbers as a person would write them: plainly, with the digits that are shown, or as a date in ISO 8601.

use chrono::{Days, NaiveDate, NaiveTime};

use super::styles::Shown;

/// Seconds of a day.
const DAY: f64 = 86_400.0;
/// The last day that a spreadsheet program knows: 31 December 9999.
const LAST_DAY: f64 = 2_958_465.0;

/// The number written as `raw` in a part, as text. What is not a number stays as it is.
pub(super) fn written(raw: &str, shown: Shown, since_1904: bool) -> String {
    let raw = raw.trim();
    let number = match raw.parse::<f64>() {
        Ok(number) if number.is_finite() => number,
        Ok(_) | Err(_) => return raw.to_owned(),
    };
    match shown {
        Shown::Number { digits } => plain(number, digits),
        Shown::Date => date(number, since_1904).unwrap_or_else(|| plain(number, 0)),
        Shown::Duration => duration(number).unwrap_or_else(|| plain(number, 0)),
    }
}

/// Without exponent, with as few digits as tell it from every other number, and zeros before a whole one up to `digits`.
fn plain(number: f64, digits: u8) -> String {
    if number == 0.0 {
        return "0".repeat(usize::from(digits.max(1)));
    }
    if digits > 1 && number > 0.0 && number.fract() == 0.0 {
        return format!("{number:0>width$}", width = usize::from(digits));
    }
    number.to_string()
}

/// Days since the workbook's epoch, and the time of day as their fraction. A whole day has no time, less than one no date.
fn date(number: f64, since_1904: bool) -> Option<String> {
    if !(0.0..=LAST_DAY + 1.0).contains(&number) {
        return None;
    }
    // To the second, as it is shown; half a second before midnight is the next day.
    let seconds = whole((number * DAY).round())?;
    let (days, second) = (seconds / 86_400, u32::try_from(seconds % 86_400).ok()?);
    let time = NaiveTime::from_num_seconds_from_midnight_opt(second, 0)?;
    let epoch = match (since_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1)?,
        // 1900 was given a 29 February that it did not have, so days before it count from one day later.
        (false, ..60) => NaiveDate::from_ymd_opt(1899, 12, 31)?,
        (false, 60..) => NaiveDate::from_ymd_opt(1899, 12, 30)?,
    };
    if days == 0 && second > 0 {
        return Some(time.format("%H:%M:%S").to_string());
    }
    let day = epoch.checked_add_days(Days::new(days))?;
    let day = day.format("%Y-%m-%d");
    Some(if second == 0 { day.to_string() } else { format!("{day}T{}", time.format("%H:%M:%S")) })
}

/// Hours, minutes and seconds.
fn duration(number: f64) -> Option<String> {
    let seconds = whole((number * DAY).round())?;
    Some(format!("{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

/// A whole number that is not negative and far below where a float loses digits.
fn whole(number: f64) -> Option<u64> {
    (0.0..1e15).contains(&number).then(|| number.to_string().parse().ok()).flatten()
}

/// A date as newer workbooks write it (`2024-02-03T00:00:00`), without a time that is midnight.
pub(super) fn iso(raw: &str) -> String {
    let raw = raw.trim().trim_end_matches('Z');
    let raw = raw.strip_suffix(".000").unwrap_or(raw);
    raw.strip_suffix("T00:00:00").unwrap_or(raw).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{iso, written};
    use crate::workbook::styles::Shown;

    #[test]
    fn numbers_are_written_as_a_person_would() {
        let number = |raw| written(raw, Shown::Number { digits: 0 }, false);
        for (raw, text) in [
            ("12345", "12345"),
            ("1E21", "1000000000000000000000"),
            ("0.10000000000000001", "0.1"),
            ("-0", "0"),
            ("12345.0", "12345"),
            ("1e-7", "0.0000001"),
            ("491701234567", "491701234567"),
            ("nan", "nan"),
            ("1e999", "1e999"),
            ("x", "x"),
        ] {
            assert_eq!(number(raw), text);
        }
        assert_eq!(written("42", Shown::Number { digits: 5 }, false), "00042");
        assert_eq!(written("0", Shown::Number { digits: 3 }, false), "000");
        assert_eq!(written("4.5", Shown::Number { digits: 5 }, false), "4.5");
    }

    #[test]
    fn dates_follow_the_calendar_of_the_workbook() {
        let date = |raw| written(raw, Shown::Date, false);
        for (raw, text) in [
            ("45325", "2024-02-03"),
            ("45325.5", "2024-02-03T12:00:00"),
            ("0.25", "06:00:00"),
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("61", "1900-03-01"),
            ("45325.999999", "2024-02-04"),
            ("2958465", "9999-12-31"),
            ("-1", "-1"),
            ("1e300", &format!("1{}", "0".repeat(300))),
        ] {
            assert_eq!(date(raw), text, "{raw}");
        }
        assert_eq!(written("43863", Shown::Date, true), "2024-02-03");
        assert_eq!(written("2.0625", Shown::Duration, false), "49:30:00");
        assert_eq!(iso("2024-02-03T00:00:00.000Z"), "2024-02-03");
        assert_eq!(iso("2024-02-03T04:05:06"), "2024-02-03T04:05:06");
    }
}
