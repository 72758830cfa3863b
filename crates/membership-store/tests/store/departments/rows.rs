//! Every row of what departments are about, to see which of them a change touches.

use std::collections::BTreeMap;

use membership_testkit::Failure;
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};

/// The rows of each table, by their keys.
pub(super) type Rows = BTreeMap<&'static str, BTreeMap<Vec<u8>, String>>;

/// Each row of what departments are about, by its key.
pub(super) async fn rows(db: &DatabaseConnection) -> Result<Rows, Failure> {
    let mut all = Rows::new();
    for (table, key, rest) in [
        ("department", "id", &["lineage", "parent", "name", "place", "members", "meets"][..]),
        ("member", "id", &["departments", "meets", "name", "status", "epoch"][..]),
        ("member_department", "member_id", &["department_id", "several"][..]),
        ("tenant", "id", &["tree", "catalogue", "status"][..]),
    ] {
        let select = format!("SELECT {key}, {} FROM {table}", rest.join(", "));
        let found = db.query_all_raw(Statement::from_string(db.get_database_backend(), select)).await?;
        let read = |row: &QueryResult| {
            let key: uuid::Uuid = row.try_get_by_index(0)?;
            let shown: Vec<String> = (1..=rest.len()).map(|at| column(row, at)).collect();
            Ok::<_, Failure>((key, shown.join("|")))
        };
        let table = all.entry(table).or_default();
        for row in &found {
            let (key, shown) = read(row)?;
            // Who belongs to several has several rows.
            let mut key = key.as_bytes().to_vec();
            if rest.contains(&"department_id") {
                key.extend(shown.as_bytes());
            }
            table.insert(key, shown);
        }
    }
    Ok(all)
}

fn column(row: &QueryResult, at: usize) -> String {
    let bytes = row.try_get_by_index::<Option<Vec<u8>>>(at).map(|bytes| format!("{bytes:?}"));
    let uuid = || row.try_get_by_index::<Option<uuid::Uuid>>(at).map(|uuid| format!("{uuid:?}"));
    let number = || row.try_get_by_index::<Option<i64>>(at).map(|number| format!("{number:?}"));
    let truth = || row.try_get_by_index::<Option<bool>>(at).map(|truth| format!("{truth:?}"));
    let text = || row.try_get_by_index::<Option<String>>(at).map(|text| format!("{text:?}"));
    let read = bytes.or_else(|_| uuid()).or_else(|_| number()).or_else(|_| truth()).or_else(|_| text());
    read.unwrap_or_else(|error| panic!("{error}"))
}

/// How many rows of each table are other ones, new or gone.
pub(super) fn touched(before: &Rows, after: &Rows) -> BTreeMap<&'static str, usize> {
    let changed = |table: &&'static str| {
        let (old, new) = (&before[table], &after[table]);
        let gone = old.keys().filter(|key| !new.contains_key(*key)).count();
        gone + new.iter().filter(|(key, row)| old.get(*key) != Some(row)).count()
    };
    let counts = before.keys().map(|table| (*table, changed(table)));
    counts.filter(|(_, count)| *count > 0).collect()
}
