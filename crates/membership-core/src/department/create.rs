//! Create: a department below another, at a place among its siblings.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    department::{Department, MAX_DEPARTMENTS, Misplaced, Position},
    event::{DepartmentChange, Event},
    id::{DepartmentId, TenantId, TreeId},
    name::DisplayName,
    refusal::{Faults, refusals},
    role::Permission,
    store::{Scope, StoreError},
};

/// Make a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateDepartment {
    /// The tenant.
    pub tenant: TenantId,
    /// What to call it.
    pub name: String,
    /// Where it shall stand.
    pub position: Position,
}

refusals! {
    /// Why no department was made.
    pub enum CreateDepartmentError {
        /// Too many.
        TooMany = Conflict "departments-limit"
            ("a tenant has at most 20,000 departments", "delete departments that nobody belongs to");
    } passing Misplaced(Misplaced), Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Makes a department. Needs [`Permission::DEPARTMENTS_MANAGE`] over the one above it.
    pub async fn create_department(
        &self,
        ctx: &Context,
        command: CreateDepartment,
    ) -> Result<Department, CreateDepartmentError> {
        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        drop(grants.require_over(Permission::DEPARTMENTS_MANAGE, &[command.position.parent])?);
        let name = DisplayName::parse(&command.name).map_err(|fault| Faults::one("/name", &fault))?;
        let tree = grants.tree();
        if tree.len() >= MAX_DEPARTMENTS {
            return Err(CreateDepartmentError::TooMany);
        }
        let (place, siblings) = tree.place(command.position, &name, 1, None)?;
        let department = Department {
            id: DepartmentId::new(ctx.now, self.entropy.as_ref()),
            tenant: command.tenant,
            name,
            parent: Some(command.position.parent),
            place,
            created_at: ctx.now,
        };
        let id = TreeId::new(ctx.now, self.entropy.as_ref());
        let changed: Vec<Department> = siblings.iter().cloned().chain([department.clone()]).collect();
        let grown = tree.with(id, &changed, None)?;
        let change = DepartmentChange {
            before: None,
            department: department.clone(),
            siblings,
            lineages: grown.lineages(department.id),
            members: Vec::new(),
            tree: id,
        };
        tx.commit(ctx, &[Event::DepartmentCreated(Box::new(change))]).await?;
        self.trees.put(grown);
        Ok(department)
    }
}
