//! A keeper process that cleans up when this one ends, however it ends.
//!
//! A destructor does not run when the terminal's interrupt or a kill ends the program. A pipe, though, is closed by
//! the kernel in every case: the keeper waits for the end of its standard input, then tidies up. It leads a process
//! group of its own, so that an interrupt meant for us does not reach it.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use crate::failure::{Context, Outcome};

pub(crate) struct Lifeline(Child);

impl Lifeline {
    /// Starts the keeper: a program that cleans up and ends at the end of its standard input.
    pub(crate) fn to(keeper: &mut Command) -> Outcome<Self> {
        keeper.process_group(0).stdin(Stdio::piped()).spawn().map(Self).context("starting a keeper process")
    }

    /// The keeper itself, for whoever reads what it prints.
    pub(crate) fn keeper(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Waiting makes sure that the ports and directories are free again when the command ends.
        if let Err(error) = self.0.wait() {
            eprintln!("a keeper process could not be waited for: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keeper_cleans_up_when_the_lifeline_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let trace = dir.path().join("cleaned");
        let mut keeper = Command::new("sh");
        keeper.args(["-c", "read -r _; touch \"$0\""]).arg(&trace);
        let lifeline = Lifeline::to(&mut keeper).unwrap();
        assert!(!trace.exists());
        drop(lifeline);
        assert!(trace.exists());
    }
}
