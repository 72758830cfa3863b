//! Import: many people from one table, planned before anything is done, and then done batch by batch.
//!
//! A table is read once, row by row, and every row is weighed: it would create a member, change one, leave one as it is, or be
//! refused, with every reason. That is the plan. Carrying it out weighs every row again under the tenant's lock, and does what was
//! planned or nothing: whatever a plan did not show, an import does not do.

mod advance;
pub mod column;
pub mod export;
mod names;
pub mod plan;
mod refused;
pub mod result;
pub mod start;
pub mod table;
mod typed;
mod verdict;
mod weigh;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use column::{Column, Header, Way};
pub use refused::RowRefused;
pub use table::{Line, Rows, Unreadable};
pub(crate) use verdict::written;
pub use verdict::{BlockOutcomes, CellChange, KeptBlock, Outcome, PlannedRow, RowFault, Verdict, VerdictKind};

use crate::{
    actor::Principal,
    id::{CatalogueId, ImportId, MemberId, TenantId, TreeId},
    refusal::{Refusal, refusals},
    store::StoreError,
};

/// Most rows of one table, the header and blank ones not counted.
pub const MAX_ROWS: u32 = 100_000;
/// Rows that are done under one lock and in one commit.
pub const BLOCK: u32 = 1_000;
/// Most bytes of text in all cells of one table: a workbook can say the same long text in every cell at little cost.
pub const MAX_TEXT: u64 = 32 << 20;
/// Most rows that can be done all or none: they are one commit.
pub const MOST_AT_ONCE: u32 = 10_000;
/// Most bytes of text in them.
pub const MOST_TEXT_AT_ONCE: u64 = 8 << 20;
/// Most imports of one tenant that are kept at a time.
pub const MOST_KEPT: u16 = 50;
/// How long a plan is kept that nobody carries out.
pub const PLAN_KEPT: TimeDelta = TimeDelta::hours(24);
/// How long a result is kept.
pub const RESULT_KEPT: TimeDelta = TimeDelta::days(30);

/// An import: a table that somebody has uploaded, what it would do, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its identifier.
    pub id: ImportId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who uploaded it: the only one who sees its rows.
    pub maker: MemberId,
    /// As whom it acts: it can do no more than its maker could at that moment, by that session or key.
    pub principal: Principal,
    /// What the file was called.
    pub file: String,
    /// Its columns.
    pub header: Header,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// What rights and names were when it was planned.
    pub basis: Basis,
    /// How many bytes of text its cells hold.
    pub text: u64,
    /// What each block of rows would do.
    pub planned: Vec<Totals>,
    /// Names this plan: another as soon as any row would come out otherwise.
    pub digest: String,
    /// Where it stands.
    pub state: ImportState,
}

/// Where an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum ImportState {
    /// Its rows are being read, or whoever read them is gone.
    Reading,
    /// Planned; nothing has been done.
    Planned,
    /// Being carried out.
    Running(Course),
    /// Over.
    Ended {
        /// What was done.
        course: Course,
        /// When it ended.
        at: DateTime<Utc>,
        /// How it ended.
        how: Ending,
    },
}

/// What was done so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// Whether all or none is done.
    pub mode: Mode,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// What each block that is done has done.
    pub done: Vec<Totals>,
}

/// What to do if a row cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The others are done.
    RowByRow,
    /// None is.
    AllOrNothing,
}

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Ending {
    /// Every row was looked at.
    Done,
    /// Somebody ended it between two batches.
    Cancelled {
        /// Who.
        by: MemberId,
    },
    /// It could not go on.
    Stopped {
        /// The code of the refusal.
        code: String,
        /// Why.
        reason: String,
        /// What to do.
        advice: String,
    },
}

/// How many rows do what, and how much mail goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Make a member.
    pub create: u32,
    /// Change one.
    pub change: u32,
    /// Leave one as it is.
    pub unchanged: u32,
    /// Are refused.
    pub refuse: u32,
    /// Mails that go out.
    pub mails: u32,
}

/// What a plan rests on beside the members: what of it has changed since can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The tenant's applications and roles.
    pub catalogue: CatalogueId,
    /// Its departments.
    pub tree: TreeId,
    /// Its rules, as a digest.
    pub policy: String,
    /// What the maker holds, as a digest.
    pub rights: String,
}

/// The port to what was uploaded. It is kept for a while and is no fact of a tenant: that an import is started, goes on and ends
/// are facts, and those are [events](crate::event::Event).
#[async_trait]
pub trait Imports: Send + Sync {
    /// Keeps `import`, which is being read or planned. Refused as raced if it has been started.
    async fn keep(&self, import: &Import) -> Result<(), StoreError>;

    /// Keeps a block of rows of an import that is being read, in the place of what stood there.
    async fn keep_block(&self, tenant: TenantId, import: ImportId, block: u32, rows: &str) -> Result<(), StoreError>;

    /// An import.
    async fn import(&self, tenant: TenantId, import: ImportId) -> Result<Option<Import>, StoreError>;

    /// Those of a tenant, newest first, at most [`MOST_KEPT`].
    async fn imports(&self, tenant: TenantId) -> Result<Vec<Import>, StoreError>;

    /// A block of one.
    async fn block(&self, tenant: TenantId, import: ImportId, block: u32) -> Result<Option<KeptBlock>, StoreError>;

