//! Which members a list shows. One of the filters leads: its index gives the members in order, and the page ends when it
//! is full. The other filters are asked of each member on the way.

mod asked;
mod department;
mod factor;
mod lead;
mod mail;
mod text;
mod vouch;

use std::cmp::Reverse;

use membership_core::{
    account::Kinds,
    directory::{MAX_PAGE, MemberFilter, Page},
    id::{MemberId, TenantId},
    member::MemberStatus,
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter, QueryResult,
    QuerySelect, RelationTrait, Select, SelectModel, Selector,
    sea_query::{Alias, Expr, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::united::{self, Part};
use crate::{
    fault::fault,
    table::{account, member},
};
pub(super) use asked::{is_overdue, is_written, members_of, there_is};
use department::Choice;
use lead::Lead;
pub(super) use vouch::{INVITATIONS, unvouched};

/// How many people are looked at one by one before another way to find them is taken, and how many are gathered at once
/// without looking for one: some milliseconds' worth.
const FEW: u64 = if cfg!(test) { 3 } else { 4_000 };

/// How many people are gathered at once after the newest were looked at: a fifth of a second's worth. Where there may be more,
/// they are met on the way.
const MANY: u64 = if cfg!(test) { 12 } else { 64_000 };

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
    let MemberFilter { status, departments, sight, given, factor, .. } = filter;
    if *status == Some(MemberStatus::Removed) && (given.is_some() || departments.is_some() || sight.is_some()) {
        // Who was removed holds nothing, and belongs nowhere.
        return Ok(Vec::new());
    }
    if factor.is_some_and(|factor| !factor.fits(Kinds::NONE)) && lead::has_no_factors(*status) {
        return Ok(Vec::new());
    }
    let Some(belonging) = department::choices(db, tenant, filter).await? else { return Ok(Vec::new()) };
    let (after, limit) = (page.after, page.limit.clamp(1, MAX_PAGE));
    let wanted = Wanted { tenant, filter, belonging: &belonging, after, from: None, unasked: false, limit };
    let fewest = wanted.fewest(db).await?;
    if let Some(query) = &filter.text {
        return match fewest {
            Some((lead, many)) if many <= text::FEW => text::among(db, wanted, query, lead).await,
            _ => text::members(db, wanted, query).await,
        };
    }
    match fewest {
        None => wanted.page(db, Lead::of(filter)).await,
        Some((lead, many)) if many <= FEW => wanted.page(db, lead).await,
        Some((lead, _)) => wanted.page_of_many(db, lead).await,
    }
}

impl<'a> Wanted<'a> {
    /// The filter by department, factor or mail that leads to the fewest, and to how many; `None` if there is no such filter, or
    /// if each leads to more than can be gathered.
    async fn fewest<C: ConnectionTrait>(self, db: &C) -> Result<Option<(Lead<'a>, u64)>, StoreError> {
        let mut ways: Vec<(Lead<'a>, u64)> = Vec::new();
        ways.extend(self.belonging.first().map(|choice| (Lead::Department(choice), choice.links)));
        if let Some(mail) = self.filter.mail {
            let many = self.count_by_mail(db, mail).await?;
            ways.extend((many <= MANY).then_some((Lead::Mail(mail), many)));
        }
        if let Some(factor) = self.filter.factor.filter(|_| !lead::has_no_factors(self.filter.status)) {
            let many = self.count_by_factor(db, factor).await?;
            ways.extend((many <= MANY).then_some((Lead::Factor(factor), many)));
        }
        Ok(ways.into_iter().min_by_key(|(_, many)| *many))
    }

    /// How many of `those` there are, counted no further than one beyond [`MANY`].
    async fn count_some<C: ConnectionTrait>(self, db: &C, mut those: SelectStatement) -> Result<u64, StoreError> {
        let mut count = Query::select();
        those.limit(MANY + 1);
        count.expr_as(Func::count(Expr::val(1)), Alias::new(united::KEY)).from_subquery(those, Alias::new("some"));
        let row = db.query_one(&count).await.map_err(fault)?;
        let many: Option<i64> = row.map(|row| row.try_get("", united::KEY)).transpose().map_err(fault)?;
        Ok(many.and_then(|many| u64::try_from(many).ok()).unwrap_or(0))
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

    /// Those on the page, where `fewest` leads to many. Most likely the newest of them are soon met on the way of the other
    /// filters; if all of them are old, they are gathered instead of walking on.
    async fn page_of_many<C: ConnectionTrait>(self, db: &C, fewest: Lead<'_>) -> Result<Vec<Shown>, StoreError> {
        let lead = Lead::of(self.filter);
        let Some(end) = self.end_of_walk(db, lead).await? else { return self.page(db, lead).await };
        let mut rows = Self { from: Some(end), ..self }.page(db, lead).await?;
        let missing = self.limit.saturating_sub(u16::try_from(rows.len()).unwrap_or(u16::MAX));
        if missing > 0 {
            let rest = Self { after: Some(end), limit: missing, ..self };
            rows.extend(rest.page(db, fewest).await?);
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
