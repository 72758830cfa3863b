//! Define and edit: a tenant's own roles. Nobody puts into a role what they do not hold, and nobody touches a role that
//! they hold themselves or that gives more than they hold.

use std::collections::BTreeSet;

use crate::{
    Membership,
    actor::{Denied, Granted, Grants},
    context::Context,
    event::Event,
    id::{CatalogueId, MemberId, RoleId, TenantId},
    name::DisplayName,
    refusal::{Fault, Faults, refusals},
    role::{Assignment, Catalogue, Grant, Permission, PermissionSet, Role, RoleUnknown, assign::BeyondOwn},
    store::{Scope, StoreError},
};

/// What a role shall be, as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDraft {
    /// What to call it; unique in the tenant.
    pub name: String,
    /// What it allows by itself.
    pub permissions: Vec<String>,
    /// The roles that it includes.
    pub includes: Vec<RoleId>,
}

/// A role of a tenant, as commands name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleOf {
    /// The tenant.
    pub tenant: TenantId,
    /// The role.
    pub role: RoleId,
}

/// Most roles of one tenant.
pub const MAX_ROLES: usize = 500;

refusals! {
    /// Why a role was not made or changed.
    pub enum DefineError {
        /// The tenant administrator's.
        System = Conflict "role-is-system"
            ("the tenant administrator's role holds everything and can be neither edited nor deleted",
             "make another role, or edit that one");
        /// One that the actor holds.
        Own = Forbidden "role-is-own"
            ("you hold this role yourself, and nobody changes the own roles", "ask somebody who does not hold it");
        /// The name of another.
        NameTaken = Conflict "role-name-taken" ("another role of this tenant has this name", "choose another name");
        /// Too many.
        TooMany = Conflict "roles-too-many" ("a tenant has at most 500 roles", "delete roles that nobody holds");
    } passing Role(RoleUnknown), BeyondOwn(BeyondOwn), Faults(Faults), Denied(Denied), Store(StoreError)
}

refusals! {
    /// What can be wrong with a role.
    pub enum RoleFault {
        /// No such permission.
        PermissionUnknown { /** As typed. */ permission: String } = Invalid "permission-unknown"
            ("no application of the tenant has the permission {permission}",
             "choose one of the permissions that the tenant's applications have");
        /// In a circle.
        Circle { /** The id. */ role: RoleId } = Invalid "role-circle"
            ("{role} includes this role already, so this one cannot include it", "leave one of the two out");
    } passing Include(RoleUnknown)
}

impl Membership {
    /// Makes a role. Needs [`Permission::ROLES_MANAGE`] and every permission that the role gives, for good.
    pub async fn define_role(&self, ctx: &Context, tenant: TenantId, draft: RoleDraft) -> Result<Role, DefineError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let granted = grants.require(Permission::ROLES_MANAGE)?;
        if grants.catalogue().roles().len() >= MAX_ROLES {
            return Err(DefineError::TooMany);
        }
        let id = RoleId::new(ctx.now, self.entropy.as_ref());
        let role = decide(granted, &grants, id, &draft, ctx)?;
        let catalogue = CatalogueId::new(ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &[Event::RoleDefined { role: role.clone(), catalogue }]).await?;
        Ok(role)
    }

    /// Changes a role, for everybody who holds it, at once. Needs [`Permission::ROLES_MANAGE`] and every permission that
    /// the role gave before and gives afterwards.
    pub async fn edit_role(&self, ctx: &Context, which: RoleOf, draft: RoleDraft) -> Result<Role, DefineError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let granted = grants.require(Permission::ROLES_MANAGE)?;
        let before = may_change(&grants, which.role)?.clone();
        let role = decide(granted, &grants, which.role, &draft, ctx)?;
        if (Role { changed_at: before.changed_at, ..role.clone() }) == before {
            return Ok(before);
        }
        let catalogue = CatalogueId::new(ctx.now, self.entropy.as_ref());
        let (before, role) = (Box::new(before), Box::new(role));
        tx.commit(ctx, &[Event::RoleEdited { before, role: role.clone(), catalogue }]).await?;
        Ok(*role)
    }
}

/// The role, if the holder of `grants` may change it at all.
pub fn may_change(grants: &Grants, id: RoleId) -> Result<&Role, DefineError> {
    let catalogue = grants.catalogue();
    let role = catalogue.role(id).ok_or(RoleUnknown::InTenant)?;
    if role.administrator {
        return Err(DefineError::System);
    }
    if grants.member().assignments.roles().any(|own| catalogue.reaches(own, id)) {
        return Err(DefineError::Own);
    }
    BeyondOwn::refuse(grants.first_lacking_of(role))?;
    Ok(role)
}

fn decide(
    granted: Granted,
    grants: &Grants,
    id: RoleId,
    draft: &RoleDraft,
    ctx: &Context,
) -> Result<Role, DefineError> {
    let _: MemberId = granted.spend();
    let catalogue = grants.catalogue();
    let role = read(draft, id, grants, ctx)?;
    if catalogue.roles().iter().any(|other| other.id != id && other.name == role.name) {
        return Err(DefineError::NameTaken);
    }
    let own = role.permissions.iter().map(|permission| Grant::Permission(permission.clone()));
    let wanted: Vec<Assignment> =
        own.chain(role.includes.iter().copied().map(Grant::Role)).map(Assignment::of).collect();
    BeyondOwn::refuse(grants.first_lacking(&wanted))?;
    Ok(role)
}

pub(super) fn read(draft: &RoleDraft, id: RoleId, grants: &Grants, ctx: &Context) -> Result<Role, Faults> {
    let catalogue = grants.catalogue();
    let mut faults = Vec::new();
    let name = DisplayName::parse(&draft.name).map_err(|fault| faults.push(Fault::new("/name", &fault)));
    let mut permissions = Vec::new();
    for (row, text) in draft.permissions.iter().enumerate() {
        let known = Permission::parse(text).ok().filter(|permission| catalogue.knows(permission));
        let unknown = || RoleFault::PermissionUnknown { permission: text.clone() };
        match known.ok_or_else(unknown) {
            Ok(permission) => permissions.push(permission),
            Err(fault) => faults.push(Fault::new(format!("/permissions/{row}"), &fault)),
        }
    }
    for (row, include) in draft.includes.iter().enumerate() {
        if let Some(fault) = bad_include(catalogue, id, *include) {
            faults.push(Fault::new(format!("/includes/{row}"), &fault));
        }
    }
    match name {
        Ok(name) if faults.is_empty() => Ok(Role {
            id,
            tenant: grants.member().tenant,
            name,
            permissions: permissions.into_iter().collect::<PermissionSet>(),
            includes: draft.includes.iter().copied().collect::<BTreeSet<_>>(),
            administrator: false,
            changed_at: ctx.now,
        }),
        Ok(_) | Err(()) => Err(Faults::of(faults)),
    }
}

fn bad_include(catalogue: &Catalogue, id: RoleId, include: RoleId) -> Option<RoleFault> {
    if include != id && catalogue.role(include).is_none() {
        return Some(RoleUnknown::InTenant.into());
    }
    (include == id || catalogue.reaches(include, id)).then_some(RoleFault::Circle { role: include })
}
