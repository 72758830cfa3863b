//! Importing a table: planned first, carried out as planned, told row by row.

mod again;
mod course;
mod plan;
mod rights;

use membership_core::import::{Import, VerdictKind};
use membership_testkit::{Bed, Failure, TypedTable};

/// The header of the template.
const HEADER: [&str; 7] = ["Name", "Departments", "Roles", "E-mail", "Username", "How to join", "Language"];

fn table(rows: &[&[&str]]) -> TypedTable {
    TypedTable::new(&HEADER, rows.iter().copied())
}

/// What each row does, with the first code of why not.
async fn told(bed: &Bed, import: &Import) -> Result<Vec<(VerdictKind, String)>, Failure> {
    let told = bed.told_of(import).await?;
    Ok(told.into_iter().map(|(kind, codes)| (kind, codes.into_iter().next().unwrap_or_default())).collect())
}

fn created() -> (VerdictKind, String) {
    (VerdictKind::Create, String::new())
}

fn refused(code: &str) -> (VerdictKind, String) {
    (VerdictKind::Refuse, code.to_owned())
}

fn unchanged() -> (VerdictKind, String) {
    (VerdictKind::Unchanged, String::new())
}
