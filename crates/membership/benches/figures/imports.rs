//! Imports: planning 100,000 rows beside only reading the same file with the same reader, applying 10,000 invitations beside the
//! same rows by bare multi-row SQL in one transaction, and the memory of both at 1,000 and at 100,000 rows.

use std::{
    fs::File,
    io::Seek as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use membership_core::import::{BLOCK, Import, ImportState, Mode, Rows as _, start::ImportOf};
use membership_sheet::{Column, Format, TableWriter, Tone};
use membership_store::Database;
use membership_testkit::{Adapter, Bed};
use membership_web::table::{SheetRows, Upload};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseBackend, Statement};

const SIZES: [usize; 2] = [1_000, 100_000];
const APPLIED: usize = 10_000;
const ROUNDS: usize = 5;
const TITLES: [&str; 7] = ["Name", "Departments", "Roles", "E-mail", "Username", "How to join", "Language"];
/// What an invitation by mail leaves rows in, whatever refers to something behind it.
const TABLES: [&str; 7] = ["member", "member_department", "member_text", "assignment", "invitation", "outbox", "audit"];

pub(crate) async fn measure() {
    println!("imports on SQLite");
    for format in [Format::Xlsx, Format::Csv] {
        for rows in SIZES {
            plan(format, rows).await;
        }
    }
    apply(Mode::RowByRow).await;
    apply(Mode::AllOrNothing).await;
}

async fn bed(folder: &Path) -> (Bed, String) {
    let url = format!("sqlite://{}?mode=rwc", folder.join("membership.db").display());
    let database = Database::open(&url).await.expect("a database");
    database.migrate().await.expect("its tables");
    let adapter = Adapter::of(Arc::into_inner(database).expect("nobody else has it"));
    let bed = Bed::over(adapter).await.expect("a bed");
    for name in ["Sales", "Finance", "Research", "Operations"] {
        bed.department(name, bed.root().expect("a root")).await.expect("a department");
    }
    (bed, url)
}

/// A file of `rows` people, each with a name, a department, a role, an address and a language.
fn file(format: Format, rows: usize) -> File {
    let columns = TITLES.map(|title| Column { title, width_chars: 20 });
    let mut table = TableWriter::new(format, "People", &columns).expect("a table");
    for row in 0..rows {
        let name = format!("Person Number {row}");
        let address = format!("person.{row}@example.org");
        let department = ["Sales", "Finance", "Research", "Operations"][row % 4];
        table.row(&[&name, department, "Member", &address, "", "mail", "en"], Tone::Plain).expect("a row");
    }
    table.finish().expect("a file")
}

async fn rows_of(mut file: File) -> SheetRows {
    file.rewind().expect("its beginning");
    SheetRows::of(Upload { file, name: "people".to_owned(), media: None }).await
}

/// The median of some rounds of each, taken in turns, so that a slow minute slows both.
async fn plan(format: Format, rows: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (bed, _) = bed(folder.path()).await;
    let made = file(format, rows);
    let copy = || made.try_clone().expect("the same file");
    let (mut reading, mut planning, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        assert_eq!(read(copy()).await, rows + 1);
        reading.push(begun.elapsed());
        let before = resident_after_reset();
        let begun = Instant::now();
        let mut table = rows_of(copy()).await;
        let ctx = bed.as_administrator();
        let planned = bed.membership.plan_import(&ctx, bed.tenant.id, "people", &mut table).await.expect("a plan");
        planning.push(begun.elapsed());
        peak = peak.max(peak_resident().saturating_sub(before));
        assert_eq!(usize::try_from(planned.plan().create).expect("few"), rows);
        let which = ImportOf { tenant: bed.tenant.id, import: planned.id };
        bed.membership.forget_import(&ctx, which).await.expect("forgotten");
    }
    let (reading, planning) = (median(reading), median(planning));
    println!(
        "  {}, {rows:>6} rows: read {reading:>7.1?}, planned {planning:>7.1?}: {:.2} times; memory {:.1} MiB more at the peak",
        format!("{format:?}").to_lowercase(),
        planning.as_secs_f64() / reading.as_secs_f64(),
        mebibytes(peak)
    );
}

