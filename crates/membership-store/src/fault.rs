//! What a database says when it does not do its part, and what the domain makes of it.

use std::fmt::Display;

use membership_core::store::StoreError;
use sea_orm::{DbErr, RuntimeErr, SqlxError, sqlx::error::ErrorKind};

/// What the database's error means. Violations are told by the name of the constraint; SQLite knows no names of unique
/// constraints and gives their columns instead.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn fault(error: DbErr) -> StoreError {
    match violation(&error) {
        Some(Violation { constraint, .. }) if names(&constraint, "account_username_unique", "account.username") => {
            StoreError::UsernameTaken
        }
        Some(Violation { constraint, .. }) if names(&constraint, "account_email_unique", "account.email") => {
            StoreError::EmailTaken
        }
        Some(Violation { constraint, raced: true }) => StoreError::Raced { constraint },
        Some(Violation { constraint, raced: false }) => {
            StoreError::Corrupt { detail: format!("a row to be written breaks {constraint}") }
        }
        None => StoreError::Unavailable { detail: error.to_string() },
    }
}

/// The error of a row of `table` that makes no sense.
pub(crate) fn corrupt(table: &str, id: impl Display, why: impl Display) -> StoreError {
    StoreError::Corrupt { detail: format!("{table} {id}: {why}") }
}

struct Violation {
    /// Its name, or what SQLite says instead.
    constraint: String,
    /// Whether another change can be the reason; a check can only fail by a defect.
    raced: bool,
}

fn violation(error: &DbErr) -> Option<Violation> {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error else {
        return None;
    };
    let SqlxError::Database(error) = error.as_ref() else { return None };
    let raced = match error.kind() {
        ErrorKind::UniqueViolation | ErrorKind::ForeignKeyViolation => true,
        ErrorKind::CheckViolation | ErrorKind::NotNullViolation => false,
        ErrorKind::ExclusionViolation | ErrorKind::Other | _ => return None,
    };
    let constraint = error.constraint().unwrap_or_else(|| error.message());
    let constraint = constraint.rsplit_once("constraint failed: ").map_or(constraint, |(_, rest)| rest);
    Some(Violation { constraint: constraint.to_owned(), raced })
}

fn names(constraint: &str, postgres: &str, sqlite: &str) -> bool {
    constraint == postgres || constraint == sqlite
}
