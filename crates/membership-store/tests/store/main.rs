//! The store on both databases: the conformance suite of the testkit, and what only a database can get wrong.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests fail by panicking")]

mod clocks;
mod conformance;
mod damage;
mod departments;
mod group_commit;
mod imports;
mod limits;
mod migration;
mod place;
mod process;
mod race;
mod search;
