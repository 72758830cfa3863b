//! Imports: what a table would do, and what it did.

mod row;

pub(crate) use row::ImportRow;

use chrono::{DateTime, Utc};
use membership_core::import::{self, Ending, Mode};
use poem_openapi::{Enum, Object};
use serde::Deserialize;
use uuid::Uuid;

/// A table that was uploaded: what importing it would do, and what it did.
#[derive(Object)]
pub(crate) struct Import {
    /// Its identifier.
    pub(crate) id: Uuid,
    /// The tenant.
    pub(crate) tenant: Uuid,
    /// The member who uploaded it: the only one who sees its rows and starts it.
    maker: Uuid,
    /// What the file was called.
    file: String,
    /// Where it stands.
    status: ImportStatus,
    /// When it was uploaded.
    created_at: DateTime<Utc>,
    /// Its columns, in the order of the file.
    columns: Vec<ImportColumn>,
    /// Titles of columns that are kept for the result and not looked at.
    unread: Vec<String>,
    /// What it would do.
    plan: ImportTotals,
    /// Names this plan: another as soon as any row would come out otherwise. Absent while the file is being read.
    #[oai(skip_serializing_if_is_none)]
    digest: Option<String>,
    /// How it was started.
    #[oai(skip_serializing_if_is_none)]
    mode: Option<ImportMode>,
    /// When it was started.
    #[oai(skip_serializing_if_is_none)]
    started_at: Option<DateTime<Utc>>,
    /// What it has done, once started.
    #[oai(skip_serializing_if_is_none)]
    done: Option<ImportTotals>,
    /// How fast it goes, while it does.
    #[oai(skip_serializing_if_is_none)]
    rows_per_second: Option<u32>,
    /// How long the rest takes at that rate, in seconds.
    #[oai(skip_serializing_if_is_none)]
    seconds_left: Option<u32>,
    /// When it ended.
    #[oai(skip_serializing_if_is_none)]
    ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    #[oai(skip_serializing_if_is_none)]
    ending: Option<ImportEnding>,
}

/// A column of a table.
#[derive(Object)]
struct ImportColumn {
    /// As it stands there.
    title: String,
    /// What it is: `name`, `departments`, `roles`, `email`, `username`, `way`, `language` or `member`; absent for one that is not
    /// looked at.
    #[oai(skip_serializing_if_is_none)]
    column: Option<String>,
}

/// How many rows do what.
#[derive(Object)]
struct ImportTotals {
    /// All of them.
    rows: u32,
    /// Make a member.
    create: u32,
    /// Change one.
    change: u32,
    /// Leave one as it is.
    unchanged: u32,
    /// Are refused.
    refuse: u32,
    /// Mails that go out.
    mails: u32,
}

/// How an import ended.
#[derive(Object)]
struct ImportEnding {
    /// How.
    how: ImportEnd,
    /// Who cancelled it.
    #[oai(skip_serializing_if_is_none)]
    by: Option<Uuid>,
    /// Where it could not go on: the stable code,
    #[oai(skip_serializing_if_is_none)]
    code: Option<String>,
    /// what was wrong,
    #[oai(skip_serializing_if_is_none)]
    reason: Option<String>,
    /// and what to do.
    #[oai(skip_serializing_if_is_none)]
    advice: Option<String>,
}

/// How far an import is.
#[derive(Object, Clone, PartialEq, Eq)]
pub(crate) struct ImportProgress {
    /// Where it stands.
    pub(crate) status: ImportStatus,
    /// Rows that were looked at since it was started.
    pub(crate) rows_done: u32,
    /// All rows.
    rows: u32,
    /// How fast it goes, while it does.
    #[oai(skip_serializing_if_is_none)]
    rows_per_second: Option<u32>,
    /// How long the rest takes at that rate, in seconds.
    #[oai(skip_serializing_if_is_none)]
    seconds_left: Option<u32>,
    /// How it ended.
    #[oai(skip_serializing_if_is_none)]
    how: Option<ImportEnd>,
}

/// Where an import stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum ImportStatus {
    /// Its rows are being read, or whoever read them is gone.
    Reading,
    /// Planned; nothing has been done.
    Planned,
    /// Being carried out.
    Running,
    /// Over.
    Ended,
}

/// How an import ended.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum ImportEnd {
    /// Every row was looked at.
    Done,
    /// Somebody ended it between two batches: what was done stays done.
    Cancelled,
    /// It could not go on.
    Stopped,
}

/// What to do if a row cannot be done.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ImportMode {
    /// The others are done.
    RowByRow,
    /// None is. For at most 10,000 rows, none of which is refused.
    AllOrNothing,
}

