//! Which members a list shows. One of the filters leads: its index gives the members in order, and the page ends when it
//! is full. The other filters are asked of each member on the way.

mod text;

use std::cmp::Reverse;

use super::united::{self, Part};
use crate::{
    fault::fault,
    moment::Moment,
    read,
    table::{account, assignment, invitation, member},
};
use chrono::{DateTime, Utc};
use membership_core::{
    directory::{AnyOf, MAX_PAGE, MemberFilter, Page},
    id::{MemberId, TenantId},
    lifecycle::Stage,
    member::MemberStatus,
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, Order, QueryFilter,
    QueryResult, QuerySelect, RelationTrait, Select, SelectModel, Selector,
    sea_query::{Alias, ColumnRef, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement},
};

/// What one page is made by.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    tenant: TenantId,
    filter: &'a MemberFilter,
    after: Option<MemberId>,
    limit: u16,
}

/// The filter whose index is followed.
enum Lead<'a> {
    Status(Option<MemberStatus>),
    Stage(Stage, DateTime<Utc>),
    Given(&'a AnyOf),
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
    if filter.status == Some(MemberStatus::Removed) && filter.given.is_some() {
        // Who was removed holds nothing.
        return Ok(Vec::new());
    }
    let wanted = Wanted { tenant, filter, after: page.after, limit: page.limit.clamp(1, MAX_PAGE) };
    if let Some(query) = &filter.text {
        return text::members(db, wanted, query).await;
    }
    let parts = match Lead::of(filter) {
        Lead::Status(status) => wanted.by_status(status),
        Lead::Stage(stage, now) => wanted.by_stage(stage, now),
        Lead::Given(given) => wanted.by_given(given),
    };
    let limit = usize::from(wanted.limit);
    let mut rows: Vec<Shown> = Vec::new();
    for keys in united::first(parts, &Order::Desc, wanted.limit.into()) {
        let those = member::Entity::find().filter(member::Column::TenantId.eq(tenant.as_uuid()));
        rows.extend(shown(those.filter(member::Column::Id.in_subquery(keys))).all(db).await.map_err(fault)?);
    }
    rows.sort_by_key(|shown| Reverse(shown.row.id));
    rows.dedup_by_key(|shown| shown.row.id);
    rows.truncate(limit);
    Ok(rows)
}

impl<'a> Lead<'a> {
    /// The filter that leaves the fewest, as tenants go: most members have joined and are enabled.
    fn of(filter: &'a MemberFilter) -> Self {
        let rare_status = matches!(filter.status, Some(MemberStatus::Disabled | MemberStatus::Removed));
        match (filter.stage, &filter.given) {
            (Some((stage, now)), _) if stage != Stage::Joined => Self::Stage(stage, now),
            (_, Some(given)) if !rare_status => Self::Given(given),
            (Some((stage, now)), None) if filter.status.is_none() => Self::Stage(stage, now),
            _ => Self::Status(filter.status),
        }
    }
}

