//! Other programs: cargo, and whatever else a command calls.

use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::failure::{Context, Failure, Outcome};

/// Cargo, as if it had been called from a plain shell.
///
/// `cargo run` describes the running package to it in variables. Build scripts (ring's, for one) ask to be run again
/// when those change, so a cargo called with them would rebuild half of the dependencies, and the next one from a
/// shell would build them back.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_the_running_package) {
            cargo.env_remove(name);
        }
    }
    cargo
}

fn is_of_the_running_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "NEXTEST"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

/// Runs a program that talks to the terminal itself.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = show(command);
    println!("$ {shown}");
    let status = command.stdin(Stdio::null()).status().context(format!("starting `{shown}`"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{shown}` ended with {status}"))) }
}

/// Runs a program quietly and answers with what it printed; a failure carries the end of its complaint.
pub(crate) fn capture(command: &mut Command) -> Outcome<String> {
    let shown = show(command);
    let output = command.stdin(Stdio::null()).output().context(format!("starting `{shown}`"))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        return Ok(printed.into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let text = if complaint.trim().is_empty() { printed } else { complaint };
    Err(Failure::new(format!("`{shown}` ended with {}: {}", output.status, last_lines(&text, 8))))
}

/// The first program of that name on PATH or in one of the further directories.
pub(crate) fn find(program: &str, further: &[PathBuf]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(further.iter().cloned()).map(|dir| dir.join(program)).find(|file| file.is_file())
}

fn show(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_a_failure_with_its_own_words() {
        let failure = capture(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        assert!(failure.to_string().contains("no such thing"), "{failure}");
        assert!(run(&mut Command::new("false")).is_err());
        assert_eq!(capture(Command::new("sh").args(["-c", "echo fine"])).unwrap(), "fine\n");
    }

    #[test]
    fn the_running_package_is_hidden_from_cargo() {
        assert!(is_of_the_running_package("CARGO_PKG_NAME"));
        assert!(is_of_the_running_package("CARGO_MANIFEST_DIR"));
        assert!(!is_of_the_running_package("CARGO_HOME"));
        assert!(!is_of_the_running_package("CARGO_TARGET_DIR"));
    }

    #[test]
    fn a_program_is_found_in_a_further_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("only-here"), "").unwrap();
        assert_eq!(find("only-here", &[dir.path().into()]), Some(dir.path().join("only-here")));
        assert_eq!(find("only-here", &[]), None);
    }

    #[test]
    fn the_last_lines_of_a_text() {
        assert_eq!(last_lines("a\nb\nc\n", 2), "b\nc");
        assert_eq!(last_lines("a", 2), "a");
    }
}
