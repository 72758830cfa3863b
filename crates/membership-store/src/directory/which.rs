//! Which members a list shows. One of the filters leads: its index gives the members in order, and the page ends when it
//! is full. The other filters are asked of each member on the way.

mod asked;
mod department;
mod lead;
mod text;

use std::cmp::Reverse;

use membership_core::{
    directory::{MAX_PAGE, MemberFilter, Page},
    id::{MemberId, TenantId},
    member::MemberStatus,
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryResult,
    QuerySelect, RelationTrait, Select, SelectModel, Selector,
};
use uuid::Uuid;

use super::united::{self, Part};
use crate::{
    fault::fault,
    table::{account, member},
};
use department::Choice;
use lead::Lead;

/// How many people are looked at one by one before another way to find them is taken, and how many are gathered at once
/// without looking for one: some milliseconds' worth.
const FEW: u64 = if cfg!(test) { 3 } else { 4_000 };

/// What one page is made by.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    tenant: TenantId,
    filter: &'a MemberFilter,
    /// Where they belong: all of these apply. Those to whom the first applies are the fewest.
    belonging: &'a [Choice],
    /// Before this one.
    after: Option<MemberId>,
    /// Not before this one.
    from: Option<MemberId>,
    /// Whether nothing is asked of whoever the lead leads to.
    unasked: bool,
    limit: u16,
}

/// A member and the second factors of its account, as bits, if it has one.
pub(super) struct Shown {
    pub(super) row: member::Model,
    pub(super) kinds: Option<i16>,
}

impl FromQueryResult for Shown {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self { row: member::Model::from_query_result(row, prefix)?, kinds: row.try_get(prefix, KINDS)? })
    }
}

/// What the column of [`Shown::kinds`] is called.
const KINDS: &str = "account_kinds";

fn shown(which: Select<member::Entity>) -> Selector<SelectModel<Shown>> {
    let with_account = which.join(JoinType::LeftJoin, member::Relation::Account.def());
    with_account.column_as(account::Column::Kinds, KINDS).into_model()
}

/// Those members on the page, newest first.
pub(super) async fn members<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    filter: &MemberFilter,
    page: Page<MemberId>,
) -> Result<Vec<Shown>, StoreError> {
    let MemberFilter { status, departments, sight, given, .. } = filter;
    if *status == Some(MemberStatus::Removed) && (given.is_some() || departments.is_some() || sight.is_some()) {
        // Who was removed holds nothing, and belongs nowhere.
        return Ok(Vec::new());
    }
    let Some(belonging) = department::choices(db, tenant, filter).await? else { return Ok(Vec::new()) };
    let (after, limit) = (page.after, page.limit.clamp(1, MAX_PAGE));
    let wanted = Wanted { tenant, filter, belonging: &belonging, after, from: None, unasked: false, limit };
    if let Some(query) = &filter.text {
        return match belonging.first() {
            Some(fewest) if fewest.links <= text::FEW => text::among(db, wanted, query, fewest).await,
            _ => text::members(db, wanted, query).await,
        };
    }
    match belonging.first() {
        None => wanted.page(db, Lead::of(filter)).await,
        Some(fewest) if fewest.links <= FEW => wanted.page(db, Lead::Department(fewest)).await,
        Some(fewest) => wanted.page_of_many(db, fewest).await,
    }
}

impl Wanted<'_> {
    /// Those on the page, found by `lead`.
    async fn page<C: ConnectionTrait>(self, db: &C, lead: Lead<'_>) -> Result<Vec<Shown>, StoreError> {
        let mut rows: Vec<Shown> = Vec::new();
        for keys in united::first(self.parts(lead), &Order::Desc, self.limit.into()) {
            let those = member::Entity::find().filter(member::Column::TenantId.eq(self.tenant.as_uuid()));
            rows.extend(shown(those.filter(member::Column::Id.in_subquery(keys))).all(db).await.map_err(fault)?);
        }
        rows.sort_by_key(|shown| Reverse(shown.row.id));
        rows.dedup_by_key(|shown| shown.row.id);
        rows.truncate(self.limit.into());
        Ok(rows)
    }

    /// Those on the page, where many belong to `fewest`. Most likely the newest of them are soon met on the way of the other
    /// filters; if all of them are old, they are gathered instead of walking on.
    async fn page_of_many<C: ConnectionTrait>(self, db: &C, fewest: &Choice) -> Result<Vec<Shown>, StoreError> {
        let lead = Lead::of(self.filter);
        let Some(end) = self.end_of_walk(db, lead).await? else { return self.page(db, lead).await };
        let mut rows = Self { from: Some(end), ..self }.page(db, lead).await?;
        let missing = self.limit.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX));
        if missing > 0 {
            let rest = Self { after: Some(end), limit: missing, ..self };
            rows.extend(rest.page(db, Lead::Department(fewest)).await?);
        }
        Ok(rows)
    }

    /// Where a walk along `lead` has passed [`FEW`] members, whatever else is asked of them; `None` if it ends before.
    async fn end_of_walk<C: ConnectionTrait>(self, db: &C, lead: Lead<'_>) -> Result<Option<MemberId>, StoreError> {
        let walk = Self { unasked: true, ..self };
        let mut ends: Vec<Uuid> = Vec::new();
        for keys in united::each_nth(walk.parts(lead), &Order::Desc, FEW) {
            let rows = db.query_all(&keys).await.map_err(fault)?;
            ends.extend(rows.iter().map(united::key).collect::<Result<Vec<_>, _>>().map_err(fault)?);
        }
        Ok(ends.into_iter().max().map(MemberId::from_uuid))
    }
}
