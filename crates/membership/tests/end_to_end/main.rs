//! The binary as its users meet it: started as a process, asked over HTTP, read in a mailbox, seen in a browser.
#![expect(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod browser;
mod commands;
mod crash;
mod disabling;
mod imports;
mod installation;
mod mail;
mod main_job;
mod manners;
mod postgres;
mod process;
