//! Statements in the order in which they are sent, with the number of rows that each must touch.
//!
//! SQLite takes several statements at once, and the way to its thread and back costs as much as a statement does; so
//! there they go together. PostgreSQL takes them one by one.

use membership_core::{id::TenantId, store::StoreError};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, QueryTrait, Statement, Value, Values, sea_query::OnConflict,
};

use crate::{
    fault::fault,
    postgres,
    search::{Entry, joined},
    sqlite,
};

/// Most rows of one statement: far within the parameters that either database takes in one.
pub(crate) const CHUNK: usize = 500;
/// Most parameters of statements that go together. What is longer is kept apart: the driver remembers each text that it
/// has sent.
const TOGETHER: usize = 2_000;

/// What is to be sent.
pub(super) struct Script {
    backend: DbBackend,
    lines: Vec<Line>,
}

struct Line {
    sql: String,
    values: Vec<Value>,
    /// How many rows it must touch; `None` if it does not matter.
    rows: Option<u64>,
}

impl Script {
    pub(super) const fn new(backend: DbBackend) -> Self {
        Self { backend, lines: Vec::new() }
    }

    /// New rows, many in one statement.
    pub(super) fn insert<M>(&mut self, rows: Vec<M>)
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let mut rows = rows.into_iter().map(M::into_active_model).peekable();
        while rows.peek().is_some() {
            let some: Vec<_> = rows.by_ref().take(CHUNK).collect();
            let count = some.len() as u64;
            self.push(M::Entity::insert_many(some).build(self.backend), Some(count));
        }
    }

    /// New members in the index of texts.
    pub(super) fn index(&mut self, entries: &[Entry]) {
        for some in entries.chunks(CHUNK) {
            let count = Some(some.len() as u64);
            match self.backend {
                DbBackend::Postgres => self.push_all(postgres::search::insert(some), count),
                DbBackend::Sqlite | DbBackend::MySql | _ => self.push_all(sqlite::search::insert(some), count),
            }
        }
    }

    /// A member whose texts have changed.
    pub(super) fn index_anew(&mut self, entry: &Entry) {
        let replace = match self.backend {
            DbBackend::Postgres => postgres::search::replace(entry),
            DbBackend::Sqlite | DbBackend::MySql | _ => sqlite::search::replace(entry),
        };
        self.push(replace, Some(1));
    }

    /// A row in place of the one with its key.
    pub(super) fn replace<M>(&mut self, row: M)
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let mut update = M::Entity::update_many();
        for key in <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
            update = update.filter(key.eq(row.get(key)));
        }
        let mut values = row.into_active_model();
        for column in <M::Entity as EntityTrait>::Column::iter() {
            if <M::Entity as EntityTrait>::PrimaryKey::from_column(column).is_none() {
                values.reset(column);
            }
        }
        self.change(&update.set(values), Some(1));
    }

    /// A row, or in place of the one with its key.
    pub(super) fn put<M>(&mut self, row: M)
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        let keys = <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
        let others = <M::Entity as EntityTrait>::Column::iter()
            .filter(|column| <M::Entity as EntityTrait>::PrimaryKey::from_column(*column).is_none());
        let or_replace = OnConflict::columns(keys).update_columns(others).to_owned();
        self.push(M::Entity::insert(row.into_active_model()).on_conflict(or_replace).build(self.backend), Some(1));
    }

    /// A change of the rows that there are.
    pub(super) fn change(&mut self, change: &impl QueryTrait, rows: Option<u64>) {
        self.push(change.build(self.backend), rows);
    }

    /// Changes of many rows in one statement: `set` says of the rows of `table` whose `id` stands in the first column of
    /// `rows` what they become by the others, which are called `changed.column2` and so on. There has to be one for each.
    pub(super) fn change_each(&mut self, table: &str, set: &str, tenant: TenantId, rows: &[Vec<Value>]) {
        for some in rows.chunks(CHUNK) {
            let mut count = 0;
            let mut place = || {
                count += 1;
                match self.backend {
                    DbBackend::Postgres => format!("${count}"),
                    DbBackend::Sqlite | DbBackend::MySql | _ => "?".to_owned(),
                }
            };
            let values = joined(some, ", ", |row| format!("({})", joined(row, ", ", |_| place())));
            let sql = format!(
                "UPDATE {table} SET {set} FROM (VALUES {values}) AS changed \
                 WHERE {table}.tenant_id = {} AND {table}.id = changed.column1",
                place()
            );
            let values = some.iter().flatten().cloned().chain([tenant.as_uuid().into()]);
            self.push(Statement::from_sql_and_values(self.backend, sql, values), Some(some.len() as u64));
        }
    }

    fn push_all(&mut self, statements: impl IntoIterator<Item = Statement>, rows: Option<u64>) {
        statements.into_iter().for_each(|statement| self.push(statement, rows));
    }

    fn push(&mut self, Statement { sql, values, .. }: Statement, rows: Option<u64>) {
        let values = values.map_or_else(Vec::new, |Values(values)| values);
        let line = Line { sql, values, rows };
        match self.lines.last_mut() {
            Some(last) if self.backend == DbBackend::Sqlite && last.takes(&line) => last.append(line),
            _ => self.lines.push(line),
        }
    }

    pub(super) async fn run<C: ConnectionTrait>(self, db: &C) -> Result<(), StoreError> {
        for Line { sql, values, rows } in self.lines {
            let statement = Statement { sql, values: Some(Values(values)), db_backend: self.backend };
            let touched = db.execute_raw(statement).await.map_err(fault)?.rows_affected();
            if rows.is_some_and(|rows| rows != touched) {
                return Err(StoreError::Raced { constraint: "a row that was to be changed is not there".to_owned() });
            }
        }
        Ok(())
    }
}

impl Line {
    /// Rows are counted over all that goes together, so what is counted does not go with what is not.
    fn takes(&self, next: &Self) -> bool {
        self.rows.is_some() == next.rows.is_some() && self.values.len() + next.values.len() <= TOGETHER
    }

    fn append(&mut self, next: Self) {
        self.sql.push_str("; ");
        self.sql.push_str(&next.sql);
        self.values.extend(next.values);
        self.rows = self.rows.zip(next.rows).map(|(one, other)| one + other);
    }
}
