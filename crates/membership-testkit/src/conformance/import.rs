//! Imports: what is kept of an uploaded table, and a batch of its rows in one commit with what became of them.

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    context::Context,
    directory::{RecordFilter, RecordOrder},
    event::Event,
    id::{ImportId, MemberId},
    import::{
        BLOCK, BlockOutcomes, Course, Ending, Import, ImportState, KeptBlock, Mode, Outcome as RowOutcome, Totals,
        Verdict, Way, start::ImportOf,
    },
    store::{Scope, StoreError},
};

use super::{Outcome, crowd::at_once};
use crate::{Adapter, Bed, Failure, TypedTable};

/// A table of `count` people who are invited by mail, with `name` in their addresses.
fn people(name: &str, count: u32) -> TypedTable {
    let mut table = TypedTable::new(&["Name", "Roles", "E-mail"], []);
    for number in 1..=count {
        table.push(vec![format!("Ann {number}"), "Member".to_owned(), format!("{name}-{number}@example.org")]);
    }
    table
}

/// `import`, as it is once it was started.
fn running(import: &Import, now: DateTime<Utc>) -> Import {
    let course = Course { mode: Mode::RowByRow, started_at: now, done: Vec::new() };
    Import { state: ImportState::Running(course), ..import.clone() }
}

/// `import`, which is being carried out, with one more block done.
fn with_one_more(import: &Import) -> Import {
    let Some(course) = import.course().cloned() else { return import.clone() };
    let done = course.done.iter().copied().chain([Totals { create: 1, mails: 1, ..Totals::default() }]).collect();
    Import { state: ImportState::Running(Course { done, ..course }), ..import.clone() }
}

/// `import`, which is being carried out, as it is once it is over.
fn ended(import: &Import, at: DateTime<Utc>, how: Ending) -> Import {
    let Some(course) = import.course().cloned() else { return import.clone() };
    Import { state: ImportState::Ended { course, at, how }, ..import.clone() }
}

/// What became of the first row of `block`.
fn outcomes(block: u32, member: MemberId) -> BlockOutcomes {
    let outcome = RowOutcome { verdict: Verdict::Create { way: Way::Link }, member: Some(member) };
    BlockOutcomes { block, rows: vec![(block * BLOCK + 2, outcome)] }
}

impl Bed {
    /// `import` as it is kept.
    async fn kept(&self, import: &Import) -> Result<Option<Import>, StoreError> {
        self.adapter.imports.import(import.tenant, import.id).await
    }

    async fn block(&self, import: &Import, block: u32) -> Result<Option<KeptBlock>, StoreError> {
        self.adapter.imports.block(import.tenant, import.id, block).await
    }

    async fn keep_block(&self, import: &Import, block: u32, rows: &str) -> Result<(), StoreError> {
        self.adapter.imports.keep_block(import.tenant, import.id, block, rows).await
    }

    /// A planned import of one person, and started if `starts`.
    async fn one_row(&self, name: &str, starts: bool) -> Result<Import, Failure> {
        self.clock.advance(TimeDelta::milliseconds(2));
        let planned = self.planned(&people(name, 1)).await?;
        if !starts {
            return Ok(planned);
        }
        let started = running(&planned, self.clock.now());
        self.write(&[Event::ImportStarted(started.clone())]).await?;
        Ok(started)
    }
}

fn assert_raced<T: std::fmt::Debug>(outcome: &Result<T, StoreError>, what: &str) {
    assert!(matches!(outcome, Err(StoreError::Raced { .. })), "{what}: {outcome:?}");
}