    /// Up to `limit` imports that are being carried out, oldest first.
    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ImportId)>, StoreError>;

    /// Forgets an import that is not being carried out.
    async fn forget(&self, tenant: TenantId, import: ImportId) -> Result<(), StoreError>;

    /// Forgets up to `limit` imports that were uploaded before `uploaded` and never started, or that ended before `ended`; how
    /// many there were.
    async fn sweep(&self, uploaded: DateTime<Utc>, ended: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;
}

refusals! {
    /// What is said of an import that is none of the actor's.
    #[derive(Copy)]
    pub enum ImportUnknown {
        /// There is none.
        Here = Absent "import-unknown"
            ("there is no such import of yours in this tenant, or it was forgotten", "upload the file again");
    }
}

refusals! {
    /// Why an import cannot be dealt with like this.
    #[derive(Copy)]
    pub enum ImportClosed {
        /// Its reader is gone, or still at it.
        Unread = Conflict "import-unread" ("this file was not read to its end", "upload it again");
        /// Under way, or over.
        Started = Conflict "import-started" ("this import was started before", "look at its result, or upload the file again");
        /// Not under way.
        NotRunning = Conflict "import-not-running" ("this import is not being carried out", "look at where it stands");
    }
}

impl Import {
    /// What it would do in all.
    pub fn plan(&self) -> Totals {
        self.planned.iter().copied().sum()
    }

    /// What it has done so far.
    pub fn done(&self) -> Totals {
        self.course().map(|course| course.done.iter().copied().sum()).unwrap_or_default()
    }

    /// What was done so far, if it was started.
    pub const fn course(&self) -> Option<&Course> {
        match &self.state {
            ImportState::Reading | ImportState::Planned => None,
            ImportState::Running(course) | ImportState::Ended { course, .. } => Some(course),
        }
    }

    /// How many blocks of rows there are.
    pub fn blocks(&self) -> u32 {
        u32::try_from(self.planned.len()).unwrap_or(u32::MAX)
    }

    /// The stable word for where it stands.
    pub const fn status(&self) -> &'static str {
        match self.state {
            ImportState::Reading => "reading",
            ImportState::Planned => "planned",
            ImportState::Running(_) => "running",
            ImportState::Ended { .. } => "ended",
        }
    }

    /// Rows a second since it was started, and the seconds that the rest takes at that rate; `None` until something is done.
    pub fn pace(&self, now: DateTime<Utc>) -> Option<(f64, f64)> {
        let ImportState::Running(course) = &self.state else { return None };
        let seconds = f64::from(u32::try_from((now - course.started_at).num_milliseconds()).ok()?) / 1_000.0;
        let (done, all) = (self.done().rows(), self.plan().rows());
        let rate = f64::from(done) / seconds;
        (done > 0 && seconds > 0.0).then(|| (rate, f64::from(all.saturating_sub(done)) / rate))
    }

    /// This import, carried out from `now` on.
    #[must_use]
    pub(crate) fn started(self, mode: Mode, now: DateTime<Utc>) -> Self {
        Self { state: ImportState::Running(Course { mode, started_at: now, done: Vec::new() }), ..self }
    }

    /// This import with more blocks done.
    #[must_use]
    pub(crate) fn advanced(self, blocks: impl IntoIterator<Item = Totals>) -> Self {
        match self.state {
            ImportState::Running(mut course) => {
                course.done.extend(blocks);
                Self { state: ImportState::Running(course), ..self }
            }
            ImportState::Reading | ImportState::Planned | ImportState::Ended { .. } => self,
        }
    }

    /// This import, over.
    #[must_use]
    pub(crate) fn ended(self, how: Ending, now: DateTime<Utc>) -> Self {
        match self.state {
            ImportState::Running(course) => Self { state: ImportState::Ended { course, at: now, how }, ..self },
            ImportState::Reading | ImportState::Planned | ImportState::Ended { .. } => self,
        }
    }
}

impl Ending {
    /// The stable word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Cancelled { .. } => "cancelled",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// Stopped by `refusal`.
    pub(crate) fn stopped(refusal: &dyn Refusal) -> Self {
        let (code, advice) = (refusal.code().to_owned(), refusal.advice().to_owned());
        Self::Stopped { code, reason: refusal.to_string(), advice }
    }
}

impl Mode {
    /// Both.
    pub const ALL: [Self; 2] = [Self::RowByRow, Self::AllOrNothing];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RowByRow => "row-by-row",
            Self::AllOrNothing => "all-or-nothing",
        }
    }
}

impl Totals {
    /// How many rows.
    pub const fn rows(&self) -> u32 {
        self.create + self.change + self.unchanged + self.refuse
    }

    /// How many of one kind.
    pub const fn of(&self, kind: VerdictKind) -> u32 {
        match kind {
            VerdictKind::Create => self.create,
            VerdictKind::Change => self.change,
            VerdictKind::Unchanged => self.unchanged,
            VerdictKind::Refuse => self.refuse,
        }
    }

    /// Counts one more row, which owes so many `mails`.
    pub(crate) fn count(&mut self, kind: VerdictKind, mails: u32) {
        let rows = match kind {
            VerdictKind::Create => &mut self.create,
            VerdictKind::Change => &mut self.change,
            VerdictKind::Unchanged => &mut self.unchanged,
            VerdictKind::Refuse => &mut self.refuse,
        };
        *rows += 1;
        self.mails += mails;
    }
}

impl std::iter::Sum for Totals {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            create: sum.create + one.create,
            change: sum.change + one.change,
            unchanged: sum.unchanged + one.unchanged,
            refuse: sum.refuse + one.refuse,
            mails: sum.mails + one.mails,
        })
    }
}
