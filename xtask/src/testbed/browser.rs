//! A browser and its driver. They are only looked for here: a test starts the driver itself, on a port of its own.

use std::path::{Path, PathBuf};

use super::Running;
use crate::failure::{Context, Outcome};
use crate::{debian, process};

pub(super) const CHROMEDRIVER: &str = "MEMBERSHIP_TEST_CHROMEDRIVER";
const CHROMIUM: &str = "MEMBERSHIP_TEST_CHROMIUM";

pub(super) fn find() -> Outcome<Running> {
    if on_path().is_none() {
        debian::install(&["chromium", "chromium-driver"])?;
    }
    let (driver, browser) = on_path().context("the packages brought no chromium and chromedriver")?;
    let variables = vec![(CHROMEDRIVER, text(&driver)), (CHROMIUM, text(&browser))];
    Ok(Running { variables, _lifeline: None })
}

/// Both or nothing: a driver refuses a browser of another version, so they should come from one place.
fn on_path() -> Option<(PathBuf, PathBuf)> {
    let browser = ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| process::find(name, &[]))?;
    Some((process::find("chromedriver", &[])?, browser))
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
