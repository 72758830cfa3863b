//! What can be wrong with a value of the input before any rule of the domain looks at it.

use membership_core::refusal::{CodeRow, Kind, Refusal};

/// Why a value is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.row().message)]
pub(crate) enum InputFault {
    /// A field that nothing knows.
    FieldUnknown,
    /// A field that must be there.
    FieldMissing,
    /// A value of another type, or none of the words that are known.
    ValueUnfit,
    /// A page size out of range.
    Limit,
    /// A cursor that no answer gave.
    Cursor,
    /// A status that is none.
    Status,
    /// A revision that is no number.
    Revision,
}

impl InputFault {
    /// All of them, for the documentation.
    pub(crate) const ALL: [Self; 7] = [
        Self::FieldUnknown,
        Self::FieldMissing,
        Self::ValueUnfit,
        Self::Limit,
        Self::Cursor,
        Self::Status,
        Self::Revision,
    ];

    /// Its row in the documentation.
    pub(crate) const fn row(self) -> CodeRow {
        match self {
            Self::FieldUnknown => row("field-unknown", "there is no such field", "remove it, or check its spelling"),
            Self::FieldMissing => row("field-missing", "a field that is needed is missing", "add it"),
            Self::ValueUnfit => {
                row("value-unfit", "the value is of another type or form than expected", "send what the detail names")
            }
            Self::Limit => {
                row("limit-out-of-range", "the limit is not a whole number from 1 to 200", "choose from 1 to 200")
            }
            Self::Cursor => {
                row("cursor-malformed", "the cursor is not one that a list has given", "send next_cursor as it came")
            }
            Self::Status => row(
                "status-unknown",
                "there is no such status; expected not-joined, enabled, disabled or removed",
                "choose one of these, or none",
            ),
            Self::Revision => {
                row("revision-malformed", "the revision is not a whole number", "send the revision of a record, or 0")
            }
        }
    }
}

const fn row(code: &'static str, message: &'static str, advice: &'static str) -> CodeRow {
    CodeRow { code, kind: Kind::Invalid, message, advice }
}

impl Refusal for InputFault {
    fn kind(&self) -> Kind {
        self.row().kind
    }

    fn code(&self) -> &'static str {
        self.row().code
    }

    fn advice(&self) -> &'static str {
        self.row().advice
    }
}

/// What serde's words come to: which fault, the field that is missing where it stands, and a detail that never repeats the
/// value, because the value may be a secret.
pub(super) fn of(words: &str) -> (InputFault, Option<String>, String) {
    if let Some(missing) = words.strip_prefix("missing field `") {
        let field = missing.split('`').next().map(str::to_owned);
        return (InputFault::FieldMissing, field, InputFault::FieldMissing.to_string());
    }
    let fault = if words.starts_with("unknown field `") { InputFault::FieldUnknown } else { InputFault::ValueUnfit };
    (fault, None, expected(words, fault))
}

fn expected(words: &str, fault: InputFault) -> String {
    match words.rsplit_once(", expected ") {
        Some((_, expected)) => format!("{fault}; expected {}", expected.replace('`', "")),
        None => fault.to_string(),
    }
}
