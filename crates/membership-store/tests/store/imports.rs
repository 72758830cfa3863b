//! An import whose process is killed again and again. The process is this program, told to run [`another_process`] alone.

use std::{
    collections::BTreeSet,
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use membership_core::{
    Membership,
    actor::Actor,
    email::EmailAddress,
    import::{BLOCK, Import, ImportState, Mode, Totals, start::ImportOf},
    invariants,
};
use membership_store::Database;
use membership_testkit::{Adapter, Bed, Dice, Failure, TypedTable, bed};

use crate::{
    place::Place,
    process::{context, into_inner},
};

const URL: &str = "MEMBERSHIP_TEST_IMPORTING_PROCESS_URL";
const SEED: &str = "MEMBERSHIP_TEST_IMPORTING_PROCESS_SEED";
const SAID: &str = "done ";
/// As many batches, the last one short.
const BATCHES: u32 = 6;
const ROWS: u32 = (BATCHES - 1) * BLOCK + 7;

/// Proves ORG-26 in part, I-47 in part, I-41 in part and I-43 in part: an import that is killed in the middle, again and again,
/// goes on where it stopped. What was said to be done is done; in the end every row has made its member, its mail and its result
/// once.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_survives_being_killed() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(Adapter::of(into_inner(place.ready().await?)?)).await?;
        let planned = bed.planned(&people()).await?;
        let which = ImportOf { tenant: bed.tenant.id, import: planned.id };
        bed.membership.start_import(&bed.as_administrator(), which, &planned.digest, Mode::RowByRow).await?;

        let mut kills = 0;
        let over = loop {
            let said = carried_on(&place, kills)?;
            let import = bed.adapter.imports.import(which.tenant, which.import).await?.ok_or("it is gone")?;
            assert!(import.done().rows() >= said, "{said} rows were said to be done, {:?} are", import.done());
            match import.state {
                ImportState::Ended { .. } => break import,
                ImportState::Reading | ImportState::Planned | ImportState::Running(_) => kills += 1,
            }
            assert!(kills <= BATCHES, "each process does a batch before it is killed");
        };
        assert!(kills >= 2, "it was to be killed in the middle: {kills}");
        assert_eq!(over.done(), Totals { create: ROWS, mails: ROWS, ..Totals::default() });
        every_row_is_there_once(&bed, &over).await?;
    }
    Ok(())
}

async fn every_row_is_there_once(bed: &Bed, import: &Import) -> Result<(), Failure> {
    let world = bed.world(bed.tenant.id).await?;
    let addresses = world.members.iter().filter_map(|member| member.email.as_ref()).map(EmailAddress::as_str);
    let there: Vec<&str> = addresses.filter(|address| address.starts_with("ann-")).collect();
    let each: BTreeSet<&str> = there.iter().copied().collect();
    let rows = usize::try_from(ROWS)?;
    assert_eq!((there.len(), each.len(), world.outbox.len()), (rows, rows, rows));
    let named = |name: &str| world.audit.iter().filter(|record| record.name == name).count();
    assert_eq!((named("member.invited"), named("import.ended")), (rows, 1));
    assert_eq!(named("import.advanced"), usize::try_from(BATCHES)?);
    let made: Vec<_> = bed.rows_of(&bed.as_administrator(), import).await?;
    let made: BTreeSet<_> = made.iter().filter_map(|row| row.outcome.as_ref()?.member).collect();
    assert_eq!(made.len(), rows);
    assert_eq!(invariants::check(&world, bed.clock.now()), []);
    Ok(())
}

/// Starts a process that carries imports out, and kills it some time after its first batch, another time with each `number`:
/// how many rows it had said were done.
fn carried_on(place: &Place, number: u32) -> Result<u32, Failure> {
    let mut child = start(place, number)?;
    let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let mut said = 0;
    for line in lines {
        let line = line?;
        let Some(done) = line.strip_prefix(SAID) else { continue };
        if said == 0 {
            // Into the weighing, the writing or the commit of the next batch.
            std::thread::sleep(Duration::from_millis(u64::from(number) * 45));
            child.kill()?;
        }
        said = done.parse()?;
    }
    child.wait()?;
    Ok(said)
}

fn start(place: &Place, number: u32) -> Result<Child, Failure> {
    let arguments = ["imports::another_process", "--exact", "--ignored", "--nocapture"];
    let mut command = Command::new(env::current_exe()?);
    let command = command.args(arguments).env(URL, &place.url).env(SEED, (1_000 + number).to_string());
    Ok(command.stdout(Stdio::piped()).spawn()?)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other process of the test above"]
async fn another_process() -> Result<(), Failure> {
    let (Ok(url), Ok(seed)) = (env::var(URL), env::var(SEED)) else { return Ok(()) };
    let adapter = Adapter::of(into_inner(Database::open(&url).await?)?);
    let membership = Membership::new(bed::parts(&adapter, Arc::new(Dice::seeded(seed.parse()?)))?);
    let ctx = context(Actor::System, &membership);
    while let Some(which) = membership.running_imports(1).await?.pop() {
        if let Some(import) = membership.advance_import(&ctx, which).await? {
            println!("{SAID}{}", import.done().rows());
        }
    }
    Ok(())
}

fn people() -> TypedTable {
    let mut table = TypedTable::new(&["Name", "Roles", "E-mail"], []);
    for number in 1..=ROWS {
        table.push(vec![format!("Ann {number}"), "Member".to_owned(), format!("ann-{number}@example.org")]);
    }
    table
}
