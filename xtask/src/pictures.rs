//! `cargo xtask pictures`: the pictures of docs/console.md, taken anew by the tests that look at every screen.

use std::fs;
use std::path::Path;

use crate::failure::{Context, Failure, Outcome};
use crate::test;

const TAKEN: &str = "target/artefacts/pictures";
const KEPT: &str = "docs/pictures";
const PAGE: &str = "docs/console.md";

/// Somebody reads the page over a slow line: bytes of one picture, and of all together.
const MOST_OF_ONE: u64 = 128_000;
const MOST_OF_ALL: u64 = 1_280_000;

/// Takes the pictures and keeps those that the page shows.
pub(crate) fn run() -> Outcome {
    test::run(&["--package".into(), "membership".into(), "-E".into(), "test(/browser::screens/)".into()])?;
    let page = fs::read_to_string(PAGE).context(format!("reading {PAGE}"))?;
    keep(&shown_on(&page), Path::new(TAKEN), Path::new(KEPT))
}

/// The files that a page shows, in its order.
fn shown_on(page: &str) -> Vec<&str> {
    let mut shown: Vec<&str> =
        page.split("pictures/").skip(1).filter_map(|rest| rest.split_inclusive(".png").next()).collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// Keeps those that are shown, in place of all that were kept before; nothing changes if they are too large.
fn keep(shown: &[&str], taken: &Path, kept: &Path) -> Outcome {
    let mut all = 0;
    for name in shown {
        let size = fs::metadata(taken.join(name)).context(format!("looking for {name}"))?.len();
        if size > MOST_OF_ONE {
            return Err(Failure::new(format!("{name} has {size} bytes: at most {MOST_OF_ONE}; show less of the page")));
        }
        all += size;
    }
    if all > MOST_OF_ALL {
        return Err(Failure::new(format!("all pictures together have {all} bytes: at most {MOST_OF_ALL}; show fewer")));
    }
    if kept.exists() {
        fs::remove_dir_all(kept).context(format!("removing the old {}", kept.display()))?;
    }
    fs::create_dir_all(kept).context(format!("creating {}", kept.display()))?;
    for name in shown {
        fs::copy(taken.join(name), kept.join(name)).context(format!("copying {name}"))?;
    }
    println!("{} pictures, {all} bytes, in {}", shown.len(), kept.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_pictures_once_each() {
        let page = "![a](pictures/b.png) and ![c](pictures/a.png)\n<img src=\"pictures/b.png\">";
        assert_eq!(shown_on(page), ["a.png", "b.png"]);
    }

    #[test]
    fn what_is_too_large_is_refused_by_name() {
        let home = tempfile::tempdir().unwrap();
        let (taken, kept) = (home.path().join("taken"), home.path().join("kept"));
        fs::create_dir_all(&taken).unwrap();
        fs::create_dir_all(&kept).unwrap();
        fs::write(kept.join("old.png"), "old").unwrap();
        fs::write(taken.join("small.png"), "small").unwrap();
        fs::write(taken.join("large.png"), vec![0; usize::try_from(MOST_OF_ONE).unwrap() + 1]).unwrap();
        keep(&["small.png"], &taken, &kept).unwrap();
        assert!(kept.join("small.png").exists() && !kept.join("old.png").exists());
        assert!(keep(&["large.png"], &taken, &kept).unwrap_err().to_string().contains("large.png"));
        assert!(kept.join("small.png").exists(), "nothing is kept in its place");
        assert!(keep(&["absent.png"], &taken, &kept).is_err());
    }
}
