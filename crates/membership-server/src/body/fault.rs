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
    /// A stage that is none.
    Stage,
    /// A second factor that is none.
    Factor,
    /// A state of mail that is none.
    Mail,
    /// Something to give that is not one thing.
    Assignment,
    /// An heir where nobody is removed.
    HeirNotAsked,
    /// A text that is no identifier.
    Identifier,
    /// Neither somebody nor nobody.
    RecordActor,
    /// A text that is no moment.
    Moment,
    /// An order that is none.
    Order,
    /// Neither yes nor no.
    YesOrNo,
    /// A plan that no answer gave.
    Plan,
    /// A format that is none.
    Format,
    /// Something that no row does.
    Verdict,
    /// A position that no row has.
    Position,
}

impl InputFault {
    /// All of them, for the documentation.
    pub(crate) const ALL: [Self; 20] = [
        Self::FieldUnknown,
        Self::FieldMissing,
        Self::ValueUnfit,
        Self::Limit,
        Self::Cursor,
        Self::Status,
        Self::Stage,
        Self::Factor,
        Self::Mail,
        Self::Assignment,
        Self::HeirNotAsked,
        Self::Identifier,
        Self::RecordActor,
        Self::Moment,
        Self::Order,
        Self::YesOrNo,
        Self::Plan,
        Self::Format,
        Self::Verdict,
        Self::Position,
    ];

    /// Its row in the documentation.
    #[expect(clippy::too_many_lines, reason = "one arm for each fault, so that a new one is thought of")]
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
            Self::Stage => row(
                "stage-unknown",
                "there is no such stage; expected ready, invited, accepted, joined, rejected, revoked or expired",
                "choose one of these, or none",
            ),
            Self::Factor => row(
                "factor-unknown",
                "there is no such second factor; expected none, any, email, app or passkey",
                "choose one of these, or leave it out",
            ),
            Self::Mail => row(
                "mail-unknown",
                "mail is in no such state; expected waiting, sent, failed or cancelled",
                "choose one of these, or leave it out",
            ),
            Self::Assignment => row(
                "assignment-malformed",
                "an assignment is either of a role or of a permission, and this is of neither or of both",
                "send one object for each role and each permission",
            ),
            Self::HeirNotAsked => {
                row("heir-not-asked", "heirs are named only where members are removed", "leave it out")
            }
            Self::Identifier => row(
                "identifier-malformed",
                "this is not an identifier; expected a UUID such as 0197c0de-0000-7000-8000-000000000000",
                "send an identifier as an answer gave it",
            ),
            Self::RecordActor => row(
                "actor-malformed",
                "this names nobody; expected anonymous, system or the identifier of an account",
                "send one of these, or the actor of a record as it came",
            ),
            Self::Moment => row(
                "moment-malformed",
                "this is not a moment; expected one such as 2026-03-02T09:00:00Z",
                "write it as RFC 3339 says; a plus sign in an address is written %2B",
            ),
            Self::Order => {
                row("order-unknown", "there is no such order; expected newest or oldest", "choose one of these")
            }
            Self::YesOrNo => {
                row("value-not-boolean", "this is neither true nor false", "choose one of these, or leave it out")
            }
            Self::Plan => row(
                "plan-malformed",
                "this is not a plan; expected 64 hexadecimal digits",
                "send plan as the answer to the planning gave it",
            ),
            Self::Format => row(
                "format-unknown",
                "a table is not written in this format; expected xlsx or csv",
                "choose one of these, or none",
            ),
            Self::Verdict => row(
                "verdict-unknown",
                "this is nothing that a row does; expected create, change, unchanged or refuse",
                "choose one of these, or none",
            ),
            Self::Position => {
                row("position-malformed", "this is not the position of a row", "send next as the page before gave it")
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
