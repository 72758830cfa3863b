//! The ways to members: each filter has an index that gives them in order, newest first.

use chrono::{DateTime, Utc};
use membership_core::{
    directory::{AnyOf, FactorFilter, MailState, MemberFilter},
    lifecycle::Stage,
    member::MemberStatus,
};
use sea_orm::{
    EntityTrait,
    sea_query::{Alias, ColumnRef, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};

use uuid::Uuid;

use super::{
    Part, Wanted,
    asked::{is_live, is_overdue, is_written},
    department::{Choice, Which},
};
use crate::table::{assignment, invitation, member, member_department};

/// The filter whose index is followed.
#[derive(Clone, Copy)]
pub(super) enum Lead<'a> {
    Status(Option<MemberStatus>),
    Stage(Stage, DateTime<Utc>),
    Given(&'a AnyOf),
    Department(&'a Choice),
    Factor(FactorFilter),
    Mail(MailState),
    Unvouched(DateTime<Utc>),
}

impl<'a> Lead<'a> {
    /// The filter that leaves the fewest, as tenants go, where departments do not: most members have joined and are enabled.
    pub(super) fn of(filter: &'a MemberFilter) -> Self {
        if let Some(now) = filter.unvouched {
            return Self::Unvouched(now);
        }
        let rare_status = matches!(filter.status, Some(MemberStatus::Disabled | MemberStatus::Removed));
        match (filter.stage, &filter.given) {
            (Some((stage, now)), _) if stage != Stage::Joined => Self::Stage(stage, now),
            (_, Some(given)) if !rare_status => Self::Given(given),
            (Some((stage, now)), None) if filter.status.is_none() => Self::Stage(stage, now),
            _ => Self::Status(filter.status),
        }
    }
}

/// Whether whoever is in this state has no second factors: who has not joined, and who was removed.
pub(super) const fn has_no_factors(status: Option<MemberStatus>) -> bool {
    matches!(status, Some(MemberStatus::NotJoined | MemberStatus::Removed))
}

impl Wanted<'_> {
    /// The lists in which those are that `lead` leads to.
    pub(super) fn parts(self, lead: Lead<'_>) -> Vec<Part> {
        match lead {
            Lead::Status(status) => self.by_status(status),
            Lead::Stage(stage, now) => self.by_stage(stage, now),
            Lead::Given(given) => self.by_given(given),
            Lead::Department(choice) => self.by_department(choice),
            Lead::Factor(factor) => self.by_factor(factor),
            Lead::Mail(mail) => self.by_mail(mail),
            Lead::Unvouched(now) => self.by_inviter(now),
        }
    }

    /// One part for each state, so that the list of those who are present does not pass over all who were removed.
    pub(super) fn by_status(self, status: Option<MemberStatus>) -> Vec<Part> {
        use member::Column::{Id, Status};
        let present = || MemberStatus::ALL.into_iter().filter(|status| *status != MemberStatus::Removed).collect();
        let states: Vec<MemberStatus> = status.map_or_else(present, |status| vec![status]);
        let part = |status: MemberStatus| {
            let mut way = self.of_tenant(member::Entity, member::Column::TenantId);
            way.and_where(Expr::col((member::Entity, Status)).eq(status.as_str()));
            self.part(way, (member::Entity, Id).into_column_ref(), Lead::Status(Some(status)))
        };
        states.into_iter().map(part).collect()
    }

    /// One part for each way to be in `stage`.
    fn by_stage(self, stage: Stage, now: DateTime<Utc>) -> Vec<Part> {
        use invitation::{
            Column::{MemberId, TenantId},
            Entity,
        };
        let lead = Lead::Stage(stage, now);
        let mut written = self.of_tenant(Entity, TenantId);
        written.and_where(is_written(stage));
        if let Stage::Invited | Stage::Accepted = stage {
            written.and_where(Expr::not(is_overdue(now)));
        }
        let mut parts = vec![self.part(written, (Entity, MemberId).into_column_ref(), lead)];
        if stage == Stage::Expired {
            // Few are past their deadline and not yet written down as such. They are found by the deadline, and sorted; a
            // subquery with a limit, whatever it is, is one that databases do not turn round.
            let (name, mut overdue) = (Alias::new("overdue"), Query::select());
            overdue.columns([TenantId, MemberId]).from(Entity).and_where(is_overdue(now)).limit(u64::from(u32::MAX));
            let mut way = Query::select();
            way.from_subquery(overdue, name.clone());
            way.and_where(Expr::col((name.clone(), TenantId)).eq(self.tenant.as_uuid()));
            parts.push(self.part(way, (name, MemberId).into_column_ref(), lead));
        }
        parts
    }

    /// One part for each role, and one for the permission. The same may be given for several departments.
    fn by_given(self, given: &AnyOf) -> Vec<Part> {
        use assignment::{
            Column::{MemberId, Permission, RoleId, TenantId},
            Entity,
        };
        let roles = given.roles.iter().map(|role| Expr::col((Entity, RoleId)).eq(role.as_uuid()));
        let permission = given.permission.as_ref().map(|one| Expr::col((Entity, Permission)).eq(one.as_str()));
        let part = |grant| {
            let mut way = self.of_tenant(Entity, TenantId);
            way.and_where(grant).cond_where(is_live(given));
            self.part(way, (Entity, MemberId).into_column_ref(), Lead::Given(given)).distinct()
        };
        roles.chain(permission).map(part).collect()
    }

    /// One part for each department, or for each of those with all below it; there the links are gathered, and sorted.
    fn by_department(self, choice: &Choice) -> Vec<Part> {
        use member_department::{
            Column::{DepartmentId, MemberId, TenantId},
            Entity,
        };
        let (department, id) = (Expr::col((Entity, DepartmentId)), (Entity, MemberId).into_column_ref());
        match &choice.which {
            Which::Those(those) => {
                let part = |one: &Uuid| {
                    let mut way = self.of_tenant(Entity, TenantId);
                    way.and_where(department.clone().eq(*one));
                    self.part(way, id.clone(), Lead::Department(choice))
                };
                those.iter().map(part).collect()
            }
            Which::Below(ranges) => {
                let part = |range| {
                    let mut links = self.of_tenant(Entity, TenantId);
                    links.and_where(department.clone().in_subquery(self.within(range)));
                    self.gathered(links, &id, Lead::Department(choice)).distinct()
                };
                ranges.iter().map(part).collect()
            }
        }
    }

    pub(super) fn of_tenant<E: EntityTrait>(self, entity: E, tenant: E::Column) -> SelectStatement {
        let mut way = Query::select();
        way.from(entity).and_where(Expr::col((entity, tenant)).eq(self.tenant.as_uuid()));
        way
    }

    pub(super) fn on_page<'a>(self, way: &'a mut SelectStatement, key: &ColumnRef) -> &'a mut SelectStatement {
        let id = || Expr::col(key.clone());
        way.and_where_option(self.after.map(|after| id().lt(after.as_uuid())));
        way.and_where_option(self.from.map(|from| id().gte(from.as_uuid())))
    }

    /// The same of those whose ids are `key` in `those`, which no index has in order: gathered, and sorted. A subquery with a limit,
    /// whatever it is, is one that databases do not turn round.
    pub(super) fn gathered(self, mut those: SelectStatement, key: &ColumnRef, lead: Lead<'_>) -> Part {
        let (name, id) = (Alias::new("gathered"), Alias::new("gathered_id"));
        those.expr_as(Expr::col(key.clone()), id.clone());
        let those = self.on_page(&mut those, key).limit(u64::from(u32::MAX)).take();
        let mut way = Query::select();
        way.from_subquery(those, name.clone());
        self.part(way, (name, id).into_column_ref(), lead)
    }

    /// The members of `way`, which is that of `lead`, that are on the page and of whom all else holds.
    pub(super) fn part(self, mut way: SelectStatement, key: ColumnRef, lead: Lead<'_>) -> Part {
        for other in self.others(&Expr::col(key.clone()), lead) {
            way.and_where(other);
        }
        self.on_page(&mut way, &key);
        Part::new(way, key)
    }
}
