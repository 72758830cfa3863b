//! Rename: what people call a department. The root is the whole tenant, and only the tenant's representative renames it.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    department::{Department, DepartmentOf, DepartmentUnknown, Misplaced},
    event::{DepartmentChange, Event},
    id::TreeId,
    name::DisplayName,
    refusal::{Faults, refusals},
    role::Permission,
    store::{Scope, StoreError},
};

refusals! {
    /// Why a department keeps its name.
    pub enum RenameError {
    } passing Unknown(DepartmentUnknown), Misplaced(Misplaced), Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Renames a department. Needs [`Permission::DEPARTMENTS_MANAGE`] over it; the root is the representative's to rename.
    pub async fn rename_department(
        &self,
        ctx: &Context,
        which: DepartmentOf,
        name: &str,
    ) -> Result<Department, RenameError> {
        let mut tx = self.store.begin(Scope::Tenant(which.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        drop(grants.require_over(Permission::DEPARTMENTS_MANAGE, &[which.department])?);
        let tree = grants.tree();
        let before = tree.get(which.department)?;
        let name = DisplayName::parse(name).map_err(|fault| Faults::one("/name", &fault))?;
        match before.parent {
            None if !grants.represents() => return Err(Denied::RepresentativeOnly.into()),
            None => {}
            Some(parent) => tree.is_free(parent, &name, Some(before.id))?,
        }
        let department = Department { name, ..before.clone() };
        if department == *before {
            return Ok(department);
        }
        let id = TreeId::new(ctx.now, self.entropy.as_ref());
        let grown = tree.with(id, std::slice::from_ref(&department), None)?;
        let change = DepartmentChange {
            before: Some(before.clone()),
            department: department.clone(),
            siblings: Vec::new(),
            lineages: Vec::new(),
            members: Vec::new(),
            tree: id,
        };
        tx.commit(ctx, &[Event::DepartmentRenamed(Box::new(change))]).await?;
        self.trees.put(grown);
        Ok(department)
    }
}
