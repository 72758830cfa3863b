//! What the kernel may use: small pure crates. Anything that does I/O, reads a clock or makes randomness would end the
//! exhaustive tests, which run the same code that production does.

/// A dependency of the kernel as its manifest asks for it.
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) default_features: bool,
    pub(super) features: Vec<String>,
}

const PURE: [&str; 18] = [
    "async-trait",
    "base64",
    "chrono",
    "email_address",
    "foldhash",
    "hmac",
    "idna",
    "imagesize",
    "serde",
    "serde_json",
    "sha2",
    "smallvec",
    "subtle",
    "thiserror",
    "toml",
    "unicode-normalization",
    "uuid",
    "zeroize",
];

/// Features that bring in a clock or randomness; chrono's default set has a clock.
const IMPURE: [(&str, &str); 9] = [
    ("chrono", "clock"),
    ("chrono", "now"),
    ("chrono", "default"),
    ("uuid", "v1"),
    ("uuid", "v4"),
    ("uuid", "v6"),
    ("uuid", "v7"),
    ("uuid", "rng"),
    ("uuid", "fast-rng"),
];

/// Looks at what the kernel itself asks for: in a build of everything, another crate may switch a feature on.
pub(super) fn check(dependencies: &[Dependency]) -> Vec<String> {
    dependencies.iter().filter_map(finding).collect()
}

fn finding(dependency: &Dependency) -> Option<String> {
    let name = dependency.name.as_str();
    if !PURE.contains(&name) {
        return Some(format!(
            "membership-core -> {name}: not on the kernel's short list (xtask/src/tidy/kernel.rs); what does I/O belongs behind a port"
        ));
    }
    let default = (dependency.default_features).then_some("default");
    let mut features = dependency.features.iter().map(String::as_str).chain(default);
    let impure = features.find(|feature| IMPURE.contains(&(name, feature)))?;
    Some(format!("membership-core -> {name}: feature `{impure}` brings a clock or randomness into the kernel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(name: &str, default_features: bool, features: &[&str]) -> Vec<String> {
        let features = features.iter().map(|&feature| feature.to_owned()).collect();
        check(&[Dependency { name: name.into(), default_features, features }])
    }

    #[test]
    fn a_crate_off_the_list_is_refused() {
        assert!(findings("tokio", true, &[])[0].starts_with("membership-core -> tokio: not on"));
        assert_eq!(findings("sha2", true, &[]), Vec::<String>::new());
    }

    #[test]
    fn a_clock_is_refused_however_it_comes_in() {
        assert_eq!(findings("chrono", false, &["serde", "std"]).len(), 0);
        assert_eq!(findings("chrono", false, &["clock"]).len(), 1);
        assert_eq!(findings("chrono", true, &["serde"]).len(), 1);
    }

    #[test]
    fn random_ids_are_refused() {
        assert_eq!(findings("uuid", true, &["serde"]).len(), 0);
        assert_eq!(findings("uuid", true, &["v4"]).len(), 1);
    }
}
