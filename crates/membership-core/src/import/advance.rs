//! Advance: the next batch of an import, in one commit with what became of it. So after a crash it goes on where it stopped: a
//! batch that is not written down was not done.

use super::{
    BlockOutcomes, Ending, Import, ImportClosed, ImportState, Mode, Outcome, PlannedRow, RowRefused, Totals, Verdict,
    VerdictKind,
    names::Names,
    start::ImportOf,
    weigh::{Scale, Weighed},
};
use crate::{
    Membership,
    actor::{Actor, Denied},
    context::Context,
    event::Event,
    refusal::Refusal as _,
    store::{Scope, StoreError},
};

/// A batch, done or given up.
struct Batch {
    outcomes: Vec<BlockOutcomes>,
    totals: Vec<Totals>,
    /// What makes members, and what changes some. No two rows are about one person, so the order is free, and new rows are written
    /// many at a time.
    made: Vec<Event>,
    changed: Vec<Event>,
    /// The first row that could not be done as was planned.
    moved: Option<Ending>,
}

impl Membership {
    /// Carries out the next batch of an import, as its maker and under the maker's rights of this moment: the import as it is
    /// then, or nothing if it is not being carried out. Called over and over until it is over, by any number of workers at once.
    pub async fn advance_import(&self, ctx: &Context, which: ImportOf) -> Result<Option<Import>, StoreError> {
        let running = self.imports.import(which.tenant, which.import).await?;
        let Some((import, blocks)) = running.and_then(|import| next_blocks(&import).map(|next| (import, next))) else {
            return Ok(None);
        };
        let mut kept = Vec::with_capacity(blocks.len());
        for block in blocks {
            let found = self.imports.block(which.tenant, which.import, block).await?;
            let found = found.ok_or_else(|| lost(&import, block))?;
            kept.push((block, found.rows()?));
        }
        let maker = Context { actor: Actor::Account(import.principal), ..ctx.clone() };
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        // Somebody else may have done this batch, or ended the import, since it was looked at.
        let Some(import) = tx.import(which.import).await?.filter(|now| now.state == import.state) else {
            return Ok(None);
        };
        let (tenant, grants) = match self.admitted(tx.as_mut(), &maker).await {
            Ok(admitted) => admitted,
            Err(Denied::Store(error)) => return Err(error),
            Err(denied) => {
                let import = import.ended(Ending::stopped(&denied), ctx.now);
                tx.commit(ctx, &[Event::ImportEnded(import.clone())]).await?;
                return Ok(Some(import));
            }
        };
        let entropy = self.entropy.as_ref();
        let scale = Scale { membership: self, ctx: &maker, tenant: &tenant, grants: &grants, entropy };
        let mut names = Names::of(&grants);
        let mut batch =
            Batch { outcomes: Vec::new(), totals: Vec::new(), made: Vec::new(), changed: Vec::new(), moved: None };
        for (block, rows) in kept {
            let weighed = scale.weigh_again(tx.as_mut(), &mut names, &import, rows).await?;
            batch.take(block, weighed);
        }
        let (import, events) = batch.close(import, &maker);
        tx.commit(&maker, &events).await?;
        Ok(Some(import))
    }

    /// Up to `limit` imports that are being carried out, for whoever carries them out.
    pub async fn running_imports(&self, limit: u32) -> Result<Vec<ImportOf>, StoreError> {
        let running = self.imports.running(limit).await?;
        Ok(running.into_iter().map(|(tenant, import)| ImportOf { tenant, import }).collect())
    }

    /// Forgets up to `limit` imports that have been kept long enough at `ctx.now`; how many there were.
    pub async fn sweep_imports(&self, ctx: &Context, limit: u32) -> Result<u64, StoreError> {
        self.imports.sweep(ctx.now - super::PLAN_KEPT, ctx.now - super::RESULT_KEPT, limit).await
    }
}

impl Batch {
    fn take(&mut self, block: u32, rows: Vec<(PlannedRow, Weighed)>) {
        let mut totals = Totals::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        for (row, weighed) in rows {
            let mails = weighed.mails();
            let was_refused = row.verdict.kind() == VerdictKind::Refuse;
            let (outcome, mails) = if !was_refused && weighed.verdict == row.verdict {
                let events = match weighed.verdict {
                    Verdict::Create { .. } => &mut self.made,
                    Verdict::Change { .. } | Verdict::Unchanged | Verdict::Refuse { .. } => &mut self.changed,
                };
                events.extend(weighed.events);
                (Outcome { verdict: weighed.verdict, member: weighed.member }, mails)
            } else {
                (otherwise(weighed), 0)
            };
            if !was_refused && outcome.verdict.kind() == VerdictKind::Refuse && self.moved.is_none() {
                self.moved = Some(undone(&row, &outcome));
            }
            totals.count(outcome.verdict.kind(), mails);
            outcomes.push((row.number, outcome));
        }
        self.totals.push(totals);
        self.outcomes.push(BlockOutcomes { block, rows: outcomes });
    }

    /// The import after this batch, and the facts to commit.
    fn close(self, import: Import, ctx: &Context) -> (Import, Vec<Event>) {
        let Self { outcomes, totals, made, changed, moved } = self;
        let mut events: Vec<Event> = made.into_iter().chain(changed).collect();
        let all_or_nothing = import.course().is_some_and(|course| course.mode == Mode::AllOrNothing);
        if let Some(how) = moved.filter(|_| all_or_nothing) {
            let import = import.ended(how, ctx.now);
            return (import.clone(), vec![Event::ImportEnded(import)]);
        }
        let import = import.advanced(totals);
        events.push(Event::ImportAdvanced { import: import.clone(), outcomes });
        let is_last = import.course().is_some_and(|course| course.done.len() >= import.planned.len());
        if !is_last {
            return (import, events);
        }
        let import = import.ended(Ending::Done, ctx.now);
        events.push(Event::ImportEnded(import.clone()));
        (import, events)
    }
}

/// What a plan did not show is not done; that there is nothing to do any more is as good as done.
fn otherwise(weighed: Weighed) -> Outcome {
    match weighed.verdict {
        verdict @ (Verdict::Unchanged | Verdict::Refuse { .. }) => Outcome { verdict, member: weighed.member },
        verdict @ (Verdict::Create { .. } | Verdict::Change { .. }) => {
            let moved = RowRefused::Moved { now: verdict.kind().words() };
            let Weighed { verdict, .. } = Weighed::refused([super::RowFault::new(None, &moved)]);
            Outcome { verdict, member: None }
        }
    }
}

/// Why nothing is done, where all or nothing is.
fn undone(row: &PlannedRow, outcome: &Outcome) -> Ending {
    let fault = outcome.verdict.faults().first();
    Ending::Stopped {
        code: fault.map_or_else(|| "row-moved".to_owned(), |fault| fault.code.clone()),
        reason: format!("row {}: {}", row.number, fault.map_or("", |fault| &fault.reason)),
        advice: fault.map_or_else(String::new, |fault| fault.fix.clone()),
    }
}

/// The blocks that are done next; nothing if it is not being carried out.
fn next_blocks(import: &Import) -> Option<Vec<u32>> {
    let ImportState::Running(course) = &import.state else { return None };
    Some(match course.mode {
        Mode::RowByRow => vec![u32::try_from(course.done.len()).unwrap_or(u32::MAX)],
        Mode::AllOrNothing => (0..import.blocks()).collect(),
    })
}

fn lost(import: &Import, block: u32) -> StoreError {
    let reason = ImportClosed::Unread;
    StoreError::Corrupt { detail: format!("import {}, block {block}: {} ({})", import.id, reason, reason.code()) }
}
