//! Imports in every state, and what carries them out: slowly enough to be looked at.

use std::time::Duration;

use chrono::TimeDelta;
use membership_core::{
    Membership,
    context::Context,
    import::{Import, Mode, start::ImportOf},
};
use membership_testkit::{Bed, Failure, ManualClock, TypedTable};

/// Between two batches.
const PAUSE: Duration = Duration::from_secs(8);

const HEADER: [&str; 7] = ["Name", "Departments", "Roles", "E-mail", "Username", "How to join", "Shoe size"];
/// What goes wrong in real tables, and some names to be careful with.
const MIXED: [[&str; 7]; 14] = [
    ["Aiko Tanaka", "", "Member", "aiko.tanaka@example.org", "", "mail", "38"],
    ["Björn Lindqvist", "", "Member", "", "", "link", "44"],
    ["Chiara Rossi", "", "Member", "", "chiara.rossi", "password link", ""],
    ["<script>alert(\"row\")</script>", "", "Member", "script@example.org", "", "", ""],
    ["Dmitri Petrov", "Moon base", "Membre", "dmitri@", "", "", "45"],
    ["Elif Yılmaz", "", "", "elif@example.org", "", "", ""],
    ["عبد الرحمن بن محمد الفارسي", "", "Member", "", "", "link", ""],
    ["", "", "Member", "", "", "", "41"],
    [
        "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg-Schillingsfürst",
        "",
        "Member; Member manager",
        "",
        "",
        "link",
        "",
    ],
    ["Aiko Tanaka", "", "Member", "aiko.tanaka@example.org", "", "mail", "38"],
    ["Bea O. Okonkwo", "", "", "bea@example.org", "", "", ""],
    ["Bea the second", "", "Member manager until 2020-13-45", "", "", "carrier pigeon", ""],
    ["", "", "Member", "", "nina", "", ""],
    ["김서연", "", "Member", "", "", "link", ""],
];

fn table(rows: impl IntoIterator<Item = [String; 7]>) -> TypedTable {
    let mut table = TypedTable::new(&HEADER, []);
    rows.into_iter().for_each(|row| table.push(row.to_vec()));
    table
}

fn crowd(what: &'static str, count: u32) -> impl Iterator<Item = [String; 7]> {
    (0..count).map(move |number| {
        [
            format!("{what} {number}"),
            String::new(),
            "Member".into(),
            String::new(),
            String::new(),
            "link".into(),
            String::new(),
        ]
    })
}

async fn planned(bed: &Bed, file: &str, rows: impl IntoIterator<Item = [String; 7]>) -> Result<Import, Failure> {
    bed.clock.advance(TimeDelta::minutes(7));
    let (ctx, tenant) = (bed.as_administrator(), bed.tenant.id);
    Ok(bed.membership.plan_import(&ctx, tenant, file, &mut table(rows)).await?)
}

async fn started(bed: &Bed, import: &Import, mode: Mode) -> Result<ImportOf, Failure> {
    let which = ImportOf { tenant: import.tenant, import: import.id };
    bed.membership.start_import(&bed.as_administrator(), which, &import.digest, mode).await?;
    Ok(which)
}

/// One in each state.
pub(super) async fn fill(bed: &Bed) -> Result<(), Failure> {
    let mixed = || MIXED.map(|row| row.map(str::to_owned));
    let done = planned(bed, "new-starters-2026.xlsx", mixed()).await?;
    bed.carry_out(started(bed, &done, Mode::RowByRow).await?).await?;
    let whole = planned(bed, "night-shift.csv", crowd("Night", 12)).await?;
    bed.carry_out(started(bed, &whole, Mode::AllOrNothing).await?).await?;
    let cancelled = planned(bed, "everybody <b>once</b> more.xlsx", crowd("Temp", 1_400)).await?;
    let which = started(bed, &cancelled, Mode::RowByRow).await?;
    bed.membership.advance_import(&bed.as_system(), which).await?;
    bed.membership.cancel_import(&bed.as_administrator(), which).await?;
    let more = crowd("Person", 140).zip(0..).map(|(mut row, number): ([String; 7], u32)| {
        if let (true, [_, department, ..]) = (number % 9 == 4, &mut row) {
            "Nowhere / At all".clone_into(department);
        }
        row
    });
    let again = mixed().into_iter().map(|mut row| {
        if let [name, _, _, email, ..] = &mut row
            && !email.is_empty()
        {
            name.push_str(" the Younger");
        }
        row
    });
    planned(bed, "autumn.xlsx", again.chain(more)).await?;
    planned(bed, "board.csv", crowd("Board member", 5)).await?;
    let running = planned(
        bed,
        "acquisition-of-a-company-with-a-rather-long-name-all-people-final-v7.xlsx",
        crowd("Acquired", 4_000),
    )
    .await?;
    started(bed, &running, Mode::RowByRow).await?;
    Ok(())
}

/// Carries out what runs, one batch at a time.
pub(super) async fn work(membership: Membership, clock: ManualClock, system: Context) {
    loop {
        tokio::time::sleep(PAUSE).await;
        for which in membership.running_imports(10).await.unwrap_or_default() {
            clock.advance(TimeDelta::seconds(8));
            let now = Context { now: clock.now(), ..system.clone() };
            drop(membership.advance_import(&now, which).await);
        }
    }
}
