//! The rows of an import.

use chrono::{DateTime, Utc};
use membership_core::import::{self, CellChange, Column, Header, RowFault, VerdictKind};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

/// A row of a table, with what it would do, or did.
#[derive(Object)]
pub(crate) struct ImportRow {
    /// Where it stands among the rows, from 0: what a page begins after.
    pub(crate) position: u32,
    /// Which row of the file, from 1, as spreadsheet programs count.
    number: u32,
    /// Its cells, in the order of the columns.
    cells: Vec<ImportCell>,
    /// What it would do, or did.
    does: RowVerdict,
    /// Whether it is done; else it is what is planned.
    done: bool,
    /// For `create`: how the person joins: `mail`, `link` or `password link`.
    #[oai(skip_serializing_if_is_none)]
    way: Option<String>,
    /// For `change`: what.
    changes: Vec<ImportChange>,
    /// For `refuse`: every reason.
    faults: Vec<ImportFault>,
    /// The member, once the row is done.
    #[oai(skip_serializing_if_is_none)]
    member: Option<Uuid>,
    /// The link to hand over, while it is good: of a row that made somebody who joins by one.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
    /// The first moment at which that is no longer good.
    #[oai(skip_serializing_if_is_none)]
    link_expires_at: Option<DateTime<Utc>>,
}

/// A cell.
#[derive(Object)]
struct ImportCell {
    /// What its column is; absent for one that is not looked at.
    #[oai(skip_serializing_if_is_none)]
    column: Option<String>,
    /// The title of its column, as it stands in the file.
    title: String,
    /// What stands in it.
    text: String,
}

/// What a row changes in one column.
#[derive(Object)]
struct ImportChange {
    /// What the column is.
    column: String,
    /// Its title.
    title: String,
    /// As the tenant has it.
    from: String,
    /// As it will be.
    to: String,
}

/// Why a row is refused.
#[derive(Object)]
struct ImportFault {
    /// What the column is; absent where it is the row as a whole.
    #[oai(skip_serializing_if_is_none)]
    column: Option<String>,
    /// Its title.
    #[oai(skip_serializing_if_is_none)]
    title: Option<String>,
    /// The stable code.
    code: String,
    /// What is wrong.
    reason: String,
    /// What to do.
    fix: String,
}

/// What a row does.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum RowVerdict {
    /// Makes a member.
    Create,
    /// Changes the member that it recognises.
    Change,
    /// The member that it recognises is so already.
    Unchanged,
    /// It is refused, and changes nothing.
    Refuse,
}

impl ImportRow {
    /// `row` of a table with this header.
    pub(crate) fn of(row: import::result::ImportRow, header: &Header) -> Self {
        let verdict = row.verdict().clone();
        let (way, changes, faults) = match verdict.clone() {
            import::Verdict::Create { way } => (Some(way.as_str().to_owned()), Vec::new(), Vec::new()),
            import::Verdict::Change { cells } => (None, cells, Vec::new()),
            import::Verdict::Unchanged => (None, Vec::new(), Vec::new()),
            import::Verdict::Refuse { faults } => (None, Vec::new(), faults),
        };
        let title = |column: Column| {
            let heading = header.0.iter().find(|heading| heading.column == Some(column));
            heading.map_or_else(|| column.title().to_owned(), |heading| heading.title.clone())
        };
        let cells = header.0.iter().zip(row.cells).map(|(heading, text)| ImportCell {
            column: heading.column.map(word),
            title: heading.title.clone(),
            text,
        });
        let change =
            |CellChange { column, from, to }| ImportChange { title: title(column), column: word(column), from, to };
        let fault = |RowFault { column, code, reason, fix }| ImportFault {
            title: column.map(title),
            column: column.map(word),
            code,
            reason,
            fix,
        };
        let member = row.outcome.as_ref().and_then(|outcome| outcome.member);
        let (link, link_expires_at) = row.link.map_or((None, None), |link| (Some(link.url), link.expires_at));
        Self {
            position: row.position,
            number: row.number,
            cells: cells.collect(),
            does: verdict.kind().into(),
            done: row.outcome.is_some(),
            way,
            changes: changes.into_iter().map(change).collect(),
            faults: faults.into_iter().map(fault).collect(),
            member: member.map(membership_core::id::MemberId::as_uuid),
            link,
            link_expires_at,
        }
    }
}

fn word(column: Column) -> String {
    column.as_str().to_owned()
}

impl From<VerdictKind> for RowVerdict {
    fn from(kind: VerdictKind) -> Self {
        match kind {
            VerdictKind::Create => Self::Create,
            VerdictKind::Change => Self::Change,
            VerdictKind::Unchanged => Self::Unchanged,
            VerdictKind::Refuse => Self::Refuse,
        }
    }
}
