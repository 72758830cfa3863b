//! Random histories of two tenants, step by step against a reference model.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod administration;
mod histories;
mod history;
mod invitations;
mod reference;
mod step;
mod system;

use proptest::{prelude::ProptestConfig, test_runner::Config};
use proptest_state_machine::prop_state_machine;

use system::System;

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Config::default() })]

    /// Proves X-2, ORG-20, ORG-21, ORG-36, A6, A18, A24 in part, I-1, I-2, I-3, I-12, I-14, I-15, I-19, I-22 for time and
    /// person, I-24, and I-26 for tenants; and between any two commits I-4, I-5, I-6, I-7, I-8 in part, and I-10: whatever
    /// is done by whomever in whatever order at whatever time, every step comes to what the reference says, the audit gives
    /// the tables, and no invariant is ever broken.
    #[test]
    fn any_history_comes_to_what_the_reference_says(sequential 1..60 => System);
}
