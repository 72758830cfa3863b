//! membership-console
