//! Preview: who would gain and lose what, if a role were edited.

use crate::{
    Membership,
    context::Context,
    directory::{AnyOf, MAX_PAGE, MemberFilter, Page},
    id::{CatalogueId, MemberId, RoleId},
    member::Member,
    role::{
        Access, Catalogue, Permission, PermissionSet, Role,
        define::{DefineError, RoleDraft, RoleOf, may_change, read},
    },
    store::{Scope, StoreError, Tx},
};

/// What editing a role would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePreview {
    /// What the role would give beside what it gives now, by itself and by those it includes.
    pub gains: PermissionSet,
    /// What it would not give any more.
    pub loses: PermissionSet,
    /// How many assignments of it, and of the roles that include it, would be others.
    pub assignments: u64,
    /// The newest of those whom it would change, at most 200, each with what that one would gain and lose.
    pub people: Vec<Touched>,
}

/// Somebody whom an edited role would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Who.
    pub member: Member,
    /// What that one could do then, and cannot now.
    pub gains: PermissionSet,
    /// What that one could not do any more.
    pub loses: PermissionSet,
}

impl Membership {
    /// What [`edit_role`](Self::edit_role) with `draft` would come to. It changes nothing. Needs [`Permission::ROLES_MANAGE`] and
    /// [`Permission::MEMBERS_READ`].
    pub async fn preview_role(
        &self,
        ctx: &Context,
        which: RoleOf,
        draft: &RoleDraft,
    ) -> Result<RolePreview, DefineError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        drop(grants.require(Permission::ROLES_MANAGE)?);
        drop(grants.require(Permission::MEMBERS_READ)?);
        may_change(&grants, which.role)?;
        let edited = read(draft, which.role, &grants, ctx)?;
        let before = grants.catalogue();
        let after = with(before, &edited, CatalogueId::new(ctx.now, self.entropy.as_ref()));
        let touched: Vec<RoleId> =
            before.roles().iter().map(|role| role.id).filter(|id| before.reaches(*id, which.role)).collect();
        let assignments = holders(tx.as_mut(), &touched).await?;
        drop(tx);
        let gives = |catalogue: &Catalogue| given(catalogue, [&crate::role::Grant::Role(which.role)]);
        let (gains, loses) = difference(&gives(before), &gives(&after));
        let filter = MemberFilter {
            given: Some(AnyOf { roles: touched, permission: None, at: Some(ctx.now), over: None }),
            ..MemberFilter::default()
        };
        let page: Page<MemberId> = Page { after: None, limit: MAX_PAGE };
        let rows = self.directory.members(which.tenant, &filter, page).await?;
        let people = rows.into_iter().map(|row| {
            let held =
                |catalogue: &Catalogue| given(catalogue, row.member.assignments.live_at(ctx.now).map(|it| &it.grant));
            let (gains, loses) = difference(&held(before), &held(&after));
            Touched { member: row.member, gains, loses }
        });
        let people = people.filter(|one| one.gains.iter().chain(one.loses.iter()).next().is_some()).collect();
        Ok(RolePreview { gains, loses, assignments, people })
    }
}

async fn holders(tx: &mut dyn Tx, roles: &[RoleId]) -> Result<u64, StoreError> {
    let mut count = 0;
    for role in roles {
        count += tx.holders_of(*role).await?;
    }
    Ok(count)
}

/// `catalogue` with `edited` in the place of what that role was.
fn with(catalogue: &Catalogue, edited: &Role, id: CatalogueId) -> Catalogue {
    let Access { applications, roles } = catalogue.access().clone();
    let roles = roles.into_iter().map(|role| if role.id == edited.id { edited.clone() } else { role }).collect();
    Catalogue::compile(id, Access { applications, roles })
}

fn given<'a>(catalogue: &Catalogue, grants: impl IntoIterator<Item = &'a crate::role::Grant>) -> PermissionSet {
    catalogue.permissions_of(&catalogue.union(grants)).cloned().collect()
}

/// What `after` has more, and what it has less.
fn difference(before: &PermissionSet, after: &PermissionSet) -> (PermissionSet, PermissionSet) {
    let beyond = |one: &PermissionSet, other: &PermissionSet| {
        one.iter().filter(|permission| !other.contains(permission)).cloned().collect()
    };
    (beyond(after, before), beyond(before, after))
}
