//! membership-mail
