//! Versions in Cargo.lock: no second crypto library, and nothing older than the mend of a known hole.

use cargo_metadata::semver::Version;
use serde::Deserialize;

use crate::failure::{Context, Outcome};

/// One crypto provider (ring) for everything; this one would come with a C compiler's worth of build time.
const ABSENT: [&str; 1] = ["aws-lc-sys"];

/// The first version without the hole that is named.
const AT_LEAST: [(&str, Version, &str); 5] = [
    ("quick-xml", Version::new(0, 41, 0), "RUSTSEC-2026-0194"),
    ("h2", Version::new(0, 4, 16), "RUSTSEC-2026-0258"),
    ("time", Version::new(0, 3, 47), "RUSTSEC-2026-0009"),
    ("sqlx", Version::new(0, 8, 1), "RUSTSEC-2024-0363"),
    ("totp-rs", Version::new(1, 1, 0), "RUSTSEC-2022-0018"),
];

/// An old version that stays, with the reason. `sources` refuses the code that would make the reason untrue.
const TOLERATED: [(&str, Version, &str); 1] = [(
    "quick-xml",
    Version::new(0, 36, 2),
    "poem-openapi brings it for XML bodies, and nothing here takes an XML body",
)];

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Version,
}

pub(super) fn check(lock: &str) -> Outcome<Vec<String>> {
    let lock: Lock = toml::from_str(lock).context("reading Cargo.lock")?;
    Ok(lock.package.iter().filter_map(finding).collect())
}

fn finding(Package { name, version }: &Package) -> Option<String> {
    if ABSENT.contains(&name.as_str()) {
        return Some(format!("Cargo.lock: {name} is there; find who brings it with `cargo tree --invert {name}`"));
    }
    if TOLERATED.iter().any(|(known, exact, _)| known == name && version == exact) {
        return None;
    }
    let (_, least, hole) = AT_LEAST.into_iter().find(|(known, least, _)| known == name && version < least)?;
    Some(format!("Cargo.lock: {name} {version} has a known hole ({hole}); {least} is the first without"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, version: &str) -> Vec<String> {
        check(&format!("version = 4\n[[package]]\nname = '{name}'\nversion = '{version}'\n")).unwrap()
    }

    #[test]
    fn old_versions_are_refused_and_new_ones_are_not() {
        let cases = [
            ("quick-xml", "0.40.9", "0.41.0"),
            ("h2", "0.4.15", "0.4.16"),
            ("time", "0.3.46", "0.4.0"),
            ("sqlx", "0.8.0", "0.9.0"),
        ];
        for (name, old, new) in cases {
            assert_eq!(findings(name, old).len(), 1, "{name} {old}");
            assert_eq!(findings(name, new).len(), 0, "{name} {new}");
        }
    }

    #[test]
    fn what_is_tolerated_is_one_exact_version() {
        assert_eq!(findings("quick-xml", "0.36.2").len(), 0);
        assert_eq!(findings("quick-xml", "0.36.1").len(), 1);
    }

    #[test]
    fn a_second_crypto_library_is_refused() {
        assert!(findings("aws-lc-sys", "0.30.0")[0].contains("cargo tree --invert aws-lc-sys"));
        assert_eq!(findings("ring", "0.17.14").len(), 0);
    }

    #[test]
    fn a_lock_file_that_cannot_be_read_is_a_failure() {
        assert!(check("[[package]]\nname = 'h2'\n").is_err());
    }
}
