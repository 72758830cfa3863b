//! Tools from other registries (a Python environment, npm packages), kept under `target/xtask/` between runs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Context, Outcome};

const HOME: &str = "target/xtask";

/// The directory of a tool, built anew when the text that pins its versions has changed.
///
/// The stamp is written last: a build that was interrupted is done again.
pub(crate) fn prepared(name: &str, pinned: &str, build: impl FnOnce(&Path) -> Outcome) -> Outcome<PathBuf> {
    prepared_in(Path::new(HOME), name, pinned, build)
}

fn prepared_in(home: &Path, name: &str, pinned: &str, build: impl FnOnce(&Path) -> Outcome) -> Outcome<PathBuf> {
    fs::create_dir_all(home).context(format!("creating {}", home.display()))?;
    let dir = home.canonicalize().context(format!("finding {}", home.display()))?.join(name);
    let stamp = dir.join("pinned");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == pinned) {
        return Ok(dir);
    }
    if dir.exists() {
        fs::remove_dir_all(&dir).context(format!("removing the old {}", dir.display()))?;
    }
    fs::create_dir_all(&dir).context(format!("creating {}", dir.display()))?;
    build(&dir)?;
    fs::write(&stamp, pinned).context(format!("writing {}", stamp.display()))?;
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Failure;

    #[test]
    fn a_tool_is_built_once_per_pinned_text_and_again_after_a_failure() {
        let home = tempfile::tempdir().unwrap();
        let build = |pinned: &str, result: Outcome| {
            let mut built = false;
            let outcome = prepared_in(home.path(), "linter", pinned, |_| {
                built = true;
                result
            });
            (built, outcome.is_ok())
        };
        assert_eq!(build("1.0", Err(Failure::new("no network"))), (true, false));
        assert_eq!(build("1.0", Ok(())), (true, true));
        assert_eq!(build("1.0", Ok(())), (false, true));
        assert_eq!(build("1.1", Ok(())), (true, true));
    }
}
