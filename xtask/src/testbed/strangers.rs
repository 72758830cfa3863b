//! Strangers' eyes on the pages: axe-core, which looks for barriers, and Lighthouse, which measures loading. They are only
//! installed here: a test hands axe-core to its browser, and starts Lighthouse itself.

use std::path::Path;

use super::Running;
use crate::failure::{Failure, Outcome};
use crate::npm;

pub(super) const AXE: &str = "MEMBERSHIP_TEST_AXE";
const LIGHTHOUSE: &str = "MEMBERSHIP_TEST_LIGHTHOUSE";

pub(super) fn find() -> Outcome<Running> {
    let packages = npm::prepared("browser")?.join("node_modules");
    let variables = vec![
        (AXE, present(&packages.join("axe-core/axe.min.js"))?),
        (LIGHTHOUSE, present(&packages.join(".bin/lighthouse"))?),
    ];
    Ok(Running { variables, _lifeline: None })
}

fn present(file: &Path) -> Outcome<String> {
    let path = file.display().to_string();
    if file.is_file() { Ok(path) } else { Err(Failure::new(format!("the package brought no {path}"))) }
}
