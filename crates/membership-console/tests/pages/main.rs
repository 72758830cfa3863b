//! Every page, good and bad, over a store in memory: the pages as a browser gets them, without a browser.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod account;
mod adding;
mod address;
mod administration;
mod app;
mod audit;
mod branding;
mod bulk;
mod challenge;
mod department;
mod entrance;
mod forgotten;
mod import;
mod invitation;
mod invitation_closed;
mod joining;
mod leaving;
mod mailbox;
mod member;
mod member_edit;
mod member_list;
mod members;
mod nomination;
mod overview;
mod passkey;
mod passkey_at_the_door;
mod password;
mod post;
mod roles;
mod safety;
mod second_factor;
mod set_up;
mod settings;
mod site;
mod welcome;
