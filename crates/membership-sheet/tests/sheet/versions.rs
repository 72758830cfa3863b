//! The versions of what parses other people's files.

use std::path::Path;

/// Every version of the package `name` that the packages reachable from `root` are built with.
fn versions(lock: &toml::Table, root: &str, name: &str) -> Vec<(u64, u64)> {
    let packages = lock["package"].as_array().unwrap();
    let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
    // A dependency is a name, and a version where there are several.
    let found = |dependency: &str| {
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap(), words.next());
        let fits = |package: &&toml::Value| {
            text(package, "name") == name && version.is_none_or(|version| text(package, "version") == version)
        };
        packages.iter().find(fits).unwrap()
    };
    let (mut open, mut seen) = (vec![root.to_owned()], Vec::new());
    let mut versions = Vec::new();
    while let Some(dependency) = open.pop() {
        if seen.contains(&dependency) {
            continue;
        }
        let package = found(&dependency);
        if text(package, "name") == name {
            let version = text(package, "version");
            let mut parts = version.split('.').map(|part| part.parse().unwrap_or_default());
            versions.push((parts.next().unwrap(), parts.next().unwrap()));
        }
        let dependencies = package.get("dependencies").and_then(|all| all.as_array()).into_iter().flatten();
        open.extend(dependencies.map(|dependency| dependency.as_str().unwrap().to_owned()));
        seen.push(dependency);
    }
    versions
}

/// Proves A85 and A86 in part: no parser of markup or archives with a known weakness is built into this crate
/// (RUSTSEC-2026-0194, RUSTSEC-2026-0195, RUSTSEC-2025-0168).
#[test]
fn parsers_are_newer_than_their_known_weaknesses() {
    let lock = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock")).unwrap();
    let lock: toml::Table = toml::from_str(&lock).unwrap();
    for (name, at_least) in [("quick-xml", (0, 41)), ("zip", (2, 3)), ("flate2", (1, 1))] {
        let versions = versions(&lock, "membership-sheet", name);
        assert!(!versions.is_empty() && versions.iter().all(|version| *version >= at_least), "{name}: {versions:?}");
    }
}
