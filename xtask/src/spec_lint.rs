//! `cargo xtask spec-lint`: docs/openapi.json under the eyes of a linter that was not written here.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Context, Failure, Outcome};
use crate::{debian, generated, process, toolbox};

const TOOLS: &str = "xtask/tools";
const RULES: &str = "xtask/tools/redocly.yaml";

pub(crate) fn run() -> Outcome {
    let description = generated::OPENAPI.path;
    if !Path::new(description).is_file() {
        return Err(Failure::new(format!("{description} does not exist: write it with `cargo xtask openapi`")));
    }
    if process::find("npm", &[]).is_none() {
        debian::install(&["nodejs", "npm"])?;
    }
    let lock =
        fs::read_to_string(Path::new(TOOLS).join("package-lock.json")).context("reading the linter's lock file")?;
    let home = toolbox::prepared("spec-lint", &lock, install)?;
    process::run(&mut linter(&home, description))
}

/// Exactly what the lock file says, checksums included; no script of a package runs.
fn install(home: &Path) -> Outcome {
    for name in ["package.json", "package-lock.json"] {
        fs::copy(Path::new(TOOLS).join(name), home.join(name)).context(format!("copying {name}"))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(home).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict"]);
    process::capture(&mut npm).map(drop)
}

fn linter(home: &Path, description: &str) -> Command {
    let mut linter = Command::new(home.join("node_modules/.bin/redocly"));
    linter.args(["lint", description, "--config", RULES]);
    // It would report its use, and ask for newer versions of itself.
    linter.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    linter
}
