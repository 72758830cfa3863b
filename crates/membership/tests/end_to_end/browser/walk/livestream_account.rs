//! `livestream-account`: the account of a live-streaming customer.