/// What is planned is kept with its rows, and every state of an import reads back.
pub(super) async fn what_is_kept_reads_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let first = bed.planned(&people("ann", BLOCK + 5)).await?;
    assert_eq!((bed.kept(&first).await?, first.blocks()), (Some(first.clone()), 2));
    let number_of_rows =
        |block: Option<KeptBlock>| block.map(|kept| (kept.rows.matches("example.org").count(), kept.outcomes));
    assert_eq!(number_of_rows(bed.block(&first, 0).await?), Some((BLOCK as usize, None)));
    assert_eq!(number_of_rows(bed.block(&first, 1).await?), Some((5, None)));
    assert_eq!(bed.block(&first, 2).await?, None);

    let second = bed.one_row("bob", false).await?;
    assert_eq!(bed.adapter.imports.imports(bed.tenant.id).await?, [second.clone(), first.clone()], "newest first");
    let now = bed.clock.now();
    let by_operator = Ending::Cancelled { by: bed.member.id };
    let stopped = Ending::Stopped { code: "a".into(), reason: "\"b\" übel 界".into(), advice: "c".into() };
    for how in [Ending::Done, by_operator, stopped] {
        let planned = bed.one_row("cy", false).await?;
        let started = running(&planned, now);
        let over = ended(&started, now, how);
        for (event, after) in
            [(Event::ImportStarted(started.clone()), started), (Event::ImportEnded(over.clone()), over)]
        {
            bed.write(&[event]).await?;
            assert_eq!(bed.kept(&after).await?.as_ref(), Some(&after));
            let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
            let runs = Some(after.id).filter(|_| after.status() == "running");
            assert_eq!((tx.import(after.id).await?, tx.running_import().await?), (Some(after), runs));
        }
    }
    Ok(())
}

/// A plan is kept anew in the place of the old one, block by block, and only while it is read.
pub(super) async fn a_plan_is_kept_anew(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let planned = bed.planned(&people("ann", 2)).await?;
    assert_raced(&bed.keep_block(&planned, 0, "[1]").await, "what is planned stays as it was looked at");
    let reading = Import { state: ImportState::Reading, digest: String::new(), ..planned.clone() };
    bed.adapter.imports.keep(&reading).await?;
    assert_eq!(bed.kept(&planned).await?.as_ref(), Some(&reading));
    for (block, text) in [(0, "[1]"), (0, "[2]"), (3, "[3]")] {
        bed.keep_block(&planned, block, text).await?;
        let kept = KeptBlock { rows: text.to_owned(), outcomes: None };
        assert_eq!(bed.block(&planned, block).await?, Some(kept));
    }
    let again = Import { digest: "another".to_owned(), file: "übel.csv".to_owned(), ..planned.clone() };
    bed.adapter.imports.keep(&again).await?;
    assert_eq!(bed.kept(&planned).await?, Some(again));
    let nothing = Import { id: ImportId::new(bed.clock.now(), bed.membership.entropy()), ..planned };
    assert_raced(&bed.keep_block(&nothing, 0, "[1]").await, "there is no such import");
    assert_eq!(bed.block(&nothing, 0).await?, None);
    Ok(())
}

/// What was started is no plan any more: nobody keeps it over, or writes its rows anew.
pub(super) async fn a_started_import_is_not_kept_over(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let planned = bed.planned(&people("ann", 1)).await?;
    let started = running(&planned, bed.clock.now());
    assert_raced(&bed.adapter.imports.keep(&started).await, "nothing starts by being kept");
    bed.write(&[Event::ImportStarted(started.clone())]).await?;
    let over = ended(&started, bed.clock.now(), Ending::Done);
    let block = bed.block(&planned, 0).await?;
    for (number, now) in [&started, &over].into_iter().enumerate() {
        for state in [ImportState::Reading, ImportState::Planned, started.state.clone(), over.state.clone()] {
            let other = Import { state, ..planned.clone() };
            assert_raced(&bed.adapter.imports.keep(&other).await, &format!("{} over {}", other.status(), now.status()));
        }
        assert_raced(&bed.keep_block(&planned, 0, "[1]").await, now.status());
        assert_eq!((bed.kept(&planned).await?.as_ref(), bed.block(&planned, 0).await?), (Some(now), block.clone()));
        if number == 0 {
            bed.write(&[Event::ImportEnded(over.clone())]).await?;
        }
    }
    Ok(())
}

