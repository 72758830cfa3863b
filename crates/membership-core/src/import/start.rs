//! Start: an import is carried out as it was planned, unless the tenant has moved since. And cancel, and forget.

use super::{
    CellChange, Ending, Import, ImportClosed, ImportState, ImportUnknown, MOST_AT_ONCE, MOST_TEXT_AT_ONCE, Mode,
    PlannedRow, RowFault, Verdict, VerdictKind,
    names::Names,
    plan::PlanError,
    typed::Typed,
    weigh::{NoEntropy, Scale, Weighed},
};
use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    event::Event,
    id::{ImportId, TenantId},
    refusal::{CodeRow, Fault, Kind, Refusal, refusals},
    role::Permission,
    store::{Scope, StoreError, Tx},
};

/// Most rows that are named where the tenant has moved.
const MOST_NAMED: usize = 20;

/// An import of a tenant, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The import.
    pub import: ImportId,
}

refusals! {
    /// Why an import was not started.
    pub enum StartError {
        /// Another plan.
        OtherPlan = Conflict "plan-is-another"
            ("this is not the plan that was looked at", "look at the plan as it is now, and carry that out");
        /// Some rows are refused.
        RowsRefused {
            /// How many.
            refused: u32,
        } = Conflict "rows-refused"
            ("{refused} of the rows would be refused, so all or nothing is nothing", "mend these rows and upload the file again, or choose row by row");
        /// Too many for one step.
        TooMany {
            /// How many.
            rows: u32,
        } = Conflict "rows-too-many-at-once"
            ("{rows} rows like these are too many to be done all or none; at most 10,000 are, with 8 MiB of text", "choose row by row, or split the file");
        /// Another is.
        OtherRuns = Conflict "import-running"
            ("another import of this tenant is being carried out", "wait until it is over, or cancel it");
    } passing Moved(Moved), Plan(PlanError), Unknown(ImportUnknown), Closed(ImportClosed), Denied(Denied), Store(StoreError)
}

/// The tenant has moved since the plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "since this was planned, something has changed ({what}), and not all rows would come out as planned ({rows} would not); nothing was done"
)]
pub struct Moved {
    what: String,
    rows: u32,
    faults: Vec<Fault>,
}

impl Moved {
    /// The row for the documentation.
    pub const CODES: &'static [CodeRow] = &[CodeRow {
        code: "plan-outdated",
        kind: Kind::Conflict,
        message: "since this was planned, something has changed ({what}), and not all rows would come out as planned ({rows} would not); nothing was done",
        advice: "plan it again, look at the new plan, and carry that out",
    }];

    /// Every code that it can carry.
    pub fn all_codes() -> Vec<&'static CodeRow> {
        Self::CODES.iter().collect()
    }
}

impl Refusal for Moved {
    fn kind(&self) -> Kind {
        Kind::Conflict
    }

    fn code(&self) -> &'static str {
        "plan-outdated"
    }

    fn advice(&self) -> &'static str {
        "plan it again, look at the new plan, and carry that out"
    }

    fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl Membership {
    /// Starts an import as it was planned under `digest`: from now on [`advance_import`](Self::advance_import) carries it out.
    /// Needs what planning needed, and is its maker's.
    pub async fn start_import(
        &self,
        ctx: &Context,
        which: ImportOf,
        digest: &str,
        mode: Mode,
    ) -> Result<Import, StartError> {
        let import = self.own_import(ctx, which).await?;
        startable(&import, digest, mode)?;
        self.has_not_moved(ctx, &import).await?;
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let import = tx.import(which.import).await?.filter(|import| import.maker == grants.member().id);
        let import = import.ok_or(ImportUnknown::Here)?;
        startable(&import, digest, mode)?;
        if tx.running_import().await?.is_some() {
            return Err(StartError::OtherRuns);
        }
        let import = Import { principal: ctx.actor.principal()?, ..import.started(mode, ctx.now) };
        tx.commit(ctx, &[Event::ImportStarted(import.clone())]).await?;
        Ok(import)
    }

    /// Ends an import between two batches: what is done stays done. Its maker may, and whoever holds
    /// [`Permission::MEMBERS_MANAGE`] in the whole tenant.
    pub async fn cancel_import(&self, ctx: &Context, which: ImportOf) -> Result<Import, StartError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let import = endable(&grants, tx.import(which.import).await?)?;
        let ImportState::Running(_) = import.state else { return Err(ImportClosed::NotRunning.into()) };
        let import = import.ended(Ending::Cancelled { by: grants.member().id }, ctx.now);
        tx.commit(ctx, &[Event::ImportEnded(import.clone())]).await?;
        Ok(import)
    }

    /// Forgets an import, with all that was uploaded: one that was never started, or is over.
    pub async fn forget_import(&self, ctx: &Context, which: ImportOf) -> Result<(), StartError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let import = endable(&grants, tx.import(which.import).await?)?;
        drop(tx);
        match import.state {
            ImportState::Running(_) => Err(ImportClosed::Started.into()),
            ImportState::Reading | ImportState::Planned | ImportState::Ended { .. } => {
                Ok(self.imports.forget(which.tenant, which.import).await?)
            }
        }
    }

    /// An import that is the actor's own.
    pub(super) async fn own_import(&self, ctx: &Context, which: ImportOf) -> Result<Import, StartError> {
        let (_, grants, _) = self.may_import(ctx, which.tenant).await?;
        let import = self.imports.import(which.tenant, which.import).await?;
        Ok(import.filter(|import| import.maker == grants.member().id).ok_or(ImportUnknown::Here)?)
    }

    /// Whether every row would come out as was planned.
    async fn has_not_moved(&self, ctx: &Context, import: &Import) -> Result<(), StartError> {
        let mut faults = Vec::new();
        let (mut rows, mut what, mut names) = (0_u32, String::new(), None);
        for block in 0..import.blocks() {
            let kept = self.imports.block(import.tenant, import.id, block).await?.ok_or(ImportClosed::Unread)?;
            let planned = kept.rows()?;
            let mut tx = self.store.begin(Scope::Tenant(import.tenant)).await?;
            let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
            if what.is_empty() {
                what = import.basis.moved(&Self::basis(&tenant, &grants));
            }
            let names = names_for(&mut names, &grants);
            let at = Scale { membership: self, ctx, tenant: &tenant, grants: &grants, entropy: &NoEntropy };
            for (row, weighed) in at.weigh_again(tx.as_mut(), names, import, planned).await? {
                if row.verdict != weighed.verdict {
                    rows += 1;
                    if faults.len() < MOST_NAMED {
                        faults.push(moved_row(&row, &weighed));
                    }
                }
            }
        }
        if rows == 0 { Ok(()) } else { Err(Moved { what, rows, faults }.into()) }
    }
}

