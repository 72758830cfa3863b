//! A tree of 10,000 departments with 100,000 members: reading it with its counts beside the bare query, pages of members by
//! department, and moving half of it, in one run.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use membership_core::{
    department::{Department, DepartmentOf, Departments, Headcount, Lineage, Position, Tree},
    directory::{InDepartments, MemberFilter, Page},
    event::{DepartmentChange, Event},
    id::{DepartmentId, TreeId},
    name::DisplayName,
    store::Scope,
};
use membership_store::Database;
use membership_testkit::{Adapter, Bed};
use sea_orm::{ConnectOptions, ConnectionTrait as _, DatabaseBackend, Statement};
use uuid::Uuid;

use crate::crowd::Crowd;

const DEPARTMENTS: usize = 10_000;
const MEMBERS: usize = 100_000;
const ROUNDS: usize = 21;

pub(crate) async fn measure() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("membership.db").display());
    let database = Database::open(&url).await.expect("a database");
    database.migrate().await.expect("its tables");
    let adapter = Adapter::of(Arc::into_inner(database).expect("nobody else has it"));
    let bed = Bed::over(adapter).await.expect("a bed");
    let (half, leaf, departments) = plant(&bed).await;
    println!("SQLite: {DEPARTMENTS} departments, {MEMBERS} members, one in twenty of them in two departments");
    let crowd = Crowd::fill(bed, MEMBERS, departments).await;
    read(&crowd.bed, &url).await;
    pages(&crowd.bed, half, leaf).await;
    relocate(&crowd.bed, half).await;
}

/// Two halves below the root, in each a tree of ten below each; a department of the lowest; and to what members belong.
async fn plant(bed: &Bed) -> (DepartmentId, DepartmentId, Vec<Departments>) {
    let now = bed.clock.now();
    let root = bed.member.departments.primary().expect("a root");
    let tree = TreeId::new(now, bed.membership.entropy());
    let mut all: Vec<Department> = Vec::new();
    let mut lines: Vec<Vec<DepartmentId>> = Vec::new();
    for n in 0..DEPARTMENTS {
        // The two halves take turns, so that each has as many.
        let above = (n >= 2).then(|| (n / 2 - 1) / 10 * 2 + n % 2);
        let id = DepartmentId::new(now, bed.membership.entropy());
        let line = above.map_or_else(|| vec![root], |above| lines[above].clone());
        lines.push(line.into_iter().chain([id]).collect());
        all.push(Department {
            id,
            tenant: bed.tenant.id,
            name: DisplayName::parse(&format!("Department {n}")).expect("a name"),
            parent: Some(above.map_or(root, |above| all[above].id)),
            place: i64::try_from(n).unwrap_or_default(),
            created_at: now,
        });
    }
    for (some, lines) in all.chunks(500).zip(lines.chunks(500)) {
        let made = some.iter().zip(lines).map(|(department, line)| {
            Event::DepartmentCreated(Box::new(DepartmentChange {
                before: None,
                department: department.clone(),
                siblings: Vec::new(),
                lineages: vec![(department.id, Lineage(line.clone()))],
                members: Vec::new(),
                tree,
            }))
        });
        let events: Vec<Event> = made.collect();
        let tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await.expect("the lock");
        tx.commit(&bed.as_system(), &events).await.expect("a commit");
    }
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await.expect("the lock");
    let grown = Tree::grow(tree, tx.departments().await.expect("the departments")).expect("a tree");
    let ids: Vec<DepartmentId> = all.iter().map(|department| department.id).collect();
    let of = (0..DEPARTMENTS).map(|n| {
        let second = (n % 20 == 7).then(|| ids[(n * 7 + 1) % DEPARTMENTS]).filter(|second| *second != ids[n]);
        let wanted: Vec<DepartmentId> = [ids[n]].into_iter().chain(second).collect();
        grown.departments_of(&wanted).expect("departments")
    });
    (ids[0], ids[DEPARTMENTS - 1], of.collect())
}