/// Proves I-47 in part: an import is started once, from its plan, and no other of the tenant beside it; it ends once.
pub(super) async fn an_import_is_started_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (planned, other) = (bed.one_row("ann", false).await?, bed.one_row("bob", false).await?);
    let start = |import: &Import| Event::ImportStarted(running(import, bed.clock.now()));
    let over = ended(&running(&planned, bed.clock.now()), bed.clock.now(), Ending::Done);
    assert_raced(&bed.write(&[Event::ImportEnded(over.clone())]).await, "it was not started");
    bed.adapter.imports.keep(&Import { state: ImportState::Reading, ..planned.clone() }).await?;
    assert_raced(&bed.write(&[start(&planned)]).await, "it is being read");
    bed.adapter.imports.keep(&planned).await?;
    let done = at_once(8, |_| {
        let (bed, event) = (bed.clone(), start(&planned));
        async move { bed.write(&[event]).await }
    })
    .await?;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    let before = bed.snapshot().await?;
    assert_raced(&bed.write(&[start(&planned)]).await, "it was started");
    assert_raced(&bed.write(&[bed.quiet_invitation()?, start(&other)]).await, "another is being carried out");
    assert_eq!(bed.snapshot().await?, before);
    bed.write(&[Event::ImportEnded(over.clone())]).await?;
    assert_raced(&bed.write(&[Event::ImportEnded(over)]).await, "it is over");
    assert_raced(&bed.write(&[start(&planned)]).await, "it is over");
    Ok(bed.write(&[start(&other)]).await?)
}

/// Proves I-47 in part: a batch's members and what became of its rows are one commit, once, or nothing.
pub(super) async fn a_batch_is_one_commit(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let planned = bed.planned(&people("ann", BLOCK + 1)).await?;
    let started = running(&planned, bed.clock.now());
    let Event::MemberInvited { member, invitation } = bed.quiet_invitation()? else {
        return Err("no invitation".into());
    };
    let invited = || Event::MemberInvited { member: member.clone(), invitation: invitation.clone() };
    let advanced =
        |block| Event::ImportAdvanced { import: with_one_more(&started), outcomes: vec![outcomes(block, member.id)] };
    assert_raced(&bed.write(&[invited(), advanced(0)]).await, "it is not being carried out");
    bed.write(&[Event::ImportStarted(started.clone())]).await?;

    let (before, block) = (bed.snapshot().await?, bed.block(&planned, 0).await?);
    let taken = Event::AccountRegistered(bed.account_named("root")?);
    assert_eq!(bed.write(&[invited(), taken, advanced(0)]).await, Err(StoreError::UsernameTaken));
    assert_raced(&bed.write(&[invited(), advanced(2)]).await, "there is no such block");
    assert_eq!((bed.snapshot().await?, bed.block(&planned, 0).await?), (before, block.clone()));
    assert_eq!(bed.kept(&planned).await?.as_ref(), Some(&started));

    bed.write(&[invited(), advanced(0)]).await?;
    let text = block.map(|kept| (kept.rows, Some(outcomes(0, member.id).to_text())));
    assert_eq!(bed.block(&planned, 0).await?.map(|kept| (kept.rows, kept.outcomes)), text);
    assert_eq!(bed.block(&planned, 1).await?.and_then(|kept| kept.outcomes), None);
    assert_eq!(bed.kept(&planned).await?, Some(with_one_more(&started)));

    let before = bed.snapshot().await?;
    assert_raced(&bed.write(&[bed.quiet_invitation()?, advanced(0)]).await, "this block is done");
    assert_eq!(bed.snapshot().await?, before);
    // The last batch and the end are one commit too.
    let over = ended(&with_one_more(&started), bed.clock.now(), Ending::Done);
    bed.write(&[bed.quiet_invitation()?, advanced(1), Event::ImportEnded(over.clone())]).await?;
    assert_eq!(bed.kept(&planned).await?, Some(over));
    assert_raced(&bed.write(&[advanced(1)]).await, "it is over");
    Ok(())
}