impl Import {
    /// `import` as it stands at `now`.
    pub(crate) fn at(import: &import::Import, now: DateTime<Utc>) -> Self {
        let (pace, course) = (Pace::of(import, now), import.course());
        let (ended_at, ending) = match &import.state {
            import::ImportState::Ended { at, how, .. } => (Some(*at), Some(how.into())),
            import::ImportState::Reading | import::ImportState::Planned | import::ImportState::Running(_) => {
                (None, None)
            }
        };
        let columns = import.header.0.iter().map(|heading| ImportColumn {
            title: heading.title.clone(),
            column: heading.column.map(|column| column.as_str().to_owned()),
        });
        Self {
            id: import.id.as_uuid(),
            tenant: import.tenant.as_uuid(),
            maker: import.maker.as_uuid(),
            file: import.file.clone(),
            status: (&import.state).into(),
            created_at: import.created_at,
            columns: columns.collect(),
            unread: import.header.unread().map(str::to_owned).collect(),
            plan: import.plan().into(),
            digest: Some(import.digest.clone()).filter(|digest| !digest.is_empty()),
            mode: course.map(|course| course.mode.into()),
            started_at: course.map(|course| course.started_at),
            done: course.map(|_| import.done().into()),
            rows_per_second: pace.rows_per_second,
            seconds_left: pace.seconds_left,
            ended_at,
            ending,
        }
    }
}

impl ImportProgress {
    /// How far `import` is at `now`.
    pub(crate) fn at(import: &import::Import, now: DateTime<Utc>) -> Self {
        let pace = Pace::of(import, now);
        let how = match &import.state {
            import::ImportState::Ended { how, .. } => Some(how.into()),
            import::ImportState::Reading | import::ImportState::Planned | import::ImportState::Running(_) => None,
        };
        Self {
            status: (&import.state).into(),
            rows_done: import.done().rows(),
            rows: import.plan().rows(),
            rows_per_second: pace.rows_per_second,
            seconds_left: pace.seconds_left,
            how,
        }
    }
}

/// How fast an import goes, in whole numbers.
struct Pace {
    rows_per_second: Option<u32>,
    seconds_left: Option<u32>,
}

impl Pace {
    fn of(import: &import::Import, now: DateTime<Utc>) -> Self {
        let (rate, rest) = import.pace(now).unzip();
        Self { rows_per_second: rate.map(whole), seconds_left: rest.map(whole) }
    }
}

/// The whole number that is next above `number`, which is not negative.
fn whole(number: f64) -> u32 {
    // A number's plain writing has no exponent: what does not fit is beyond every use.
    format!("{:.0}", number.ceil()).parse().unwrap_or(u32::MAX)
}

impl From<import::Totals> for ImportTotals {
    fn from(totals: import::Totals) -> Self {
        let import::Totals { create, change, unchanged, refuse, mails } = totals;
        Self { rows: totals.rows(), create, change, unchanged, refuse, mails }
    }
}

impl From<&import::ImportState> for ImportStatus {
    fn from(state: &import::ImportState) -> Self {
        match state {
            import::ImportState::Reading => Self::Reading,
            import::ImportState::Planned => Self::Planned,
            import::ImportState::Running(_) => Self::Running,
            import::ImportState::Ended { .. } => Self::Ended,
        }
    }
}

impl From<&Ending> for ImportEnd {
    fn from(ending: &Ending) -> Self {
        match ending {
            Ending::Done => Self::Done,
            Ending::Cancelled { .. } => Self::Cancelled,
            Ending::Stopped { .. } => Self::Stopped,
        }
    }
}

impl From<&Ending> for ImportEnding {
    fn from(ending: &Ending) -> Self {
        let plain = Self { how: ending.into(), by: None, code: None, reason: None, advice: None };
        match ending {
            Ending::Done => plain,
            Ending::Cancelled { by } => Self { by: Some(by.as_uuid()), ..plain },
            Ending::Stopped { code, reason, advice } => {
                Self { code: Some(code.clone()), reason: Some(reason.clone()), advice: Some(advice.clone()), ..plain }
            }
        }
    }
}

impl From<Mode> for ImportMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::RowByRow => Self::RowByRow,
            Mode::AllOrNothing => Self::AllOrNothing,
        }
    }
}

impl From<ImportMode> for Mode {
    fn from(mode: ImportMode) -> Self {
        match mode {
            ImportMode::RowByRow => Self::RowByRow,
            ImportMode::AllOrNothing => Self::AllOrNothing,
        }
    }
}
