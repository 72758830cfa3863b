//! Verdicts: what a row would do, and what became of it.

use serde::{Deserialize, Serialize};

use super::{Column, Way};
use crate::{id::MemberId, refusal::Refusal, store::StoreError};

/// What a row does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "kebab-case")]
pub enum Verdict {
    /// Makes a member.
    Create {
        /// How the person joins.
        way: Way,
    },
    /// Changes the member that it recognises.
    Change {
        /// What.
        cells: Vec<CellChange>,
    },
    /// The member that it recognises is so already.
    Unchanged,
    /// It is refused, and changes nothing.
    Refuse {
        /// Every reason.
        faults: Vec<RowFault>,
    },
}

/// The kind of a [`Verdict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictKind {
    /// See [`Verdict::Create`].
    Create,
    /// See [`Verdict::Change`].
    Change,
    /// See [`Verdict::Unchanged`].
    Unchanged,
    /// See [`Verdict::Refuse`].
    Refuse,
}

/// What a row changes in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellChange {
    /// Where.
    pub column: Column,
    /// As the tenant has it.
    pub from: String,
    /// As it will be.
    pub to: String,
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Where; `None` if it is the row as a whole.
    pub column: Option<Column>,
    /// The stable code.
    pub code: String,
    /// What is wrong.
    pub reason: String,
    /// What to do.
    pub fix: String,
}

/// A row as it was read, with what it would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedRow {
    /// Which row of the file, from 1.
    pub number: u32,
    /// Its cells, in the order of the header.
    pub cells: Vec<String>,
    /// What it would do.
    pub verdict: Verdict,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// What it did.
    pub verdict: Verdict,
    /// To whom.
    pub member: Option<MemberId>,
}

/// What became of a block of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockOutcomes {
    /// Which block, from 0.
    pub block: u32,
    /// Each row's number and outcome, in the order of the rows.
    pub rows: Vec<(u32, Outcome)>,
}

/// A block as it is kept, both parts in the kernel's own writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBlock {
    /// Its rows.
    pub rows: String,
    /// What became of them; `None` until they are done.
    pub outcomes: Option<String>,
}

impl Verdict {
    /// Its kind.
    pub const fn kind(&self) -> VerdictKind {
        match self {
            Self::Create { .. } => VerdictKind::Create,
            Self::Change { .. } => VerdictKind::Change,
            Self::Unchanged => VerdictKind::Unchanged,
            Self::Refuse { .. } => VerdictKind::Refuse,
        }
    }

    /// Why it is refused; nothing if it is not.
    pub fn faults(&self) -> &[RowFault] {
        match self {
            Self::Refuse { faults } => faults,
            Self::Create { .. } | Self::Change { .. } | Self::Unchanged => &[],
        }
    }
}

impl VerdictKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Create, Self::Change, Self::Unchanged, Self::Refuse];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Unchanged => "unchanged",
            Self::Refuse => "refuse",
        }
    }
}

impl RowFault {
    /// What `refusal` says of `column`.
    pub(crate) fn new(column: impl Into<Option<Column>>, refusal: &dyn Refusal) -> Self {
        Self {
            column: column.into(),
            code: refusal.code().to_owned(),
            reason: refusal.to_string(),
            fix: refusal.advice().to_owned(),
        }
    }

    /// The same with another thing to do.
    #[must_use]
    pub(crate) fn with_fix(self, fix: String) -> Self {
        Self { fix, ..self }
    }
}

impl BlockOutcomes {
    /// Each outcome, as it is kept.
    pub fn to_text(&self) -> String {
        let outcomes: Vec<&Outcome> = self.rows.iter().map(|(_, outcome)| outcome).collect();
        written(&outcomes)
    }
}

impl KeptBlock {
    pub(crate) fn rows(&self) -> Result<Vec<PlannedRow>, StoreError> {
        read(&self.rows)
    }

    pub(crate) fn outcomes(&self) -> Result<Option<Vec<Outcome>>, StoreError> {
        self.outcomes.as_deref().map(read).transpose()
    }
}

pub(crate) fn written<T: Serialize>(rows: &T) -> String {
    // Texts, numbers and lists: nothing here that JSON cannot say.
    serde_json::to_string(rows).unwrap_or_default()
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt { detail: format!("a block of an import: {error}") })
}