/// Proves I-47 in part, ORG-26 in part: whatever number of workers carries an import out at once, each batch is done once, and
/// each row makes one member.
pub(super) async fn workers_do_each_batch_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let count = 2 * BLOCK + 7;
    let planned = bed.planned(&people("ann", count)).await?;
    let which = ImportOf { tenant: bed.tenant.id, import: planned.id };
    bed.membership.start_import(&bed.as_administrator(), which, &planned.digest, Mode::RowByRow).await?;
    at_once(4, |_| {
        let bed = bed.clone();
        async move {
            while bed.adapter.imports.running(1).await?.contains(&(which.tenant, which.import)) {
                bed.membership.advance_import(&bed.as_system(), which).await?;
            }
            Ok::<(), StoreError>(())
        }
    })
    .await?
    .into_iter()
    .collect::<Result<(), _>>()?;
    let over = bed.kept(&planned).await?.ok_or("it is gone")?;
    assert!(matches!(over.state, ImportState::Ended { how: Ending::Done, .. }), "{:?}", over.state);
    assert_eq!(over.done(), Totals { create: count, mails: count, ..Totals::default() });
    let world = bed.world(bed.tenant.id).await?;
    assert_eq!(world.members.len(), 1 + count as usize);
    let advanced = world.audit.iter().filter(|record| record.name == "import.advanced").count();
    assert_eq!(advanced, planned.blocks() as usize);
    let rows = bed.rows_of(&bed.as_administrator(), &over).await?;
    assert!(rows.iter().all(|row| row.outcome.as_ref().is_some_and(|outcome| outcome.member.is_some())));
    Ok(())
}

/// Those that are being carried out are listed, of all tenants, oldest first.
pub(super) async fn running_imports_are_listed(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.at(&bed.found("Another Ltd", "otto").await?);
    assert_eq!(bed.adapter.imports.running(10).await?, []);
    let (first, second) = (other.one_row("ann", true).await?, bed.one_row("bob", true).await?);
    bed.one_row("cy", false).await?;
    let listed = [&first, &second].map(|import| (import.tenant, import.id));
    assert_eq!(bed.adapter.imports.running(10).await?, listed);
    assert_eq!(bed.adapter.imports.running(1).await?, listed[..1]);
    other.write(&[Event::ImportEnded(ended(&first, bed.clock.now(), Ending::Done))]).await?;
    assert_eq!(bed.adapter.imports.running(10).await?, listed[1..]);
    Ok(())
}

/// An import is forgotten with its rows, unless it is being carried out.
pub(super) async fn an_import_is_forgotten_with_its_rows(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let imports = &bed.adapter.imports;
    let (planned, beside) = (bed.planned(&people("ann", BLOCK + 1)).await?, bed.one_row("bob", true).await?);
    for import in [&beside, &planned, &planned] {
        imports.forget(bed.tenant.id, import.id).await?;
    }
    assert_eq!((bed.kept(&planned).await?, bed.kept(&beside).await?.as_ref()), (None, Some(&beside)));
    assert_eq!((bed.block(&planned, 0).await?, bed.block(&planned, 1).await?), (None, None));
    assert!(bed.block(&beside, 0).await?.is_some());
    assert_raced(&bed.keep_block(&planned, 0, "[]").await, "nothing is kept of what was forgotten");
    bed.write(&[Event::ImportEnded(ended(&beside, bed.clock.now(), Ending::Done))]).await?;
    imports.forget(bed.tenant.id, beside.id).await?;
    assert_eq!((imports.imports(bed.tenant.id).await?, bed.block(&beside, 0).await?), (vec![], None));
    Ok(())
}

