//! Numbers of rows, as people read them.

use std::fmt;

use askama::filters::HtmlSafe;

/// A number with its thousands apart: `12,345`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Count(pub(super) u32);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 1_000, self.0 % 1_000) {
            (0, rest) => write!(f, "{rest}"),
            (thousands, rest) => write!(f, "{},{rest:03}", Self(thousands)),
        }
    }
}

impl HtmlSafe for Count {}

impl Count {
    /// So many `things`, whose plural ends in an s.
    pub(super) fn of(self, things: &str) -> String {
        format!("{self} {things}{}", if self.0 == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let written = [0, 7, 999, 1_000, 12_045, 1_000_001].map(|number| Count(number).to_string());
        assert_eq!(written, ["0", "7", "999", "1,000", "12,045", "1,000,001"]);
        assert_eq!((Count(1).of("row"), Count(0).of("row")), ("1 row".to_owned(), "0 rows".to_owned()));
    }
}
