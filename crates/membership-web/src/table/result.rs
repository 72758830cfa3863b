//! The result of an import: the rows as they were uploaded, with what each did, or would do, and the links to hand over.

use chrono::{DateTime, SecondsFormat, Utc};
use membership_core::{
    Membership,
    context::Context,
    import::{
        Header, Import, ImportState, RowFault, VerdictKind, column,
        result::{HandedOver, ImportRow},
        start::ImportOf,
    },
};
use membership_sheet::{Format, Tone};

use super::{
    download::{Download, refused},
    writing::{Row, Writing},
};
use crate::problem::Problem;

/// The result of an import, or its plan while it is not started, as a table that can be mended and uploaded again. Only whoever has
/// uploaded it gets it.
pub async fn result_table(
    membership: &Membership,
    ctx: &Context,
    which: ImportOf,
    format: Format,
) -> Result<Download, Problem> {
    let import = membership.import(ctx, which).await.map_err(refused)?;
    // The first block is asked for before anything is written: whoever may not have it learns that first.
    let mut block = membership.import_block(ctx, which, 0).await.map_err(refused)?;
    let writing = Writing::begin(format, titles(&import.header));
    for next in 1.. {
        if block.is_empty() || !writing.push(block.iter().map(|row| told(&import, row)).collect()).await {
            break;
        }
        block = membership.import_block(ctx, which, next).await.map_err(refused)?;
    }
    let stem = import.file.rsplit_once('.').map_or(import.file.as_str(), |(stem, _)| stem);
    let what = if import.course().is_some() { "result" } else { "plan" };
    Download::new(writing.finish().await?, format, &format!("{stem}-{what}")).map(Download::secret)
}

/// Those of the upload, and what a result adds: not the member's status, which only an export has.
fn titles(header: &Header) -> Vec<String> {
    let own = header.0.iter().map(|heading| heading.title.clone());
    own.chain(column::WRITTEN_ONLY.iter().filter(|title| **title != "Status").map(|title| (*title).to_owned()))
        .collect()
}

fn told(import: &Import, row: &ImportRow) -> Row {
    let faults = row.verdict().faults();
    let result = result(import, row);
    let (link, expires) = row.link.as_ref().map_or_else(Default::default, |link| (link.url.clone(), expiry(link)));
    let mut cells = row.cells.clone();
    cells.resize(import.header.0.len(), String::new());
    cells.extend([result.to_owned(), joined(faults, |fault| &fault.reason), joined(faults, |fault| &fault.fix), link]);
    cells.push(expires);
    (cells, tone(row))
}

/// What the row did, or would do, in a word or three.
fn result(import: &Import, row: &ImportRow) -> &'static str {
    let kind = row.verdict().kind();
    match (&row.outcome, &import.state) {
        (Some(_), _) => match kind {
            VerdictKind::Create => "created",
            VerdictKind::Change => "changed",
            VerdictKind::Unchanged => "unchanged",
            VerdictKind::Refuse => "refused",
        },
        (None, ImportState::Running(_) | ImportState::Ended { .. }) => "not done",
        (None, ImportState::Reading | ImportState::Planned) => match kind {
            VerdictKind::Create => "would create",
            VerdictKind::Change => "would change",
            VerdictKind::Unchanged => "would stay as it is",
            VerdictKind::Refuse => "would be refused",
        },
    }
}

fn tone(row: &ImportRow) -> Tone {
    match row.verdict().kind() {
        VerdictKind::Refuse => Tone::Bad,
        VerdictKind::Create | VerdictKind::Change if row.outcome.is_some() => Tone::Good,
        VerdictKind::Create | VerdictKind::Change | VerdictKind::Unchanged => Tone::Plain,
    }
}

/// What is said of each fault, behind the title of its column.
fn joined(faults: &[RowFault], said: impl Fn(&RowFault) -> &str) -> String {
    let one = |fault: &RowFault| match fault.column {
        Some(column) => format!("{}: {}", column.title(), said(fault)),
        None => said(fault).to_owned(),
    };
    faults.iter().map(one).collect::<Vec<_>>().join(" | ")
}

fn expiry(link: &HandedOver) -> String {
    link.expires_at.map(|at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
