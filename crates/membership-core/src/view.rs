//! Reading: what a signed-in person may see. Lists take no lock; whether one may see them is asked each time.

mod names;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::{Denied, Grants, Ground, Sight},
    audit::Record,
    context::Context,
    department::{Department, DepartmentUnknown, Headcount, Tree},
    directory::{
        Ancestor, InvitationView, MemberDetails, MemberFilter, MemberRow, Page, Place, RecordFilter, RecordOrder,
    },
    id::{DepartmentId, InvitationId, MemberId, RoleId, TenantId},
    installation::Installation,
    link::LinkFault,
    member::{Member, MemberStatus, leave::LeaveError, transfer::Transfer},
    refusal::refusals,
    role::{Access, Assignments, Catalogue, Permission, PermissionSet, Role},
    search::SearchFault,
    store::{Scope, StoreError},
    tenant::{Tenant, policy::Words},
};

pub use names::{MAX_NAMES, Named};

refusals! {
    /// Why something is not shown.
    pub enum ViewError {
        /// No such member.
        MemberUnknown = Absent "member-unknown" ("there is no such member in this tenant", "look it up in the list of members");
        /// No such invitation.
        InvitationUnknown = Absent "invitation-unknown"
            ("there is no such invitation in this tenant", "look it up in the list of members");
    } passing Denied(Denied), Department(DepartmentUnknown), Search(SearchFault), Store(StoreError)
}

/// A tenant as one of its members sees it.
#[derive(Debug)]
pub struct TenantView {
    /// The tenant.
    pub tenant: Tenant,
    /// What one may do there.
    pub grants: Grants,
    /// The tenants from the top to this one, itself the last, and whether one is a member there.
    pub lineage: Vec<(Ancestor, bool)>,
}

/// A page of a list of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberPage {
    /// The rows.
    pub rows: Vec<MemberRow>,
    /// Nobody is called as was asked for; these are called almost so. The pages that follow are asked for by
    /// [`Query::near`](crate::search::Query::near).
    pub near: bool,
}

/// A department as one of the tenant's members sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentRow {
    /// The department.
    pub department: Department,
    /// How many there are from the root to it, both counted.
    pub depth: usize,
    /// How many people belong to it; `None` where it is only on the way to what one may see.
    pub people: Option<People>,
}

/// How many people belong to a department. Those that were removed do not count; those that have not joined do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct People {
    /// To it.
    pub members: u32,
    /// To it or to one below it, each person once.
    pub with_below: u32,
}

/// One row of the table of authority: a role, and what it gives by itself and by the roles it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The role.
    pub role: Role,
    /// All that it gives.
    pub gives: PermissionSet,
}

/// What a list of members has to be read with: what the tenant calls the states, and its roles as they are.
#[derive(Debug, Clone)]
pub struct Legend {
    tenant: Tenant,
    catalogue: Arc<Catalogue>,
}

/// What a link to leave by is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// The tenant.
    pub tenant: Tenant,
    /// The member.
    pub member: Member,
}

impl Legend {
    /// What the tenant calls the states.
    pub const fn words(&self) -> &Words {
        &self.tenant.policy.words
    }

    /// The tenant's roles.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Whether one of the roles in `assignments`, or one that it includes, has changed after `moment`: they allow
    /// something else now than they did then.
    pub fn changed_since(&self, assignments: &Assignments, moment: DateTime<Utc>) -> bool {
        let mut changed = self.catalogue.roles().iter().filter(|role| role.changed_at > moment);
        changed.any(|role| assignments.roles().any(|held| self.catalogue.reaches(held, role.id)))
    }
}

impl Membership {
    /// What the tenant calls the states, and its roles. Every member may know them.
    pub async fn legend(&self, ctx: &Context, tenant: TenantId) -> Result<Legend, ViewError> {
        let (_, Ground { catalogue, .. }) = self.footing_of(ctx, tenant).await?;
        let tenant = self.directory.tenant(tenant).await?.ok_or(Denied::TenantUnknown)?;
        Ok(Legend { tenant, catalogue })
    }

    /// What the page behind the link to leave by shows. It changes nothing.
    pub async fn leaving(&self, ctx: &Context, token: &str) -> Result<Leaving, LeaveError> {
        let member = self.open_leaving(ctx, token).await?;
        let tenant = self.directory.tenant(member.tenant).await?.ok_or(LinkFault::Unknown)?;
        Ok(Leaving { tenant, member })
    }

