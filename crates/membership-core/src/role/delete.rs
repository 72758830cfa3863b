//! Delete: a role that nobody holds and no other role includes.

use crate::{
    Membership,
    context::Context,
    event::Event,
    id::{CatalogueId, MemberId},
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
        let role = may_change(&grants, which.role)?.clone();
        let including = grants.catalogue().roles().iter().find(|other| other.includes.contains(&which.role));
        if let Some(other) = including {
            return Err(DeleteError::Included { by: other.name.to_string() });
        }
        match tx.holders_of(which.role).await? {
            0 => {}
            holders => return Err(DeleteError::InUse { holders }),
        }
        let _: MemberId = granted.spend();
        let catalogue = CatalogueId::new(ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &[Event::RoleDeleted { role: role.clone(), catalogue }]).await?;
        Ok(role)
    }
}
