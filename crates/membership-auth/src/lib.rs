//! membership-auth
