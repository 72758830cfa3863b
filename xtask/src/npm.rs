//! Packages of the npm registry that look at what we made: never part of what we ship.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context, Outcome};
use crate::{debian, process, toolbox};

const TOOLS: &str = "xtask/tools";
const FILES: [&str; 2] = ["package.json", "package-lock.json"];

/// The directory whose `node_modules` holds what `xtask/tools/NAME/package-lock.json` says, installed if need be.
pub(crate) fn prepared(name: &str) -> Outcome<PathBuf> {
    if process::find("npm", &[]).is_none() {
        debian::install(&["nodejs", "npm"])?;
    }
    let from = Path::new(TOOLS).join(name);
    let lock =
        fs::read_to_string(from.join("package-lock.json")).context(format!("reading the lock file of {name}"))?;
    toolbox::prepared(name, &lock, |home| install(&from, home))
}

/// Exactly what the lock file says, checksums included; no script of a package runs.
fn install(from: &Path, home: &Path) -> Outcome {
    for name in FILES {
        fs::copy(from.join(name), home.join(name)).context(format!("copying {name}"))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(home).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--engine-strict"]);
    process::capture(&mut npm).map(drop)
}