/// In turns: the use case, what the store gives it, and the bare query by the same library.
async fn read(bed: &Bed, url: &str) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let bare = sea_orm::Database::connect(options).await.expect("a connection");
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        let begun = Instant::now();
        let rows = bed.membership.departments(&bed.as_administrator(), bed.tenant.id).await.expect("the tree");
        let whole = begun.elapsed();
        assert_eq!(rows.len(), DEPARTMENTS + 1);
        let begun = Instant::now();
        let counted = bed.adapter.directory.departments(bed.tenant.id).await.expect("the departments");
        let stored = begun.elapsed();
        let begun = Instant::now();
        let listed = plain(&bare, bed).await;
        let least = begun.elapsed();
        let members: u32 = counted.iter().map(|(_, count)| count.members).sum();
        assert_eq!(listed.iter().map(|row| row.1).sum::<u32>(), members);
        if round > 0 {
            times.iter_mut().zip([whole, stored, least]).for_each(|(all, one)| all.push(one));
        }
    }
    let [whole, stored, least] = times.map(median);
    println!(
        "  the tree with people counted: {whole:.1} ms; what is stored of it: {stored:.1} ms; the bare query: {least:.1} ms"
    );
    println!("  {:.2} and {:.2} times the bare query", whole / least, stored / least);
}

/// Each department's id and numbers, as little as can be made of the rows.
async fn plain(
    bare: &sea_orm::DatabaseConnection,
    bed: &Bed,
) -> Vec<(Uuid, u32, Headcount, String, Option<Uuid>, i64)> {
    let statement = Statement::from_sql_and_values(
        DatabaseBackend::Sqlite,
        "SELECT id, name, parent, place, members, meets FROM department WHERE tenant_id = ?",
        [bed.tenant.id.as_uuid().into()],
    );
    let rows = bare.query_all_raw(statement).await.expect("rows");
    let read = rows.iter().map(|row| {
        let number = |column| u32::try_from(row.try_get::<i64>("", column).expect("a number")).unwrap_or_default();
        let headcount = Headcount { members: number("members"), meets: number("meets") };
        (
            row.try_get("", "id").expect("an id"),
            headcount.members,
            headcount,
            row.try_get("", "name").expect("a name"),
            row.try_get("", "parent").expect("a parent"),
            row.try_get("", "place").expect("a place"),
        )
    });
    read.collect()
}

async fn pages(bed: &Bed, half: DepartmentId, leaf: DepartmentId) {
    let root = bed.member.departments.primary().expect("a root");
    println!("  the first page of 50 members, and one of what somebody sees who is limited to the department, in ms:");
    for (what, department) in
        [("the root with all below it", root), ("half of the tree", half), ("a lowest department", leaf)]
    {
        let mut times = [const { Vec::new() }; 2];
        let mut rows = [0, 0];
        for round in 0..=ROUNDS {
            let below = InDepartments { of: vec![department], below: true };
            let filters = [
                MemberFilter { departments: Some(below), ..MemberFilter::default() },
                MemberFilter { sight: Some(vec![department]), ..MemberFilter::default() },
            ];
            for (place, filter) in filters.iter().enumerate() {
                let begun = Instant::now();
                let page = Page { after: None, limit: 50 };
                rows[place] = bed.adapter.directory.members(bed.tenant.id, filter, page).await.expect("rows").len();
                times[place].extend((round > 0).then(|| begun.elapsed()));
            }
        }
        let [one, other] = times.map(median);
        println!("    {what:<28} {} rows {one:>6.2} {other:>6.2}", rows[0]);
    }
}

/// Half of the tree below the other half, and back.
async fn relocate(bed: &Bed, half: DepartmentId) {
    let root = bed.member.departments.primary().expect("a root");
    let rows = bed.membership.departments(&bed.as_administrator(), bed.tenant.id).await.expect("the tree");
    let other =
        rows.iter().find(|row| row.depth == 2 && row.department.id != half).expect("the other half").department.id;
    let below = rows.iter().find(|row| row.department.id == half).and_then(|row| row.people).expect("people");
    for (parent, what) in [(other, "below the other"), (root, "back")] {
        let which = DepartmentOf { tenant: bed.tenant.id, department: half };
        let begun = Instant::now();
        let position = Position { parent, before: None };
        bed.membership.relocate_department(&bed.as_administrator(), which, position).await.expect("moved");
        println!(
            "  half of the tree, with {} people, moved {what} in {:.0} ms",
            below.with_below,
            begun.elapsed().as_secs_f64() * 1e3
        );
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}
