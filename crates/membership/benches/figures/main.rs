//! The figures of docs/performance.md, each beside what it is compared with, in one run: `cargo xtask bench`.
//!
//! They are printed, never asserted: a figure on a shared machine is no test.
#![expect(
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and fails by panicking"
)]
#![expect(dead_code, reason = "the tests' process and installation are used in part")]

mod access;
mod invitations;
mod mail;
mod start;
mod wire;

#[path = "../../tests/end_to_end/installation.rs"]
mod installation;
#[path = "../../tests/end_to_end/process.rs"]
mod process;

fn main() {
    // Cargo runs benches with `--bench`, and its test runner lists them: only the former measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        access::measure().await;
        start::measure().await;
        invitations::measure().await;
        mail::measure().await;
    });
}
