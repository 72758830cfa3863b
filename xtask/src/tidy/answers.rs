//! docs/asvs.md names tests: each of them has to exist.

use std::path::Path;

use super::File;

const PAGE: &str = "docs/asvs.md";

pub(super) fn check(files: &[File]) -> Vec<String> {
    let sources: Vec<&str> = files
        .iter()
        .filter(|file| Path::new(&file.path).extension().is_some_and(|it| it == "rs"))
        .map(|file| file.text.as_str())
        .collect();
    let page = files.iter().find(|file| file.path == PAGE).map_or("", |file| file.text.as_str());
    let missing = |name: &&str| !sources.iter().any(|text| text.contains(&format!("fn {name}(")));
    let named = page.lines().filter_map(|line| line.strip_prefix('|')).flat_map(names);
    named.filter(missing).map(|name| format!("{PAGE}: there is no test `{name}`")).collect()
}

/// What stands between backquotes in the last column, separated by commas.
fn names(row: &str) -> Vec<&str> {
    let cells: Vec<&str> = row.trim_end().trim_end_matches('|').split('|').collect();
    let shown = cells.get(2).copied().unwrap_or_default();
    shown.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_is_named_exists() {
        let page = "| line | answer | shown by |\n|---|---|---|\n| 1 | as `code` says | `one`, `two` |\n| 2 | | by reading |\n";
        let files = |source: &str| {
            let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
            [file(PAGE, page), file("a.rs", source)]
        };
        assert_eq!(check(&files("async fn one() {}\nfn two() {}")), Vec::<String>::new());
        assert_eq!(check(&files("fn one() {}\nfn twofold() {}")), ["docs/asvs.md: there is no test `two`"]);
    }
}
