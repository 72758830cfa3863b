//! `cargo xtask spec-lint`: docs/openapi.json under the eyes of a linter that was not written here.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::{generated, npm, process};

const RULES: &str = "xtask/tools/spec-lint/redocly.yaml";

pub(crate) fn run() -> Outcome {
    let description = generated::OPENAPI.path;
    if !Path::new(description).is_file() {
        return Err(Failure::new(format!("{description} does not exist: write it with `cargo xtask openapi`")));
    }
    let home = npm::prepared("spec-lint")?;
    process::run(&mut linter(&home, description))
}

fn linter(home: &Path, description: &str) -> Command {
    let mut linter = Command::new(home.join("node_modules/.bin/redocly"));
    linter.args(["lint", description, "--config", RULES]);
    // It would report its use, and ask for newer versions of itself.
    linter.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    linter
}
