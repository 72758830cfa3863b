//! What every crate takes from the workspace: its lints, its edition, and the version of every dependency.

use toml::{Table, Value};

use super::File;

const INHERITED: [&str; 3] = ["edition", "rust-version", "license"];
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// A manifest of a member, not of the workspace itself.
pub(super) fn is_member(path: &str) -> bool {
    path.ends_with("/Cargo.toml")
}

pub(super) fn check(manifest: &File) -> Vec<String> {
    match manifest.text.parse::<Table>() {
        Ok(table) => findings(&table).into_iter().map(|finding| format!("{}: {finding}", manifest.path)).collect(),
        Err(error) => vec![format!("{}: {error}", manifest.path)],
    }
}

fn findings(manifest: &Table) -> Vec<String> {
    let package = manifest.get("package").and_then(Value::as_table);
    let mut findings: Vec<String> = INHERITED
        .iter()
        .filter(|key| !package.and_then(|package| package.get(**key)).is_some_and(comes_from_workspace))
        .map(|key| format!("`{key}.workspace = true` is missing"))
        .collect();
    if !manifest.get("lints").is_some_and(comes_from_workspace) {
        findings.push("`[lints] workspace = true` is missing: the crate is under no lint".to_owned());
    }
    let targets = manifest.get("target").and_then(Value::as_table).into_iter().flat_map(Table::values);
    for table in targets.filter_map(Value::as_table).chain([manifest]) {
        findings.extend(pinned_here(table).map(|name| {
            format!(
                "`{name}` has a version of its own: write `{name}.workspace = true` and pin it in the root manifest"
            )
        }));
    }
    findings
}

fn pinned_here(table: &Table) -> impl Iterator<Item = &str> {
    let sections = DEPENDENCIES.iter().filter_map(|section| table.get(*section)?.as_table());
    sections.flatten().filter(|(_, value)| !comes_from_workspace(value)).map(|(name, _)| name.as_str())
}

fn comes_from_workspace(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    const GOOD: &str = "[package]\nname = 'x'\nedition.workspace = true\nrust-version.workspace = true\n\
        license.workspace = true\n[lints]\nworkspace = true\n[dependencies]\nserde.workspace = true\n";

    fn findings_in(text: &str) -> Vec<String> {
        check(&file("crates/x/Cargo.toml", text))
    }

    #[test]
    fn a_crate_that_inherits_everything_is_fine() {
        assert_eq!(findings_in(GOOD), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_the_lints_is_refused() {
        assert!(findings_in(&GOOD.replace("[lints]\nworkspace = true\n", ""))[0].contains("under no lint"));
        assert_eq!(findings_in(&GOOD.replace("license.workspace = true", "license = 'MIT'")).len(), 1);
    }

    #[test]
    fn a_version_of_its_own_is_refused_wherever_it_stands() {
        for section in ["dev-dependencies", "build-dependencies", "target.'cfg(unix)'.dependencies"] {
            let findings = findings_in(&format!("{GOOD}[{section}]\ntokio = '1'\n"));
            assert_eq!(findings.len(), 1, "{section}");
            assert!(findings[0].contains("`tokio` has a version of its own"), "{section}");
        }
    }

    #[test]
    fn the_workspaces_own_manifest_is_another_matter() {
        assert!(is_member("xtask/Cargo.toml"));
        assert!(!is_member("Cargo.toml"));
    }
}