    /// The tenant as `ctx.actor` may see it, with what the actor may do in it.
    pub async fn tenant(&self, ctx: &Context, tenant: TenantId) -> Result<TenantView, ViewError> {
        let (footing, ground) = self.footing_of(ctx, tenant).await?;
        let grants = Grants::at(footing, ground, ctx.now)?;
        let found = self.directory.tenant(tenant).await?.ok_or(Denied::TenantUnknown)?;
        let places = self.directory.places(ctx.actor.principal()?.account).await?;
        let above = self.directory.lineage(tenant).await?;
        let lineage = above.into_iter().map(|ancestor| {
            let member = places.iter().any(|place| place.tenant.id == ancestor.id);
            (ancestor, member)
        });
        Ok(TenantView { tenant: found, grants, lineage: lineage.collect() })
    }

    /// The tenants where the signed-in person is a member, and whether the person operates the installation. Whoever has
    /// to do something before anything else may know that much.
    pub async fn places(&self, ctx: &Context) -> Result<(Vec<Place>, bool), ViewError> {
        let id = ctx.actor.signed_in()?.account;
        let Installation { operator, .. } = self.directory.installation().await?;
        Ok((self.directory.places(id).await?, operator == Some(id)))
    }

    /// Whether whoever asks operates the installation.
    pub(crate) async fn operates(&self, ctx: &Context) -> Result<bool, ViewError> {
        let Installation { operator, .. } = self.directory.installation().await?;
        Ok(operator == Some(ctx.actor.account()?))
    }

    /// The tenant's applications and roles. Every member may know them: an invitation shows them too.
    pub async fn access(&self, ctx: &Context, tenant: TenantId) -> Result<Access, ViewError> {
        let (_, Ground { catalogue, .. }) = self.footing_of(ctx, tenant).await?;
        Ok(catalogue.access().clone())
    }

