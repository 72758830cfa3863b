//! membership-testkit
