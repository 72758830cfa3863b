//! The products that the presets come from, each walked from top to bottom in the browser, as its people would: with scripts and
//! without.

mod livestream_account;
mod organization;
mod portal_tenant;
mod streaming_app;
mod tour;
