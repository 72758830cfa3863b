//! membership-server
