//! Why a command could not do its work: a text for the person at the terminal, nothing to match on.

use std::fmt::{self, Display};

/// What every command answers with.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Many findings of one check as one failure, each on its own line; no finding is no failure.
    pub(crate) fn unless_empty(what: &str, findings: &[String]) -> Outcome {
        if findings.is_empty() {
            return Ok(());
        }
        Err(Self(format!("{what}: {} found\n  {}", findings.len(), findings.join("\n  "))))
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was being done when something else's error came up.
pub(crate) trait Context<T> {
    fn context(self, doing: impl Display) -> Outcome<T>;
}

impl<T, E: Display> Context<T> for Result<T, E> {
    fn context(self, doing: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{doing}: {error}")))
    }
}

impl<T> Context<T> for Option<T> {
    fn context(self, doing: impl Display) -> Outcome<T> {
        self.ok_or_else(|| Failure(doing.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_listed_and_none_is_no_failure() {
        assert_eq!(Failure::unless_empty("tidy", &[]), Ok(()));
        let failure = Failure::unless_empty("tidy", &["a".into(), "b".into()]).unwrap_err();
        assert_eq!(failure.to_string(), "tidy: 2 found\n  a\n  b");
    }
}
