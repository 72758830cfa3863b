//! Explain: why a member may, through what; or why not, and which fact is missing. And the other way round: who may.

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::{Denied, Grants, Ground, is_in},
    context::Context,
    directory::{AnyOf, Footing, MemberFilter, MemberRow, Page, Who},
    id::{DepartmentId, MemberId, RoleId, TenantId},
    member::MemberStatus,
    role::{
        Assignment, Grant, Permission,
        assignment::{Until, is_live},
    },
    view::ViewError,
};

/// Why a member may do something, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// It may.
    Allowed(Reason),
    /// It may not.
    Refused(Missing),
}

/// Why a member may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it was given, of all that gives the permission what lasts longest.
    pub grant: Grant,
    /// For which department and all below it; `None` for the whole tenant.
    pub within: Option<DepartmentId>,
    /// Until when.
    pub until: Until,
    /// From the role that it was given through those that this one includes to the one that allows it by itself, by
    /// name. Empty for a single permission.
    pub through: Vec<String>,
}

/// The nearest fact that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// No application of the tenant has such a permission.
    Permission,
    /// There is no such member.
    Member,
    /// The member holds what gives it, and is shut out, has not joined, or the tenant is closed.
    Standing(Denied),
    /// The member held what gives it, until then.
    Ended {
        /// What.
        grant: Grant,
        /// When it ended.
        at: DateTime<Utc>,
    },
    /// The member holds what gives it, for other departments.
    Elsewhere {
        /// What.
        grant: Grant,
        /// For which.
        within: DepartmentId,
    },
    /// The member holds nothing that gives it; these roles would.
    Grant {
        /// The roles, by name.
        roles: Vec<(RoleId, String)>,
    },
}

/// Why `footing` allows `permission` at `now`, or why not.
pub fn explain(
    footing: &Footing,
    ground: &Ground,
    permission: &Permission,
    department: Option<DepartmentId>,
    now: DateTime<Utc>,
) -> Explanation {
    let catalogue = &ground.catalogue;
    if !catalogue.knows(permission) {
        return Explanation::Refused(Missing::Permission);
    }
    let given = footing.member.assignments.iter().filter(|held| catalogue.grant_gives(&held.grant, permission));
    let (here, elsewhere): (Vec<&Assignment>, Vec<&Assignment>) = given.partition(|held| {
        let covers = |top| department.is_some_and(|department| ground.tree.is_within(department, top));
        held.within.is_none_or(covers)
    });
    // What lasts longest: for good is longer than any moment.
    let best = here.into_iter().max_by_key(|held| (held.until.is_none(), held.until));
    let Some(Assignment { grant, within, until }) = best else {
        let live = elsewhere.into_iter().find(|held| is_live(held.until, now));
        if let Some((held, within)) = live.and_then(|held| Some((held, held.within?))) {
            return Explanation::Refused(Missing::Elsewhere { grant: held.grant.clone(), within });
        }
        let roles = catalogue.roles_giving(permission).map(|role| (role.id, role.name.to_string())).collect();
        return Explanation::Refused(Missing::Grant { roles });
    };
    let (within, until) = (*within, *until);
    if let Some(at) = until.filter(|_| !is_live(until, now)) {
        return Explanation::Refused(Missing::Ended { grant: grant.clone(), at });
    }
    if let Err(denied) = is_in(footing.status, &footing.member) {
        return Explanation::Refused(Missing::Standing(denied));
    }
    if footing.scope.as_ref().is_some_and(|scope| !scope.contains(permission)) {
        let denied = Denied::ScopeTooSmall { permission: permission.clone() };
        return Explanation::Refused(Missing::Standing(denied));
    }
    let through = match grant {
        Grant::Role(role) => catalogue.way(*role, permission).iter().map(|role| role.name.to_string()).collect(),
        Grant::Permission(_) => Vec::new(),
    };
    Explanation::Allowed(Reason { grant: grant.clone(), within, until, through })
}

impl Membership {
    /// Why `member` (or whoever asks) may do something at this moment, or why not. Asking about another needs
    /// [`Permission::MEMBERS_READ`].
    pub async fn explain(
        &self,
        ctx: &Context,
        tenant: TenantId,
        member: Option<MemberId>,
        permission: &Permission,
        department: Option<DepartmentId>,
    ) -> Result<Explanation, ViewError> {
        let (own, ground) = self.footing_of(ctx, tenant).await?;
        let Some(id) = member.filter(|id| *id != own.member.id) else {
            return Ok(explain(&own, &ground, permission, department, ctx.now));
        };
        let grants = Grants::at(own, ground, ctx.now)?;
        grants.sight(Permission::MEMBERS_READ)?;
        let Some(footing) = self.directory.footing(tenant, Who::Member(id)).await? else {
            return Ok(Explanation::Refused(Missing::Member));
        };
        if !grants.reaches(&Permission::MEMBERS_READ, &footing.member) {
            return Ok(Explanation::Refused(Missing::Member));
        }
        let ground = self.ground(&footing).await?;
        Ok(explain(&footing, &ground, permission, department, ctx.now))
    }

    /// A page of the enabled members who may do something at this moment, newest entry first. Needs
    /// [`Permission::MEMBERS_READ`].
    pub async fn who_may(
        &self,
        ctx: &Context,
        tenant: TenantId,
        permission: &Permission,
        department: Option<DepartmentId>,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, ViewError> {
        let (grants, sight) = self.seeing(ctx, tenant).await?;
        let roles = grants.catalogue().roles_giving(permission).map(|role| role.id).collect();
        let over = Some(department.into_iter().flat_map(|department| grants.tree().upward(department)).collect());
        let given = AnyOf { roles, permission: Some(permission.clone()), at: Some(ctx.now), over };
        let filter =
            MemberFilter { status: Some(MemberStatus::Enabled), given: Some(given), sight, ..MemberFilter::default() };
        Ok(self.directory.members(tenant, &filter, page).await?)
    }
}
