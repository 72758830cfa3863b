//! Every page, good and bad, over a store in memory: the pages as a browser gets them, without a browser.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod account;
mod address;
mod app;
mod challenge;
mod entrance;
mod forgotten;
mod invitation;
mod invitation_closed;
mod joining;
mod leaving;
mod mailbox;
mod members;
mod nomination;
mod passkey;
mod passkey_at_the_door;
mod password;
mod post;
mod safety;
mod second_factor;
mod set_up;
mod site;
mod welcome;
