//! membership-web
