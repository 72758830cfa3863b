//! The use cases over a store in memory: what each does, and each of its refusals.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

mod access;
mod admission;
mod attacks;
mod branding;
mod credentials;
mod departments;
mod histories;
mod imports;
mod members;
mod names;
mod passkeys;
mod policy;
mod removal;
mod replay;
mod representative;
mod roles;
mod sign_in;
mod tenants;

use membership_core::{
    member::edit::Changes,
    refusal::Refusal,
    role::{
        Permission,
        assign::{Wanted, WantedGrant},
        check::Question,
    },
};

/// The code of a refusal, or the first fault in it.
fn code<T: std::fmt::Debug>(result: Result<T, impl Refusal>) -> &'static str {
    let refused = result.expect_err("a refusal");
    refused.faults().first().map_or(refused.code(), |fault| fault.code)
}

/// What came of it: the code of a refusal, or the first fault in it, or that it was done.
fn outcome<T>(result: Result<T, impl Refusal>) -> &'static str {
    result.map_or_else(|error| code(Err::<(), _>(error)), |_| "done")
}

fn permission(text: &str) -> Permission {
    Permission::parse(text).expect("a permission")
}

fn question(text: &str) -> Question {
    Question { member: None, permission: permission(text), department: None }
}

fn single(text: &str) -> Wanted {
    Wanted { what: WantedGrant::Permission(text.to_owned()), within: None, until: None }
}

fn holding(assignments: Vec<Wanted>) -> Changes {
    Changes { assignments: Some(assignments), ..Changes::default() }
}

/// What an authenticator app reads out of the address that it is shown.
fn secret_of(address: &str) -> Vec<u8> {
    let digits = address.rsplit_once("secret=").map_or("", |(_, digits)| digits);
    let pairs = digits.as_bytes().chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
    pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect()
}
