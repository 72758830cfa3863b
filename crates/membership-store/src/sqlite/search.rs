//! Text search on SQLite: tokens are the words of an FTS5 table, a candidate is a row that matches.
//!
//! FTS5 knows its rows by a number and hands them out in its order, so that a page of the newest members costs no more
//! than its rows. A member's number is therefore made of the millisecond in its identifier (UUIDv7), and of its place among
//! those that were made in the same one.

use membership_core::{
    id::{MemberId, TenantId},
    search::Plan,
};
use sea_orm::{
    Condition, DbBackend, Iterable, Order, Statement, Value,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement},
};

use crate::{
    search::{Entry, joined},
    table::member::{self, Column},
};

/// How many bits of a number are the place within the millisecond: two million members. Those before it last until 2109.
const PLACE: u32 = 21;

/// The statements that index new members. Each touches as many rows as there are `entries`.
pub(crate) fn insert(entries: &[Entry]) -> [Statement; 2] {
    let numbers = format!(
        "INSERT INTO member_text (number, tenant_id, member_id) \
         SELECT coalesce((SELECT max(number) + 1 FROM member_text WHERE number BETWEEN column1 AND column1 + {}), column1) \
         + column2, column3, column4 FROM (VALUES {})",
        (1 << PLACE) - 1,
        joined(entries, ", ", |_| "(?, ?, ?, ?)".to_owned())
    );
    let words = format!(
        "INSERT INTO member_search (rowid, tokens) \
         SELECT (SELECT number FROM member_text WHERE tenant_id = column1 AND member_id = column2), column3 \
         FROM (VALUES {})",
        joined(entries, ", ", |_| "(?, ?, ?)".to_owned())
    );
    let placed = placed(entries);
    let of_numbers = placed
        .iter()
        .flat_map(|(first, place, entry)| [Value::from(*first), Value::from(*place), tenant(entry), member(entry)]);
    // In the order of their numbers: FTS5 goes to the disk whenever the next number is lower.
    let of_words = placed.iter().flat_map(|(_, _, entry)| [tenant(entry), member(entry), words_of(entry).into()]);
    [
        Statement::from_sql_and_values(DbBackend::Sqlite, numbers, of_numbers),
        Statement::from_sql_and_values(DbBackend::Sqlite, words, of_words),
    ]
}

/// The statement that indexes one member anew.
pub(crate) fn replace(entry: &Entry) -> Statement {
    let sql = "UPDATE member_search SET tokens = ? \
               WHERE rowid = (SELECT number FROM member_text WHERE tenant_id = ? AND member_id = ?)";
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, [words_of(entry).into(), tenant(entry), member(entry)])
}

/// Members of `tenant` that may be what `plan` is for, newest first, those after `after`.
pub(crate) fn candidates(tenant: TenantId, plan: &Plan, after: Option<MemberId>) -> SelectStatement {
    let (text, search, table) = (Alias::new("member_text"), Alias::new("member_search"), member::Entity);
    let mut select = Query::select();
    // The order of the tables is the order in which SQLite goes: from the index of tokens to the member.
    let always = || Expr::val(1).eq(1);
    select
        .columns(Column::iter().map(|column| (table, column)))
        .from(search)
        .join(JoinType::CrossJoin, text, always())
        .join(JoinType::CrossJoin, table, always())
        .and_where(Expr::cust("member_text.number = member_search.rowid"))
        .and_where(Expr::cust("member.tenant_id = member_text.tenant_id AND member.id = member_text.member_id"))
        .and_where(Expr::cust_with_values("member_search MATCH ?", [terms_of(plan)]))
        .and_where(Expr::cust("member_text.tenant_id").eq(tenant.as_uuid()))
        .order_by_expr(Expr::cust("member_search.rowid"), Order::Desc);
    if let Some(after) = after {
        // Somebody who is none is older than everybody of the millisecond.
        let sql = "member_search.rowid < \
                   coalesce((SELECT number FROM member_text WHERE tenant_id = ? AND member_id = ?), ?)";
        let values: [Value; 3] = [tenant.as_uuid().into(), after.as_uuid().into(), first_of(after).into()];
        select.cond_where(Condition::all().add(Expr::cust_with_values(sql, values)));
    }
    select
}

fn tenant(entry: &Entry) -> Value {
    entry.tenant.as_uuid().into()
}

fn member(entry: &Entry) -> Value {
    entry.member.as_uuid().into()
}

/// Each token as it is displayed, sixteen digits, but without the detour of a formatter.
fn words_of(entry: &Entry) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let mut words = String::with_capacity(entry.tokens.len() * 17);
    for token in &entry.tokens {
        if !words.is_empty() {
            words.push(' ');
        }
        let digits = token.as_i64().to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        words.extend(digits.filter_map(|digit| DIGITS.get(usize::from(digit))));
    }
    words
}

/// Each with the first number of its millisecond and its place among these, older ones first.
fn placed(entries: &[Entry]) -> Vec<(i64, i64, &Entry)> {
    let mut placed: Vec<(i64, i64, &Entry)> = entries.iter().map(|entry| (first_of(entry.member), 0, entry)).collect();
    placed.sort_by_key(|(_, _, entry)| entry.member);
    let mut before = (i64::MIN, 0);
    for (first, place, _) in &mut placed {
        *place = if *first == before.0 { before.1 + 1 } else { 0 };
        before = (*first, *place);
    }
    placed
}

/// The first number of the millisecond in which `member` was made.
fn first_of(member: MemberId) -> i64 {
    let (upper, _) = member.as_uuid().as_u64_pair();
    ((upper >> 16 << PLACE) & (u64::MAX >> 1)).cast_signed()
}

/// The query in FTS5's language. Tokens are digits and letters, and are quoted only because some begin with a digit.
fn terms_of(plan: &Plan) -> String {
    joined(plan.words(), " AND ", |word| {
        let ways = joined(word.alternatives(), " OR ", |way| {
            format!("({})", joined(way.tokens(), " AND ", |token| format!("\"{token}\"")))
        });
        format!("({ways})")
    })
}
