//! The figures of docs/performance.md, each beside what it is compared with, in one run: `cargo xtask bench`. Some of
//! them: `cargo bench --package membership --bench figures -- people tenants`.
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
mod crowd;
mod decision;
mod departments;
mod entrance;
mod imports;
mod invitations;
mod mail;
mod member;
mod names;
mod pages;
mod people;
mod start;
mod tenants;
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
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|one| one == name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if wanted("decision") {
        decision::measure();
    }
    if wanted("access") {
        runtime.block_on(access::measure());
    }
    if wanted("member") {
        runtime.block_on(member::measure());
    }
    if wanted("entrance") {
        runtime.block_on(entrance::measure());
    }
    if wanted("start") {
        runtime.block_on(start::measure());
    }
    if wanted("invitations") {
        runtime.block_on(invitations::measure());
    }
    if wanted("imports") {
        runtime.block_on(imports::measure());
    }
    if wanted("mail") {
        runtime.block_on(mail::measure());
    }
    if wanted("people") {
        runtime.block_on(people::measure());
    }
    if wanted("departments") {
        runtime.block_on(departments::measure());
    }
    if wanted("tenants") {
        runtime.block_on(tenants::measure());
    }
}