/// How many lines the reader alone finds.
async fn read(file: File) -> usize {
    let mut table = rows_of(file).await;
    let mut lines = 0;
    loop {
        let some = table.next(BLOCK as usize).await.expect("lines");
        if some.is_empty() {
            return lines;
        }
        lines += some.len();
    }
}

async fn apply(mode: Mode) {
    let folder = tempfile::tempdir().expect("a folder");
    let (bed, url) = bed(folder.path()).await;
    let ctx = bed.as_administrator();
    let mut table = rows_of(file(Format::Xlsx, APPLIED)).await;
    let planned = bed.membership.plan_import(&ctx, bed.tenant.id, "people", &mut table).await.expect("a plan");
    // The tables as they are before, and nobody in them yet whom the import makes.
    let before = folder.path().join("before.db");
    let side = connect(&url).await;
    side.execute_unprepared(&format!("VACUUM INTO '{}'", before.display())).await.expect("a copy");
    let which = ImportOf { tenant: bed.tenant.id, import: planned.id };
    let baseline = resident_after_reset();
    let begun = Instant::now();
    bed.membership.start_import(&ctx, which, &planned.digest, mode).await.expect("started");
    let started = begun.elapsed();
    let done = carry_out(&bed, which).await;
    let all = begun.elapsed();
    let peak = peak_resident().saturating_sub(baseline);
    assert_eq!(usize::try_from(done.done().create).expect("few"), APPLIED);
    let bare = bare(&side, &before, &folder.path().join("membership.db")).await;
    println!(
        "  {}, {APPLIED} invitations: {all:.1?} ({started:.1?} of it looking whether the tenant has moved); the same rows by bare \
         multi-row SQL {bare:.1?}: {:.2} times; memory {:.1} MiB more at the peak",
        mode.as_str(),
        all.as_secs_f64() / bare.as_secs_f64(),
        mebibytes(peak)
    );
}

async fn carry_out(bed: &Bed, which: ImportOf) -> Import {
    loop {
        let import = bed.membership.advance_import(&bed.as_system(), which).await.expect("a batch");
        let import = import.expect("it runs");
        if let ImportState::Ended { .. } = import.state {
            return import;
        }
    }
}

/// How long it takes to insert into `before` what `after` has more, as text that says it all, 500 rows a statement.
async fn bare(side: &sea_orm::DatabaseConnection, before: &Path, after: &Path) -> Duration {
    let mut statements = Vec::new();
    side.execute_unprepared(&format!("ATTACH '{}' AS earlier", before.display())).await.expect("both");
    for table in TABLES {
        let columns = texts(side, &format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let quoted =
            columns.iter().map(|column| format!("quote(\"{column}\")")).collect::<Vec<_>>().join(" || ',' || ");
        let names = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
        let rows = texts(
            side,
            &format!(
                "SELECT '(' || {quoted} || ')' FROM main.{table} WHERE rowid NOT IN (SELECT rowid FROM earlier.{table})"
            ),
        )
        .await;
        for some in rows.chunks(500) {
            statements.push(format!("INSERT INTO {table} ({names}) VALUES {}", some.join(",")));
        }
    }
    assert!(after.exists());
    let bare = connect(&format!("sqlite://{}", before.display())).await;
    for pragma in ["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"] {
        bare.execute_unprepared(pragma).await.expect("a setting");
    }
    let begun = Instant::now();
    bare.execute_unprepared("BEGIN IMMEDIATE").await.expect("a transaction");
    bare.execute_unprepared("PRAGMA defer_foreign_keys=ON").await.expect("a setting");
    for statement in &statements {
        bare.execute_unprepared(statement).await.expect("some rows");
    }
    bare.execute_unprepared("COMMIT").await.expect("durable");
    begun.elapsed()
}

async fn connect(url: &str) -> sea_orm::DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.expect("a database")
}

async fn texts(database: &sea_orm::DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(DatabaseBackend::Sqlite, sql);
    let rows = database.query_all_raw(statement).await.expect("rows");
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Bytes resident now, with the peak counted anew from here.
fn resident_after_reset() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").expect("the peak is forgotten");
    status("VmRSS:")
}

fn peak_resident() -> u64 {
    status("VmHWM:")
}

fn status(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let found = status.lines().find_map(|text| text.strip_prefix(line)).expect("a line");
    found.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1_024
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_024).unwrap_or(u32::MAX)) / 1_024.0
}