impl Wanted<'_> {
    /// One part for each state, so that the list of those who are present does not pass over all who were removed.
    fn by_status(self, status: Option<MemberStatus>) -> Vec<Part> {
        use member::{
            Column::{Id, Status, TenantId},
            Entity,
        };
        let present = || MemberStatus::ALL.into_iter().filter(|status| *status != MemberStatus::Removed).collect();
        let states: Vec<MemberStatus> = status.map_or_else(present, |status| vec![status]);
        let part = |status: MemberStatus| {
            let mut way = Query::select();
            way.from(Entity)
                .and_where(Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid()))
                .and_where(Expr::col((Entity, Status)).eq(status.as_str()));
            self.part(way, (Entity, Id).into_column_ref(), |id| [self.has_stage(id), self.was_given(id)])
        };
        states.into_iter().map(part).collect()
    }

    /// One part for each way to be in `stage`.
    fn by_stage(self, stage: Stage, now: DateTime<Utc>) -> Vec<Part> {
        use invitation::{
            Column::{MemberId, TenantId},
            Entity,
        };
        let of_tenant = || Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid());
        let mut written = Query::select();
        written.from(Entity).and_where(of_tenant()).and_where(is_written(stage));
        if let Stage::Invited | Stage::Accepted = stage {
            written.and_where(Expr::not(is_overdue(now)));
        }
        let others = |id: &Expr| [Some(self.is_present(id)), self.was_given(id)];
        let mut parts = vec![self.part(written, (Entity, MemberId).into_column_ref(), others)];
        if stage == Stage::Expired {
            // Few are past their deadline and not yet written down as such. They are found by the deadline, and sorted; a
            // subquery with a limit, whatever it is, is one that databases do not turn round.
            let (name, mut overdue) = (Alias::new("overdue"), Query::select());
            overdue.columns([TenantId, MemberId]).from(Entity).and_where(is_overdue(now)).limit(u64::from(u32::MAX));
            let mut way = Query::select();
            way.from_subquery(overdue, name.clone());
            way.and_where(Expr::col((name.clone(), TenantId)).eq(self.tenant.as_uuid()));
            parts.push(self.part(way, (name, MemberId).into_column_ref(), others));
        }
        parts
    }

    /// One part for each role, and one for the permission.
    fn by_given(self, given: &AnyOf) -> Vec<Part> {
        use assignment::{
            Column::{MemberId, Permission, RoleId, TenantId},
            Entity,
        };
        let roles = given.roles.iter().map(|role| Expr::col((Entity, RoleId)).eq(role.as_uuid()));
        let permission = given.permission.as_ref().map(|one| Expr::col((Entity, Permission)).eq(one.as_str()));
        let part = |grant| {
            let mut way = Query::select();
            way.from(Entity).and_where(Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid())).and_where(grant);
            if let Some(at) = given.at {
                way.cond_where(is_live(at));
            }
            let others = |id: &Expr| [Some(self.is_present(id)), self.has_stage(id)];
            self.part(way, (Entity, MemberId).into_column_ref(), others)
        };
        roles.chain(permission).map(part).collect()
    }

    /// The members of `way` that come after the page before and of whom the `others` hold.
    fn part(self, mut way: SelectStatement, key: ColumnRef, others: impl FnOnce(&Expr) -> [Option<Expr>; 2]) -> Part {
        let id = Expr::col(key.clone());
        for other in others(&id).into_iter().flatten() {
            way.and_where(other);
        }
        way.and_where_option(self.after.map(|after| id.lt(after.as_uuid())));
        Part::new(way, key)
    }

    /// Whether the member `id` is in the state that is wanted.
    fn is_present(self, id: &Expr) -> Expr {
        let mut present = Query::select();
        present
            .from(member::Entity)
            .and_where(Expr::col((member::Entity, member::Column::TenantId)).eq(self.tenant.as_uuid()))
            .and_where(Expr::col((member::Entity, member::Column::Id)).eq(id.clone()))
            .and_where(self.has_status());
        there_is(present)
    }

    fn has_status(self) -> Expr {
        match self.filter.status {
            Some(status) => Expr::col((member::Entity, member::Column::Status)).eq(status.as_str()),
            None => read::not_removed(),
        }
    }

    /// Whether the member `id` has an invitation in the stage that is wanted, if one is.
    fn has_stage(self, id: &Expr) -> Option<Expr> {
        use invitation::{
            Column::{MemberId, TenantId},
            Entity,
        };
        let (stage, now) = self.filter.stage?;
        let mut theirs = Query::select();
        theirs
            .from(Entity)
            .and_where(Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid()))
            .and_where(Expr::col((Entity, MemberId)).eq(id.clone()))
            .cond_where(match stage {
                Stage::Ready | Stage::Joined | Stage::Rejected | Stage::Revoked => is_written(stage).into(),
                Stage::Invited | Stage::Accepted => {
                    Condition::all().add(is_written(stage)).add(Expr::not(is_overdue(now)))
                }
                Stage::Expired => Condition::any().add(is_written(stage)).add(is_overdue(now)),
            });
        Some(there_is(theirs))
    }

    /// Whether the member `id` was given what is wanted, if something is.
    fn was_given(self, id: &Expr) -> Option<Expr> {
        use assignment::{
            Column::{MemberId, Permission, RoleId, TenantId},
            Entity,
        };
        let given = self.filter.given.as_ref()?;
        let roles = given.roles.iter().map(|role| role.as_uuid());
        let permission = given.permission.as_ref().map(|one| Expr::col((Entity, Permission)).eq(one.as_str()));
        let mut theirs = Query::select();
        theirs
            .from(Entity)
            .and_where(Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid()))
            .and_where(Expr::col((Entity, MemberId)).eq(id.clone()))
            .cond_where(Condition::any().add(Expr::col((Entity, RoleId)).is_in(roles)).add_option(permission));
        if let Some(at) = given.at {
            theirs.cond_where(is_live(at));
        }
        Some(there_is(theirs))
    }
}

/// Whether there is a row that `select`, which has no columns yet, selects for the row at hand. It says the same as EXISTS;
/// but that SQLite may turn into a join, and begin at the wrong end.
fn there_is(mut select: SelectStatement) -> Expr {
    select.expr(Func::count(Expr::val(1)));
    Expr::SubQuery(None, Box::new(select.into())).gt(0)
}

/// Whether `stage` is what stands in the row; the deadline is not looked at.
fn is_written(stage: Stage) -> Expr {
    Expr::col((invitation::Entity, invitation::Column::Stage)).eq(stage.as_str())
}

/// Whether the time of an invitation that was sent or accepted has passed. Others have no deadline.
fn is_overdue(now: DateTime<Utc>) -> Expr {
    Expr::col((invitation::Entity, invitation::Column::ExpiresAt)).lte(Moment::from(now))
}

fn is_live(at: DateTime<Utc>) -> Condition {
    let until = || Expr::col((assignment::Entity, assignment::Column::Until));
    Condition::any().add(until().is_null()).add(until().gt(Moment::from(at)))
}
