//! The form of an import in a record: how many rows did what, and which were refused and why. Who was made or changed has records
//! of its own.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::import::{BlockOutcomes, Ending, Import, ImportState};

/// An import in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportForm {
    pub id: Uuid,
    pub file: String,
    pub maker: Uuid,
    /// Names the plan that is carried out.
    pub plan: String,
    pub rows: u32,
    pub mode: Option<String>,
    pub status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<String>,
    /// Why it stopped before its end, or who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    pub created: u32,
    pub changed: u32,
    pub unchanged: u32,
    pub refused: u32,
    pub mails: u32,
    /// The rows that this batch refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<RefusedForm>,
}

/// A refused row in the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedForm {
    /// Which row of the file.
    pub row: u32,
    /// Why, each as `column: code`, or as the code alone.
    pub codes: Vec<String>,
}

impl ImportForm {
    pub(super) fn of(import: &Import, outcomes: &[BlockOutcomes]) -> Self {
        let done = import.done();
        let (ending, because) = match &import.state {
            ImportState::Reading | ImportState::Planned | ImportState::Running(_) => (None, None),
            ImportState::Ended { how, .. } => (Some(how.as_str().to_owned()), because(how)),
        };
        Self {
            id: import.id.as_uuid(),
            file: import.file.clone(),
            maker: import.maker.as_uuid(),
            plan: import.digest.clone(),
            rows: import.plan().rows(),
            mode: import.course().map(|course| course.mode.as_str().to_owned()),
            status: import.status().to_owned(),
            ending,
            because,
            created: done.create,
            changed: done.change,
            unchanged: done.unchanged,
            refused: done.refuse,
            mails: done.mails,
            refusals: outcomes.iter().flat_map(refusals).collect(),
        }
    }
}

fn because(how: &Ending) -> Option<String> {
    match how {
        Ending::Done => None,
        Ending::Cancelled { by } => Some(format!("member:{by}")),
        Ending::Stopped { code, .. } => Some(code.clone()),
    }
}

fn refusals(block: &BlockOutcomes) -> impl Iterator<Item = RefusedForm> {
    block.rows.iter().filter(|(_, outcome)| !outcome.verdict.faults().is_empty()).map(|(row, outcome)| {
        let code = |fault: &crate::import::RowFault| match fault.column {
            Some(column) => format!("{}: {}", column.as_str(), fault.code),
            None => fault.code.clone(),
        };
        RefusedForm { row: *row, codes: outcome.verdict.faults().iter().map(code).collect() }
    })
}
