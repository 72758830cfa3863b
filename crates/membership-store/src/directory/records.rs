//! Records of an audit. Each filter has an index by which a page is found without passing over the others, however many
//! they are.

use membership_core::{
    audit::Record,
    directory::{RecordFilter, RecordOrder},
    store::{Scope, StoreError},
};
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, ExprTrait, Func, IntoColumnRef, Query},
};

use super::united::{self, Part};
use crate::{
    fault::fault,
    moment::Moment,
    table::{
        audit::{Column, Entity},
        audit_head::{self, revision},
    },
};

/// Up to `limit` records of `scope`.
pub(super) async fn list<C: ConnectionTrait>(
    db: &C,
    scope: Scope,
    filter: &RecordFilter,
    order: RecordOrder,
    limit: u16,
) -> Result<Vec<Record>, StoreError> {
    let Some(wanted) = within(db, scope, filter, order).await? else { return Ok(Vec::new()) };
    let direction = match order {
        RecordOrder::After(_) => Order::Asc,
        RecordOrder::Before(_) => Order::Desc,
    };
    let which = match (filter.object, &filter.name, filter.actor) {
        // Records of one thing are few, whatever else is asked of them.
        (Some(object), name, _) => {
            vec![wanted.add(column(Column::Object).eq(object)).add_option(name.as_deref().map(is_named))]
        }
        (None, None, None) => vec![wanted],
        (None, _, _) => {
            let part = |name: String| {
                let mut part = Query::select();
                part.from(Entity).cond_where(wanted.clone()).and_where(column(Column::Name).eq(name));
                Part::new(part, (Entity, Column::Revision).into_column_ref())
            };
            let parts = names(db, scope, filter).await?.into_iter().map(part).collect();
            let keys = united::first(parts, &direction, limit.into()).into_iter();
            keys.map(|keys| Condition::all().add(of(scope)).add(column(Column::Revision).in_subquery(keys))).collect()
        }
    };
    let mut rows = Vec::new();
    for which in which {
        let select = Entity::find().filter(which).order_by(Column::Revision, direction.clone());
        rows.extend(select.limit(u64::from(limit)).all(db).await.map_err(fault)?);
    }
    rows.sort_by_key(|row| match order {
        RecordOrder::After(_) => row.revision,
        RecordOrder::Before(_) => -row.revision,
    });
    rows.truncate(limit.into());
    rows.into_iter().map(|row| row.into_record(scope)).collect()
}

/// Everything but object and name: whose audit, which actor, between which revisions. `None` if that is nothing.
async fn within<C: ConnectionTrait>(
    db: &C,
    scope: Scope,
    filter: &RecordFilter,
    order: RecordOrder,
) -> Result<Option<Condition>, StoreError> {
    let mut wanted = Condition::all().add(of(scope));
    if let Some(actor) = filter.actor {
        wanted = wanted.add(column(Column::Actor).eq(actor.to_text()));
    }
    let (mut first, mut beyond) = match order {
        RecordOrder::After(after) => (Some(revision(after.saturating_add(1))), None),
        RecordOrder::Before(before) => (None, before.map(revision)),
    };
    if let Some(from) = filter.from.map(Moment::from) {
        let Some(reached) = first_reaching(db, scope, from).await? else { return Ok(None) };
        first = [first, Some(reached)].into_iter().flatten().max();
        wanted = wanted.add(column(Column::At).gte(from));
    }
    if let Some(before) = filter.before.map(Moment::from) {
        let head = audit_head::Entity::find_by_id(scope.id()).one(db).await.map_err(fault)?;
        let Some(head) = head else { return Ok(None) };
        // Nothing from there on is so late that it was before.
        let reached = first_reaching(db, scope, before.later(head.lag)).await?;
        beyond = [beyond, reached].into_iter().flatten().min();
        wanted = wanted.add(column(Column::At).lt(before));
    }
    // One bound at each end: databases follow the first that they find.
    let revised = || column(Column::Revision);
    wanted = wanted.add_option(first.map(|first| revised().gte(first)));
    Ok(Some(wanted.add_option(beyond.map(|beyond| revised().lt(beyond)))))
}

/// Revisions have no gap, and `reached` never falls from one to the next: so the place of a moment is found by halving, and
/// needs no index for which every record would pay.
const HALVED: &str = "\
WITH RECURSIVE halved (low, high) AS (
    SELECT CAST(0 AS bigint), revision + 1 FROM audit_head WHERE scope_id = $1
    UNION ALL
    SELECT CASE WHEN audit.reached < $2 THEN audit.revision ELSE halved.low END,
           CASE WHEN audit.reached < $2 THEN halved.high ELSE audit.revision END
    FROM halved JOIN audit ON audit.scope_id = $1 AND audit.revision = (halved.low + halved.high) / 2
    WHERE halved.high - halved.low > 1
)
SELECT min(high) AS first FROM halved";

/// The first revision by which the audit has reached `moment`, or the one that will come next; `None` if it has not begun.
async fn first_reaching<C: ConnectionTrait>(db: &C, scope: Scope, moment: Moment) -> Result<Option<i64>, StoreError> {
    let values = [scope.id().into(), moment.into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), HALVED, values);
    let row = db.query_one_raw(question).await.map_err(fault)?;
    row.map_or(Ok(None), |row| row.try_get("", "first")).map_err(fault)
}

/// The names of the records of `scope`, or of one actor's: each costs one look into the index, not one for each record.
const NAMES: &str = "\
WITH RECURSIVE names (name) AS (
    SELECT min(name) FROM audit WHERE scope_id = $1
    UNION ALL
    SELECT (SELECT min(audit.name) FROM audit WHERE audit.scope_id = $1 AND audit.name > names.name)
    FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL";
const NAMES_OF_ACTOR: &str = "\
WITH RECURSIVE names (name) AS (
    SELECT min(name) FROM audit WHERE scope_id = $1 AND actor = $2
    UNION ALL
    SELECT (SELECT min(audit.name) FROM audit
            WHERE audit.scope_id = $1 AND audit.actor = $2 AND audit.name > names.name)
    FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL";

/// The names that there are of those that are wanted.
async fn names<C: ConnectionTrait>(db: &C, scope: Scope, filter: &RecordFilter) -> Result<Vec<String>, StoreError> {
    let (sql, values) = match filter.actor {
        Some(actor) => (NAMES_OF_ACTOR, vec![scope.id().into(), actor.to_text().into()]),
        None => (NAMES, vec![scope.id().into()]),
    };
    let question = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(question).await.map_err(fault)?;
    let names = rows.iter().map(|row| row.try_get("", "name")).collect::<Result<Vec<String>, _>>().map_err(fault)?;
    let wanted = |name: &String| match &filter.name {
        Some(wanted) => name.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        None => true,
    };
    Ok(names.into_iter().filter(wanted).collect())
}

/// Whether a record is called `name`, or begins with it and a dot. Databases compare text by rules of their own, but
/// agree on what is equal.
fn is_named(name: &str) -> Condition {
    let prefix = format!("{name}.");
    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
    let begins = Func::cust("substr").arg(column(Column::Name)).arg(1).arg(length);
    Condition::any().add(column(Column::Name).eq(name)).add(Expr::from(begins).eq(prefix))
}

fn of(scope: Scope) -> Expr {
    column(Column::ScopeId).eq(scope.id())
}

fn column(column: Column) -> Expr {
    Expr::col((Entity, column))
}
