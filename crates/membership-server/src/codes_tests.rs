use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

fn described() -> BTreeSet<String> {
    let spec: Value = serde_json::from_str(&crate::spec()).unwrap();
    let items = spec["paths"].as_object().unwrap().values().flat_map(|item| item.as_object().unwrap().values());
    items.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_operation_has_its_codes_and_nothing_else_has() {
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(listed.len(), OPERATIONS.len(), "an operation is listed twice");
    assert_eq!(listed, described());
    assert!(PUBLIC.iter().all(|name| listed.contains(*name)));
}

/// A code is never reused for another kind of "no", whichever room says it, of a whole call or of one place in it.
#[test]
fn a_code_has_one_kind() {
    for row in every_row() {
        assert_eq!(all()[row.code].kind, row.kind, "{}", row.code);
    }
}
