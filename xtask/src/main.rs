//! The workspace's own tool, run as `cargo xtask COMMAND`: everything a developer or a build machine does with this
//! repository beside plain cargo. One file per command; `cargo xtask help` lists them.
#![expect(clippy::print_stdout, reason = "a command-line program speaks by printing")]

mod ci;
mod debian;
mod failure;
mod generated;
mod npm;
mod pictures;
mod process;
mod requirements;
mod spec_lint;
mod test;
mod testbed;
mod tidy;
mod toolbox;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::{Context, Outcome};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Tests, checks and generated files of this workspace.")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Start what tests need (PostgreSQL, an SMTP server, a browser), run every test, clean up
    Test {
        /// Handed to nextest, e.g. `-- -p membership-store`; the doc tests run only without them
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Everything a change must pass, step by step
    Ci,
    /// The rules of the house that no compiler knows: arrows between crates, file sizes and names, versions
    Tidy,
    /// Which test proves which line of docs/requirements.md, docs/invariants.md and docs/threats.md
    Requirements {
        /// Fail where a ticked box and the tests disagree
        #[arg(long)]
        check: bool,
        /// Set the boxes by what the tests say
        #[arg(long, conflicts_with = "check")]
        write: bool,
    },
    /// Write docs/openapi.json from the server's own description of its API
    Openapi {
        /// Compare instead of writing
        #[arg(long)]
        check: bool,
    },
    /// Write docs/lifecycle.md from the kernel's transition tables
    Diagrams {
        /// Compare instead of writing
        #[arg(long)]
        check: bool,
    },
    /// Take the pictures of docs/console.md anew
    Pictures,
    /// Measure the figures of docs/performance.md, each beside what it is compared with
    Bench,
    /// Lint docs/openapi.json with a linter that was not written here
    SpecLint,
}

fn main() -> ExitCode {
    match enter_workspace().and_then(|()| run(Arguments::parse().command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Every path in this program is relative to the workspace's root, wherever it was called from.
fn enter_workspace() -> Outcome {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::env::set_current_dir(&root).context(format!("entering {}", root.display()))
}

fn run(task: Task) -> Outcome {
    match task {
        Task::Test { arguments } => test::run(&arguments),
        Task::Ci => ci::run(),
        Task::Tidy => tidy::run(),
        Task::Requirements { check: true, .. } => requirements::check(),
        Task::Requirements { write: true, .. } => requirements::write(),
        Task::Requirements { .. } => requirements::print(),
        Task::Openapi { check } => generated::run(&generated::OPENAPI, check),
        Task::Diagrams { check } => generated::run(&generated::LIFECYCLE, check),
        Task::Pictures => pictures::run(),
        Task::Bench => process::run(process::cargo().args(["bench", "--package", "membership", "--bench", "figures"])),
        Task::SpecLint => spec_lint::run(),
    }
}
