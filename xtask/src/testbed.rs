//! What the tests need around them: a database server, a mail server, a browser, strangers to look at its pages. Real ones, made elsewhere: a test
//! against a stand-in of our own would only show that we agree with ourselves.
//!
//! Each part is described to the tests by environment variables; a test whose variable is absent skips itself, and
//! fails instead when `MEMBERSHIP_TEST_REQUIRE` is set. A part whose variable is set from outside is left to whoever
//! set it.

mod browser;
mod certificates;
mod lifeline;
mod postgres;
mod smtp;
mod strangers;

use std::env;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use lifeline::Lifeline;

/// One part, before it runs.
struct Part {
    name: &'static str,
    /// Set from outside: the part is there already.
    variable: &'static str,
    start: fn() -> Outcome<Running>,
}

/// One part that runs, until this is dropped.
struct Running {
    variables: Vec<(&'static str, String)>,
    /// Nothing to stop for programs that the tests start themselves.
    _lifeline: Option<Lifeline>,
}

const PARTS: [Part; 4] = [
    Part { name: "PostgreSQL", variable: postgres::URL, start: postgres::start },
    Part { name: "an SMTP server", variable: smtp::PLAIN, start: smtp::start },
    Part { name: "a browser", variable: browser::CHROMEDRIVER, start: browser::find },
    Part { name: "axe-core and Lighthouse", variable: strangers::AXE, start: strangers::find },
];

/// All parts that could be had; dropping it stops them and removes what they left.
pub(crate) struct Testbed(Vec<Running>);

impl Testbed {
    /// Starts the parts. One that cannot be had is a failure on a build machine, a printed line elsewhere.
    pub(crate) fn start() -> Outcome<Self> {
        let wanted: Vec<_> = PARTS.iter().filter(|part| env::var_os(part.variable).is_none()).collect();
        let strict = is_build_machine();
        let mut running = Vec::new();
        for part in wanted {
            running.extend(kept(part.name, (part.start)(), strict)?);
        }
        Ok(Self(running))
    }

    /// Describes the parts to a program that runs tests.
    pub(crate) fn describe_to(&self, tests: &mut Command) {
        for (name, value) in self.0.iter().flat_map(|part| &part.variables) {
            tests.env(name, value);
        }
        if is_build_machine() {
            tests.env("MEMBERSHIP_TEST_REQUIRE", "1");
        }
    }
}

/// Where nobody reads along, a test that was skipped is a test that was lost.
pub(crate) fn is_build_machine() -> bool {
    env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false")
}

fn kept<T>(name: &str, started: Outcome<T>, strict: bool) -> Outcome<Option<T>> {
    match started {
        Ok(part) => Ok(Some(part)),
        Err(failure) if strict => Err(Failure::new(format!("tests need {name}: {failure}"))),
        Err(failure) => {
            println!("skipped: tests that need {name}: {failure}");
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_part_is_skipped_at_a_desk_and_fails_a_build() {
        let missing = || Err::<(), _>(Failure::new("no initdb"));
        assert_eq!(kept("PostgreSQL", missing(), false), Ok(None));
        let failure = kept("PostgreSQL", missing(), true).unwrap_err();
        assert_eq!(failure.to_string(), "tests need PostgreSQL: no initdb");
        assert_eq!(kept("PostgreSQL", Ok(1), true), Ok(Some(1)));
    }
}
