//! Delete: a role that nobody holds and no other role includes.

use crate::{
    Membership,
    actor::{Granted, Grants},
    context::Context,
    event::Event,
    id::{CatalogueId, MemberId, RoleId},
    refusal::refusals,
    role::{
        Permission, Role,
        define::{DefineError, RoleOf, may_change},
    },
    store::{Scope, StoreError},
};

refusals! {
    /// Why a role was not deleted.
    pub enum DeleteError {
        /// Somebody holds it.
        InUse {
            /// How many members.
            holders: u64,
        } = Conflict "role-in-use"
            ("{holders} member(s) hold this role or are invited to it", "give them other roles first");
        /// Another role includes it.
        Included {
            /// By name.
            by: String,
        } = Conflict "role-is-included" ("the role {by} includes this role", "take it out of that role first");
    } passing Define(DefineError), Store(StoreError)
}

impl Membership {
    /// Deletes a role. Needs [`Permission::ROLES_MANAGE`] and every permission that the role gives.
    pub async fn delete_role(&self, ctx: &Context, which: RoleOf) -> Result<Role, DeleteError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await.map_err(DefineError::from)?;
        let granted = grants.require(Permission::ROLES_MANAGE).map_err(DefineError::from)?;
        let holders = tx.holders_of(which.role).await?;
        let role = decide(granted, &grants, which.role, holders)?;
        let catalogue = CatalogueId::new(ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &[Event::RoleDeleted { role: role.clone(), catalogue }]).await?;
        Ok(role)
    }
}

fn decide(granted: Granted, grants: &Grants, id: RoleId, holders: u64) -> Result<Role, DeleteError> {
    let _: MemberId = granted.spend();
    let role = may_change(grants, id)?.clone();
    let mut roles = grants.catalogue().roles().iter();
    match roles.find(|other| other.includes.contains(&id)) {
        Some(other) => Err(DeleteError::Included { by: other.name.to_string() }),
        None if holders > 0 => Err(DeleteError::InUse { holders }),
        None => Ok(role),
    }
}
