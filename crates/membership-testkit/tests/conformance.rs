//! The store in memory passes the suite that every store passes.

use membership_testkit::Adapter;

async fn make_store() -> Adapter {
    Adapter::in_memory()
}

membership_testkit::conformance_tests!(make_store);

/// Proves A26 in part: 2,000 rounds, in ten stores, since one in memory slows down as it fills.
#[test]
fn two_administrators_are_against_each_other_two_thousand_times() -> membership_testkit::conformance::Outcome {
    for _ in 0..10 {
        membership_testkit::conformance::run("race::two_administrators_against_each_other", make_store)?;
    }
    Ok(())
}
