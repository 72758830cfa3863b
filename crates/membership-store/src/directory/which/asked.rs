//! What is asked of one member: each filter as a condition.

use chrono::{DateTime, Utc};
use membership_core::{directory::AnyOf, id::TenantId, lifecycle::Stage, member::MemberStatus};
use sea_orm::{
    Condition,
    sea_query::{Expr, ExprTrait, Func, Query, SelectStatement},
};

use super::{Wanted, lead::Lead};
use crate::{
    moment::Moment,
    read,
    table::{assignment, invitation, member},
};

impl Wanted<'_> {
    /// What the member `id`, whom `lead` has led to, has still to be asked.
    pub(super) fn others(self, id: &Expr, lead: Lead<'_>) -> Vec<Expr> {
        if self.unasked {
            return Vec::new();
        }
        // Whoever belongs somewhere was not removed.
        let present = self.filter.status.is_some() || self.belonging.is_empty();
        let status = (present && !matches!(lead, Lead::Status(_))).then(|| self.is_present(id));
        status.into_iter().chain(self.beside_status(id, Some(lead))).collect()
    }

    /// The same but for the state. All of it has to be asked if no filter has led there.
    pub(super) fn beside_status(self, id: &Expr, lead: Option<Lead<'_>>) -> Vec<Expr> {
        let stage = if matches!(lead, Some(Lead::Stage(..))) { None } else { self.has_stage(id) };
        let given = if matches!(lead, Some(Lead::Given(_))) { None } else { self.was_given(id) };
        let factor = if matches!(lead, Some(Lead::Factor(_))) { None } else { self.has_factor(id) };
        let mail = if matches!(lead, Some(Lead::Mail(_))) { None } else { self.has_mail(id) };
        let unvouched = if matches!(lead, Some(Lead::Unvouched(_))) { None } else { self.is_unvouched(id) };
        let ahead = if let Some(Lead::Department(choice)) = lead { Some(choice) } else { None };
        let belonging = self.belonging.iter().filter(|choice| Some(*choice) != ahead);
        let belonging = belonging.map(|choice| self.belongs(id, choice));
        [stage, given, factor, mail, unvouched].into_iter().flatten().chain(belonging).collect()
    }

    /// Whether the member `id` is in the state that is wanted.
    fn is_present(self, id: &Expr) -> Expr {
        let mut present = self.of_tenant(member::Entity, member::Column::TenantId);
        present.and_where(Expr::col((member::Entity, member::Column::Id)).eq(id.clone())).and_where(self.has_status());
        there_is(present)
    }

    pub(super) fn has_status(self) -> Expr {
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
        let mut theirs = self.of_tenant(Entity, TenantId);
        theirs.and_where(Expr::col((Entity, MemberId)).eq(id.clone())).cond_where(match stage {
            Stage::Ready | Stage::Joined | Stage::Rejected | Stage::Revoked => is_written(stage).into(),
            Stage::Invited | Stage::Accepted => Condition::all().add(is_written(stage)).add(Expr::not(is_overdue(now))),
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
        let mut theirs = self.of_tenant(Entity, TenantId);
        theirs
            .and_where(Expr::col((Entity, MemberId)).eq(id.clone()))
            .cond_where(Condition::any().add(Expr::col((Entity, RoleId)).is_in(roles)).add_option(permission))
            .cond_where(is_live(given));
        Some(there_is(theirs))
    }
}

/// Whether there is a row that `select`, which has no columns yet, selects for the row at hand. It says the same as EXISTS;
/// but that SQLite may turn into a join, and begin at the wrong end.
pub(in crate::directory) fn there_is(mut select: SelectStatement) -> Expr {
    select.expr(Func::count(Expr::val(1)));
    Expr::SubQuery(None, Box::new(select.into())).gt(0)
}

/// The members of `tenant` in this state; without columns yet.
pub(in crate::directory) fn members_of(tenant: TenantId, status: MemberStatus) -> SelectStatement {
    let of = |column| Expr::col((member::Entity, column));
    let mut those = Query::select();
    those.from(member::Entity).and_where(of(member::Column::TenantId).eq(tenant.as_uuid()));
    those.and_where(of(member::Column::Status).eq(status.as_str())).take()
}

/// Whether `stage` is what stands in the row; the deadline is not looked at.
pub(in crate::directory) fn is_written(stage: Stage) -> Expr {
    Expr::col((invitation::Entity, invitation::Column::Stage)).eq(stage.as_str())
}

/// Whether the time of an invitation that was sent or accepted has passed. Others have no deadline.
pub(in crate::directory) fn is_overdue(now: DateTime<Utc>) -> Expr {
    Expr::col((invitation::Entity, invitation::Column::ExpiresAt)).lte(Moment::from(now))
}

/// Whether what was given counts at the moment that is meant, and for the departments that are meant, if any are.
pub(super) fn is_live(given: &AnyOf) -> Condition {
    use assignment::{
        Column::{Until, WithinId},
        Entity,
    };
    let (until, within) = (|| Expr::col((Entity, Until)), || Expr::col((Entity, WithinId)));
    let live = given.at.map(|at| Condition::any().add(until().is_null()).add(until().gt(Moment::from(at))));
    let over = given.over.as_ref().map(|over| {
        let those = (!over.is_empty()).then(|| within().is_in(over.iter().map(|department| department.as_uuid())));
        Condition::any().add(within().is_null()).add_option(those)
    });
    Condition::all().add_option(live).add_option(over)
}
