//! Members for whose open invitation nobody answers any more: whoever sent it is not an enabled member now.

use chrono::{DateTime, Utc};
use membership_core::{id::TenantId, member::MemberStatus};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, IntoColumnRef, Query, SelectStatement};

use super::{
    Part, Wanted,
    asked::{members_of, there_is},
    lead::Lead,
};
use crate::{
    moment::Moment,
    table::{
        invitation::{
            Column::{ExpiresAt, InviterId, MemberId, TenantId as Tenant},
            Entity,
        },
        member,
    },
};

/// In so many letters as its index says it: only then do databases see that it will do.
const WAITS_FOR_SOMEBODY: &str = "inviter_kind = 'member' AND stage IN ('ready', 'invited', 'accepted')";

impl Wanted<'_> {
    /// Those for whom nobody answers at `now`, gathered and sorted.
    pub(super) fn by_inviter(self, now: DateTime<Utc>) -> Vec<Part> {
        let mut inviters = Query::select();
        inviters.column(InviterId).from_subquery(unvouched(self.tenant, now), Alias::new("gone"));
        let mut those = open(self.tenant, now);
        those.and_where(Expr::col((Entity, InviterId)).in_subquery(inviters));
        vec![self.gathered(those, &(Entity, MemberId).into_column_ref(), Lead::Unvouched(now))]
    }

    /// Whether nobody answers for the member `id`, if that is wanted.
    pub(super) fn is_unvouched(self, id: &Expr) -> Option<Expr> {
        let mut theirs = open(self.tenant, self.filter.unvouched?);
        theirs.and_where(Expr::col((Entity, MemberId)).eq(id.clone()));
        theirs.and_where(Expr::not(stands(self.tenant, Expr::col((Entity, InviterId)))));
        Some(there_is(theirs))
    }
}

/// Who sent invitations of `tenant` that are open at `now` and for which nobody answers any more, and how many.
pub(in crate::directory) fn unvouched(tenant: TenantId, now: DateTime<Utc>) -> SelectStatement {
    let (many, inviters) = (Alias::new(INVITATIONS), Alias::new("inviters"));
    let mut open = open(tenant, now);
    open.column(InviterId).expr_as(Func::count(Expr::val(1)), many.clone()).group_by_col(InviterId);
    let inviter = (inviters.clone(), InviterId);
    let mut gone = Query::select();
    gone.column(inviter.clone()).column((inviters.clone(), many)).from_subquery(open, inviters);
    gone.and_where(Expr::not(stands(tenant, Expr::col(inviter)))).take()
}

/// What their number is called in [`unvouched`].
pub(in crate::directory) const INVITATIONS: &str = "invitations";

/// The invitations of `tenant` that were sent by members and wait for somebody at `now`; without columns yet.
fn open(tenant: TenantId, now: DateTime<Utc>) -> SelectStatement {
    let (end, mut open) = (|| Expr::col((Entity, ExpiresAt)), Query::select());
    open.from(Entity).and_where(Expr::col((Entity, Tenant)).eq(tenant.as_uuid()));
    open.and_where(Expr::cust(WAITS_FOR_SOMEBODY));
    open.and_where(end().is_null().or(end().gt(Moment::from(now)))).take()
}

/// Whether `inviter` is an enabled member.
fn stands(tenant: TenantId, inviter: Expr) -> Expr {
    let id = Expr::col((member::Entity, member::Column::Id));
    there_is(members_of(tenant, MemberStatus::Enabled).and_where(id.eq(inviter)).take())
}
