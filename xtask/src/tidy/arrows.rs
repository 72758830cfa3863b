//! Which crate may use which. Arrows run one way: the binary, then the adapters, then the kernel. Adapters do not know
//! each other, so that each can be replaced, and so that a rule can only live in the kernel.

/// One crate of the workspace that names another one in its manifest.
pub(super) struct Edge {
    pub(super) from: String,
    pub(super) to: String,
    /// A dev-dependency.
    pub(super) only_tests: bool,
}

/// Where a crate's arrows may end.
struct Allowed {
    from: &'static str,
    to: &'static [&'static str],
    only_tests: &'static [&'static str],
}

const CORE: &str = "membership-core";
const WEB: &str = "membership-web";
const TESTKIT: &str = "membership-testkit";
const AUTH: &str = "membership-auth";
const STORE: &str = "membership-store";
const MAIL: &str = "membership-mail";
const CUSTODIAN: &str = "membership-custodian";
const SHEET: &str = "membership-sheet";
const ADAPTERS: &[&str] = &[CORE, WEB, AUTH, STORE, MAIL, CUSTODIAN, "membership-server", "membership-console"];

const ALLOWED: [Allowed; 12] = [
    Allowed { from: CORE, to: &[], only_tests: &[TESTKIT] },
    Allowed { from: STORE, to: &[CORE], only_tests: &[TESTKIT] },
    Allowed { from: MAIL, to: &[CORE], only_tests: &[TESTKIT] },
    Allowed { from: CUSTODIAN, to: &[CORE], only_tests: &[TESTKIT] },
    Allowed { from: AUTH, to: &[CORE], only_tests: &[TESTKIT] },
    Allowed { from: SHEET, to: &[], only_tests: &[] },
    Allowed { from: WEB, to: &[CORE, SHEET], only_tests: &[TESTKIT] },
    // The two that answer HTTP share one small kit; their tests run the whole way through a real store.
    Allowed { from: "membership-server", to: &[CORE, WEB], only_tests: &[TESTKIT, AUTH, STORE, SHEET] },
    Allowed { from: "membership-console", to: &[CORE, WEB], only_tests: &[TESTKIT, AUTH, STORE] },
    Allowed { from: TESTKIT, to: &[CORE], only_tests: &[] },
    Allowed { from: "membership", to: ADAPTERS, only_tests: &[TESTKIT, SHEET] },
    Allowed { from: "xtask", to: &[CORE], only_tests: &[] },
];

pub(super) fn check(edges: &[Edge]) -> Vec<String> {
    edges.iter().filter(|edge| !is_allowed(edge)).map(finding).collect()
}

/// A crate that is not in the table may use nothing: whoever adds one says where it stands.
fn is_allowed(edge: &Edge) -> bool {
    let row = ALLOWED.iter().find(|row| row.from == edge.from);
    row.is_some_and(|row| {
        row.to.contains(&edge.to.as_str()) || (edge.only_tests && row.only_tests.contains(&edge.to.as_str()))
    })
}

fn finding(Edge { from, to, only_tests }: &Edge) -> String {
    let place = if *only_tests { "[dev-dependencies]" } else { "[dependencies]" };
    format!("{from} -> {to}: no such arrow ({place} of {from}; what is allowed stands in xtask/src/tidy/arrows.rs)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(from: &str, to: &str, only_tests: bool) -> Vec<String> {
        check(&[Edge { from: from.into(), to: to.into(), only_tests }])
    }

    #[test]
    fn an_arrow_between_adapters_is_refused_and_named() {
        let findings = findings("membership-store", "membership-mail", false);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("membership-store -> membership-mail: no such arrow ([dependencies]"));
    }

    #[test]
    fn an_arrow_for_tests_is_allowed_in_tests_only() {
        assert_eq!(findings("membership-server", "membership-store", false).len(), 1);
        assert_eq!(findings("membership-server", "membership-store", true).len(), 0);
        assert_eq!(findings("membership-mail", "membership-store", true).len(), 1);
    }

    #[test]
    fn the_kernel_uses_nothing_and_an_unknown_crate_neither() {
        assert_eq!(findings("membership-core", "membership-web", false).len(), 1);
        assert_eq!(findings("membership-sheet", "membership-core", false).len(), 1);
    }

    #[test]
    fn arrows_towards_the_kernel_are_allowed() {
        for (from, to) in [("membership-store", CORE), ("membership-console", WEB), ("membership", AUTH)] {
            assert!(findings(from, to, false).is_empty(), "{from} -> {to}");
        }
    }
}
