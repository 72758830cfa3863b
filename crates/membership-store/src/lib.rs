//! membership-store
