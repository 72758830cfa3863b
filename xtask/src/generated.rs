//! Files under docs/ that are written by the code they describe. `ci` fails when one is stale.

mod lifecycle;
mod openapi;

use std::fs;
use std::io::ErrorKind;

use crate::failure::{Context, Failure, Outcome};

pub(crate) struct Generated {
    pub(crate) path: &'static str,
    /// The command that writes it.
    command: &'static str,
    /// The whole text; `None` while the code has nothing to describe yet.
    produce: fn() -> Outcome<Option<String>>,
}

pub(crate) const OPENAPI: Generated =
    Generated { path: "docs/openapi.json", command: "cargo xtask openapi", produce: openapi::produce };

pub(crate) const LIFECYCLE: Generated =
    Generated { path: "docs/lifecycle.md", command: "cargo xtask diagrams", produce: lifecycle::produce };

/// Writes the file, or compares it with what would be written.
pub(crate) fn run(file: &Generated, check: bool) -> Outcome {
    let Some(fresh) = (file.produce)()? else {
        println!("{}: nothing produces it yet", file.path);
        return Ok(());
    };
    let fresh = format!("{}\n", fresh.trim_end());
    if check {
        return compare(file, &committed(file.path)?, &fresh);
    }
    fs::write(file.path, fresh).context(format!("writing {}", file.path))?;
    println!("{}: written", file.path);
    Ok(())
}

/// An absent file is as stale as an empty one.
fn committed(path: &str) -> Outcome<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read.context(format!("reading {path}")),
    }
}

fn compare(file: &Generated, committed: &str, fresh: &str) -> Outcome {
    if committed == fresh {
        println!("{}: fresh", file.path);
        return Ok(());
    }
    let line = committed.lines().zip(fresh.lines()).take_while(|(old, new)| old == new).count() + 1;
    Err(Failure::new(format!("{} is stale from line {line} on: run `{}` and commit it", file.path, file.command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_refused_with_the_first_line_that_differs() {
        assert_eq!(compare(&OPENAPI, "a\nb\n", "a\nb\n"), Ok(()));
        let failure = compare(&OPENAPI, "a\nb\n", "a\nc\n").unwrap_err();
        assert!(failure.to_string().contains("stale from line 2"), "{failure}");
        assert!(compare(&OPENAPI, "", "a\n").is_err());
    }

    #[test]
    fn an_absent_file_is_empty() {
        assert_eq!(committed("docs/no-such-file"), Ok(String::new()));
    }
}
