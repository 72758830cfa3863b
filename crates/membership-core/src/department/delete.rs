//! Delete: a department to which nobody belongs, for which nobody was given anything, and below which there is none.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    department::{DepartmentOf, DepartmentUnknown, RootStays},
    event::Event,
    id::TreeId,
    refusal::refusals,
    role::Permission,
    store::{Scope, StoreError},
};

refusals! {
    /// Why a department is still there.
    pub enum DeleteDepartmentError {
        /// It is in use.
        InUse {
            /// Members that have joined.
            members: u64,
            /// Members that have not.
            invited: u64,
            /// Departments directly below it.
            below: usize,
            /// Roles and permissions that were given for it.
            grants: u64,
        } = Conflict "department-in-use"
            ("to this department belong {members} members and {invited} who are invited; {below} departments are below it, and {grants} \
              roles or permissions were given for it",
             "move them first, or dissolve the department into another in one step");
    } passing Unknown(DepartmentUnknown), Root(RootStays), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Deletes a department that is not in use. Needs [`Permission::DEPARTMENTS_MANAGE`] over the one above it.
    pub async fn delete_department(&self, ctx: &Context, which: DepartmentOf) -> Result<(), DeleteDepartmentError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let tree = grants.tree();
        let above = tree.get(which.department).ok().and_then(|department| department.parent);
        let over = above.unwrap_or(which.department);
        drop(grants.require_over(Permission::DEPARTMENTS_MANAGE, &[over])?);
        let department = tree.get(which.department)?.clone();
        if department.parent.is_none() {
            return Err(RootStays::Fixed.into());
        }
        let used = tx.department_use(department.id).await?;
        let below = tree.children(department.id).count();
        if used.members + used.invited + used.grants > 0 || below > 0 {
            let super::DepartmentUse { members, invited, grants } = used;
            return Err(DeleteDepartmentError::InUse { members, invited, below, grants });
        }
        let id = TreeId::new(ctx.now, self.entropy.as_ref());
        let grown = tree.with(id, &[], Some(department.id))?;
        tx.commit(ctx, &[Event::DepartmentDeleted { department, tree: id }]).await?;
        self.trees.put(grown);
        Ok(())
    }
}