/// Sweeping takes plans that nobody carried out and results of long ago, so many at a time; never what is being carried out.
pub(super) async fn sweeping_takes_what_is_old(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let imports = &bed.adapter.imports;
    let first = bed.one_row("ann", true).await?;
    let over = bed.clock.now();
    bed.write(&[Event::ImportEnded(ended(&first, over, Ending::Done))]).await?;
    let runs = bed.one_row("bob", true).await?;
    let (planned, read) = (bed.one_row("cy", false).await?, bed.one_row("dee", false).await?);
    imports.keep(&Import { state: ImportState::Reading, ..read.clone() }).await?;
    let young = bed.one_row("eve", false).await?;
    let long_ago = over - TimeDelta::days(1);
    assert_eq!(imports.sweep(planned.created_at, over, 100).await?, 0, "what is as old as that is kept");
    assert_eq!(imports.sweep(long_ago, over + TimeDelta::milliseconds(1), 100).await?, 1);
    assert_eq!((bed.kept(&first).await?, bed.block(&first, 0).await?), (None, None));
    for left in [1, 1, 0] {
        assert_eq!(imports.sweep(young.created_at, long_ago, 1).await?, left);
    }
    let kept: Vec<ImportId> = imports.imports(bed.tenant.id).await?.iter().map(|import| import.id).collect();
    assert_eq!(kept, [young.id, runs.id]);
    assert_eq!((bed.block(&planned, 0).await?, bed.block(&read, 0).await?), (None, None));
    assert_eq!(imports.sweep(young.created_at + TimeDelta::days(900), over + TimeDelta::days(900), 100).await?, 1);
    assert_eq!(bed.kept(&runs).await?, Some(runs));
    Ok(())
}

/// Proves I-40 in part, A34 in part: an import of another tenant is not there, whoever asks for it and however.
pub(super) async fn an_import_of_another_tenant_is_not_there(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.at(&bed.found("Another Ltd", "otto").await?);
    let planned = bed.planned(&people("ann", 1)).await?;
    let started = bed.one_row("bob", true).await?;
    let (imports, theirs) = (&bed.adapter.imports, other.tenant.id);
    for import in [&planned, &started] {
        assert_eq!(
            (imports.import(theirs, import.id).await?, imports.block(theirs, import.id, 0).await?),
            (None, None)
        );
        assert_raced(&imports.keep_block(theirs, import.id, 0, "[]").await, "keep_block");
        imports.forget(theirs, import.id).await?;
        let mut tx = bed.adapter.store.begin(Scope::Tenant(theirs)).await?;
        assert_eq!((tx.import(import.id).await?, tx.running_import().await?), (None, None));
        drop(tx);
        let misplaced = Import { tenant: theirs, maker: other.member.id, ..running(import, bed.clock.now()) };
        assert_raced(&other.write(&[Event::ImportStarted(misplaced)]).await, "start");
        for ctx in [other.as_administrator(), bed.as_administrator()] {
            assert_eq!(codes(&other, &ctx, import).await, codes(&other, &ctx, &unknown(&bed, import)).await);
        }
    }
    assert_eq!(imports.imports(theirs).await?, []);
    for scope in [Scope::Installation, Scope::Account(bed.administrator.id)] {
        let mut tx = bed.adapter.store.begin(scope).await?;
        assert_eq!((tx.import(started.id).await?, tx.running_import().await?), (None, None), "in {scope:?}");
    }
    assert_eq!((bed.kept(&planned).await?, bed.kept(&started).await?), (Some(planned), Some(started)));
    let (scope, filter) = (Scope::Tenant(theirs), RecordFilter::default());
    let records = other.adapter.directory.audit(scope, &filter, RecordOrder::After(0), 200).await?;
    assert!(records.iter().all(|record| !record.name.starts_with("import")));
    Ok(())
}

fn unknown(bed: &Bed, import: &Import) -> Import {
    Import { id: ImportId::new(bed.clock.now(), bed.membership.entropy()), ..import.clone() }
}

/// What each use case says of `import` in the tenant of `bed`.
async fn codes(bed: &Bed, ctx: &Context, import: &Import) -> Vec<String> {
    let (membership, which) = (&bed.membership, ImportOf { tenant: bed.tenant.id, import: import.id });
    let told = [
        membership.import(ctx, which).await.map_err(|refused| refused.to_string()).err(),
        membership.start_import(ctx, which, &import.digest, Mode::RowByRow).await.map_err(|it| it.to_string()).err(),
        membership.cancel_import(ctx, which).await.map_err(|refused| refused.to_string()).err(),
        membership.forget_import(ctx, which).await.map_err(|refused| refused.to_string()).err(),
        membership.plan_import_again(ctx, which.tenant, which.import).await.map_err(|it| it.to_string()).err(),
    ];
    told.into_iter().map(|told| told.unwrap_or_else(|| "done".to_owned())).collect()
}