    /// The table of authority: each role with all that it gives. Every member may read it.
    pub async fn authority(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<Authority>, ViewError> {
        let (_, Ground { catalogue, .. }) = self.footing_of(ctx, tenant).await?;
        let rows = catalogue.roles().iter().map(|role| {
            let all = catalogue.union([&crate::role::Grant::Role(role.id)]);
            Authority { role: role.clone(), gives: catalogue.permissions_of(&all).cloned().collect() }
        });
        Ok(rows.collect())
    }

    /// One role.
    pub async fn role(&self, ctx: &Context, tenant: TenantId, role: RoleId) -> Result<Option<Role>, ViewError> {
        let (_, Ground { catalogue, .. }) = self.footing_of(ctx, tenant).await?;
        Ok(catalogue.role(role).cloned())
    }

    /// A page of members, newest entry first, of all departments that whoever asks may see, or of one. Needs
    /// [`Permission::MEMBERS_READ`], in the whole tenant or for some departments. Where nobody on the first page is called
    /// as was asked for, those who are called almost so are listed instead.
    pub async fn members(
        &self,
        ctx: &Context,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<MemberPage, ViewError> {
        let (grants, sight) = self.seeing(ctx, tenant).await?;
        let tree = grants.tree();
        // Who also belongs to a department that is neither in sight nor on the way to it, is not told.
        let is_shown = |id: DepartmentId| {
            let one_way = |top: &DepartmentId| tree.is_within(id, *top) || tree.is_within(*top, id);
            sight.as_ref().is_none_or(|tops| tops.iter().any(one_way))
        };
        for department in filter.departments.iter().flat_map(|departments| &departments.of) {
            let known = tree.get(*department)?.id;
            if !is_shown(known) {
                return Err(DepartmentUnknown::InTenant.into());
            }
        }
        let filter = MemberFilter { sight, ..filter };
        let rows = self.directory.members(tenant, &filter, page).await?;
        let nobody = rows.is_empty() && page.after.is_none();
        let near = filter.text.as_ref().and_then(crate::search::Query::near).filter(|_| nobody);
        if near.is_none() {
            return Ok(MemberPage { rows, near: false });
        }
        let filter = MemberFilter { text: near, ..filter };
        Ok(MemberPage { rows: self.directory.members(tenant, &filter, page).await?, near: true })
    }

    /// One member. Needs [`Permission::MEMBERS_READ`].
    pub async fn member(&self, ctx: &Context, tenant: TenantId, member: MemberId) -> Result<MemberDetails, ViewError> {
        let (grants, _) = self.seeing(ctx, tenant).await?;
        let details = self.directory.member(tenant, member).await?;
        let details = details.filter(|details| grants.reaches(&Permission::MEMBERS_READ, &details.row.member));
        let details = details.ok_or(ViewError::MemberUnknown)?;
        // What the person does elsewhere after leaving is nobody's business here.
        let here = details.row.member.status() != MemberStatus::Removed;
        Ok(MemberDetails { last_signed_in_at: details.last_signed_in_at.filter(|_| here), ..details })
    }

    /// One invitation with all that is told about it. Needs [`Permission::MEMBERS_READ`].
    pub async fn invitation(
        &self,
        ctx: &Context,
        tenant: TenantId,
        invitation: InvitationId,
    ) -> Result<InvitationView, ViewError> {
        let (grants, _) = self.seeing(ctx, tenant).await?;
        let view = self.directory.invitation(tenant, invitation).await?;
        let view = view.filter(|view| grants.reaches(&Permission::MEMBERS_READ, &view.member));
        let view = view.ok_or(ViewError::InvitationUnknown)?;
        Ok(InvitationView { has_account: None, ..view })
    }

    /// The hand-overs that are not finished, oldest first. Needs [`Permission::MEMBERS_READ`].
    pub async fn open_transfers(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<Transfer>, ViewError> {
        self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        Ok(self.directory.open_transfers(tenant).await?)
    }

    /// Up to `limit` records of the tenant's audit. Needs [`Permission::AUDIT_READ`].
    pub async fn audit(
        &self,
        ctx: &Context,
        tenant: TenantId,
        filter: &RecordFilter,
        order: RecordOrder,
        limit: u16,
    ) -> Result<Vec<Record>, ViewError> {
        self.may(ctx, tenant, Permission::AUDIT_READ).await?;
        Ok(self.directory.audit(Scope::Tenant(tenant), filter, order, limit).await?)
    }

    /// The tenant's departments as whoever asks may see them, each before those below it: all for whoever reads members or
    /// manages departments in the whole tenant; else those for which one of the two is held, what is below them, and the way there.
    pub async fn departments(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<DepartmentRow>, ViewError> {
        let (footing, ground) = self.footing_of(ctx, tenant).await?;
        let id = footing.tree;
        let grants = Grants::at(footing, ground, ctx.now)?;
        let sights = [Permission::MEMBERS_READ, Permission::DEPARTMENTS_MANAGE].map(|held| grants.sight(held));
        let seen = match sights {
            [Err(denied), Err(_)] => return Err(denied.into()),
            [one, other] => [one, other].into_iter().flatten(),
        };
        let mut tops = Vec::new();
        let mut all = false;
        for sight in seen {
            match sight {
                Sight::All => all = true,
                Sight::Within(within) => tops.extend(within),
            }
        }
        let counted = self.directory.departments(tenant).await?;
        let headcounts: HashMap<DepartmentId, Headcount> =
            counted.iter().map(|(department, headcount)| (department.id, *headcount)).collect();
        let tree = Tree::grow(id, counted.into_iter().map(|(department, _)| department))?;
        let people = tree.people(|department| headcounts.get(&department).copied().unwrap_or_default());
        let seen: HashSet<DepartmentId> =
            tops.iter().flat_map(|top| tree.subtree(*top)).map(|department| department.id).collect();
        let way: HashSet<DepartmentId> = tops.iter().flat_map(|top| tree.upward(*top)).collect();
        let rows = tree.departments().zip(people).filter_map(|(department, people)| {
            let counted = all || seen.contains(&department.id);
            let members = headcounts.get(&department.id).map_or(0, |headcount| headcount.members);
            (counted || way.contains(&department.id)).then(|| DepartmentRow {
                department: department.clone(),
                depth: tree.depth(department.id).unwrap_or(0),
                people: counted.then_some(People { members, with_below: people }),
            })
        });
        Ok(rows.collect())
    }

    /// What whoever asks holds, and whose members that lets him or her see. Needs [`Permission::MEMBERS_READ`], in the whole tenant
    /// or for some departments.
    pub(crate) async fn seeing(
        &self,
        ctx: &Context,
        tenant: TenantId,
    ) -> Result<(Grants, Option<Vec<DepartmentId>>), ViewError> {
        let (footing, ground) = self.footing_of(ctx, tenant).await?;
        let grants = Grants::at(footing, ground, ctx.now)?;
        let sight = match grants.sight(Permission::MEMBERS_READ)? {
            Sight::All => None,
            Sight::Within(tops) => Some(tops),
        };
        Ok((grants, sight))
    }

    /// What whoever asks holds, if `permission` is among it.
    pub(crate) async fn may(
        &self,
        ctx: &Context,
        tenant: TenantId,
        permission: Permission,
    ) -> Result<Grants, ViewError> {
        let (footing, ground) = self.footing_of(ctx, tenant).await?;
        let grants = Grants::at(footing, ground, ctx.now)?;
        drop(grants.require(permission)?);
        Ok(grants)
    }
}