impl Scale<'_> {
    /// Weighs those of `planned` that were not refused, each beside what it was.
    pub(super) async fn weigh_again(
        &self,
        tx: &mut dyn Tx,
        names: &mut Names,
        import: &Import,
        planned: Vec<PlannedRow>,
    ) -> Result<Vec<(PlannedRow, Weighed)>, StoreError> {
        let columns: Vec<_> = import.header.0.iter().map(|heading| heading.column).collect();
        let policy = &self.tenant.policy;
        let good = planned.iter().filter(|row| row.verdict.kind() != VerdictKind::Refuse);
        let typed = good.map(|row| Typed::read(&columns, &row.cells, names, policy)).collect();
        let mut weighed = self.weigh(tx, names, typed).await?.into_iter();
        let mut next = |row: &PlannedRow| match row.verdict.kind() {
            VerdictKind::Refuse => Weighed::refused(row.verdict.faults().iter().cloned()),
            VerdictKind::Create | VerdictKind::Change | VerdictKind::Unchanged => {
                weighed.next().unwrap_or_else(|| Weighed::refused([]))
            }
        };
        Ok(planned
            .into_iter()
            .map(|row| {
                let weighed = next(&row);
                (row, weighed)
            })
            .collect())
    }
}

/// The names for `grants`, kept as long as they are those.
pub(super) fn names_for<'a>(kept: &'a mut Option<Names>, grants: &Grants) -> &'a mut Names {
    if kept.as_ref().is_none_or(|names| !names.are_of(grants)) {
        *kept = None;
    }
    kept.get_or_insert_with(|| Names::of(grants))
}

fn startable(import: &Import, digest: &str, mode: Mode) -> Result<(), StartError> {
    match import.state {
        ImportState::Planned => {}
        ImportState::Reading => return Err(ImportClosed::Unread.into()),
        ImportState::Running(_) | ImportState::Ended { .. } => return Err(ImportClosed::Started.into()),
    }
    if import.digest != digest {
        return Err(StartError::OtherPlan);
    }
    let plan = import.plan();
    match mode {
        Mode::AllOrNothing if plan.refuse > 0 => Err(StartError::RowsRefused { refused: plan.refuse }),
        Mode::AllOrNothing if plan.rows() > MOST_AT_ONCE || import.text > MOST_TEXT_AT_ONCE => {
            Err(StartError::TooMany { rows: plan.rows() })
        }
        Mode::AllOrNothing | Mode::RowByRow => Ok(()),
    }
}

/// An import that the holder of `grants` may end or forget: its maker may by what an import can be made by, which is less than all of
/// the maker where a program asks, and whoever manages all members. Whoever can make none is told that, as everywhere.
fn endable(grants: &Grants, import: Option<Import>) -> Result<Import, StartError> {
    grants.importing()?;
    let may = |import: &Import| import.maker == grants.member().id || grants.holds(&Permission::MEMBERS_MANAGE);
    Ok(import.filter(may).ok_or(ImportUnknown::Here)?)
}

fn moved_row(row: &PlannedRow, weighed: &Weighed) -> Fault {
    let detail = match (&row.verdict, &weighed.verdict) {
        (Verdict::Change { cells: planned }, Verdict::Change { cells: now }) => moved_cells(row.number, planned, now),
        (planned, now) => {
            let now = match now.faults().first() {
                Some(RowFault { reason, .. }) => format!("be refused: {reason}"),
                None => now.kind().words().to_owned(),
            };
            format!("row {} was to {}, and would now {now}", row.number, planned.kind().words())
        }
    };
    Fault { pointer: format!("/rows/{}", row.number), code: "row-moved", detail, advice: "plan it again" }
}

/// What has moved of a row that would change a member, as was planned: what is there by now, or which cells.
fn moved_cells(number: u32, planned: &[CellChange], now: &[CellChange]) -> String {
    let moved = planned.iter().find_map(|was| {
        let is = now.iter().find(|is| is.column == was.column && is.to == was.to && is.from != was.from)?;
        Some((was.column.title(), &was.from, &is.from))
    });
    let Some((column, was, is)) = moved else {
        let titles = |cells: &[CellChange]| cells.iter().map(|cell| cell.column.title()).collect::<Vec<_>>().join(", ");
        return format!("row {number} was to change {}, and would now change {}", titles(planned), titles(now));
    };
    let (was, is) = (quoted(was), quoted(is));
    format!("row {number} changes \u{201c}{column}\u{201d}, which was {was} and is {is} by now")
}

fn quoted(text: &str) -> String {
    if text.is_empty() { "empty".to_owned() } else { format!("\u{201c}{text}\u{201d}") }
}
