//! Random histories of two tenants, step by step against a reference model.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "model/histories.rs"]
mod histories;
#[path = "model/reference.rs"]
mod reference;
#[path = "model/system.rs"]
mod system;

use proptest::{prelude::ProptestConfig, test_runner::Config};
use proptest_state_machine::prop_state_machine;

use system::System;

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Config::default() })]

    /// Proves X-2, ORG-20, ORG-21, ORG-36, A6, A18, I-14, I-19, I-22 for time and person, I-24, and I-26 for
    /// tenants: whatever is done in whatever order at whatever time, every step comes to what the reference says, and no
    /// invariant is ever broken.
    #[test]
    fn any_history_comes_to_what_the_reference_says(sequential 1..60 => System);
}
