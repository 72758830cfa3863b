//! The repository stands alone: it names no path of the machine that somebody wrote it on, and no directory beside
//! itself.

use super::File;

/// Directories that exist on one machine only. Without slashes, or this file would find itself.
const ROOTS: [&str; 3] = ["work", "root", "home"];
const BESIDE: &str = concat!("../", "shared");

pub(super) fn check(file: &File) -> Vec<String> {
    let lines = file.text.lines().enumerate();
    lines.filter_map(|(index, line)| Some(format!("{}:{}: {}", file.path, index + 1, finding(line)?))).collect()
}

fn finding(line: &str) -> Option<String> {
    if line.contains(BESIDE) {
        return Some(format!("`{BESIDE}` is outside of the repository"));
    }
    let root = ROOTS.iter().find(|root| names_path_under(line, root))?;
    Some(format!("a path of one machine (/{root}/...)"))
}

/// `"/ROOT/main"` is one; `https://example.org/ROOT/` and `src/ROOT/` are not: their slash belongs to what stands before.
fn names_path_under(line: &str, root: &str) -> bool {
    let start = format!("/{root}/");
    line.match_indices(&start).any(|(position, _)| {
        let (before, from) = line.split_at(position);
        let after = from.strip_prefix(&start).unwrap_or_default();
        !before.ends_with(|c: char| c.is_alphanumeric() || "._-/~}>*".contains(c))
            && after.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    fn findings(line: &str) -> Vec<String> {
        check(&file("docs/a.md", &format!("first\n{line}\n")))
    }

    #[test]
    fn machine_paths_are_refused_with_their_line() {
        for (root, rest) in [("work", "main"), ("root", ".cargo"), ("home", "ann/src")] {
            let found = findings(&format!("see `/{root}/{rest}`"));
            assert_eq!(found, [format!("docs/a.md:2: a path of one machine (/{root}/...)")]);
        }
        assert_eq!(findings(&format!("read {BESIDE}/design.md")).len(), 1);
    }

    #[test]
    fn other_paths_are_nobodys_machine() {
        for line in ["https://example.org/home/start", "src/work/day.rs", "a/root/b", "/etc/membership", "/homework/x"]
        {
            assert_eq!(findings(line), Vec::<String>::new(), "{line}");
        }
    }
}
