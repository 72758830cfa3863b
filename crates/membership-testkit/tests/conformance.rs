//! The store in memory passes the suite that every store passes.

use membership_testkit::Adapter;

async fn make_store() -> Adapter {
    Adapter::in_memory()
}

membership_testkit::conformance_tests!(make_store);
